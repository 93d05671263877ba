import { readSync } from 'node:fs'
import { borderSearch, type BlockSizes, type BorderSearch } from './borders.ts'
import { freeFrom, rollKernel, type KernelMemory } from './kernels.ts'

/** A file to be cut into blocks, and the memory for it; survives structured clone. */
export interface CutOrder {
  /** Open for reading until the last block is cut. */
  fd: number
  /** Where the file ended when it was opened. */
  fileBytes: number
  sizes: BlockSizes
  /** Blocks that need not be read, by the offset at which they begin. */
  known: ReadonlyMap<number, KnownBlock>
  memory: KernelMemory
  /** The memory is lent in pieces of this many bytes, numbered from 0; a multiple of 64. */
  pieceBytes: number
}

export interface KnownBlock {
  /** > 0 */
  bytes: number
  /** 16 raw bytes. */
  md5: Uint8Array
}

export interface CutBlock {
  offset: number
  /** Fewer than expected when the file has become shorter, even 0. */
  bytes: number
  /** 16 raw bytes of a known block; null: it must be hashed. */
  md5: Uint8Array | null
  /** Numbers of the pieces that it fills from the first on; none if it was known. */
  pieces: number[]
}

/** A block takes at most so many pieces: a small block does not occupy what a large one may need, and little is unused in the last. */
export const piecesPerBlock = 16

export interface Cutter {
  /** Lends pieces; they come back with the blocks. */
  lend(pieces: readonly number[]): void
  /**
   * The next block in file order. null: for more it needs memory, or the file has ended. Fails with Node's
   * file errors. Synchronous: for a thread of its own, or for little.
   */
  next(): CutBlock | null
}

export function cutter(order: CutOrder): Cutter {
  const { fd, fileBytes, sizes, known, memory, pieceBytes } = order
  const kernel = rollKernel(memory)
  /** Taken from the end, so that the same few are used as long as they suffice. */
  const free: number[] = []
  let offset = 0

  /** The block at `offset`, as far as there was memory for it. */
  let begun: { search: BorderSearch; bytes: number; pieces: number[] } | null = null

  /** Reads the block at `offset` up to its border; null without the memory for all of it. */
  function read(): CutBlock | null {
    begun ??= { search: borderSearch(sizes, kernel), bytes: 0, pieces: [] }
    const { search, pieces } = begun
    for (let ended = false; !ended;) {
      const piece = free.pop()
      if (piece === undefined) return null
      const address = freeFrom + piece * pieceBytes
      const room = new Uint8Array(memory.buffer, address, pieceBytes)
      const filled = fill(fd, room, offset + begun.bytes, fileBytes)
      const border = search.scan(address, filled)
      const used = border === -1 ? filled : border
      if (used === 0) free.push(piece)
      else pieces.push(piece)
      begun.bytes += used
      ended = border !== -1 || filled < pieceBytes || offset + begun.bytes === fileBytes
    }
    const { bytes } = begun
    begun = null
    return { offset, bytes, md5: null, pieces }
  }

  return {
    lend: (pieces) => void free.push(...pieces),
    next() {
      if (offset >= fileBytes) return null
      const there = known.get(offset)
      const block = there === undefined ? read() : { offset, ...there, pieces: [] }
      // A file cut short ends here: whoever takes the block sees that it is empty.
      if (block !== null) offset = block.bytes === 0 ? fileBytes : offset + block.bytes
      return block
    },
  }
}

/** Reads until `room` is full or the file ends; answers how much. */
function fill(fd: number, room: Uint8Array, offset: number, fileBytes: number): number {
  const wanted = Math.min(room.length, fileBytes - offset)
  let filled = 0
  while (filled < wanted) {
    const read = readSync(fd, room, filled, wanted - filled, offset + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}
