/** What closing the window does. Runs outlive their window where the person wants it. */
import type { BrowserWindow, Dialog, Event, MessageBoxOptions } from 'electron'
import type { Logger } from 'pino'
import type { WhenClosed } from '../../shared/contract/bridge.ts'
import { plural } from '../../shared/domain/sizes.ts'

export interface Circumstances {
  platform: NodeJS.Platform
  /** Pallet is quitting; nothing is asked any more. */
  quitting: boolean
  /** Runs that go on by themselves. */
  underWay: number
  whenClosed: WhenClosed
  /** Whether this desktop shows tray icons. */
  hasTray: boolean
}

/**
 * `close`: the window goes, and with it Pallet (on a Mac Pallet stays). `hide`: into the tray.
 * `ask`: runs are under way and nothing is settled, or there is no tray to come back from.
 */
export function onClose(now: Circumstances): 'close' | 'hide' | 'ask' {
  if (now.quitting || now.platform === 'darwin' || now.underWay === 0) return 'close'
  switch (now.whenClosed) {
    case 'quit':
      return 'close'
    case 'background':
      return now.hasTray ? 'hide' : 'ask'
    case 'ask':
      return 'ask'
  }
}

const answers = ['stay', 'quit', 'cancel'] as const

/** Without a tray Pallet stays in the taskbar, and there is nothing to remember. */
export function question(underWay: number, hasTray: boolean): MessageBoxOptions {
  return {
    type: 'question',
    title: 'Pallet',
    message:
      underWay === 1
        ? 'A run is still under way.'
        : `${plural(underWay, 'run')} are still under way.`,
    detail:
      'Pallet can go on without its window. If it quits, it continues at the next start where it was; nothing is lost and nothing is sent twice.',
    buttons: [hasTray ? 'Go on in the background' : 'Go on, minimised', 'Quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
    ...(hasTray ? { checkboxLabel: 'Do the same next time' } : {}),
  }
}

type Closable = Pick<BrowserWindow, 'on' | 'hide' | 'minimize' | 'isDestroyed'>

export interface ClosingParts<W extends Closable> {
  now: () => Circumstances
  ask: (window: W, options: MessageBoxOptions) => ReturnType<Dialog['showMessageBox']>
  remember: (whenClosed: WhenClosed) => void
  /** The window is out of sight. */
  toTray: () => void
  quit: () => void
  log: Logger
}

export function guardClosing<W extends Closable>(window: W, parts: ClosingParts<W>): void {
  let asking = false

  async function ask({ underWay, hasTray }: Circumstances): Promise<void> {
    const { response, checkboxChecked } = await parts.ask(window, question(underWay, hasTray))
    const answer = answers[response] ?? 'cancel'
    if (answer === 'cancel' || window.isDestroyed()) return
    if (checkboxChecked) parts.remember(answer === 'quit' ? 'quit' : 'background')
    if (answer === 'quit') parts.quit()
    else if (hasTray) toTray()
    else window.minimize()
  }
  function toTray(): void {
    parts.toTray()
    window.hide()
  }

  window.on('close', (event: Event) => {
    const now = parts.now()
    const act = onClose(now)
    if (act === 'close') return
    event.preventDefault()
    if (act === 'hide') return toTray()
    if (asking) return
    asking = true
    ask(now)
      .catch((error: unknown) => parts.log.error({ err: error }, 'the question was not asked'))
      .finally(() => {
        asking = false
      })
  })
}
