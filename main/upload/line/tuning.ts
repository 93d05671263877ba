/**
 * How many blocks may travel at once, from what the line has shown. The first travels alone
 * and tells how fast the line is; four, eight or sixteen follow, and twice as many as
 * long as that brings a fifth more; where it does not, it goes back, and looks again after a while.
 * A slow line never has more on the way than it carries in twenty seconds, so that nothing
 * times out because of its siblings. Congestion halves. Pure: time comes in.
 */
export interface Tuner {
  readonly allowed: number
  /** null until something was acknowledged. */
  readonly bytesPerSecond: number | null
  /** Whether a block may start while `blocks` of together `inFlightBytes` are on their way. */
  mayStart(blocks: number, inFlightBytes: number, bytes: number): boolean
  acknowledged(bytes: number, nowMs: number): void
  /** The server or the line has too much to do. */
  congested(nowMs: number): void
}

/** 50 Mbit/s: below that a line is most likely a shop's own, which others share. */
export const slowBytesPerSecond = 50_000_000 / 8
/** One block alone gets so much only where very many may travel. */
const fastBytesPerSecond = 4 * slowBytesPerSecond
const mostBlocks = 32
const worthwhileGain = 0.2
const secondsInFlight = 20
const unmeasuredBytes = 32 * 1024 ** 2
const lookAgainMs = 30_000
const sameTroubleMs = 1000

export function tuner(startMs: number): Tuner {
  let allowed = 1
  let alone = true
  let rate: number | null = null
  /** Before a round is measured in full, the rate is what the first blocks let suppose. */
  let measured = false
  /** Rate of the level below, when this one is on trial. */
  let before: { allowed: number; rate: number } | null = null
  let settledAtMs: number | null = null
  let congestedAtMs: number | null = null
  let round = newRound(startMs)

  function change(next: number, nowMs: number): void {
    allowed = Math.max(1, Math.min(mostBlocks, next))
    round = newRound(nowMs)
  }

  function judge(found: number, nowMs: number): void {
    measured = true
    rate = found
    if (before !== null && found < before.rate * (1 + worthwhileGain)) {
      change(before.allowed, nowMs)
      before = null
      settledAtMs = nowMs
      return
    }
    const settled = settledAtMs !== null && nowMs - settledAtMs < lookAgainMs
    before = null
    if (settled || allowed === mostBlocks) {
      round = { ...newRound(nowMs), warm: true }
      return
    }
    before = { allowed, rate: found }
    change(allowed * 2, nowMs)
  }

  return {
    get allowed() {
      return allowed
    },
    get bytesPerSecond() {
      return rate
    },
    mayStart(blocks, inFlightBytes, bytes) {
      if (blocks === 0) return true
      const most = rate === null ? unmeasuredBytes : rate * secondsInFlight
      if (blocks < allowed && inFlightBytes + bytes <= most) return true
      round.held = true
      return false
    },
    acknowledged(bytes, nowMs) {
      round.acks += 1
      round.bytes += bytes
      const found = perSecond(round, nowMs)
      if (!measured) rate = found
      if (alone) {
        alone = false
        return change(startBlocks(found), nowMs)
      }
      if (round.acks < allowed) return
      // The first round after a change still shows the level before; one in which no block had to
      // wait shows how fast the file is read, not the line.
      if (round.warm && round.held) judge(perSecond(round, nowMs), nowMs)
      else round = { ...newRound(nowMs), warm: true }
    },
    congested(nowMs) {
      // Blocks that travelled together meet the same trouble: it counts once.
      if (congestedAtMs !== null && nowMs - congestedAtMs < sameTroubleMs) return
      congestedAtMs = nowMs
      before = null
      settledAtMs = nowMs
      change(Math.floor(allowed / 2), nowMs)
    },
  }
}

/** For the rate of a first block that travelled alone. */
function startBlocks(bytesPerSecond: number): number {
  if (bytesPerSecond < slowBytesPerSecond) return 4
  return bytesPerSecond < fastBytesPerSecond ? 8 : 16
}

interface Round {
  sinceMs: number
  bytes: number
  acks: number
  warm: boolean
  /** Whether a block had to wait for others to arrive. */
  held: boolean
}

function newRound(sinceMs: number): Round {
  return { sinceMs, bytes: 0, acks: 0, warm: false, held: false }
}

function perSecond(round: Round, nowMs: number): number {
  return (round.bytes / Math.max(1, nowMs - round.sinceMs)) * 1000
}
