/** What is kept of ended runs on this computer, for as long as is set: raw rows that were held back, and copies of files; and of what was chosen for files that were never sent. */
import { mkdir, rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../../shared/domain/problem.ts'
import { isFinished } from '../../shared/domain/runs/run.ts'
import { plural } from '../../shared/domain/sizes.ts'
import { discardedFolder } from './discarded.ts'
import type { HomePaths } from './ports/home.ts'
import type {
  DraftRepository,
  FixRepository,
  RunRepository,
  SettingsRepository,
} from './ports/store.ts'
import type { LeftThere } from './leftThere.ts'
import type { SourceQueries } from './arriving/sourceQueries.ts'

export interface KeepingParts {
  runs: RunRepository
  fixes: Pick<FixRepository, 'forget'>
  drafts: Pick<DraftRepository, 'forgetBefore'>
  settings: Pick<SettingsRepository, 'get'>
  queries: Pick<SourceQueries, 'release'>
  leftThere: Pick<LeftThere, 'due'>
  home: HomePaths
  changed: (runId: string) => void
  /** What could not be removed, for the log. */
  warn: (message: string) => void
  now: () => Date
}

const dayMs = 86_400_000
const everyMs = 60 * 60_000

/** Removes it when its time is over. Accounts, receipts and histories stay, and so does what was delivered. */
export class Keeping {
  readonly #parts: KeepingParts
  #removing: Promise<unknown> = Promise.resolve()
  readonly #closed = new AbortController()

  constructor(parts: KeepingParts) {
    this.#parts = parts
  }

  /** Removes what is over now, one after the other, whoever asks for it. */
  due(): Promise<void> {
    const removing = this.#removing.catch(() => {}).then(() => this.#removeAll())
    this.#removing = removing
    return removing
  }

  /** Removes again and again, until it is closed. Never fails. */
  async begin(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      await this.due().catch((error: unknown) => this.#parts.warn(Problem.from(error).message))
      await delay(everyMs, undefined, { signal }).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#removing.catch(() => {})
  }

  async #removeAll(): Promise<void> {
    const { runs, drafts, settings, leftThere, now } = this.#parts
    await leftThere.due(this.#closed.signal)
    const { keepDays } = settings.get()
    if (keepDays === null) return
    const before = new Date(now().getTime() - keepDays * dayMs).toISOString()
    drafts.forgetBefore(before)
    for (const id of runs.keptBefore(before)) {
      if (this.#closed.signal.aborted) return
      await this.#remove(id, keepDays)
    }
  }

  async #remove(id: string, keepDays: number): Promise<void> {
    const { runs, fixes, queries, home, changed, now } = this.#parts
    const run = runs.get(id)
    // Whoever sends its rows has them from there.
    if (run === null || runs.completing(id).some(({ state }) => !isFinished(state))) return
    // Repeated, it finds done what a process that ended has done.
    await rm(discardedFolder(home, id), { recursive: true, force: true })
    // What is asked of its rows finds none.
    await mkdir(home.runFolder(id), { recursive: true, mode: 0o700 })
    await queries.release(run)
    fixes.forget(id)
    const at = now().toISOString()
    runs.changeFate(id, { emptiedAt: at })
    runs.log(id, {
      at,
      level: 'info',
      message: `What was kept of its file was removed after ${plural(keepDays, 'day')}, as is set: its held-back rows cannot be looked at or fixed any more.`,
    })
    changed(id)
  }
}
