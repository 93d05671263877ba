import { Problem } from '../../shared/domain/problem.ts'
import { formatBytes } from '../../shared/domain/sizes.ts'

/**
 * Where a file is cut into blocks, decided by its content, so that what was inserted or removed
 * moves only the borders around it. FastCDC (Xia et al., USENIX ATC '16): a gear hash rolls over
 * the bytes, a border falls where its topmost bits are all zero; before the usual size more bits
 * are asked for, after it fewer, which keeps most blocks near the average.
 *
 * Deterministic: content and size class decide, nothing else. Changing a number here, or the gear
 * table, makes every blob be sent once more in whole; then the version of the block ids must change.
 */
export interface BlockSizes {
  /** 0 … 6; named in every block id. */
  sizeClass: number
  minBytes: number
  usualBytes: number
  maxBytes: number
  /** Zero bits that make a border before the usual size; after it four fewer do. 5 … 31. */
  hardBits: number
}

const MiB = 1024 ** 2
/** Put Block List takes at most 50,000 blocks; Azurite does not check it, so we do. */
export const maxBlocks = 50_000
/** Up to here each class doubles the sizes of the one before: 1/3/8 MiB … 32/96/256 MiB. */
const lastByContent = 5
/** Above 1.5 TiB every block is as large as memory allows, whatever the content. */
const fixedClass = 6
const fewerBits = 4

export function blockSizes(sizeClass: number): BlockSizes {
  if (sizeClass >= fixedClass) {
    const bytes = 8 * MiB * 2 ** lastByContent
    return {
      sizeClass: fixedClass,
      minBytes: bytes,
      usualBytes: bytes,
      maxBytes: bytes,
      hardBits: 31,
    }
  }
  const scale = MiB * 2 ** sizeClass
  const hardBits = 24 + sizeClass
  return { sizeClass, minBytes: scale, usualBytes: 3 * scale, maxBytes: 8 * scale, hardBits }
}

/**
 * The sizes for a file of `bytes`: the smallest with which it stays below 50,000 blocks even if
 * every block were of the least size. `kept` is the class of the blob that is there already (null: none): one class
 * larger is kept, so that a file around a limit does not go to and fro.
 * Fails with `limit-exceeded` above 12 TiB.
 */
export function sizesFor(bytes: number, kept: number | null): BlockSizes {
  for (let sizeClass = 0; sizeClass <= fixedClass; sizeClass += 1) {
    if (bytes > maxBlocks * blockSizes(sizeClass).minBytes) continue
    return blockSizes(kept === sizeClass + 1 ? kept : sizeClass)
  }
  const most = maxBlocks * blockSizes(fixedClass).maxBytes
  throw new Problem({
    code: 'limit-exceeded',
    what: `The file has ${formatBytes(bytes)}; one blob can take ${formatBytes(most)} from Pallet.`,
    did: 'Nothing was sent.',
    advice: 'Split the export, for example by month.',
  })
}

/** Looks for the end of one block, piece by piece. */
export interface BorderSearch {
  /** How many bytes of `data` still belong to the block; −1: all, and the end is not there yet. */
  scan(data: Uint8Array): number
}

export function borderSearch(sizes: BlockSizes): BorderSearch {
  const hardMask = -1 << (32 - sizes.hardBits)
  const easyMask = -1 << (32 - sizes.hardBits + fewerBits)
  let position = 0
  let hash = 0

  /** Rolls over data[from … to − 1]; answers the index after the border, or −1. */
  function roll(data: Uint8Array, from: number, to: number, mask: number): number {
    const table = gear
    let h = hash
    let at = from
    // Four at a time: one branch for four bytes doubles the speed.
    for (; at + 4 <= to; at += 4) {
      const a = ((h << 1) + byteOf(table, data, at)) | 0
      const b = ((a << 1) + byteOf(table, data, at + 1)) | 0
      const c = ((b << 1) + byteOf(table, data, at + 2)) | 0
      h = ((c << 1) + byteOf(table, data, at + 3)) | 0
      if ((a & mask) === 0) return at + 1
      if ((b & mask) === 0) return at + 2
      if ((c & mask) === 0) return at + 3
      if ((h & mask) === 0) return at + 4
    }
    for (; at < to; at += 1) {
      h = ((h << 1) + byteOf(table, data, at)) | 0
      if ((h & mask) === 0) return at + 1
    }
    hash = h
    return -1
  }

  return {
    scan(data) {
      const { minBytes, usualBytes, maxBytes } = sizes
      const start = position
      const end = start + data.length
      position = end
      const until = (limit: number): number => Math.min(Math.max(limit - start, 0), data.length)
      const least = until(minBytes)
      const usual = until(usualBytes)
      const most = until(maxBytes)
      let found = -1
      if (least < usual) found = roll(data, least, usual, hardMask)
      if (found === -1 && usual < most) found = roll(data, usual, most, easyMask)
      if (found === -1 && end >= maxBytes) found = most
      return found
    },
  }
}

function byteOf(table: Int32Array, data: Uint8Array, at: number): number {
  return table[data[at] as number] as number
}

/** 256 fixed random numbers: the finalizer of SplitMix32 over 1 … 256. */
const gear = Int32Array.from({ length: 256 }, (_, index) => {
  let z = Math.imul(index + 1, 0x9e3779b9)
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return z ^ (z >>> 15)
})
