/** What `pallet blocks` says. */
import { sentence } from '../../shared/domain/problem.ts'
import { formatBytes, formatCount, plural } from '../../shared/domain/sizes.ts'
import type { PlannedFile } from '../runs/uploads/uploads.ts'
import type { BlockReason, UploadPlan } from '../runs/ports/uploading.ts'

type Blocks = UploadPlan['blocks']

const reasons: Record<BlockReason, string> = {
  stored: 'in the blob already',
  staged: 'sent before, unfinished',
  new: 'new: would be sent',
}
/** With the head and the sentence below it, a terminal's 24 lines. */
const mostRows = 20

export interface Totals {
  blocksToSend: number
  bytesToSend: number
  /** 0 … 1, of the bytes; 0 for an empty file. */
  shareToSend: number
}

export function totalsOf(blocks: Blocks): Totals {
  const toSend = blocks.filter(({ why }) => why === 'new')
  const bytesToSend = bytesOf(toSend)
  const bytes = bytesOf(blocks)
  const shareToSend = bytes === 0 ? 0 : bytesToSend / bytes
  return { blocksToSend: toSend.length, bytesToSend, shareToSend }
}

/** Neighbours of one reason as one row; where that is still too long, the rest in one. */
export function tableOf(blocks: Blocks): string[][] {
  const stretches: Blocks[] = []
  for (const block of blocks) {
    const last = stretches.at(-1)
    if (last?.[0]?.why === block.why) last.push(block)
    else stretches.push([block])
  }
  if (stretches.length <= mostRows) return stretches.map((stretch) => rowOf(stretch))
  const shown = stretches.slice(0, mostRows - 1)
  const rest = stretches.slice(mostRows - 1).flat()
  const { blocksToSend, bytesToSend } = totalsOf(rest)
  const mixed = `mixed: ${plural(blocksToSend, 'block')} (${formatBytes(bytesToSend)}) would be sent`
  return [...shown.map((stretch) => rowOf(stretch)), rowOf(rest, mixed)]
}

function rowOf(stretch: Blocks, why?: string): string[] {
  const [first] = stretch
  if (first === undefined) return []
  const bytes = bytesOf(stretch)
  return [
    formatBytes(first.offset),
    formatBytes(first.offset + bytes),
    formatCount(stretch.length),
    formatBytes(bytes),
    why ?? reasons[first.why],
  ]
}

export function sentenceOf(planned: PlannedFile): string {
  const { blocks, container, blob, connection, fate, foreignBlocks } = planned
  const place = `${container}/${blob} at ${connection}`
  if (fate.kind === 'refused') return `It would be refused: ${sentence(fate.problem)}`
  const { blocksToSend, bytesToSend, shareToSend } = totalsOf(blocks)
  const after = fate.kind === 'created' ? 'would be new' : 'would be replaced'
  const foreign = foreignBlocks ? ' Unfinished blocks of another program would go.' : ''
  const rest = `${place} ${after}.${foreign}`
  if (blocks.length === 0) return `The file is empty; nothing would be sent. ${rest}`
  if (blocksToSend === 0)
    return `Nothing would be sent: the storage has ${blocks.length === 1 ? 'the one block' : `all ${plural(blocks.length, 'block')}`}. ${rest}`
  const share = `${(shareToSend * 100).toFixed(shareToSend < 0.1 ? 1 : 0)} %`
  return `${formatCount(blocksToSend)} of ${plural(blocks.length, 'block')} would be sent: ${formatBytes(bytesToSend)}, ${share} of the file. ${rest}`
}

function bytesOf(blocks: Blocks): number {
  return blocks.reduce((sum, { bytes }) => sum + bytes, 0)
}
