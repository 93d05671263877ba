import type { UploadJournal } from '../runs/ports/uploading.ts'
import { blockIdLength, parseBlockId } from './blocks/blockId.ts'
import type { KnownBlock } from './blocks/cutter.ts'
import type { Source } from './blocks/source.ts'

/**
 * The blocks that need not be read, by offset: the file is what it was, and the server lists the id
 * that was remembered. What makes no sense is left out. `present` has ids of whole blocks.
 */
export function knownBlocks(
  journal: UploadJournal | undefined,
  source: Pick<Source, 'identity' | 'bytes'>,
  present: Pick<ReadonlySet<string>, 'has'>,
  sizeClass: number,
): ReadonlyMap<number, KnownBlock> {
  const known = new Map<number, KnownBlock>()
  if (journal?.identity !== source.identity) return known
  for (const [place, offset] of journal.offsets.entries()) {
    const id = journal.ids.slice(place * blockIdLength, (place + 1) * blockIdLength)
    const block = parseBlockId(id)
    if (block === null || block.bytes === 0 || block.sizeClass !== sizeClass) continue
    if (offset + block.bytes > source.bytes || !present.has(id)) continue
    known.set(offset, { bytes: block.bytes, md5: block.md5 })
  }
  return known
}
