/** The end of the desktop app: in good order, once, with a limit, and sometimes with a new beginning. */
import type { App, Event } from 'electron'
import type { Logger } from 'pino'
import { backgroundSwitch } from './loginItem.ts'

export interface Quitting {
  /** From here on windows close without a question, and none opens. */
  readonly begun: boolean
  /**
   * Pallet was started again while it was closing: it begins anew when it has closed, with these
   * files. A window opened now would lose its core a moment later.
   */
  beginAgain(files: readonly string[]): void
  /** Once everything is closed this ends the process, in place of a plain exit (the updater's way). */
  endWith(act: () => void): void
}

interface QuitParts {
  close: () => Promise<void>
  log: Logger
  /** After this long the core is left to its checkpoints: every run continues at the next start. */
  limitMs: number
  /** The command line to begin again with, for the files that shall be opened. */
  again: (files: readonly string[]) => { args: string[]; execPath?: string }
}

/** Closes the core before the process ends, in whatever way it was told to quit. */
export function closeOnQuit(
  app: Pick<App, 'on' | 'exit' | 'relaunch'>,
  { close, log, limitMs, again }: QuitParts,
): Quitting {
  let stage: 'open' | 'leaving' | 'closing' | 'closed' = 'open'
  let files: string[] | null = null
  let lastAct: (() => void) | null = null

  app.on('before-quit', () => {
    if (stage === 'open') stage = 'leaving'
  })
  app.on('will-quit', (event: Event) => {
    if (stage === 'closed') return
    event.preventDefault()
    if (stage === 'closing') return
    stage = 'closing'
    void closed().then(end)
  })

  /** The exit code. */
  async function closed(): Promise<number> {
    let limit: NodeJS.Timeout | undefined
    const late = new Promise<number>((resolve) => {
      limit = setTimeout(() => {
        log.error({ limitMs }, 'closing took too long')
        resolve(1)
      }, limitMs)
    })
    const inOrder = close().then(
      () => 0,
      (error: unknown) => {
        log.error({ err: error }, 'closing failed')
        return 1
      },
    )
    const code = await Promise.race([inOrder, late])
    clearTimeout(limit)
    return code
  }

  function end(code: number): void {
    stage = 'closed'
    if (lastAct !== null) {
      // Should the updater not quit after all, the process still must end.
      setTimeout(() => app.exit(1), limitMs)
      try {
        lastAct()
        return
      } catch (error) {
        log.error({ err: error }, 'the update was not installed')
      }
    } else if (files !== null) app.relaunch(again(files))
    app.exit(code)
  }

  return {
    get begun() {
      return stage !== 'open'
    },
    beginAgain: (more) => {
      files = [...(files ?? []), ...more]
    },
    endWith: (act) => {
      lastAct = act
    },
  }
}

/** How this Pallet is started once more: with the switches it was given, and with the files that shall be opened. */
export function commandLine(
  app: Pick<App, 'isPackaged' | 'getAppPath'>,
  { argv, env }: Pick<NodeJS.Process, 'argv' | 'env'>,
  files: readonly string[],
): { args: string[]; execPath?: string } {
  const switches = argv.slice(1).filter((argument) => argument.startsWith('-'))
  const args = [
    ...switches.filter((argument) => argument !== backgroundSwitch),
    ...(app.isPackaged ? [] : [app.getAppPath()]),
    ...files,
  ]
  // The program of an AppImage lies in a folder that is gone when it ends; this is where it came from.
  const image = env['APPIMAGE']
  return image === undefined ? { args } : { args, execPath: image }
}

/**
 * Ctrl-C and `kill` quit as the menu does. Of these signals one process often gets several (the
 * terminal sends Ctrl-C to everybody, npm and the start script send it on), and Chromium's own
 * handler gives up good order at the second. To be called when the app is ready: before, Chromium
 * would put its handlers over these.
 */
export function quitOnSignals(
  from: Pick<NodeJS.Process, 'on'>,
  app: Pick<App, 'quit'>,
  log: Logger,
): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    from.on(signal, () => {
      log.info({ signal }, 'told to quit')
      app.quit()
    })
}
