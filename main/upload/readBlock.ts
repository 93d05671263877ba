import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { borderSearch, type BlockSizes } from './borders.ts'

/** A block of the file that begins at `offset`. */
export interface BlockOrder {
  /** Open for reading; stays open until the order is answered. */
  fd: number
  offset: number
  /** Where the file ended when it was opened. */
  fileBytes: number
  sizes: BlockSizes
  /** Together at least as long as the rest of the file or `sizes.maxBytes`, whichever is less. */
  pieces: Uint8Array<ArrayBuffer>[]
}

export interface ReadBlock {
  /** Fewer than expected when the file has become shorter, even 0. */
  bytes: number
  md5: Uint8Array
  /** Those of the order, in the same order; the block fills them from the first on. */
  pieces: Uint8Array<ArrayBuffer>[]
}

/**
 * Reads to the block's border, tells it at once (the next block can begin before this one is hashed),
 * then hashes. Synchronous: for a thread of its own, or for little. Fails with Node's file errors.
 */
export function readBlock(order: BlockOrder, onBorder: (bytes: number) => void): ReadBlock {
  const { fd, offset, fileBytes, pieces } = order
  const search = borderSearch(order.sizes)
  let bytes = 0
  for (const piece of pieces) {
    const filled = fill(fd, piece, offset + bytes, fileBytes)
    const border = search.scan(piece.subarray(0, filled))
    bytes += border === -1 ? filled : border
    if (border !== -1 || filled < piece.length) break
  }
  onBorder(bytes)
  const hash = createHash('md5')
  let left = bytes
  for (const piece of pieces) {
    if (left === 0) break
    const part = piece.subarray(0, left)
    hash.update(part)
    left -= part.length
  }
  return { bytes, md5: new Uint8Array(hash.digest()), pieces }
}

/** Reads until `piece` is full or the file ends; answers how much. */
function fill(fd: number, piece: Uint8Array, offset: number, fileBytes: number): number {
  const wanted = Math.min(piece.length, fileBytes - offset)
  let filled = 0
  while (filled < wanted) {
    const read = readSync(fd, piece, filled, wanted - filled, offset + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}

/** Node's code of a file error. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : 'unknown error'
}
