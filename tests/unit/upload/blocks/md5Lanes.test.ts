import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  freeFrom,
  kernelMemory,
  kernelsOver,
  lanes,
} from '../../../../main/upload/blocks/kernels.ts'
import { md5Lanes, type Scattered } from '../../../../main/upload/blocks/md5Lanes.ts'

const memory = kernelMemory(1024 ** 2)
const kernels = kernelsOver(memory)
const room = new Uint8Array(memory.buffer, freeFrom)

/** Around the places where the padding takes another chunk: 55, 56, 63, 64 … bytes. */
const length = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: 20_000 }),
  fc.constantFrom(55, 56, 63, 64, 65, 119, 120, 127, 128, 6400),
)
const message = fc.record({
  bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  length,
  /** In chunks: how long the stretches are that it is cut into. */
  cut: fc.integer({ min: 1, max: 50 }),
})

it('hashes messages of any length, begun and ended at any time, as MD5 does', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 14 }), (messages) => {
      const hashing = md5Lanes<Scattered & { expected: string }>(memory, kernels)
      let at = 0
      const waiting = messages.map(({ bytes, length: total, cut }) => {
        const content = Buffer.alloc(total, bytes)
        const stretches: { address: number; bytes: number }[] = []
        for (let from = 0; from < total; from += 64 * cut) {
          const part = content.subarray(from, from + 64 * cut)
          room.set(part, at)
          stretches.push({ address: freeFrom + at, bytes: part.length })
          // Not side by side, and not aligned.
          at += part.length + 3
        }
        return { stretches, expected: createHash('md5').update(content).digest('hex') }
      })
      let answers = 0
      while (waiting.length > 0 || hashing.busy > 0) {
        while (hashing.busy < lanes) {
          const next = waiting.shift()
          if (next === undefined) break
          hashing.start(next)
        }
        for (const { message: done, md5 } of hashing.run()) {
          expect(Buffer.from(md5).toString('hex')).toBe(done.expected)
          answers += 1
        }
      }
      expect(answers).toBe(messages.length)
    }),
    { numRuns: 200 },
  )
})
