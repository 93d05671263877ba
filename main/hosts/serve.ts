import { type Command, Option } from 'commander'
import type { Logger } from 'pino'
import type { Core } from '../runs/core.ts'
import { exitCodes, type ExitCode } from '../terminal/exitCodes.ts'
import { wholeNumber } from '../terminal/grammar.ts'
import type { Output } from '../terminal/output.ts'

/** Opens a session whose core is this process's own, and closes it whatever happens. */
export type InOwnSession = (
  work: (session: {
    core: Core
    output: Output
    signal: AbortSignal
    log: Logger
  }) => Promise<ExitCode>,
) => Promise<void>

export function addServe(pallet: Command, inSession: InOwnSession): void {
  pallet
    .command('serve')
    .description('open the same app in the browser, on this computer only')
    .addOption(
      new Option('--port <n>', 'port on 127.0.0.1')
        .argParser(wholeNumber(0, 65_535))
        .default(0, 'any free one'),
    )
    .action((options: { port: number }) =>
      inSession(({ core, output, signal, log }) => serve(core, output, options.port, signal, log)),
    )
}

/** `pallet serve`: the window in the browser until Ctrl-C; runs that were cut off go on. */
async function serve(
  core: Core,
  output: Output,
  port: number,
  signal: AbortSignal,
  log: Logger,
): Promise<ExitCode> {
  // Not for commands that serve nothing.
  const { readyLine, startWeb } = await import('./web.ts')
  const web = await startWeb({ core, log, port })
  let removePage = async (): Promise<void> => {}
  try {
    core.runs.resumeAll()
    void core.lookAfterBlobs()
    void core.watchFolders()
    void core.landStreams()
    void core.fetchOnTime()
    void core.tellAlerts()
    void core.removeOld()
    output.text(readyLine(web.url), { event: 'ready', url: web.url })
    if (process.stdout.isTTY && hasDisplay()) {
      const { openInBrowser } = await import('./openBrowser.ts')
      removePage = await openInBrowser(web.url, core.app.home)
      void web.admitted.then(removePage)
    }
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
    })
    output.note('Closing …')
    return exitCodes.succeeded
  } finally {
    await removePage()
    await web.close()
  }
}

function hasDisplay(): boolean {
  return (
    process.platform !== 'linux' ||
    process.env['DISPLAY'] !== undefined ||
    process.env['WAYLAND_DISPLAY'] !== undefined
  )
}
