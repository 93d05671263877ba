/** A message to the main thread costs both threads more than the piece of work that it tells of. */
const reportEveryMs = 100

/**
 * Sends the first report at once, and of those that follow the newest, so often; `rest` sends what still waits. For reports that
 * say all that those before them did.
 */
export function conflating(send: (progress: unknown) => void): {
  report: (progress: unknown) => void
  rest: () => void
} {
  let sentAtMs = -Infinity
  let waiting: { progress: unknown; timer: NodeJS.Timeout } | null = null
  const rest = (): void => {
    if (waiting === null) return
    clearTimeout(waiting.timer)
    const { progress } = waiting
    waiting = null
    sentAtMs = performance.now()
    send(progress)
  }
  return {
    report: (progress) => {
      if (waiting !== null) waiting.progress = progress
      else waiting = { progress, timer: setTimeout(rest, reportEveryMs) }
      // The timer is late where the work leaves it no time.
      if (performance.now() - sentAtMs >= reportEveryMs) rest()
    },
    rest,
  }
}
