import { isDeepStrictEqual } from 'node:util'
import type { BlobGetPropertiesResponse } from '@azure/storage-blob'
import { Problem } from '../../shared/domain/problem.ts'
import type {
  PlacedBlock,
  UploadInput,
  UploadJournal,
  UploadOutput,
} from '../runs/ports/uploading.ts'
import type { Rooms } from '../runs/ports/rooms.ts'
import { createContainer } from './account/accounts.ts'
import { clearForeignBlocks } from './account/foreign.ts'
import { head } from './account/head.ts'
import { blobChanged, blobExists } from './account/problems.ts'
import { blockIdLength, treeHash } from './blocks/blockId.ts'
import { blockSizes } from './blocks/blockSizes.ts'
import { hashThreads, type HashThreads } from './blocks/hashing.ts'
import type { Source } from './blocks/source.ts'
import { wholeMd5, type WholeMd5 } from './blocks/wholeMd5.ts'
import { answered } from './line/failure.ts'
import { rateLimit, type RateLimit } from './line/rateLimit.ts'
import { systemClock } from './line/requests.ts'
import { usualLimits } from './line/retry.ts'
import {
  cut,
  look,
  onUnchangedSource,
  openJob,
  serverBlocks,
  type Job,
  type ServerBlocks,
  type Standing,
  type UploadSettings,
} from './planning.ts'
import { stageBlocks } from './staging.ts'

export type { UploadSettings } from './planning.ts'

/** A commit is tried again this often after the service lost blocks that had been acknowledged. */
const maxCommits = 4

/**
 * Brings a file to a blob by content. What the server has of it, by block id, is never sent again,
 * be it from an upload that was cut off or from the blob that is replaced, and wherever it stands there.
 * The commit is atomic and conditional, so an older blob stays whole until the new one takes its place.
 *
 * Fails with a Problem or the signal's reason; all requests have ended and the file is closed by then.
 * Can be repeated at any time with the same input, and then does only what is missing.
 */
export async function upload(
  input: UploadInput,
  control: Parameters<Rooms['upload']>[1],
  settings: UploadSettings = { limits: usualLimits, clock: systemClock },
): Promise<UploadOutput> {
  const job = openJob(input, control, settings)
  const limit = rateLimit({
    limit: input.limit ?? [],
    clock: settings.clock,
    current: () => control.ask('limit'),
    onBrake: (brake) => job.progress.brake(brake),
  })
  return await onUnchangedSource(job, async (source, journal) => {
    const sum = input.wholeMd5 === true ? wholeMd5(source) : null
    const threads = source.bytes > blockSizes(0).maxBytes ? hashThreads() : undefined
    try {
      return await run({ ...job, input, limit, sum }, source, journal, threads)
    } finally {
      await Promise.all([sum?.close(), threads?.close()])
    }
  })
}

interface UploadJob extends Job {
  input: UploadInput
  limit: RateLimit
  /** null: not asked for. */
  sum: WholeMd5 | null
}

/** The file as the server shall know it. */
interface Content {
  bytes: number
  blocks: PlacedBlock[]
  /** See `treeHash`. */
  treeHash: string
  /** Of the whole file; null if not asked for. */
  md5: Uint8Array | null
  modifiedAt: Date
}

async function run(
  job: UploadJob,
  source: Source,
  journal: UploadJournal | undefined,
  threads: HashThreads | undefined,
): Promise<UploadOutput> {
  const { input, progress } = job
  progress.restart(source.bytes)
  progress.enter('planning')
  const { found, own, server: seenBlocks } = await prepared(job, source, journal)
  const seenEtag = found === null ? null : etagOf(found)
  const seen = { etag: seenEtag, runId: input.runId }
  progress.planned({ identity: source.identity, seen })

  let server = seenBlocks
  for (let round = 1; ; round += 1) {
    progress.restart(source.bytes)
    progress.enter('staging')
    const content = await stageAll(job, source, server, journal, round === 1 ? threads : undefined)
    await source.assertUnchanged()
    if (found !== null && own)
      if (isCommitted(found, content) && isDeepStrictEqual(server.committed, idsOf(content)))
        return await verified(job, content, etagOf(found))
    if (found !== null && input.ifExists === 'fail') throw new Problem(blobExists(job.target))
    try {
      return await verified(job, content, await commit(job, content, seenEtag))
    } catch (thrown) {
      // Blocks vanish a week after the last one was sent, or when somebody else commits.
      if (!answered(thrown, 'InvalidBlockList') || round === maxCommits) throw thrown
      server = await serverBlocks(job)
    }
  }
}

/** What stands there, once everything is out of the way that may be. What may not be replaced is refused. */
async function prepared(
  job: UploadJob,
  source: Source,
  journal: UploadJournal | undefined,
): Promise<Standing> {
  const { account, blob, input, requests, signal, target } = job
  const isSame = journal?.identity === source.identity
  const standing = await look(job, source, isSame ? journal.seen : null)
  if (standing.refusal !== null) throw standing.refusal
  if (standing.containerMissing) await createContainer(account, requests, input.container, signal)
  if (!standing.server.foreign) return standing
  await clearForeignBlocks(blob, standing.found, target, requests, signal)
  const cleared = await look(job, source, null)
  if (cleared.refusal !== null) throw cleared.refusal
  return cleared
}

async function stageAll(
  job: UploadJob,
  source: Source,
  server: ServerBlocks,
  journal: UploadJournal | undefined,
  threads: HashThreads | undefined,
): Promise<Content> {
  const { blob, limit, progress, requests, signal, sum } = job
  const named: PlacedBlock[] = []
  const tree = treeHash()
  const { blocks, nameOf } = cut(job, source, server, journal, threads)
  try {
    await stageBlocks({
      client: blob,
      requests,
      limit,
      signal,
      blocks,
      assertUnchanged: () => source.assertUnchanged(),
      present: server.present,
      nameOf,
      onBlock(block) {
        named.push(block)
        tree.add(block.id)
      },
      onPresent: (block, since) => progress.block(block, since),
      doubt: () => source.changed(),
    })
  } finally {
    await blocks.close()
  }
  if (sum !== null) progress.enter('summing')
  return {
    bytes: source.bytes,
    blocks: named,
    treeHash: tree.digest(),
    md5: sum === null ? null : await sum.digest(signal),
    modifiedAt: source.modifiedAt,
  }
}

/** Whether the blob says to be this content. */
function isCommitted(found: BlobGetPropertiesResponse, content: Content): boolean {
  const { md5 } = content
  return (
    found.contentLength === content.bytes &&
    found.metadata?.['treehash'] === content.treeHash &&
    (md5 === null ||
      (found.contentMD5 !== undefined && Buffer.compare(md5, found.contentMD5) === 0))
  )
}

function idsOf(content: Content): string[] {
  return content.blocks.map(({ id }) => id)
}

/**
 * Names the blocks of the new blob, on condition that the old one is still as first seen (or absent),
 * unless whatever is there shall be overwritten. Answers the ETag. A refused condition may be our own
 * commit whose answer was lost: the blob itself decides.
 */
async function commit(job: UploadJob, content: Content, seenEtag: string | null): Promise<string> {
  const { input, progress, requests, blob, signal } = job
  progress.enter('committing')
  const unchanged = seenEtag === null ? { ifNoneMatch: '*' } : { ifMatch: seenEtag }
  const ids = idsOf(content)
  try {
    const listBytes = ids.length * (blockIdLength + 20)
    const answer = await requests.send({ bytes: listBytes, signal }, (abortSignal) =>
      blob.commitBlockList(ids, {
        abortSignal,
        conditions: input.ifExists === 'overwrite' ? {} : unchanged,
        blobHTTPHeaders: {
          blobContentType: input.contentType,
          ...(content.md5 === null ? {} : { blobContentMD5: content.md5 }),
        },
        metadata: {
          palletrun: input.runId,
          treehash: content.treeHash,
          bytes: String(content.bytes),
          sourcemodified: content.modifiedAt.toISOString(),
        },
      }),
    )
    return etagOf(answer)
  } catch (thrown) {
    if (!answered(thrown, 'BlobAlreadyExists', 'ConditionNotMet', 'TargetConditionNotMet'))
      throw thrown
    const found = await head(job)
    if (found !== null && isCommitted(found, content)) return etagOf(found)
    throw thrown
  }
}

/** Nothing is called uploaded before the blob says so itself: length, content and order of its blocks. */
async function verified(job: UploadJob, content: Content, etag: string): Promise<UploadOutput> {
  const { blob, progress, requests, signal, target } = job
  progress.committed()
  progress.enter('verifying')
  const found = await head(job)
  if (found?.etag !== etag) throw new Problem(blobChanged(target))
  const list = await requests.send({ bytes: 0, signal }, (abortSignal) =>
    blob.getBlockList('committed', { abortSignal }),
  )
  const blocks = list.committedBlocks ?? []
  const whole =
    isCommitted(found, content) &&
    blocks.length === content.blocks.length &&
    blocks.every(({ name, size }, index) => {
      const ours = content.blocks[index]
      return name === ours?.id && size === ours.bytes
    })
  if (!whole)
    throw new Problem({
      code: 'integrity',
      what: `Blob "${target.blob}" on ${target.host} is not what was sent.`,
      did: 'The run stops here, before anything is loaded from it.',
      advice: 'Retry; if it happens again, report it to whoever runs the storage.',
      detail: `${found.contentLength ?? '?'} of ${content.bytes} bytes, ${blocks.length} of ${content.blocks.length} blocks`,
    })
  return {
    bytes: content.bytes,
    etag,
    blocks: content.blocks.length,
    ...progress.sent(),
    treeHash: content.treeHash,
    ...(content.md5 === null ? {} : { md5: Buffer.from(content.md5).toString('base64') }),
  }
}

function etagOf(answer: { etag?: string }): string {
  if (answer.etag === undefined)
    throw new Problem({
      code: 'internal',
      what: 'The storage answered without an ETag.',
      did: 'The run stops here.',
      advice: 'Check what stands between this computer and the storage; a proxy may strip headers.',
    })
  return answer.etag
}
