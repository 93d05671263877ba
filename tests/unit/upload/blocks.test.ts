import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockIdLength, encodeBlockId, parseBlockId } from '../../../main/upload/blockId.ts'
import { blockAt, maxBlocks, planBlocks } from '../../../main/upload/plan.ts'

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const md5 = fc.uint8Array({ minLength: 16, maxLength: 16 })

describe('a block id', () => {
  it('says everything about its block, in 44 characters always', () => {
    fc.assert(
      fc.property(u32, u32, u32, md5, (blockSizeKiB, index, bytes, hash) => {
        const address = { blockSizeKiB, index, bytes, md5: hash }
        const id = encodeBlockId(address)
        expect(id).toHaveLength(blockIdLength)
        expect(parseBlockId(id)).toEqual(address)
      }),
    )
  })

  it('keeps its layout: blocks on a server outlive a version of Pallet', () => {
    const hash = Uint8Array.from({ length: 16 }, (_, index) => index)
    const id = encodeBlockId({ blockSizeKiB: 4096, index: 7, bytes: 4_194_304, md5: hash })
    expect(Buffer.from(id, 'base64').toString('hex')).toBe(
      '50010000000010000000000700400000000102030405060708090a0b0c0d0e0f',
    )
  })

  it.each([
    ['AzCopy', Buffer.alloc(36, 1).toString('base64')],
    ['another program with our length', Buffer.alloc(32, 1).toString('base64')],
    [
      'a later version',
      Buffer.concat([Buffer.from([0x50, 2]), Buffer.alloc(30)]).toString('base64'),
    ],
    ['nothing', ''],
    ['no base64', '!'.repeat(44)],
  ])('of %s is not ours', (_, id) => {
    expect(parseBlockId(id)).toBeNull()
  })
})

describe('a plan', () => {
  const TiB = 1024 ** 4

  it('covers every byte once, in at most 50,000 blocks that fit in memory', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 * TiB }), (bytes) => {
        const plan = planBlocks(bytes)
        expect(plan.blockBytes % 1024).toBe(0)
        expect(plan.blockBytes).toBeGreaterThanOrEqual(4 * 1024 ** 2)
        expect(plan.blocks).toBeLessThanOrEqual(maxBlocks)
        expect(plan.concurrency * plan.blockBytes).toBeLessThanOrEqual(256 * 1024 ** 2)
        if (bytes === 0) expect(plan.blocks).toBe(0)
        else {
          const last = blockAt(plan, plan.blocks - 1)
          expect(last.bytes).toBeGreaterThan(0)
          expect(last.offset + last.bytes).toBe(bytes)
        }
      }),
    )
  })

  it('grows its blocks above 195 GiB and refuses what no blob of ours can hold', () => {
    const largestOfUsual = 50_000 * 4 * 1024 ** 2
    expect(planBlocks(largestOfUsual).blockBytes).toBe(4 * 1024 ** 2)
    expect(planBlocks(largestOfUsual + 1).blockBytes).toBe(4 * 1024 ** 2 + 1024)
    expect(() => planBlocks(13 * TiB)).toThrowError(/12 TiB/)
  })

  it('knows no block outside of the file', () => {
    expect(() => blockAt(planBlocks(1), 1)).toThrow(RangeError)
  })
})
