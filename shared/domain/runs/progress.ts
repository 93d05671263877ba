import type { Progress, ProgressState } from './run.ts'

/** A rate is the mean over this long … */
const windowMs = 15_000
/** … and over at least so many reports, so that blocks of which each takes seconds do not shake it … */
const leastReports = 8
/** … but what is older than this says nothing any more. */
const longestWindowMs = 120_000
/** Reports closer together say more about the reporting than about the rate. */
const grainMs = 200
/** Before so much was seen nothing is told. */
const telling = { ms: 1000, reports: 3 }

interface Sample {
  atMs: number
  done: number
}

/**
 * A rate that settles, fed with counts and instants from outside: the mean over the last while. It does not
 * follow single late reports, and a line that has become another one is soon seen as it is.
 */
export class RateMeter {
  /** The last is the newest, however close it is to the one before. */
  #samples: Sample[] = []
  #resting = false
  /** What went by while the meter rested: it belongs to no rate. */
  #skipped: Sample = { atMs: 0, done: 0 }

  /** Takes the count at an instant. Counts that fall (a step started again) restart the meter. */
  take(done: number, atMs: number): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && this.#resting)
      this.#skipped = { atMs: atMs - last.atMs, done: done - last.done }
    this.#resting = false
    const sample = { atMs: atMs - this.#skipped.atMs, done: done - this.#skipped.done }
    if (last !== undefined && sample.done < last.done) return this.restart(done, atMs)
    const before = this.#samples.at(-2)
    if (before !== undefined && sample.atMs - before.atMs < grainMs) this.#samples.pop()
    this.#samples.push(sample)
    while (this.#hasOld(sample.atMs)) this.#samples.shift()
  }

  /** Counting begins here. */
  restart(done: number, atMs: number): void {
    this.#skipped = { atMs: 0, done: 0 }
    this.#resting = false
    this.#samples = [{ atMs, done }]
  }

  /** Until the next count nothing moves; the rate stays what it was. */
  rest(): void {
    this.#resting = true
  }

  /** null: nothing can be said yet, or nothing moves. */
  get perSecond(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined) return null
    const spanMs = last.atMs - first.atMs
    if (spanMs < telling.ms || last.done === first.done) return null
    return ((last.done - first.done) * 1000) / spanMs
  }

  /** Seconds for so much more, or null while nothing can be said. */
  secondsFor(left: number | null): number | null {
    const rate = this.perSecond
    if (left === null || rate === null || this.#samples.length <= telling.reports) return null
    return Math.max(0, left / rate)
  }

  /** Whether the window reaches far enough back without its first sample. */
  #hasOld(nowMs: number): boolean {
    const second = this.#samples[1]
    if (second === undefined) return false
    const ageMs = nowMs - second.atMs
    return ageMs >= longestWindowMs || (ageMs >= windowMs && this.#samples.length > leastReports)
  }
}

/** What a step counts. */
export type Counts = Partial<Progress> & {
  doing: string
  /** Where much of `bytesDone` was there before: what has moved since this attempt began. */
  bytesMoved?: number
}

/** Makes a step's counts into its progress: rate and time left come from how the counts grew. */
export class ProgressMeter {
  readonly #bytes = new RateMeter()
  readonly #rows = new RateMeter()
  readonly #bytesBefore: number

  /** @param bytesBefore what an earlier attempt had done; it stands until this one moves something itself */
  constructor(bytesBefore = 0) {
    this.#bytesBefore = bytesBefore
  }

  take({ bytesMoved, ...counts }: Counts, atMs: number): Progress {
    const progress: Progress = {
      bytesDone: 0,
      bytesTotal: null,
      rowsDone: 0,
      rowsTotal: null,
      bytesPerSecond: null,
      secondsLeft: null,
      state: 'moving',
      ...counts,
    }
    const moved = bytesMoved ?? progress.bytesDone
    if (bytesMoved === 0)
      progress.bytesDone = Math.max(
        progress.bytesDone,
        // Whatever that was, this attempt has not been answered yet.
        Math.min(this.#bytesBefore, Math.floor((progress.bytesTotal ?? 0) * 0.99)),
      )
    if (progress.state !== 'moving') {
      this.#bytes.rest()
      this.#rows.rest()
      return progress
    }
    // What is found to be there already says nothing about the line.
    if (bytesMoved === 0) this.#bytes.restart(0, atMs)
    else this.#bytes.take(moved, atMs)
    this.#rows.take(progress.rowsDone, atMs)
    return {
      ...progress,
      bytesPerSecond: this.#bytes.perSecond,
      secondsLeft:
        this.#bytes.secondsFor(remaining(progress.bytesTotal, progress.bytesDone)) ??
        this.#rows.secondsFor(remaining(progress.rowsTotal, progress.rowsDone)),
    }
  }
}

/** How far a step had come when it rested, without what was true only while it moved. */
export function atRest(progress: Progress, state: ProgressState): Progress {
  return { ...progress, bytesPerSecond: null, secondsLeft: null, state, doing: '' }
}

function remaining(total: number | null, done: number): number | null {
  return total === null ? null : total - done
}
