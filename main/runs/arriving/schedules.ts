import { setTimeout as delay } from 'node:timers/promises'
import { Problem, remedyOf } from '../../../shared/domain/problem.ts'
import { type Schedule, dueTime, nextTime } from '../../../shared/domain/arriving/schedule.ts'
import type { Extracts } from './extracts.ts'
import { isOver } from '../waits.ts'
import type {
  DatasetRepository,
  ExtractRepository,
  RunRepository,
  StoredExtract,
} from '../ports/store.ts'

export interface SchedulesParts {
  extracts: ExtractRepository
  fetching: Pick<Extracts, 'fetch' | 'must'>
  runs: RunRepository
  datasets: DatasetRepository
  now: () => Date
  /** Into the log. */
  warn: (message: string) => void
  /** From one look to the next, ms. */
  everyMs?: number | undefined
}

/** An extract with when it is fetched next. */
export interface ScheduledExtract extends StoredExtract {
  nextAt: string | null
}

const usualEveryMs = 10_000
/** A shop that cannot be reached is asked again after a minute, and after a quarter of an hour at most. */
const againMs = { first: 60_000, most: 15 * 60_000 }

/** Fetches what is due by its schedule: one time after the other, and of those that were missed one or none. */
export class Schedules {
  readonly #parts: SchedulesParts
  /** Of datasets that could not be fetched: when it is tried again, ms. */
  readonly #again = new Map<string, { sinceMs: number; afterMs: number }>()
  #looking: Promise<unknown> = Promise.resolve()
  readonly #closed = new AbortController()

  constructor(parts: SchedulesParts) {
    this.#parts = parts
  }

  list(): ScheduledExtract[] {
    return this.#parts.extracts.list().map((one) => {
      const { schedule, handledAt } = one
      const next =
        schedule === null || handledAt === null ? null : nextTime(schedule, new Date(handledAt))
      return { ...one, nextAt: next?.toISOString() ?? null }
    })
  }

  /** From now on. */
  change(dataset: string, schedule: Schedule | null): void {
    this.#parts.fetching.must(dataset)
    if (schedule !== null && this.#parts.datasets.get(dataset)?.destination == null)
      throw new Problem({
        code: 'not-found',
        what: `${dataset} was never fetched, so Pallet does not know where its rows go.`,
        did: 'It is not fetched by itself.',
        advice: `Fetch it by hand first: “pallet fetch ${dataset}”. Then say when.`,
      })
    this.#parts.extracts.changeSchedule(dataset, schedule, this.#parts.now().toISOString())
    this.#again.delete(dataset)
  }

  /** Does what is due now, once, also what could not be done a moment ago; answers with the runs. */
  async due(signal: AbortSignal): Promise<string[]> {
    this.#again.clear()
    return await this.#look(signal)
  }

  /** Looks again and again, until it is closed. Never fails. */
  async begin(): Promise<void> {
    const { signal } = this.#closed
    while (!signal.aborted) {
      await this.#look(signal).catch((error: unknown) => {
        if (!signal.aborted) this.#parts.warn(Problem.from(error).message)
      })
      const restMs = this.#parts.everyMs ?? usualEveryMs
      await delay(restMs, undefined, { signal }).catch(() => {})
    }
  }

  /** Ends what looks, and waits for it. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#looking.catch(() => {})
  }

  /** One look after the other, whoever asks for it. */
  #look(asked: AbortSignal): Promise<string[]> {
    const signal = AbortSignal.any([asked, this.#closed.signal])
    const look = this.#looking
      .catch(() => {})
      .then(async () => {
        const found = await Promise.all(
          this.#parts.extracts.list().map((one) => this.#lookAt(one, signal)),
        )
        return found.flatMap((runId) => runId ?? [])
      })
    this.#looking = look
    return look
  }

  async #lookAt(
    { dataset, schedule, handledAt }: StoredExtract,
    signal: AbortSignal,
  ): Promise<string | null> {
    signal.throwIfAborted()
    const { extracts, fetching, now } = this.#parts
    if (schedule === null || handledAt === null) return null
    const at = now()
    const due = dueTime(schedule, new Date(handledAt), at)
    if (due === null) return null
    const again = this.#again.get(dataset)
    if (again !== undefined && !isOver(again.sinceMs, again.afterMs, at.getTime())) return null
    const handled = due.handled.toISOString()
    if (!due.run || this.#isHeld(dataset)) {
      extracts.changeHandled(dataset, handled, null)
      return null
    }
    try {
      const { runId } = await fetching.fetch({ dataset, destination: {} }, signal)
      // Killed before this is written, it is due again, and goes on with the run that is there.
      extracts.changeHandled(dataset, handled, null)
      this.#again.delete(dataset)
      return runId
    } catch (error) {
      signal.throwIfAborted()
      const { data } = Problem.from(error)
      const isPassing = remedyOf(data.code) === 'retry'
      extracts.changeHandled(dataset, isPassing ? null : handled, data)
      const afterMs = Math.min(
        againMs.most,
        2 * (this.#again.get(dataset)?.afterMs ?? againMs.first / 2),
      )
      if (isPassing) this.#again.set(dataset, { sinceMs: now().getTime(), afterMs })
      return null
    }
  }

  /** Whether a person has paused what would go on. */
  #isHeld(dataset: string): boolean {
    const last = this.#parts.runs
      .list({ dataset, limit: 1000 })
      .find(({ plan }) => plan.extract !== undefined)
    return last?.state === 'paused'
  }
}
