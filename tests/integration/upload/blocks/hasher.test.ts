import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BlockSizes } from '../../../../main/upload/blocks/borders.ts'
import { cutter, piecesPerBlock } from '../../../../main/upload/blocks/cutter.ts'
import { hasher, type HashedBlock } from '../../../../main/upload/blocks/hasher.ts'
import { kernelMemory, lanes } from '../../../../main/upload/blocks/kernels.ts'
import { openSource } from '../../../../main/upload/blocks/source.ts'
import { random } from '../../../fixtures/exports.ts'
import { testFolder } from '../../../fixtures/folder.ts'

const folder = testFolder()
/** A thousandth of the usual sizes. */
const sizes: BlockSizes = {
  sizeClass: 0,
  minBytes: 1024,
  usualBytes: 3 * 1024,
  maxBytes: 8 * 1024,
  hardBits: 14,
}

it.each([1, 2, lanes])(
  'never waits for memory that only comes back after the block it waits with: %i side by side',
  async (sideBySide) => {
    const next = random(5)
    const content = Buffer.alloc(4_000_000)
    for (let at = 0; at < content.length; at += 1) content[at] = next() * 256
    const file = join(folder(), 'export.csv')
    await writeFile(file, content)
    const source = await openSource(file)
    const pieceBytes = sizes.maxBytes / piecesPerBlock
    const pieceCount = (sideBySide + 1) * piecesPerBlock
    const memory = kernelMemory(pieceCount * pieceBytes)
    const fileBytes = source.bytes
    const cutting = cutter({
      fd: source.fd,
      fileBytes,
      sizes,
      known: new Map(),
      memory,
      pieceBytes,
    })
    const hashing = hasher({ fileBytes, memory, pieceBytes, sideBySide })
    cutting.lend(Array.from({ length: pieceCount }, (_, piece) => piece))
    const whole = new Map<number, HashedBlock>()
    let at = 0
    while (at < content.length) {
      for (let block = cutting.next(); block !== null; block = cutting.next()) hashing.take(block)
      for (let block = hashing.next(); block !== null; block = hashing.next())
        whole.set(block.offset, block)
      // As the network does: in file order, one after the other.
      const first = whole.get(at)
      if (first === undefined) break
      whole.delete(at)
      at += first.bytes
      cutting.lend(first.pieces)
    }
    await source.close()
    expect(at).toBe(content.length)
    expect(cutting.next()).toBeNull()
    expect(hashing.next()).toBeNull()
  },
)
