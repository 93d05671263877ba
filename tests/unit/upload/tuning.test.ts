import { describe, expect, it } from 'vitest'
import { rateLimit } from '../../../main/upload/rateLimit.ts'
import { tuner, type Tuner } from '../../../main/upload/tuning.ts'

const MiB = 1024 ** 2
const block = 4 * MiB

/**
 * A line on which a block takes at least `blockMs`, and all of them together no less than the
 * rate allows, for `ms`. Answers the most that was in flight, and what was done.
 */
function drive(
  tune: Tuner,
  line: { blockMs: number; bytesPerSecond: number },
  ms: number,
  fromMs = 0,
): { mostInFlight: number; doneBytes: number } {
  let nowMs = fromMs
  let lineFreeMs = 0
  let doneBytes = 0
  let mostInFlight = 0
  const ends: number[] = []
  while (nowMs < fromMs + ms) {
    while (tune.mayStart(ends.length, ends.length * block, block)) {
      lineFreeMs = Math.max(lineFreeMs, nowMs) + (block / line.bytesPerSecond) * 1000
      ends.push(Math.max(lineFreeMs, nowMs + line.blockMs))
      mostInFlight = Math.max(mostInFlight, ends.length * block)
    }
    ends.sort((a, b) => a - b)
    nowMs = ends.shift() ?? nowMs
    doneBytes += block
    tune.acknowledged(block, nowMs)
  }
  return { mostInFlight, doneBytes }
}

describe('the number of blocks in flight', () => {
  it('grows to fill a fast line with latency within two seconds', () => {
    const tune = tuner(0)
    drive(tune, { blockMs: 60, bytesPerSecond: 10_000 * MiB }, 2000)
    expect(tune.allowed).toBe(32)
  })

  it('stays small where more brings nothing, and the line stays full', () => {
    const tune = tuner(0)
    const line = { blockMs: 80, bytesPerSecond: 2.5 * MiB }
    const { doneBytes } = drive(tune, line, 120_000)
    expect(tune.allowed).toBeLessThanOrEqual(8)
    expect(doneBytes / 120).toBeGreaterThan(0.95 * line.bytesPerSecond)
    expect(tune.bytesPerSecond).toBeCloseTo(line.bytesPerSecond, -5)
  })

  it('never puts more on a poor line than it carries in twenty seconds, once that is known', () => {
    const tune = tuner(0)
    const line = { blockMs: 80, bytesPerSecond: 128 * 1024 }
    drive(tune, line, 200_000)
    expect(drive(tune, line, 200_000, 400_000).mostInFlight).toBe(block)
  })

  it('is halved by congestion, down to one', () => {
    const tune = tuner(0)
    for (const [nowMs, allowed] of [
      [5000, 2],
      [5010, 2],
      [8000, 1],
      [11_000, 1],
    ] as const) {
      tune.congested(nowMs)
      expect(tune.allowed).toBe(allowed)
    }
  })
})

describe('a limit', () => {
  it('lets no more pass than agreed, over all who share it', async () => {
    let nowMs = 0
    const clock = {
      now: () => nowMs,
      random: () => 1,
      sleep(ms: number) {
        nowMs += ms
        return Promise.resolve()
      },
    }
    const limit = rateLimit(1_000_000, clock)
    const { signal } = new AbortController()
    for (let taken = 0; taken < 10_000_000; taken += 50_000) await limit.take(50_000, signal)
    expect(nowMs).toBeGreaterThan(9700)
    expect(nowMs).toBeLessThanOrEqual(10_000)
    // Idle time is not saved up for later.
    nowMs += 60_000
    const beforeMs = nowMs
    await limit.take(1_000_000, signal)
    expect(nowMs - beforeMs).toBeGreaterThan(700)
  })
})
