import type { Clock } from './requests.ts'
import { slowBytesPerSecond } from './tuning.ts'

/**
 * Holds back on a slow line, so that others can still use it: a router keeps what it cannot send at once,
 * and whoever shares the line waits behind it. Blocks therefore leave just as fast as the line
 * carries them. The sign of a queue is that answers take longer, counted from when a block's last byte left, than they
 * do on an empty line: the idea of LEDBAT (RFC 6817), with a rate in place of a window, because
 * acknowledgements come only once per block. A fast line is left alone: its queue is short in time.
 */
export interface Pacing {
  /** null: nothing is held back. */
  readonly bytesPerSecond: number | null
  /** The most that should be taken at once; null: as much as one likes. */
  readonly sliceBytes: number | null
  take(bytes: number, signal: AbortSignal): Promise<void>
  /** A block starts while `inFlightBytes`, itself included, are on their way. */
  start(inFlightBytes: number): Journey
}

/** One attempt at one block. */
export interface Journey {
  /** Its last byte has left this process. */
  handedOver(): void
  /** It was acknowledged while `inFlightBytes`, itself included, were on their way. */
  acknowledged(inFlightBytes: number): void
}

/** The queue that is aimed at: enough that the line never runs dry. */
const aimMs = 20
/** By so much the queue may grow from one answer to the next while none is seen. */
const stepMs = 15
/** After so many answers without a queue there is much more room than was thought, and the steps grow. */
const calmAnswers = 8
/** A queue counts when the last so many answers all show it; one late answer is an accident. */
const agreeing = 3
/** A shorter one may be no queue but a line whose delay varies: the rate then stays near what was carried before. */
const plainMs = 80
const doubtful = 0.9
/** So many answers are looked back at for how long one takes on an empty line. */
const remembered = 64
/** Every so many answers the queue is let run empty, so that the empty line is seen again. */
const breathing = 32
/** What may leave at once: ten milliseconds of the line. */
const slicesPerSecond = 100
const leastHorizonMs = 1000

export function pacing(clock: Pick<Clock, 'now' | 'sleep'>): Pacing {
  let rate: number | null = null
  /** What it seems to carry. */
  let line = 0
  /** The most it has carried since there last was a queue beyond doubt. */
  let best = 0
  let paidUntilMs = 0
  /** Of all blocks together, since the start. */
  let leftBytes = 0
  let queuedMs = 0
  let calm = 0
  let answers = 0
  const delaysMs: number[] = []
  const answeredAtMs: number[] = []

  /** `carried`: bytes per second that came through while a block travelled. */
  function adjust(carried: number, nowMs: number): void {
    const emptyMs = Math.min(...delaysMs)
    const lately = delaysMs.slice(-agreeing).map((ms) => ms - emptyMs)
    queuedMs = lately.at(-1) ?? 0
    const standingMs = Math.min(...lately)
    const first = answeredAtMs[0] ?? nowMs
    // The correction is spread over the time until its effect is seen.
    const horizonMs = Math.max(
      leastHorizonMs,
      (nowMs - first) / Math.max(1, answeredAtMs.length - 1),
    )
    const calmNow = queuedMs < aimMs
    calm = calmNow ? calm + 1 : 0
    if (standingMs > plainMs) best = carried
    best = Math.max(best, carried)
    let next = line
    if (calmNow) {
      line = Math.max(line, carried)
      const boost = 2 ** Math.max(0, (calm - calmAnswers) / 2)
      next = line * (1 + Math.min(0.25, (stepMs / horizonMs) * boost))
    } else if (standingMs >= aimMs) {
      line = Math.max(line + (carried - line) / 2, best * doubtful)
      if (standingMs > plainMs) line = carried
      next = line * Math.max(0.5, 1 - (standingMs - aimMs / 2) / horizonMs)
    }
    answers += 1
    rate = next > slowBytesPerSecond * 1.2 ? null : next
  }

  return {
    get bytesPerSecond() {
      return rate
    },
    get sliceBytes() {
      return rate === null ? null : Math.max(1024, Math.floor(rate / slicesPerSecond))
    },
    async take(bytes, signal) {
      if (rate !== null) {
        const nowMs = clock.now()
        const perSecond = answers % breathing === breathing - 1 ? rate * 0.9 : rate
        const savedMs = 1000 / slicesPerSecond
        paidUntilMs = Math.max(paidUntilMs, nowMs - savedMs) + (bytes / perSecond) * 1000
        if (paidUntilMs > nowMs) await clock.sleep(paidUntilMs - nowMs, signal)
      }
      leftBytes += bytes
    },
    start(inFlightAtStart) {
      const startedMs = clock.now()
      const leftAtStart = leftBytes
      const queuedAtStartMs = queuedMs
      let handedOverMs = startedMs
      let leftMeanwhile = 0
      return {
        handedOver() {
          handedOverMs = clock.now()
          leftMeanwhile = leftBytes - leftAtStart
        },
        acknowledged(inFlightAtEnd) {
          const nowMs = clock.now()
          const delayMs = nowMs - handedOverMs
          delaysMs.push(delayMs)
          if (delaysMs.length > remembered) delaysMs.shift()
          answeredAtMs.push(nowMs)
          if (answeredAtMs.length > agreeing + 1) answeredAtMs.shift()
          if (rate === null) {
            // What is under way, over how long it takes: also right when there was little to send.
            const bytes = Math.max(inFlightAtStart, inFlightAtEnd)
            const carried = (bytes / Math.max(1, nowMs - startedMs)) * 1000
            if (carried < slowBytesPerSecond) rate = line = best = carried
            return
          }
          const queueMs = delayMs - Math.min(...delaysMs)
          const ms = handedOverMs - startedMs + queueMs - queuedAtStartMs
          adjust((leftMeanwhile / Math.max(1, ms)) * 1000, nowMs)
        },
      }
    },
  }
}
