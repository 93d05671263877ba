import { describe, expect, it } from 'vitest'
import { type Brake, rateLimit } from '../../../../main/upload/line/rateLimit.ts'
import { systemClock } from '../../../../main/upload/line/requests.ts'
import { tuner, type Tuner } from '../../../../main/upload/line/tuning.ts'
import type { UploadLimit } from '../../../../shared/domain/limit.ts'

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

  it('begins with one, which tells a slow line from a fast one', () => {
    for (const [ms, allowed] of [
      [1600, 4],
      [400, 8],
      [70, 16],
    ] as const) {
      const tune = tuner(0)
      expect(tune.mayStart(0, 0, block)).toBe(true)
      expect(tune.mayStart(1, block, block)).toBe(false)
      tune.acknowledged(block, ms)
      expect(tune.allowed).toBe(allowed)
    }
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
    tune.acknowledged(block, 4000)
    expect(tune.allowed).toBe(4)
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
  const start = new Date('2026-11-20T19:59:50').getTime()
  const { signal } = new AbortController()
  const megabyte = [{ from: '00:00', bytesPerSecond: 1_000_000 }]

  /** A limit on a clock that only sleeping moves. */
  function limited(table: UploadLimit, current: () => Promise<UploadLimit>) {
    const brakes: (Brake | null)[] = []
    const clock = {
      nowMs: start,
      now: () => clock.nowMs,
      random: () => 1,
      sleep(ms: number) {
        clock.nowMs += ms
        return Promise.resolve()
      },
    }
    const limit = rateLimit({
      limit: table,
      clock,
      current,
      onBrake: (brake) => brakes.push(brake),
    })
    return { limit, clock, brakes }
  }
  const silent = (): Promise<never> => Promise.reject(new Error('nobody can say'))

  it('lets no more pass than agreed, over all who share it', async () => {
    const { limit, clock } = limited(megabyte, silent)
    for (let taken = 0; taken < 10_000_000; taken += 50_000) await limit.take(50_000, signal)
    expect(clock.nowMs - start).toBeGreaterThan(9700)
    expect(clock.nowMs - start).toBeLessThanOrEqual(10_000)
    // Idle time is not saved up for later.
    clock.nowMs += 60_000
    const beforeMs = clock.nowMs
    await limit.take(1_000_000, signal)
    expect(clock.nowMs - beforeMs).toBeGreaterThan(700)
  })

  it('goes off by itself when its time is over, also for those who wait', async () => {
    const day: UploadLimit = [
      { from: '08:00', bytesPerSecond: 1024 },
      { from: '20:00', bytesPerSecond: null },
    ]
    const { limit, clock, brakes } = limited(day, silent)
    expect(limit.sliceBytes).toBe(1024)
    // Would take nearly three hours; the brake goes off after ten seconds.
    await limit.take(10_000_000, signal)
    expect(clock.nowMs - start).toBeLessThanOrEqual(11_000)
    const endedMs = clock.nowMs
    await limit.take(10_000_000, signal)
    expect(clock.nowMs).toBe(endedMs)
    expect(limit.sliceBytes).toBeNull()
    expect(brakes).toEqual([{ bytesPerSecond: 1024, until: new Date('2026-11-20T20:00:00') }, null])
  })

  it('follows a change of the setting within seconds', async () => {
    let table: UploadLimit = []
    const { limit, clock, brakes } = limited([], () => Promise.resolve(table))
    await limit.take(1_000_000, signal)
    expect(clock.nowMs).toBe(start)
    table = megabyte
    clock.nowMs += 3000
    await limit.take(1_000_000, signal)
    await limit.take(1_000_000, signal)
    expect(clock.nowMs - start).toBeGreaterThan(3700)
    expect(brakes).toEqual([{ bytesPerSecond: 1_000_000, until: null }])
    table = []
    clock.nowMs += 3000
    await limit.take(1, signal)
    const changedMs = clock.nowMs
    await limit.take(1_000_000_000, signal)
    expect(clock.nowMs).toBe(changedMs)
    expect(brakes.at(-1)).toBeNull()
  })

  it('does not say that it brakes a line that is slower', async () => {
    const { limit, clock, brakes } = limited(megabyte, silent)
    await limit.take(1_000_000, signal)
    expect(brakes).toHaveLength(1)
    for (let second = 0; second < 5; second += 1) {
      clock.nowMs += 1000
      await limit.take(100_000, signal)
    }
    expect(brakes).toEqual([{ bytesPerSecond: 1_000_000, until: null }, null])
  })

  it('lets go of whoever is told to stop', async () => {
    const limit = rateLimit({ limit: megabyte, clock: systemClock, current: silent, onBrake() {} })
    const abort = new AbortController()
    const taking = limit.take(1_000_000_000, abort.signal)
    abort.abort(new Error('stop'))
    await expect(taking).rejects.toThrow('stop')
  })
})
