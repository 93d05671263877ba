import type { BlobGetPropertiesResponse, ContainerClient } from '@azure/storage-blob'
import type { BlobMove, MovedBlob } from '../../runs/ports/systems.ts'
import type { Requests } from '../line/requests.ts'
import { head } from './head.ts'

/**
 * Gives the blob of a run another name in its container, whatever of that a cut-off attempt had done already. The
 * service copies it on its own side; the old name goes once the copy is whole. Nothing but the blob that the run
 * has written is touched, and nothing else is written over.
 */
export async function moveBlob(
  container: ContainerClient,
  { from, to, runId }: BlobMove,
  requests: Requests,
  signal: AbortSignal,
): Promise<MovedBlob> {
  const source = container.getBlockBlobClient(from)
  const target = container.getBlockBlobClient(to)
  const isOwn = (found: BlobGetPropertiesResponse): boolean =>
    found.metadata?.['palletrun'] === runId
  const old = await head({ blob: source, requests, signal })
  const there = await head({ blob: target, requests, signal })
  const copied = there !== null && isOwn(there) && there.copyStatus !== 'pending'
  if (old === null) return copied ? 'moved' : 'gone'
  if (!isOwn(old) || (there !== null && !isOwn(there))) return 'of-another'
  const ifMatch = old.etag === undefined ? {} : { ifMatch: old.etag }
  if (!copied)
    await requests.send({ bytes: 0, signal }, async (abortSignal) => {
      const copying = await target.beginCopyFromURL(source.url, {
        abortSignal,
        sourceConditions: ifMatch,
        conditions: there === null ? { ifNoneMatch: '*' } : {},
      })
      await copying.pollUntilDone()
    })
  await requests.send({ bytes: 0, signal }, (abortSignal) =>
    source.delete({ abortSignal, conditions: ifMatch }),
  )
  return 'moved'
}
