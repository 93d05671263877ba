/**
 * Turns within this thread: whoever works under a name has it alone, in the order of asking.
 * Two engines open on one file would each believe they own it (the operating system's lock
 * holds between processes only), and two heavy jobs at once would take twice the memory.
 */

/** The turn of what fills an engine's memory: cleaning and loading. */
export const heavyWork = 'heavy work'

const last = new Map<string, Promise<void>>()

/** Waits for the turn, works, and gives it on. Rejects with the signal's reason while still waiting. */
export async function inTurn<Result>(
  name: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted()
  const before = last.get(name) ?? Promise.resolve()
  const { promise: done, resolve: leave } = Promise.withResolvers<void>()
  // Whoever gives up waiting leaves at once, but those behind still wait for those before.
  const mine = before.then(() => done)
  last.set(name, mine)
  void mine.then(() => {
    if (last.get(name) === mine) last.delete(name)
  })
  try {
    await orAborted(before, signal)
    return await work()
  } finally {
    leave()
  }
}

/** Rejects with the signal's reason where that comes first. */
export async function orAborted<Result>(
  wait: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([wait, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
    signal.throwIfAborted()
  }
}
