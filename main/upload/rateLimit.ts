import type { Clock } from './requests.ts'

/** Lets bytes pass no faster than agreed. */
export interface RateLimit {
  /** The most that should be taken at once; null: as much as one likes. */
  readonly sliceBytes: number | null
  take(bytes: number, signal: AbortSignal): Promise<void>
}

export const noLimit: RateLimit = { sliceBytes: null, take: () => Promise.resolve() }

/** Never more than this is saved up. */
const burstMs = 250

/** A token bucket: evens out to `bytesPerSecond` > 0 over all requests that share it. */
export function rateLimit(bytesPerSecond: number, clock: Clock): RateLimit {
  /** When the bytes taken so far are paid for. */
  let paidUntilMs = clock.now()
  return {
    sliceBytes: Math.max(1024, Math.min(64 * 1024, Math.floor(bytesPerSecond / 8))),
    async take(bytes, signal) {
      const nowMs = clock.now()
      paidUntilMs = Math.max(paidUntilMs, nowMs - burstMs) + (bytes / bytesPerSecond) * 1000
      if (paidUntilMs > nowMs) await clock.sleep(paidUntilMs - nowMs, signal)
    },
  }
}
