import { readSync } from 'node:fs'
import { borderSearch, type BlockSizes } from './borders.ts'
import { freeFrom, kernelsOver, type KernelMemory } from './kernels.ts'
import { md5Lanes, type Scattered } from './md5Lanes.ts'

/** A file to be cut into blocks, and the memory for it; survives structured clone. */
export interface ReadOrder {
  /** Open for reading until the reader is done with. */
  fd: number
  /** Where the file ended when it was opened. */
  fileBytes: number
  sizes: BlockSizes
  /** Blocks by the offset they begin at that need not be read, because their MD5 is known and their bytes are not wanted. */
  known: ReadonlyMap<number, KnownBlock>
  memory: KernelMemory
  /** The memory is lent in pieces of this many bytes, numbered from 0; a multiple of 64. */
  pieceBytes: number
  /** How many blocks are hashed side by side where memory allows it: 1 … `lanes`. */
  sideBySide: number
}

export interface KnownBlock {
  /** > 0 */
  bytes: number
  /** 16 raw bytes. */
  md5: Uint8Array
}

export interface HashedBlock {
  offset: number
  /** Fewer than expected when the file has become shorter, even 0. */
  bytes: number
  /** 16 raw bytes. */
  md5: Uint8Array
  /** Numbers of the pieces that it fills from the first on; none if it was known. */
  pieces: number[]
}

/** A block takes at most eight pieces, so that a small block does not occupy what a large one may need. */
export const piecesPerBlock = 8

export interface BlockReader {
  /** Lends pieces; they come back with the blocks. */
  lend(pieces: readonly number[]): void
  /**
   * Works until a block is whole: not always in file order, a short one may overtake a long one. null: for more it
   * needs memory, or the file has ended. Fails with Node's file errors. Synchronous: for a thread of its own, or for little.
   */
  next(): HashedBlock | null
}

export function blockReader(order: ReadOrder): BlockReader {
  const { fd, fileBytes, sizes, known, memory, pieceBytes, sideBySide } = order
  const kernels = kernelsOver(memory)
  const hashing = md5Lanes<Omit<HashedBlock, 'md5'> & Scattered>(memory, kernels)
  /** Taken from the end, so that the same few are used as long as they suffice. */
  const free: number[] = []
  const done: HashedBlock[] = []
  const unfinished = new Set<number>()
  let furthestDone = -1
  let offset = 0

  /** Reads the block at `offset` up to its border; null without the memory for it, or at the end. */
  function read(): (Omit<HashedBlock, 'md5'> & Scattered) | null {
    const most = Math.min(piecesPerBlock, Math.ceil((fileBytes - offset) / pieceBytes))
    if (most === 0 || free.length < most) return null
    const search = borderSearch(sizes, kernels)
    const stretches: { address: number; bytes: number }[] = []
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
      else {
        pieces.push(piece)
        stretches.push({ address, bytes: used })
        bytes += used
      }
      ended = border !== -1 || filled < pieceBytes
    }
    return { offset, bytes, pieces, stretches }
  }

  /** Takes up the block at `offset`; false without the memory for it, or at the end. */
  function takeUp(): boolean {
    const there = known.get(offset)
    if (there !== undefined) {
      done.push({ offset, ...there, pieces: [] })
      offset += there.bytes
      return true
    }
    const block = read()
    if (block === null) return false
    if (block.bytes > 0) {
      hashing.start(block)
      unfinished.add(offset)
      offset += block.bytes
    } else {
      // The file was cut short: whoever takes the block sees that it is empty.
      done.push({ offset, bytes: 0, md5: new Uint8Array(16), pieces: [] })
      offset = fileBytes
    }
    return true
  }

  return {
    lend: (pieces) => void free.push(...pieces),
    next() {
      while (done.length === 0) {
        let more = true
        while (more && done.length === 0 && hashing.busy < sideBySide) more = takeUp()
        if (done.length > 0) break
        if (hashing.busy === 0) return null
        // An idle lane is time lost: rather wait for the memory of another block, if one is to come. But not
        // with a block that others have overtaken: they cannot leave, and give memory back, before it.
        const overtaken = Math.min(...unfinished) < furthestDone
        if (hashing.busy < sideBySide && offset < fileBytes && !overtaken) return null
        for (const { message, md5 } of hashing.run()) {
          const { offset: at, bytes, pieces } = message
          done.push({ offset: at, bytes, md5, pieces })
          unfinished.delete(at)
          furthestDone = Math.max(furthestDone, at)
        }
      }
      return done.shift() ?? null
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
