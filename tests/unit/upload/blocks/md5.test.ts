import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { freeFrom, kernelMemory } from '../../../../main/upload/blocks/kernels.ts'
import { plainMd5, type Scattered } from '../../../../main/upload/blocks/md5.ts'
import { md5Lanes } from '../../../../main/upload/blocks/md5Lanes.ts'

type Message = Scattered & { expected: string }

const memory = kernelMemory(1024 ** 2)
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

it.each([
  ['one after the other', () => plainMd5<Message>(memory)],
  ['side by side', () => md5Lanes<Message>(memory)],
])('hashes messages of any length as MD5 does: %s', (_, open) => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 14 }), (messages) => {
      const hashing = open()
      if (hashing === null) throw new Error('no SIMD here')
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
        while (hashing.busy < hashing.most) {
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

it('goes without SIMD where the processor has none', async () => {
  const module = new URL('../../../../main/upload/blocks/kernels.ts', import.meta.url)
  const look = `import { kernelMemory, md5Kernel, rollKernel } from '${module.href}'
    const memory = kernelMemory(0)
    rollKernel(memory)
    console.log(md5Kernel(memory) === null ? 'plain' : 'lanes')`
  const found = async (flags: string[]): Promise<string> => {
    const args = [...flags, '--input-type=module', '--eval', look]
    return (await promisify(execFile)(process.execPath, args)).stdout.trim()
  }
  expect(await found([])).toBe('lanes')
  // Other processors have it always.
  expect(await found(['--no-enable-ssse3'])).toBe(process.arch === 'x64' ? 'plain' : 'lanes')
})
