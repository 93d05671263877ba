import type { App } from 'electron'
import type { Logger } from 'pino'

/** After this long the core is left to its checkpoints: every run continues at the next start. */
const closeLimitMs = 15_000

/** Closes the core before the process ends, once, in whatever way it was told to quit. */
export function closeOnQuit(
  app: Pick<App, 'on' | 'exit'>,
  close: () => Promise<void>,
  log: Logger,
  limitMs = closeLimitMs,
): void {
  let closing = false
  app.on('will-quit', (event) => {
    event.preventDefault()
    if (closing) return
    closing = true
    const limit = setTimeout(() => {
      log.error('closing took too long')
      app.exit(1)
    }, limitMs)
    close()
      .then(
        () => 0,
        (error: unknown) => {
          log.error({ err: error }, 'closing failed')
          return 1
        },
      )
      .then((code) => {
        clearTimeout(limit)
        app.exit(code)
      })
      .catch(() => app.exit(1))
  })
}
