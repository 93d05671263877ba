import { Problem } from '../../shared/domain/problem.ts'
import type { Answer } from '../network/requests.ts'

/** What was started is listed after so long at the latest. */
const settledMs = 120_000

/**
 * Of a start whose answer was lost, and that is not listed: it may be listed a moment later. Throws `server-busy` until it is sure not to have
 * been heard, so that it is asked again and not started again. `begunAt` (UTC, ISO 8601) and `nowMs` (Unix) are of the clock there: that of
 * this computer may have been set meanwhile.
 */
export function mustBeSettled(
  { connection, title }: { connection: string; title: string },
  begunAt: string,
  nowMs: number,
): void {
  const leftMs = Date.parse(begunAt) + settledMs - nowMs
  if (leftMs <= 0) return
  throw new Problem({
    code: 'server-busy',
    what: `Nobody knows yet whether ${title} has heard Pallet, whose line was cut.`,
    did: 'Pallet looks there again before it starts anything.',
    connection,
    retryAfterMs: Math.min(leftMs, settledMs),
  })
}

/** What time it is there (Unix, milliseconds): what began when is said by its clock, and ours may be wrong or set meanwhile. */
export function clockOf({ headers }: Answer): number {
  const at = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(at) ? Date.now() : at
}
