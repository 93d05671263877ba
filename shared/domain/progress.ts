import type { Progress } from './run.ts'

/**
 * A rate that settles: an exponentially weighted mean over about ten seconds, fed with
 * counts and instants from outside. Unknown until a second has passed.
 */
export class RateMeter {
  readonly #halfLifeMs: number
  #lastAt: number | null = null
  #lastDone = 0
  #perSecond: number | null = null
  #observedMs = 0

  constructor(halfLifeMs = 5000) {
    this.#halfLifeMs = halfLifeMs
  }

  /** Takes the count at an instant. Counts that fall (a step started again) restart the meter. */
  take(done: number, atMs: number): void {
    if (this.#lastAt === null || done < this.#lastDone) {
      this.#lastAt = atMs
      this.#lastDone = done
      this.#perSecond = null
      this.#observedMs = 0
      return
    }
    const spanMs = atMs - this.#lastAt
    // Shorter spans say more about the reporting than about the rate.
    if (spanMs < 200) return
    const now = ((done - this.#lastDone) * 1000) / spanMs
    const weight = 1 - 0.5 ** (spanMs / this.#halfLifeMs)
    this.#perSecond =
      this.#perSecond === null ? now : this.#perSecond + weight * (now - this.#perSecond)
    this.#observedMs += spanMs
    this.#lastAt = atMs
    this.#lastDone = done
  }

  get perSecond(): number | null {
    return this.#observedMs < 1000 ? null : this.#perSecond
  }

  /** Seconds until `total`, or null while nothing can be said. */
  secondsLeft(total: number | null): number | null {
    const rate = this.perSecond
    if (total === null || rate === null || rate <= 0) return null
    return Math.max(0, (total - this.#lastDone) / rate)
  }
}

/** Makes a step's counts into its progress: rate and time left come from how the counts grew. */
export class ProgressMeter {
  readonly #bytes = new RateMeter()
  readonly #rows = new RateMeter()

  take(counts: Partial<Progress> & { doing: string }, atMs: number): Progress {
    const progress: Progress = {
      bytesDone: 0,
      bytesTotal: null,
      rowsDone: 0,
      rowsTotal: null,
      bytesPerSecond: null,
      secondsLeft: null,
      ...counts,
    }
    this.#bytes.take(progress.bytesDone, atMs)
    this.#rows.take(progress.rowsDone, atMs)
    return {
      ...progress,
      bytesPerSecond: this.#bytes.perSecond,
      secondsLeft:
        this.#bytes.secondsLeft(progress.bytesTotal) ?? this.#rows.secondsLeft(progress.rowsTotal),
    }
  }
}
