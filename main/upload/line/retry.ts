import type { Failure } from './failure.ts'

export interface RetryLimits {
  /** Longest pause after the first failure; doubles with each further one. */
  firstPauseMs: number
  longestPauseMs: number
  /** A connection that moves nothing for this long is given up. */
  silenceMs: number
  /** Supposed of a line that has shown nothing yet, so that a dead one is left within a minute. */
  supposedBytesPerSecond: number
  /** How long failures may go on with nothing acknowledged before the run is put to waiting. */
  patienceMs: number
}

export const usualLimits: RetryLimits = {
  firstPauseMs: 500,
  longestPauseMs: 60_000,
  silenceMs: 30_000,
  supposedBytesPerSecond: 256 * 1024,
  patienceMs: 60_000,
}

/** How often the same bytes are sent again after damage on the way: more than that is no accident of the line. */
export const maxDamaged = 3

/**
 * The pause before the next attempt, after `failures` ≥ 1 failures of the same request: full jitter
 * (a random share of an exponentially growing limit), and never less than the server asked for (a null failure asks for nothing).
 */
export function pauseMs(
  failures: number,
  failure: Failure | null,
  limits: RetryLimits,
  random: () => number,
): number {
  const limit = Math.min(limits.longestPauseMs, limits.firstPauseMs * 2 ** (failures - 1))
  const asked = failure?.kind === 'answer' ? (failure.retryAfterMs ?? 0) : 0
  return Math.max(asked, random() * limit)
}

/** What the operating system holds between us and the line: up to this much is gone from here, but not there yet. */
const systemBuffersBytes = 4 * 1024 ** 2
/** The slowest line we still serve. */
const slowestBytesPerSecond = 20 * 1024

/**
 * How long an answer may take once a request of `bytes` has left this process: what the system still
 * holds of it, at the rate of its share of the line (null: unknown), halved with each of the `failures` so far.
 */
export function answerLimitMs(
  bytes: number,
  bytesPerSecond: number | null,
  failures: number,
  limits: RetryLimits,
): number {
  const rate = (bytesPerSecond ?? limits.supposedBytesPerSecond) / 2 ** failures
  const held = Math.min(bytes, systemBuffersBytes)
  const travelMs = (held / Math.max(slowestBytesPerSecond, rate)) * 1000
  return limits.silenceMs + Math.ceil(travelMs)
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
        isDamage(failure) ||
        failure.code === 'ContainerBeingDeleted' ||
        failure.code === 'AccountBeingCreated'
      )
    case 'tls':
    case 'no-such-host':
    case 'unknown':
      return false
  }
}

/**
 * Whether the server got something else than was sent. A block list has no checksum: it arrives as
 * broken XML, which Azurite refuses without a code, or with ids that nobody staged (InvalidBlockList).
 */
export function isDamage(failure: Failure): boolean {
  if (failure.kind !== 'answer' || failure.status !== 400) return false
  return ['Md5Mismatch', 'InvalidXmlDocument', ''].includes(failure.code)
}

/** Whether a failure says that the line or the server has too much to do. */
export function isCongestion(failure: Failure): boolean {
  return (
    failure.kind === 'timeout' ||
    (failure.kind === 'answer' && (failure.status === 503 || failure.status === 429))
  )
}
