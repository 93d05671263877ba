import type { ProblemCode } from '../../shared/domain/problem.ts'

/** First wait before a run tries again by itself, and the longest; it doubles in between. */
const firstRetryMs = 5_000
export const longestRetryMs = 5 * 60_000
/** A line that is back is noticed within a minute; asking whether it is costs next to nothing. */
const longestNetworkRetryMs = 45_000

/** How long a run waits before its next attempt, the first being 1. */
export function retryDelayMs(code: ProblemCode, attempt: number): number {
  const longestMs = code === 'network' ? longestNetworkRetryMs : longestRetryMs
  return Math.min(longestMs, firstRetryMs * 2 ** (attempt - 1))
}
