import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blockIdLength,
  blockNaming,
  encodeBlockId,
  parseBlockId,
} from '../../../../main/upload/blocks/blockId.ts'
import { blockSizes, maxBlocks, sizesFor } from '../../../../main/upload/blocks/blockSizes.ts'
import { borderSearch, type BlockSizes } from '../../../../main/upload/blocks/borders.ts'
import { freeFrom, kernelMemory, rollKernel } from '../../../../main/upload/blocks/kernels.ts'
import { random } from '../../../fixtures/exports.ts'

const u8 = fc.integer({ min: 0, max: 255 })
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const md5 = fc.uint8Array({ minLength: 16, maxLength: 16 })

describe('a block id', () => {
  it('says everything about its block, in 44 characters always', () => {
    fc.assert(
      fc.property(u8, u32, u32, md5, (sizeClass, occurrence, bytes, hash) => {
        const address = { sizeClass, occurrence, bytes, md5: hash }
        const id = encodeBlockId(address)
        expect(id).toHaveLength(blockIdLength)
        expect(parseBlockId(id)).toEqual(address)
      }),
    )
  })

  it('keeps its layout: blocks on a server outlive a version of Pallet', () => {
    const hash = Uint8Array.from({ length: 16 }, (_, index) => index)
    const id = encodeBlockId({ sizeClass: 3, occurrence: 7, bytes: 4_194_304, md5: hash })
    expect(Buffer.from(id, 'base64').toString('hex')).toBe(
      '50020300000000070000000000400000000102030405060708090a0b0c0d0e0f',
    )
  })

  it.each([
    ['AzCopy', Buffer.alloc(36, 1).toString('base64')],
    ['another program with our length', Buffer.alloc(32, 1).toString('base64')],
    [
      'another version',
      Buffer.concat([Buffer.from([0x50, 1]), Buffer.alloc(30)]).toString('base64'),
    ],
    ['nothing', ''],
    ['no base64', '!'.repeat(44)],
  ])('of %s is not ours', (_, id) => {
    expect(parseBlockId(id)).toBeNull()
  })

  it('is never given twice within a file, and always the same for the same content', () => {
    const hashes = [1, 2, 1, 1, 2, 3].map((value) => new Uint8Array(16).fill(value))
    const name = blockNaming(0)
    const ids = hashes.map((hash) => name(100, hash))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.map((id) => parseBlockId(id)?.occurrence)).toEqual([0, 0, 1, 2, 1, 0])
    const again = blockNaming(0)
    expect(hashes.map((hash) => again(100, hash))).toEqual(ids)
  })
})

/** A thousandth of the usual sizes, so that a file of a megabyte has hundreds of blocks. */
const small: BlockSizes = {
  sizeClass: 0,
  minBytes: 1024,
  usualBytes: 3 * 1024,
  maxBytes: 8 * 1024,
  hardBits: 14,
}

const memory = kernelMemory(16 * 1024 ** 2)
const kernel = rollKernel(memory)
const room = new Uint8Array(memory.buffer, freeFrom)

/** The blocks' lengths, with the content given in pieces of `pieceBytes`. */
function cut(content: Uint8Array, sizes: BlockSizes, pieceBytes: number): number[] {
  room.set(content)
  const lengths: number[] = []
  for (let start = 0; start < content.length;) {
    const search = borderSearch(sizes, kernel)
    let length = 0
    for (let border = -1; border === -1 && start + length < content.length;) {
      const bytes = Math.min(pieceBytes, content.length - start - length)
      border = search.scan(freeFrom + start + length, bytes)
      length += border === -1 ? bytes : border
    }
    lengths.push(length)
    start += length
  }
  return lengths
}

function contentOf(bytes: number, seed: number): Buffer {
  const next = random(seed)
  const content = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += 1) content[at] = next() * 256
  return content
}

function blocksOf(content: Buffer): string[] {
  let start = 0
  return cut(content, small, 100_000).map((length) => {
    start += length
    return content.toString('latin1', start - length, start)
  })
}

describe('borders', () => {
  it('cover every byte once, within the bounds, however the file is read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer(),
        (bytes, pieceBytes, seed) => {
          const content = contentOf(bytes, seed)
          const lengths = cut(content, small, pieceBytes)
          expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(bytes)
          for (const length of lengths) expect(length).toBeLessThanOrEqual(small.maxBytes)
          for (const length of lengths.slice(0, -1))
            expect(length).toBeGreaterThanOrEqual(small.minBytes)
          expect(lengths).toEqual(cut(content, small, 1_000_000))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('lie about four minimal sizes apart, and are rarely forced', () => {
    const lengths = cut(contentOf(4_000_000, 1), small, 64 * 1024)
    expect(4_000_000 / lengths.length / small.minBytes).toBeGreaterThan(3.3)
    expect(4_000_000 / lengths.length / small.minBytes).toBeLessThan(4.5)
    const forced = lengths.filter((length) => length === small.maxBytes).length
    expect(forced / lengths.length).toBeLessThan(0.03)
  })

  it('never move: the first ones of a known content', () => {
    expect(cut(contentOf(30_000, 42), small, 4096)).toMatchInlineSnapshot(`
      [
        5354,
        3371,
        3294,
        3196,
        3468,
        5871,
        4064,
        1382,
      ]
    `)
  })

  it.each([
    ['inserted in the middle', 500_000, 500_000, 'one more row\n'],
    ['removed at the start', 0, 30_001, ''],
    ['changed in place', 700_000, 700_001, 'x'],
  ])('stay where they are around what was %s', (_, from, to, instead) => {
    const content = contentOf(1_000_000, 7)
    const before = new Set(blocksOf(content))
    const after = [content.subarray(0, from), Buffer.from(instead), content.subarray(to)]
    const news = blocksOf(Buffer.concat(after)).filter((block) => !before.has(block))
    const newBytes = news.reduce((sum, block) => sum + block.length, 0)
    expect(newBytes).toBeLessThanOrEqual(3 * small.maxBytes)
  })

  it('are set by size alone where the content has none', () => {
    expect(cut(Buffer.alloc(20_000), small, 999)).toEqual([8192, 8192, 3616])
  })
})

describe('the sizes of blocks', () => {
  const TiB = 1024 ** 4
  const GiB = 1024 ** 3

  it('keep any file below 50,000 blocks, in memory that is bounded', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 * TiB }), (bytes) => {
        const sizes = sizesFor(bytes, null)
        expect(bytes / sizes.minBytes).toBeLessThanOrEqual(maxBlocks)
        expect(sizes.maxBytes).toBeLessThanOrEqual(256 * 1024 ** 2)
        expect(sizes).toEqual(blockSizes(sizes.sizeClass))
      }),
    )
    expect(() => sizesFor(13 * TiB, null)).toThrowError(/12 TiB/)
  })

  it('stay what they were when a file shrinks a little below the limit of a class', () => {
    expect(sizesFor(48 * GiB, null).sizeClass).toBe(0)
    expect(sizesFor(49 * GiB, 0).sizeClass).toBe(1)
    expect(sizesFor(48 * GiB, 1).sizeClass).toBe(1)
    expect(sizesFor(48 * GiB, 4).sizeClass).toBe(0)
  })
})
