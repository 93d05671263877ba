import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../../../shared/domain/problem.ts'
import { noSuchHost } from './dns.ts'
import { failureOf, RequestFailed, type Failure } from './failure.ts'
import {
  answerLimitMs,
  isDamage,
  isTransient,
  maxDamaged,
  pauseMs,
  type RetryLimits,
} from './retry.ts'

export interface Clock {
  now(): number
  random(): number
  /** Ends early, with the signal's reason, when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch(() => {})
    signal.throwIfAborted()
  },
}

export interface Attempt {
  /** Bytes the request carries; they lengthen the wait for its answer. */
  bytes: number
  /** What the line gives one request; null or absent if that is unknown. */
  bytesPerSecond?: number | null
  signal: AbortSignal
  onFailure?(failure: Failure): void
}

/** By which a request that sends its body piece by piece shows that it moves. */
export interface Watch {
  /** The connection took something; the silence is counted anew. */
  moved(): void
  /** We hold back ourselves: no silence of the line. */
  holding(): void
  /** Everything has left this process; what is missing is the answer. */
  handedOver(): void
}

/** Sends requests to one account until they succeed, fail for good, or patience ends. */
export interface Requests {
  /** Fails with `RequestFailed`, with a Problem of the token source, or with the signal's reason. */
  send<T>(attempt: Attempt, request: (signal: AbortSignal, watch: Watch) => Promise<T>): Promise<T>
}

export interface RequestsOptions {
  /** Host of the account, for telling "no such account" from "no network". */
  host: string
  limits: RetryLimits
  clock: Clock
  /** Makes sure that a fresh credential is there; not counted as part of an attempt. */
  prepare(signal: AbortSignal): Promise<void>
  onWaiting(failure: Failure, pauseMs: number): void
}

/**
 * The SDK's own retry is off: it gives up after 16 s, knows neither 408 nor 429 nor `Retry-After`,
 * and has no limit for a server that never answers. Patience is shared by all requests: any
 * acknowledgement renews it, and it runs from the first failure after the last one.
 */
export function persistentRequests(options: RequestsOptions): Requests {
  const { clock, limits } = options
  let failingSinceMs: number | null = null
  let reached = false

  async function send<T>(
    attempt: Attempt,
    request: (signal: AbortSignal, watch: Watch) => Promise<T>,
  ): Promise<T> {
    const { signal } = attempt
    let damaged = 0
    for (let failures = 1; ; failures += 1) {
      signal.throwIfAborted()
      await options.prepare(signal)
      const outcome = await attemptOnce(attempt, failures, request)
      if (outcome.ok) {
        failingSinceMs = null
        reached = true
        return outcome.value
      }
      const { failure } = outcome
      if (failure.kind === 'answer') reached = true
      if (!isTransient(failure)) throw new RequestFailed(failure)
      attempt.onFailure?.(failure)
      if (isDamage(failure) && ++damaged > maxDamaged) throw new RequestFailed(failure)
      if (!reached && failure.kind === 'network' && failure.code === 'ENOTFOUND') {
        if (await noSuchHost(options.host, signal))
          throw new RequestFailed({ kind: 'no-such-host' })
      }
      const nowMs = clock.now()
      failingSinceMs ??= nowMs
      const pause = pauseMs(failures, failure, limits, () => clock.random())
      if (nowMs + pause - failingSinceMs > limits.patienceMs) throw new RequestFailed(failure)
      options.onWaiting(failure, pause)
      await clock.sleep(pause, signal)
    }
  }

  type Outcome<T> = { ok: true; value: T } | { ok: false; failure: Failure }

  async function attemptOnce<T>(
    { bytes, bytesPerSecond = null, signal }: Attempt,
    failures: number,
    request: (signal: AbortSignal, watch: Watch) => Promise<T>,
  ): Promise<Outcome<T>> {
    signal.throwIfAborted()
    const stop = new AbortController()
    const onAbort = (): void => stop.abort()
    signal.addEventListener('abort', onAbort, { once: true })
    const answerMs = answerLimitMs(bytes, bytesPerSecond, failures - 1, limits)
    let limitMs = answerMs
    let late = false
    let over = false
    let timer: NodeJS.Timeout | undefined
    const within = (ms: number): void => {
      if (over) return
      limitMs = ms
      clearTimeout(timer)
      timer = setTimeout(() => {
        late = true
        stop.abort()
      }, ms)
    }
    within(answerMs)
    const watch: Watch = {
      moved: () => within(limits.silenceMs),
      holding: () => clearTimeout(timer),
      handedOver: () => within(answerMs),
    }
    try {
      return { ok: true, value: await request(stop.signal, watch) }
    } catch (thrown) {
      // An answer may come before the body is taken in whole; then the rest must not be sent either.
      stop.abort()
      signal.throwIfAborted()
      if (thrown instanceof Problem) throw thrown
      if (late) return { ok: false, failure: { kind: 'timeout', limitMs } }
      return { ok: false, failure: failureOf(thrown, clock.now()) }
    } finally {
      over = true
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  return { send }
}
