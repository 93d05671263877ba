import { ORPCError } from '@orpc/client'

/**
 * Takes everything a stream of the core brings until `signal` says stop, and opens it again
 * when it ends, as it does whenever the core is restarted.
 * @param open asks the core for the stream; `again` from the second time on
 * @param refused takes the core's own no, after which nobody asks again; without it the stream is asked for until it comes
 */
export async function follow<T>(
  open: (again: boolean) => Promise<AsyncIterable<T>>,
  take: (item: T) => void,
  signal: AbortSignal,
  refused?: (problem: unknown) => void,
): Promise<void> {
  let again = false
  while (!signal.aborted) {
    try {
      const stream = await open(again)
      again = true
      for await (const item of stream) {
        if (signal.aborted) return
        take(item)
      }
    } catch (error) {
      if (refused !== undefined && error instanceof ORPCError && error.code === 'PROBLEM')
        return signal.aborted ? undefined : refused(error)
      // The line is down; the bar at the top says so, and the next call waits for it.
    }
    await rest(signal)
  }
}

/** A stream that ends at once must not be asked for again and again without a rest. */
function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, 250)
    signal.addEventListener('abort', end)
  })
}
