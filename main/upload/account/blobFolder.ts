/** Files that others have put into a container: listed under a prefix, and put away once they are delivered. */
import type { ContainerClient } from '@azure/storage-blob'
import { Problem } from '../../../shared/domain/problem.ts'
import type { FolderFile, PutAway } from '../../runs/ports/folders.ts'
import { answered } from '../line/failure.ts'
import type { Requests } from '../line/requests.ts'

/** `container/prefix`; the prefix ends with `/`, or is ''. Fails with `usage` where no container is named. */
export function placeOf(folder: string): { container: string; prefix: string } {
  const [container = '', ...rest] = folder.split('/').filter((part) => part !== '')
  if (container === '')
    throw new Problem({
      code: 'usage',
      what: 'The folder of a storage begins with its container.',
      did: 'Nothing was looked for.',
      advice: 'Write the container and the folder in it, such as exports/sales.',
    })
  return { container, prefix: rest.length === 0 ? '' : `${rest.join('/')}/` }
}

/** Of a file as it was listed. */
export const etagIn = ({ modified }: FolderFile): string => modified.split(' ')[1] ?? ''

/** The blobs right below a prefix; none where the container is empty there. */
export async function listBlobs(
  container: ContainerClient,
  prefix: string,
  isWanted: (name: string) => boolean,
  requests: Requests,
  signal: AbortSignal,
): Promise<FolderFile[]> {
  const files: FolderFile[] = []
  let continuationToken: string | undefined
  do {
    const page = await requests.send({ bytes: 0, signal }, async (abortSignal) => {
      const pages = container
        .listBlobsByHierarchy('/', { prefix, abortSignal })
        .byPage(continuationToken === undefined ? {} : { continuationToken })
      return (await pages.next()).value
    })
    for (const { name: path, properties } of page?.segment.blobItems ?? []) {
      const name = path.slice(prefix.length)
      const { contentLength = 0, lastModified, etag } = properties
      if (name !== '' && isWanted(name))
        files.push({
          name,
          bytes: contentLength,
          modified: `${lastModified.getTime()}000000 ${quoted(etag)}`,
        })
    }
    continuationToken = page?.continuationToken === '' ? undefined : page?.continuationToken
  } while (continuationToken !== undefined)
  return files
}

/** A list has ETags without their marks, a condition with them. */
const quoted = (etag: string): string => (etag.startsWith('"') ? etag : `"${etag}"`)

/** Deletes or moves a blob that is as it was when it was taken: false where it is another one, or gone. Repeating it is safe. */
export async function putBlobAway(
  container: ContainerClient,
  { from, etag, marker }: { from: string; etag: string; marker: string | null },
  how: PutAway,
  requests: Requests,
  signal: AbortSignal,
): Promise<boolean> {
  const source = container.getBlobClient(from)
  const ifMatch = etag
  try {
    if (how.kind === 'move') {
      const target = container.getBlobClient(`${how.to}${how.as}`)
      await requests
        .send({ bytes: 0, signal }, async (abortSignal) => {
          const copying = await target.beginCopyFromURL(source.url, {
            abortSignal,
            sourceConditions: { ifMatch },
            conditions: { ifNoneMatch: '*' },
          })
          await copying.pollUntilDone()
        })
        .catch((thrown: unknown) => {
          // A name that only this run has: an attempt that was cut off has copied it.
          if (!answered(thrown, 'BlobAlreadyExists')) throw thrown
        })
    }
    await requests.send({ bytes: 0, signal }, (abortSignal) =>
      source.delete({ abortSignal, conditions: { ifMatch } }),
    )
  } catch (thrown) {
    if (
      answered(
        thrown,
        'BlobNotFound',
        'ConditionNotMet',
        'SourceConditionNotMet',
        'CannotVerifyCopySource',
      )
    )
      return false
    throw thrown
  }
  if (marker !== null)
    await requests.send({ bytes: 0, signal }, (abortSignal) =>
      container.getBlobClient(marker).deleteIfExists({ abortSignal }),
    )
  return true
}
