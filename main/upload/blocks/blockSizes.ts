import { Problem } from '../../../shared/domain/problem.ts'
import { formatBytes } from '../../../shared/domain/sizes.ts'
import type { BlockSizes } from './borders.ts'

const MiB = 1024 ** 2
/** Put Block List takes at most 50,000 blocks; Azurite does not check it, so we do. */
export const maxBlocks = 50_000
/** Up to here each class doubles the sizes of the one before: 1/3/8 MiB … 32/96/256 MiB. */
const lastByContent = 5
/** Above 1.5 TiB every block is as large as memory allows, whatever the content. */
const fixedClass = 6

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
