import { Problem } from '../../shared/domain/problem.ts'
import { formatBytes } from '../../shared/domain/sizes.ts'

const KiB = 1024
const MiB = 1024 * KiB

/** Put Block List takes at most 50,000 blocks; Azurite does not check it, so we do. */
export const maxBlocks = 50_000
const usualBlockBytes = 4 * MiB
/**
 * Blocks are held in memory while they travel. The service would take 4,000 MiB each; with 256 MiB
 * a blob may still have 12 TiB, and memory stays bounded.
 */
const maxBlockBytes = 256 * MiB
const maxBytesInFlight = 64 * MiB
const maxConcurrency = 4

export interface BlockPlan {
  bytes: number
  /** Size of every block but the last; a whole number of KiB. */
  blockBytes: number
  blocks: number
  /** How many blocks may travel at once, 1 … 4. */
  concurrency: number
}

/** How a file of `bytes` is cut. Fails with `limit-exceeded` above 50,000 blocks of 256 MiB. */
export function planBlocks(bytes: number): BlockPlan {
  const least = Math.ceil(bytes / maxBlocks / KiB) * KiB
  const blockBytes = Math.max(usualBlockBytes, least)
  if (blockBytes > maxBlockBytes)
    throw new Problem({
      code: 'limit-exceeded',
      what: `The file has ${formatBytes(bytes)}; one blob can take ${formatBytes(maxBlocks * maxBlockBytes)} from Pallet.`,
      did: 'Nothing was sent.',
      advice: 'Split the export, for example by month.',
    })
  return {
    bytes,
    blockBytes,
    blocks: Math.ceil(bytes / blockBytes),
    concurrency: Math.max(1, Math.min(maxConcurrency, Math.floor(maxBytesInFlight / blockBytes))),
  }
}

/** Where a block lies in the file. */
export function blockAt(plan: BlockPlan, index: number): { offset: number; bytes: number } {
  const offset = index * plan.blockBytes
  if (index < 0 || index >= plan.blocks)
    throw new RangeError(`block ${index} of ${plan.blocks} does not exist`)
  return { offset, bytes: Math.min(plan.blockBytes, plan.bytes - offset) }
}
