import { type Command, Option } from 'commander'
import type { Logger } from 'pino'
import { readyForOutside } from '../network/outside.ts'
import type { Core } from '../runs/core.ts'
import type { Vault } from '../runs/ports/vault.ts'
import { exitCodes, type ExitCode } from '../terminal/exitCodes.ts'
import { wholeNumber } from '../terminal/grammar.ts'
import type { Output } from '../terminal/output.ts'
import { signInSettings, type SignInOptions, withSignIn } from './signInSettings.ts'

/** Opens a session whose core is this process's own, and closes it whatever happens. */
export type InOwnSession = (work: (session: OwnSession) => Promise<ExitCode>) => Promise<void>
interface OwnSession {
  core: Core
  output: Output
  signal: AbortSignal
  log: Logger
  vault: Vault
}

type ServeOptions = SignInOptions & { port: number }

export function addServe(pallet: Command, inSession: InOwnSession): void {
  withSignIn(
    pallet
      .command('serve')
      .description(
        'open the same app in the browser, on this computer only; for several people behind a proxy',
      )
      .addOption(
        new Option('--port <n>', 'port on 127.0.0.1')
          .argParser(wholeNumber(0, 65_535))
          .default(0, 'any free one'),
      ),
  ).action((options: ServeOptions) => inSession((session) => serve(session, options)))
}

/** `pallet serve`: the window in the browser until Ctrl-C; runs that were cut off go on. */
async function serve(
  { core, output, signal, log, vault }: OwnSession,
  options: ServeOptions,
): Promise<ExitCode> {
  const signIn = (await signInSettings(options, vault)) ?? undefined
  // The issuer is asked as every system outside is.
  if (signIn !== undefined) readyForOutside()
  // Not for commands that serve nothing.
  const { readyLine, startWeb } = await import('./web.ts')
  const web = await startWeb({ core, log, port: options.port, signIn })
  let removePage = async (): Promise<void> => {}
  try {
    core.runs.resumeAll()
    void core.lookAfterBlobs()
    void core.watchFolders()
    void core.landStreams()
    void core.fetchOnTime()
    void core.tellAlerts()
    void core.removeOld()
    output.text(readyLine(web.url), { event: 'ready', url: web.url, port: web.port })
    if (signIn !== undefined)
      output.note(`The proxy in front of it sends its requests to http://127.0.0.1:${web.port}.`)
    else if (process.stdout.isTTY && hasDisplay()) {
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
