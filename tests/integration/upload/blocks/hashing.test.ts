import { createHash, randomBytes } from 'node:crypto'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { blockSizes } from '../../../../main/upload/blocks/blockSizes.ts'
import { hashing, hashThreads, type LocalBlock } from '../../../../main/upload/blocks/hashing.ts'
import { openSource } from '../../../../main/upload/blocks/source.ts'
import { firstBorder } from '../../../fixtures/firstBorder.ts'
import { testFolder } from '../../../fixtures/folder.ts'

const MiB = 1024 ** 2
const sizes = blockSizes(0)
const folder = testFolder()

/** Length and MD5 of each block, found the plain way. */
function expected(content: Buffer): { bytes: number; md5: string }[] {
  const blocks: { bytes: number; md5: string }[] = []
  for (let at = 0; at < content.length;) {
    const bytes = firstBorder(content.subarray(at), sizes)
    const block = content.subarray(at, at + bytes)
    blocks.push({ bytes, md5: createHash('md5').update(block).digest('hex') })
    at += bytes
  }
  return blocks
}

describe('hashing', () => {
  it.each([
    ['no byte', 0],
    ['one byte', 1],
    ['few blocks on the calling thread', 8 * MiB],
    ['many blocks on a thread', 60 * MiB + 5],
    ['more than the memory for it', 90 * MiB],
  ])('finds the blocks of a file with %s, in order', async (_, bytes) => {
    const content = randomBytes(bytes)
    const file = join(folder(), 'export.csv')
    await writeFile(file, content)
    const source = await openSource(file)
    const blocks = hashing(source, sizes)
    const found: { bytes: number; md5: string }[] = []
    const data = createHash('md5')
    for (;;) {
      const block = await blocks.next()
      if (block === null) break
      found.push({ bytes: block.bytes, md5: Buffer.from(block.md5).toString('hex') })
      for await (const slice of blocks.slices(block, 256 * 1024)) data.update(slice)
      blocks.release(block)
    }
    expect(await blocks.next()).toBeNull()
    await blocks.close()
    await source.close()
    expect(found).toEqual(expected(content))
    expect(data.digest('hex')).toBe(createHash('md5').update(content).digest('hex'))
  })

  it.each([
    ['none', () => false],
    ['every second one', (index: number) => index % 2 === 1],
    ['the first half', (index: number, count: number) => index < count / 2],
    ['all', () => true],
  ])('does not read blocks that are known: %s', async (_, isKnown) => {
    const content = randomBytes(70 * MiB)
    const blocks = expected(content)
    const known = new Map<number, { bytes: number; md5: Uint8Array }>()
    let offset = 0
    for (const [index, { bytes, md5 }] of blocks.entries()) {
      if (isKnown(index, blocks.length)) {
        known.set(offset, { bytes, md5: Buffer.from(md5, 'hex') })
        // Whoever reads it after all finds other bytes.
        content.fill(0, offset, offset + bytes)
      }
      offset += bytes
    }
    const file = join(folder(), 'export.csv')
    await writeFile(file, content)
    const source = await openSource(file)
    const hashed = hashing(source, sizes, known)
    const found: { bytes: number; md5: string }[] = []
    let unread = 0
    for (let block = await hashed.next(); block !== null; block = await hashed.next()) {
      found.push({ bytes: block.bytes, md5: Buffer.from(block.md5).toString('hex') })
      if (block.pieces.length === 0) unread += 1
      hashed.release(block)
    }
    await hashed.close()
    await source.close()
    expect(found).toEqual(blocks)
    expect(unread).toBe(known.size)
  })

  it('waits for memory to come back, and keeps to its bound', async () => {
    const file = join(folder(), 'export.csv')
    await writeFile(file, '')
    await truncate(file, 200 * MiB)
    const source = await openSource(file)
    const blocks = hashing(source, sizes)
    const held = []
    // 40 MiB are 5 of these blocks, of 8 MiB each.
    for (let count = 0; count < 5; count += 1) {
      const block = await blocks.next()
      if (block === null) throw new Error('no block')
      held.push(block)
    }
    let came = false
    const next = blocks.next().then((block) => {
      came = true
      return block
    })
    await new Promise(setImmediate)
    expect(came).toBe(false)
    for (const block of held) blocks.release(block)
    expect((await next)?.bytes).toBe(8 * MiB)
    await blocks.close()
    await source.close()
  })

  it('gives memory to other blocks while one is being taken, and then reads it from the file', async () => {
    const content = randomBytes(150 * MiB)
    const file = join(folder(), 'export.csv')
    await writeFile(file, content)
    const source = await openSource(file)
    const blocks = hashing(source, sizes)
    const bytesOf = async (block: LocalBlock): Promise<Buffer> => {
      const slices: Buffer[] = []
      // As a connection would: a slice is copied only when the one after it is there.
      let latest: Uint8Array | null = null
      for await (const slice of blocks.slices(block, 100_000)) {
        if (latest !== null) slices.push(Buffer.from(latest))
        latest = slice
      }
      if (latest !== null) slices.push(Buffer.from(latest))
      return Buffer.concat(slices)
    }
    const all: LocalBlock[] = []
    const data = createHash('md5')
    // None is released, though the memory holds less than half of them.
    for (let block = await blocks.next(); block !== null; block = await blocks.next()) {
      data.update(await bytesOf(block))
      all.push(block)
    }
    expect(data.digest('hex')).toBe(createHash('md5').update(content).digest('hex'))
    for (const block of [all[0], all.at(-1)]) {
      if (block === undefined) throw new Error('no block')
      const again = await bytesOf(block)
      expect(again.equals(content.subarray(block.offset, block.offset + block.bytes))).toBe(true)
    }
    await blocks.close()
    await source.close()
  })

  it('fails, rather than waits, when its threads have ended before it began', async () => {
    const file = join(folder(), 'export.csv')
    await writeFile(file, randomBytes(10 * MiB))
    const source = await openSource(file)
    const threads = hashThreads()
    await threads.close()
    const blocks = hashing(source, sizes, undefined, threads)
    await expect(blocks.next()).rejects.toMatchObject({ data: { code: 'source-unreadable' } })
    await blocks.close()
    await source.close()
  })

  it('tells that the file was cut short', async () => {
    const file = join(folder(), 'export.csv')
    await writeFile(file, randomBytes(40 * MiB))
    const source = await openSource(file)
    await truncate(file, 1)
    const blocks = hashing(source, sizes)
    const all = async (): Promise<void> => {
      for (let block = await blocks.next(); block !== null; block = await blocks.next())
        blocks.release(block)
    }
    await expect(all()).rejects.toMatchObject({ data: { code: 'source-growing' } })
    await blocks.close()
    await source.close()
  })
})
