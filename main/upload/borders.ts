import { Problem } from '../../shared/domain/problem.ts'
import { formatBytes } from '../../shared/domain/sizes.ts'
import type { Kernels } from './kernels.ts'

/**
 * Where a file is cut into blocks, decided by its content, so that what was inserted or removed
 * moves only the borders around it. FastCDC (Xia et al., USENIX ATC '16): a gear hash rolls over
 * the bytes (`kernels.ts`), a border falls where its topmost bits are all zero; before the usual size more bits
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
  /**
   * How many of the `bytes` at this address still belong to the block; −1: all, and the end is not there yet.
   */
  scan(address: number, bytes: number): number
}

export function borderSearch(sizes: BlockSizes, { roll }: Pick<Kernels, 'roll'>): BorderSearch {
  const { minBytes, usualBytes, maxBytes, hardBits } = sizes
  let position = 0
  let hash = 0

  return {
    scan(address, bytes) {
      const start = position
      position += bytes
      const until = (limit: number): number => Math.min(Math.max(limit - start, 0), bytes)
      const search = (from: number, to: number, bits: number): number => {
        if (from === to) return -1
        const [border, after] = roll(address + from, address + to, 2 ** (32 - bits), hash)
        hash = after
        return border === 0 ? -1 : border - address
      }
      const usual = until(usualBytes)
      const most = until(maxBytes)
      let found = search(until(minBytes), usual, hardBits)
      if (found === -1) found = search(usual, most, hardBits - fewerBits)
      if (found === -1 && position >= maxBytes) found = most
      return found
    },
  }
}
