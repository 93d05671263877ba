/** Shows outside the window what runs do: taskbar, notifications, and no sleep while one works. */
import type { BrowserWindow, Notification, PowerSaveBlocker } from 'electron'
import type { Logger } from 'pino'
import type { Run } from '../../shared/domain/runs/run.ts'
import { type Notice, RunBoard, type TaskbarProgress } from './runNotices.ts'

type Shown = Pick<BrowserWindow, 'isDestroyed' | 'isFocused' | 'isVisible' | 'setProgressBar'>

export interface FollowParts {
  powerSaveBlocker: Pick<PowerSaveBlocker, 'start' | 'stop'>
  /** The window there is; null on a Mac after it was closed. */
  window: () => Shown | null
  /** Electron's `Notification`, made; null where the system shows none. */
  notification: (notice: Notice) => Pick<Notification, 'on' | 'show'> | null
  wantsNotices: () => boolean
  /** A notification was clicked. */
  open: (runId: string) => void
  /** Whenever the number of runs that go on by themselves has changed. */
  onUnderWay: (count: number) => void
  log: Logger
}

/** A bar that moves by less than this is not drawn again. */
const grain = 0.01

export class RunFollower {
  readonly board = new RunBoard()
  readonly #parts: FollowParts
  #blocker: number | null = null
  #drawn: TaskbarProgress | null = null
  #underWay = 0
  /** Kept until they are gone: a notification that is collected forgets its click. */
  readonly #notices = new Set<Pick<Notification, 'on'>>()

  constructor(parts: FollowParts) {
    this.#parts = parts
  }

  /** Ends with the stream. */
  async follow(runs: AsyncIterable<Run>): Promise<void> {
    try {
      for await (const run of runs) this.take(run)
    } catch (error) {
      this.#parts.log.warn({ err: error }, 'runs are not followed any more')
    } finally {
      this.#keepAwake(false)
    }
  }

  take(run: Run): void {
    const notice = this.board.take(run)
    this.#keepAwake(this.board.working > 0)
    this.draw()
    if (notice !== null) this.#tell(notice)
    if (this.board.underWay !== this.#underWay) {
      this.#underWay = this.board.underWay
      this.#parts.onUnderWay(this.#underWay)
    }
  }

  /** Also for a window that was opened anew, which shows no bar yet. */
  draw(isNew = false): void {
    const next = this.board.progress
    if (!isNew && isAlike(next, this.#drawn)) return
    const window = this.#parts.window()
    if (window === null || window.isDestroyed()) return
    this.#drawn = next
    if (next === null) window.setProgressBar(-1)
    else window.setProgressBar(next.share, { mode: next.mode })
  }

  #keepAwake(awake: boolean): void {
    if (awake === (this.#blocker !== null)) return
    if (this.#blocker === null) {
      this.#blocker = this.#parts.powerSaveBlocker.start('prevent-app-suspension')
    } else {
      this.#parts.powerSaveBlocker.stop(this.#blocker)
      this.#blocker = null
    }
  }

  #tell(notice: Notice): void {
    const window = this.#parts.window()
    const isSeen = window !== null && !window.isDestroyed() && window.isFocused()
    if (isSeen || !this.#parts.wantsNotices()) return
    const shown = this.#parts.notification(notice)
    if (shown === null) return
    this.#notices.add(shown)
    const gone = (): void => void this.#notices.delete(shown)
    shown.on('click', () => {
      gone()
      this.#parts.open(notice.runId)
    })
    shown.on('close', gone)
    shown.on('failed', (_event, reason) => {
      gone()
      this.#parts.log.warn({ reason }, 'a notification was not shown')
    })
    shown.show()
  }
}

function isAlike(a: TaskbarProgress | null, b: TaskbarProgress | null): boolean {
  if (a === null || b === null) return a === b
  return a.mode === b.mode && Math.abs(a.share - b.share) < grain
}
