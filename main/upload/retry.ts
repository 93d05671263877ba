import type { Failure } from './failure.ts'

export interface RetryLimits {
  /** Longest pause after the first failure; doubles with each further one. */
  firstPauseMs: number
  longestPauseMs: number
  /** An attempt may last this long, plus its bytes at the slowest line we still serve. */
  attemptMs: number
  slowestBytesPerSecond: number
  /** How long failures may go on with nothing acknowledged before the run is put to waiting. */
  patienceMs: number
}

export const usualLimits: RetryLimits = {
  firstPauseMs: 500,
  longestPauseMs: 60_000,
  attemptMs: 30_000,
  slowestBytesPerSecond: 20 * 1024,
  patienceMs: 60_000,
}

/** How often the same bytes are sent again after `Md5Mismatch`: more than that is no accident of the line. */
export const maxDamaged = 3

/**
 * The pause before the next attempt, after `failures` ≥ 1 failures of the same request: full jitter
 * (a random share of an exponentially growing limit), and never less than the server asked for.
 */
export function pauseMs(
  failures: number,
  failure: Failure,
  limits: RetryLimits,
  random: () => number,
): number {
  const limit = Math.min(limits.longestPauseMs, limits.firstPauseMs * 2 ** (failures - 1))
  const asked = failure.kind === 'answer' ? (failure.retryAfterMs ?? 0) : 0
  return Math.max(asked, random() * limit)
}

/** How long one attempt that sends `bytes` may last. */
export function attemptLimitMs(bytes: number, limits: RetryLimits): number {
  return limits.attemptMs + Math.ceil((bytes / limits.slowestBytesPerSecond) * 1000)
}

/** Whether sending the same request again may help. */
export function isTransient(failure: Failure): boolean {
  switch (failure.kind) {
    case 'network':
    case 'timeout':
      return true
    case 'answer':
      return (
        failure.status === 408 ||
        failure.status === 429 ||
        (failure.status >= 500 && failure.status !== 501) ||
        failure.code === 'Md5Mismatch' ||
        failure.code === 'ContainerBeingDeleted' ||
        failure.code === 'AccountBeingCreated'
      )
    case 'tls':
    case 'no-such-host':
    case 'unknown':
      return false
  }
}

/** Whether a failure says that the line or the server has too much to do. */
export function isCongestion(failure: Failure): boolean {
  return (
    failure.kind === 'timeout' ||
    (failure.kind === 'answer' && (failure.status === 503 || failure.status === 429))
  )
}
