import { describe, expect, it } from 'vitest'
import { pacing } from '../../../../main/upload/line/pacing.ts'
import { random } from '../../../fixtures/exports.ts'

const MiB = 1024 ** 2

interface Line {
  bytesPerSecond(nowMs: number): number
  /** From the last byte's leaving the queue to the answer. */
  answerMs(): number
  blocks: number
}

/** Time that passes only when everybody waits. */
function virtualTime() {
  let nowMs = 0
  const sleepers: { atMs: number; wake: () => void }[] = []
  return {
    now: () => nowMs,
    sleep: (ms: number): Promise<void> =>
      new Promise((wake) => {
        sleepers.push({ atMs: nowMs + ms, wake })
      }),
    async until(done: () => boolean): Promise<void> {
      while (!done()) {
        // Whoever was woken last runs as far as it can.
        await new Promise(setImmediate)
        sleepers.sort((a, b) => a.atMs - b.atMs)
        const next = sleepers.shift()
        if (next === undefined) continue
        nowMs = Math.max(nowMs, next.atMs)
        next.wake()
      }
    },
  }
}

interface Sent {
  /** Of what the line could have carried at its first rate. */
  share: number
  /** How much stood in the queue when a slice came, without the first block. */
  queuedMs: (percent: number) => number
  bytesPerSecond: number | null
}

/** Sends random blocks, the first alone and then three at once, into one queue. */
async function send(line: Line): Promise<Sent> {
  const time = virtualTime()
  const pace = pacing(time)
  const next = random(1)
  const { signal } = new AbortController()
  const queuedMs: number[] = []
  let freeAtMs = 0
  let inFlightBytes = 0
  let sentBytes = 0
  let left = line.blocks

  async function block(): Promise<void> {
    const bytes = Math.floor((1 + next() * 5) * MiB)
    left -= 1
    inFlightBytes += bytes
    const journey = pace.start(inFlightBytes)
    for (let at = 0; at < bytes;) {
      const slice = Math.min(bytes - at, 256 * 1024, pace.sliceBytes ?? Infinity)
      await pace.take(slice, signal)
      queuedMs.push(Math.max(0, freeAtMs - time.now()))
      const ms = (slice / line.bytesPerSecond(time.now())) * 1000
      freeAtMs = Math.max(freeAtMs, time.now()) + ms
      at += slice
    }
    journey.handedOver()
    await time.sleep(freeAtMs - time.now() + line.answerMs())
    journey.acknowledged(inFlightBytes)
    inFlightBytes -= bytes
    sentBytes += bytes
  }

  async function sender(): Promise<void> {
    while (left > 0) await block()
  }

  let done = false
  const sent = block()
    .then(() => {
      queuedMs.length = 0
      return Promise.all([sender(), sender(), sender()])
    })
    .finally(() => (done = true))
  await time.until(() => done)
  await sent
  const sorted = queuedMs.toSorted((a, b) => a - b)
  return {
    share: sentBytes / (line.bytesPerSecond(0) * (time.now() / 1000)),
    queuedMs: (percent) => sorted[Math.floor(((sorted.length - 1) * percent) / 100)] ?? 0,
    bytesPerSecond: pace.bytesPerSecond,
  }
}

describe('on a slow line', () => {
  it.each([
    ['20 Mbit/s, 80 ms', 2_500_000, 80],
    ['20 Mbit/s, 80 ms, a service that takes 60 ms more', 2_500_000, 140],
    ['2 Mbit/s, 80 ms', 250_000, 80],
    ['40 Mbit/s, 30 ms', 5_000_000, 30],
  ])('of %s nearly all is used, and others hardly wait', async (_, bytesPerSecond, answerMs) => {
    const line = { bytesPerSecond: () => bytesPerSecond, answerMs: () => answerMs, blocks: 150 }
    const { share, queuedMs } = await send(line)
    expect(share).toBeGreaterThan(0.97)
    expect(queuedMs(50)).toBeLessThan(40)
    expect(queuedMs(95)).toBeLessThan(90)
  })

  it('answers that come a little earlier or later are not taken for a queue', async () => {
    const next = random(7)
    const answerMs = (): number => 80 + next() * 60
    const { share } = await send({ bytesPerSecond: () => 2_500_000, answerMs, blocks: 300 })
    expect(share).toBeGreaterThan(0.93)
  })

  it('that becomes a fast one nothing is held back any more', async () => {
    const { bytesPerSecond } = await send({
      bytesPerSecond: (nowMs) => (nowMs < 60_000 ? 2_500_000 : 20_000_000),
      answerMs: () => 80,
      blocks: 100,
    })
    expect(bytesPerSecond).toBeNull()
  })

  it('that becomes slower the rate follows', async () => {
    const { bytesPerSecond } = await send({
      bytesPerSecond: (nowMs) => (nowMs < 60_000 ? 2_500_000 : 600_000),
      answerMs: () => 80,
      blocks: 150,
    })
    expect((bytesPerSecond ?? 0) / 600_000).toBeGreaterThan(0.9)
    expect((bytesPerSecond ?? 0) / 600_000).toBeLessThan(1.1)
  })
})

it('a fast line is left alone, however much waits on it', async () => {
  const { bytesPerSecond } = await send({
    bytesPerSecond: () => 100_000_000,
    answerMs: () => 60,
    blocks: 100,
  })
  expect(bytesPerSecond).toBeNull()
})
