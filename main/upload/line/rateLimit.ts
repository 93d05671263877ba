import { type Cap, type UploadLimit, capAt } from '../../../shared/domain/limit.ts'
import type { Clock } from './requests.ts'

/** Lets bytes pass no faster than agreed. */
export interface RateLimit {
  /** The most that should be taken at once; null: as much as one likes. */
  readonly sliceBytes: number | null
  take(bytes: number, signal: AbortSignal): Promise<void>
}

/** What bytes are being held to at the moment. */
export type Brake = Cap & { bytesPerSecond: number }

export interface RateLimitOptions {
  limit: UploadLimit
  clock: Clock
  /** The table as it is now: somebody may change it while bytes pass. */
  current(): Promise<UploadLimit>
  /** The limit begins to hold something back (with what), or no longer does (null). */
  onBrake(brake: Brake | null): void
}

/** Never more than this is saved up. */
const burstMs = 250
/** The table is asked for this often while bytes pass. */
const askEveryMs = 3000
/** Nobody sleeps longer than this without looking whether the limit still holds. */
const lookEveryMs = 1000
/** The line is slower than the limit when nothing had to be held back for this long. */
const freeAfterMs = 3000

/**
 * A token bucket: evens out over all requests that share it, to what the table says for the time of the day.
 * Follows the table by itself, and a change of it within seconds.
 */
export function rateLimit(options: RateLimitOptions): RateLimit {
  const { clock } = options
  let limit = options.limit
  let askedAtMs = clock.now()
  let cap = capAt(limit, new Date(askedAtMs))
  /** When the bytes taken so far are paid for. */
  let paidUntilMs = askedAtMs
  let braking = false
  let brakedAtMs = askedAtMs

  function brake(on: boolean): void {
    if (on === braking) return
    braking = on
    const { bytesPerSecond } = cap
    options.onBrake(on && bytesPerSecond !== null ? { ...cap, bytesPerSecond } : null)
  }

  function look(nowMs: number): void {
    const now = capAt(limit, new Date(nowMs))
    if (now.bytesPerSecond !== cap.bytesPerSecond) {
      // What was agreed for another rate is nobody's debt now.
      paidUntilMs = nowMs
      brake(false)
    }
    cap = now
    if (nowMs - askedAtMs < askEveryMs) return
    askedAtMs = nowMs
    options.current().then(
      (next) => (limit = next),
      // Whoever cannot say it anew leaves it at what was said.
      () => {},
    )
  }

  return {
    get sliceBytes() {
      const { bytesPerSecond } = cap
      return bytesPerSecond === null
        ? null
        : Math.max(1024, Math.min(64 * 1024, Math.floor(bytesPerSecond / 8)))
    },
    async take(bytes, signal) {
      let nowMs = clock.now()
      look(nowMs)
      const agreed = cap.bytesPerSecond
      if (agreed === null) return
      paidUntilMs = Math.max(paidUntilMs, nowMs - burstMs) + (bytes / agreed) * 1000
      const mineMs = paidUntilMs
      if (mineMs > nowMs) {
        brakedAtMs = nowMs
        brake(true)
      } else if (nowMs - brakedAtMs > freeAfterMs) brake(false)
      while (mineMs > nowMs && cap.bytesPerSecond === agreed) {
        await clock.sleep(Math.min(mineMs - nowMs, lookEveryMs), signal)
        nowMs = clock.now()
        look(nowMs)
      }
    },
  }
}
