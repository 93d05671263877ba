import type { BlobGetPropertiesResponse, BlockBlobClient } from '@azure/storage-blob'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Requests } from '../line/requests.ts'
import { foreignBlocksStay, type Target } from './problems.ts'

/**
 * Drops the unfinished blocks that another program left under this name; with their ids of another
 * length no block of ours could be sent (InvalidBlobOrBlock). There is no call for that: whatever a
 * Put Block List does not name is dropped. So the blob that is there is committed once more as it is, with its
 * headers, metadata and tags; where there is none, an empty one is committed and deleted. Both only as
 * long as nobody else writes.
 */
export async function clearForeignBlocks(
  blob: BlockBlobClient,
  found: BlobGetPropertiesResponse | null,
  target: Target,
  requests: Requests,
  signal: AbortSignal,
): Promise<void> {
  const send = <T>(request: (abortSignal: AbortSignal) => Promise<T>): Promise<T> =>
    requests.send({ bytes: 0, signal }, request)

  if (found === null) {
    const made = await send((abortSignal) =>
      blob.commitBlockList([], { abortSignal, conditions: { ifNoneMatch: '*' } }),
    )
    await send((abortSignal) =>
      blob.delete({
        abortSignal,
        conditions: made.etag === undefined ? {} : { ifMatch: made.etag },
      }),
    )
    return
  }

  const { committedBlocks = [] } = await send((abortSignal) =>
    blob.getBlockList('committed', { abortSignal }),
  )
  const committedBytes = committedBlocks.reduce((sum, { size }) => sum + size, 0)
  // A blob of one Put Blob has no block list: committing none would empty it.
  if (committedBytes !== found.contentLength || found.etag === undefined)
    throw new Problem(foreignBlocksStay(target))
  const ifMatch = found.etag
  const { tags } =
    (found.tagCount ?? 0) > 0
      ? await send((abortSignal) => blob.getTags({ abortSignal }))
      : { tags: undefined }
  await send((abortSignal) =>
    blob.commitBlockList(
      committedBlocks.map(({ name }) => name),
      {
        abortSignal,
        conditions: { ifMatch },
        blobHTTPHeaders: headersOf(found),
        ...(found.metadata === undefined ? {} : { metadata: found.metadata }),
        ...(tags === undefined ? {} : { tags }),
      },
    ),
  )
}

function headersOf(found: BlobGetPropertiesResponse): Record<string, string | Uint8Array> {
  const { cacheControl, contentDisposition, contentEncoding, contentLanguage } = found
  return {
    ...(found.contentType === undefined ? {} : { blobContentType: found.contentType }),
    ...(found.contentMD5 === undefined ? {} : { blobContentMD5: found.contentMD5 }),
    ...(cacheControl === undefined ? {} : { blobCacheControl: cacheControl }),
    ...(contentDisposition === undefined ? {} : { blobContentDisposition: contentDisposition }),
    ...(contentEncoding === undefined ? {} : { blobContentEncoding: contentEncoding }),
    ...(contentLanguage === undefined ? {} : { blobContentLanguage: contentLanguage }),
  }
}
