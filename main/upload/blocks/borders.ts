import type { RollKernel } from './kernels.ts'

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

const fewerBits = 4

/** Looks for the end of one block, piece by piece. */
export interface BorderSearch {
  /**
   * How many of the `bytes` at this address still belong to the block; −1: all, and the end is not there yet.
   */
  scan(address: number, bytes: number): number
}

export function borderSearch(sizes: BlockSizes, { roll }: RollKernel): BorderSearch {
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
