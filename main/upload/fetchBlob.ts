import { createHash } from 'node:crypto'
import { Problem } from '../../shared/domain/problem.ts'
import { Spool } from '../files/spool.ts'
import type { FetchOutput } from '../runs/ports/fetching.ts'
import type { Rooms } from '../runs/ports/rooms.ts'
import type { FetchBlobInput } from '../runs/ports/uploading.ts'
import { hostnameOf, openAccount, targetOf } from './account/accounts.ts'
import { blobWritten, problemOf } from './account/problems.ts'
import { answered, RequestFailed } from './line/failure.ts'
import { persistentRequests, systemClock } from './line/requests.ts'
import { usualLimits } from './line/retry.ts'
import { waitingFor, type UploadSettings } from './planning.ts'

/** The service gives an MD5 of ranges up to this size. */
const rangeBytes = 4 * 1024 ** 2

/**
 * Brings a blob back as it was verified: every range on condition of its ETag, and with its MD5. The target appears only
 * when it is whole. Fails with `blob-changed` once somebody else has written, with other Problems as an upload does, or
 * with the signal's reason.
 */
export async function fetchBlob(
  input: FetchBlobInput,
  control: Parameters<Rooms['fetchBlob']>[1],
  { limits, clock }: UploadSettings = { limits: usualLimits, clock: systemClock },
): Promise<FetchOutput> {
  const { bytes, etag } = input
  const { signal } = control
  const account = openAccount(input.access, () => control.ask('token'))
  const target = targetOf(account, input.container, input.blob)
  const blob = account.service.getContainerClient(input.container).getBlockBlobClient(input.blob)
  const spool = await Spool.create(input.target)
  const requests = persistentRequests({
    host: hostnameOf(account),
    limits,
    clock,
    prepare: (prepareSignal) => account.prepare(prepareSignal),
    onWaiting: (failure) =>
      control.report({ bytesDone: spool.bytes, waitingFor: waitingFor(failure, target) }),
  })
  try {
    await spool.expect(bytes)
    while (spool.bytes < bytes) {
      const offset = spool.bytes
      const length = Math.min(rangeBytes, bytes - offset)
      const range = await requests.send({ bytes: length, signal }, async (abortSignal) => {
        const answer = await blob.download(offset, length, {
          abortSignal,
          conditions: { ifMatch: etag },
          rangeGetContentMD5: true,
        })
        const body = await bodyOf(answer.readableStreamBody)
        if (body.length !== length || !isIntact(body, answer.contentMD5))
          // Asked for once more, as after a line that broke.
          throw new RequestFailed({ kind: 'network', code: 'DAMAGED' })
        return body
      })
      await spool.write(range, bytes - offset)
      control.report({ bytesDone: spool.bytes })
    }
    return await spool.finish()
  } catch (thrown) {
    if (answered(thrown, 'ConditionNotMet', 'BlobNotFound', 'ContainerNotFound'))
      throw new Problem(blobWritten(target))
    throw problemOf(thrown, target, clock.now())
  } finally {
    await spool.close()
  }
}

async function bodyOf(stream: NodeJS.ReadableStream | undefined): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream ?? []) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

function isIntact(body: Buffer, md5: Uint8Array | undefined): boolean {
  return md5 === undefined || createHash('md5').update(body).digest().equals(md5)
}
