import type { CutBlock, CutOrder } from './cutter.ts'
import { freeFrom, lanes } from './kernels.ts'
import { plainMd5, type Scattered } from './md5.ts'
import { md5Lanes } from './md5Lanes.ts'

export interface HashedBlock extends CutBlock {
  /** 16 raw bytes. */
  md5: Uint8Array
}

export interface Hasher {
  /** In file order. */
  take(block: CutBlock): void
  /**
   * Works until a block is hashed: not always in file order, a short one may overtake a long one.
   * null: it waits for more blocks, or all are done. Synchronous: for a thread of its own, or for little.
   */
  next(): HashedBlock | null
}

export interface HashOrder extends Pick<CutOrder, 'fileBytes' | 'memory' | 'pieceBytes'> {
  /** How many blocks are hashed side by side where there are as many: 1 … `lanes`. */
  sideBySide: number
}

/** Hashes blocks where they lie in memory, side by side where several fit: one alone is faster the plain way. */
export function hasher({ fileBytes, memory, pieceBytes, sideBySide }: HashOrder): Hasher {
  const lanesOrNone = sideBySide > 1 ? md5Lanes<CutBlock & Scattered>(memory) : null
  const hashing = lanesOrNone ?? plainMd5<CutBlock & Scattered>(memory)
  const most = Math.min(sideBySide, hashing.most)
  const taken: (CutBlock & Scattered)[] = []
  const done: HashedBlock[] = []
  const unfinished = new Set<number>()
  let furthestDone = -1
  let takenBytes = 0

  function stretchesOf({ bytes, pieces }: CutBlock): Scattered['stretches'] {
    return pieces.map((piece, index) => ({
      address: freeFrom + piece * pieceBytes,
      bytes: Math.min(pieceBytes, bytes - index * pieceBytes),
    }))
  }

  return {
    take(block) {
      const { offset, bytes, md5, pieces } = block
      takenBytes = bytes === 0 ? fileBytes : offset + bytes
      if (md5 !== null || bytes === 0) {
        done.push({ offset, bytes, pieces, md5: md5 ?? new Uint8Array(16) })
      } else {
        taken.push({ ...block, stretches: stretchesOf(block) })
        unfinished.add(offset)
      }
    },
    next() {
      while (done.length === 0) {
        while (hashing.busy < most) {
          const block = taken.shift()
          if (block === undefined) break
          hashing.start(block)
        }
        if (hashing.busy === 0) return null
        // An idle lane is time lost: rather wait for another block, if one is to come. But not with the
        // first block, for which the network waits, nor with one that others have overtaken: they
        // cannot leave, and give memory to the next, before it.
        const awaited = furthestDone === -1 || Math.min(...unfinished) < furthestDone
        if (hashing.busy < most && takenBytes < fileBytes && !awaited) return null
        for (const { message, md5 } of hashing.run()) {
          const { offset, bytes, pieces } = message
          done.push({ offset, bytes, md5, pieces })
          unfinished.delete(offset)
          furthestDone = Math.max(furthestDone, offset)
        }
      }
      return done.shift() ?? null
    },
  }
}

/** 1 … `lanes` blocks side by side, so that another one has room besides. */
export function sideBySideIn(blocksInMemory: number): number {
  return Math.min(lanes, Math.max(1, Math.floor(blocksInMemory) - 1))
}
