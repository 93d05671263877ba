import type { Rooms } from '../runs/ports/rooms.ts'
import type { UploadPlan, UploadPlanInput } from '../runs/ports/uploading.ts'
import { treeHash } from './blocks/blockId.ts'
import { systemClock } from './line/requests.ts'
import { usualLimits } from './line/retry.ts'
import { cut, look, onUnchangedSource, openJob, type Standing } from './planning.ts'
import type { UploadSettings } from './planning.ts'

/**
 * Says block by block what `upload` would send, and what would become of the blob. It reads the file and
 * asks the server; it changes nothing anywhere. Fails as `upload` does.
 */
export async function planUpload(
  input: UploadPlanInput,
  control: Parameters<Rooms['planUpload']>[1],
  settings: UploadSettings = { limits: usualLimits, clock: systemClock },
): Promise<UploadPlan> {
  const job = openJob(input, control, settings)
  return await onUnchangedSource(job, async (source, journal) => {
    const { progress, signal } = job
    progress.restart(source.bytes)
    progress.enter('planning')
    const isSame = journal?.identity === source.identity
    const standing = await look(job, source, isSame ? journal.seen : null)
    const { present, foreign } = standing.server
    const planned: UploadPlan['blocks'] = []
    const tree = treeHash()
    const { blocks, nameOf } = cut(job, source, standing.server, journal)
    try {
      let offset = 0
      for (let block = await blocks.next(); block !== null; block = await blocks.next()) {
        signal.throwIfAborted()
        const { bytes, md5 } = block
        const id = nameOf(bytes, md5)
        blocks.release(block)
        tree.add(id)
        planned.push({ offset, bytes, why: present.get(id) ?? 'new' })
        progress.block({ offset, bytes, id }, 'known')
        offset += bytes
      }
    } finally {
      await blocks.close()
    }
    await source.assertUnchanged()
    return {
      bytes: source.bytes,
      blocks: planned,
      treeHash: tree.digest(),
      fate: fateOf(standing),
      foreignBlocks: foreign,
    }
  })
}

function fateOf({ found, refusal }: Standing): UploadPlan['fate'] {
  if (refusal !== null) return { kind: 'refused', problem: refusal.data }
  return { kind: found === null ? 'created' : 'replaced' }
}
