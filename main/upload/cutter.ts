import { readSync } from 'node:fs'
import { borderSearch, type BlockSizes } from './borders.ts'
import { freeFrom, kernelsOver, type KernelMemory } from './kernels.ts'

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

/** A block takes at most eight pieces, so that a small block does not occupy what a large one may need. */
export const piecesPerBlock = 8

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
  const kernels = kernelsOver(memory)
  /** Taken from the end, so that the same few are used as long as they suffice. */
  const free: number[] = []
  let offset = 0

  /** Reads the block at `offset` up to its border; null without the memory for it. */
  function read(): CutBlock | null {
    const most = Math.min(piecesPerBlock, Math.ceil((fileBytes - offset) / pieceBytes))
    if (free.length < most) return null
    const search = borderSearch(sizes, kernels)
    const pieces: number[] = []
    let bytes = 0
    for (let ended = false; !ended && pieces.length < most;) {
      const piece = free.pop() ?? 0
      const address = freeFrom + piece * pieceBytes
      const room = new Uint8Array(memory.buffer, address, pieceBytes)
      const filled = fill(fd, room, offset + bytes, fileBytes)
      const border = search.scan(address, filled)
      const used = border === -1 ? filled : border
      if (used === 0) free.push(piece)
      else pieces.push(piece)
      bytes += used
      ended = border !== -1 || filled < pieceBytes
    }
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

/** Node's code of a file error. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : 'unknown error'
}
