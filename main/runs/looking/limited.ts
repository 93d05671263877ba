import { Problem } from '../../../shared/domain/problem.ts'
import { formatDuration } from '../../../shared/domain/sizes.ts'

/** Work that somebody waits for in front of a screen, and that ends after `ms` at the latest. Throws `limit-exceeded` then. */
export async function limited<Result>(
  signal: AbortSignal,
  ms: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const limit = AbortSignal.timeout(ms)
  try {
    return await work(AbortSignal.any([signal, limit]))
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error
    throw new Problem(
      {
        code: 'limit-exceeded',
        what: `Looking through the rows took more than ${formatDuration(ms)}.`,
        did: 'Pallet gave it up; nothing was changed.',
        advice: 'Take a filter or the order off, or look when less is going on on this computer.',
      },
      { cause: error },
    )
  }
}
