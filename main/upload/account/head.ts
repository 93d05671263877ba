import type { BlobGetPropertiesResponse, BlockBlobClient } from '@azure/storage-blob'
import { answered } from '../line/failure.ts'
import type { Requests } from '../line/requests.ts'

/** The blob as it is; null: there is none. Fails as requests do, also where the container is missing. */
export async function head({
  blob,
  requests,
  signal,
}: {
  blob: BlockBlobClient
  requests: Requests
  signal: AbortSignal
}): Promise<BlobGetPropertiesResponse | null> {
  try {
    return await requests.send({ bytes: 0, signal }, (abortSignal) =>
      blob.getProperties({ abortSignal }),
    )
  } catch (thrown) {
    if (answered(thrown, 'BlobNotFound')) return null
    throw thrown
  }
}
