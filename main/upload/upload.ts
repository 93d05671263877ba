import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { BlobGetPropertiesResponse, BlockBlobClient } from '@azure/storage-blob'
import { Problem } from '../../shared/domain/problem.ts'
import type { Rooms, UploadInput, UploadOutput } from '../runs/ports.ts'
import { createContainer, hostnameOf, openAccount, targetOf, type Account } from './accounts.ts'
import { blockIdLength, blockNaming, parseBlockId } from './blockId.ts'
import { sizesFor } from './borders.ts'
import { answered, type Failure } from './failure.ts'
import { clearForeignBlocks } from './foreign.ts'
import { hashing } from './hashing.ts'
import {
  blobArchived,
  blobChanged,
  blobExists,
  blobImmutable,
  blobLeased,
  blobWrongType,
  containerMissing,
  foreignBlocks,
  problemOf,
  refuseInvalidSas,
  type Target,
} from './problems.ts'
import { progressCount, type ProgressCount } from './progress.ts'
import { rateLimit, type RateLimit } from './rateLimit.ts'
import { persistentRequests, systemClock, type Clock, type Requests } from './requests.ts'
import { pauseMs, usualLimits, type RetryLimits } from './retry.ts'
import { openSource, type Source } from './source.ts'
import { stageBlocks, type NamedBlock } from './staging.ts'

export interface UploadSettings {
  limits: RetryLimits
  clock: Clock
  /** How files are cut; the usual way if absent. */
  sizesFor?: typeof sizesFor
}

/** A commit is tried again this often after the service lost blocks that had been acknowledged. */
const maxCommits = 4
/** An upload is planned anew this often because the file was written to meanwhile. */
const maxPlans = 4

type UploadControl = Parameters<Rooms['upload']>[1]

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
  control: UploadControl,
  settings: UploadSettings = { limits: usualLimits, clock: systemClock },
): Promise<UploadOutput> {
  const { signal } = control
  const { clock, limits } = settings
  signal.throwIfAborted()
  const account = openAccount(input.access, () => control.ask('token'))
  const target = targetOf(account, input.container, input.blob)
  if (account.onlyContainer !== null && account.onlyContainer !== input.container)
    throw new Problem({
      code: 'permission-denied',
      what: `The SAS opens container "${account.onlyContainer}" only, not "${input.container}".`,
      did: 'Nothing was sent.',
      advice: `Send to "${account.onlyContainer}", or put another SAS into the connection.`,
    })
  refuseInvalidSas(target, clock.now())
  const progress = progressCount((report) => control.report(report))
  const requests = persistentRequests({
    host: hostnameOf(account),
    limits,
    clock,
    prepare: (prepareSignal) => account.prepare(prepareSignal),
    onWaiting: (failure) => progress.wait(waitingFor(failure, target)),
  })
  const job: Job = {
    input,
    account,
    target,
    blob: account.service.getContainerClient(input.container).getBlockBlobClient(input.blob),
    requests,
    limit: rateLimit({
      limit: input.limit ?? [],
      clock,
      current: () => control.ask('limit'),
      onBrake: (brake) => progress.brake(brake),
    }),
    progress,
    sizesFor: settings.sizesFor ?? sizesFor,
    signal,
  }
  for (let plan = 1; ; plan += 1) {
    const source = await openSource(input.file)
    try {
      return await run(job, source)
    } catch (thrown) {
      const changed = thrown instanceof Problem && thrown.code === 'source-growing'
      if (!changed || plan === maxPlans) throw problemOf(thrown, target, clock.now())
    } finally {
      await source.close()
    }
    progress.wait('the file is still being written to')
    await clock.sleep(
      pauseMs(plan, null, limits, () => 1),
      signal,
    )
  }
}

interface Job {
  input: UploadInput
  account: Account
  target: Target
  blob: BlockBlobClient
  requests: Requests
  limit: RateLimit
  progress: ProgressCount
  sizesFor: typeof sizesFor
  signal: AbortSignal
}

/** The file as the server shall know it. */
interface Content {
  bytes: number
  blocks: NamedBlock[]
  /** Hex SHA-256 over the ids of the blocks in order, raw: lengths and MD5s. */
  treeHash: string
  modifiedAt: Date
}

/** What the server holds under the blob's name. */
interface ServerBlocks {
  /** Ids of ours, of whole blocks. */
  present: Set<string>
  /** The committed list, in order. */
  committed: string[]
  /** Whether unfinished blocks of another program are there, which exclude ours. */
  foreign: boolean
}

async function run(job: Job, source: Source): Promise<UploadOutput> {
  const { progress } = job
  progress.restart(source.bytes)
  progress.enter('planning')
  let before = await existing(job, source)
  let server = await serverBlocks(job)
  if (server.foreign) {
    if (job.input.foreignBlocks !== 'clear') throw new Problem(foreignBlocks(job.target))
    await clearForeignBlocks(job.blob, before, job.target, job.requests, job.signal)
    before = await existing(job, source)
    server = await serverBlocks(job)
  }
  const seenEtag = before === null ? null : etagOf(before)

  for (let round = 1; ; round += 1) {
    progress.restart(source.bytes)
    progress.enter('staging')
    const content = await stageAll(job, source, server)
    await source.assertUnchanged()
    if (before !== null && before.metadata?.['palletrun'] === job.input.runId)
      if (isCommitted(before, content) && isDeepStrictEqual(server.committed, idsOf(content)))
        return await verified(job, content, etagOf(before))
    if (before !== null && job.input.ifExists === 'fail') throw new Problem(blobExists(job.target))
    try {
      return await verified(job, content, await commit(job, content, seenEtag))
    } catch (thrown) {
      // Blocks vanish a week after the last one was sent, or when somebody else commits.
      if (!answered(thrown, 'InvalidBlockList') || round === maxCommits) throw thrown
      server = await serverBlocks(job)
    }
  }
}

/** The blob as it is now; null if there is none. What may not be replaced is refused before the first byte. */
async function existing(job: Job, source: Source): Promise<BlobGetPropertiesResponse | null> {
  const { input, target } = job
  const found = await head(job).catch(async (thrown: unknown) => {
    if (!answered(thrown, 'ContainerNotFound')) throw thrown
    if (input.missingContainer === 'refuse') throw new Problem(containerMissing(target))
    await createContainer(job.account, job.requests, input.container, job.signal)
    return null
  })
  if (found === null) return null
  if (found.blobType !== 'BlockBlob') throw new Problem(blobWrongType(target))
  // Of this very run: its commit may have been answered to nobody.
  if (found.metadata?.['palletrun'] === input.runId && found.contentLength === source.bytes)
    return found
  if (input.ifExists === 'fail') throw new Problem(blobExists(target))
  if (found.legalHold === true || isFuture(found.immutabilityPolicyExpiresOn))
    throw new Problem(blobImmutable(target))
  if (found.accessTier === 'Archive') throw new Problem(blobArchived(target))
  if (found.leaseStatus === 'locked') throw new Problem(blobLeased(target))
  return found
}

async function head(job: Job): Promise<BlobGetPropertiesResponse | null> {
  try {
    return await job.requests.send({ bytes: 0, signal: job.signal }, (abortSignal) =>
      job.blob.getProperties({ abortSignal }),
    )
  } catch (thrown) {
    if (answered(thrown, 'BlobNotFound')) return null
    throw thrown
  }
}

async function serverBlocks(job: Job): Promise<ServerBlocks> {
  try {
    const list = await job.requests.send({ bytes: 0, signal: job.signal }, (abortSignal) =>
      job.blob.getBlockList('all', { abortSignal }),
    )
    const { committedBlocks = [], uncommittedBlocks = [] } = list
    const whole = [...committedBlocks, ...uncommittedBlocks].filter(
      ({ name, size }) => parseBlockId(name)?.bytes === size,
    )
    return {
      present: new Set(whole.map(({ name }) => name)),
      committed: committedBlocks.map(({ name }) => name),
      foreign: uncommittedBlocks.some(({ name }) => name.length !== blockIdLength),
    }
  } catch (thrown) {
    if (!answered(thrown, 'BlobNotFound')) throw thrown
    return { present: new Set(), committed: [], foreign: false }
  }
}

async function stageAll(job: Job, source: Source, server: ServerBlocks): Promise<Content> {
  const { blob, limit, progress, requests, signal } = job
  const [first] = server.committed
  const kept = first === undefined ? null : (parseBlockId(first)?.sizeClass ?? null)
  const sizes = job.sizesFor(source.bytes, kept)
  const named: NamedBlock[] = []
  const tree = createHash('sha256')
  const blocks = hashing(source, sizes)
  try {
    await stageBlocks({
      client: blob,
      requests,
      limit,
      signal,
      blocks,
      assertUnchanged: () => source.assertUnchanged(),
      present: server.present,
      nameOf: blockNaming(sizes.sizeClass),
      onBlock(block) {
        named.push(block)
        tree.update(block.id, 'base64')
      },
      onPresent: (block, sent) => progress.block(block, sent),
    })
  } finally {
    await blocks.close()
  }
  return {
    bytes: source.bytes,
    blocks: named,
    treeHash: tree.digest('hex'),
    modifiedAt: source.modifiedAt,
  }
}

/** Whether the blob says to be this content. */
function isCommitted(found: BlobGetPropertiesResponse, content: Content): boolean {
  return found.contentLength === content.bytes && found.metadata?.['treehash'] === content.treeHash
}

function idsOf(content: Content): string[] {
  return content.blocks.map(({ id }) => id)
}

/**
 * Names the blocks of the new blob, on condition that the old one is still as first seen (or absent),
 * unless whatever is there shall be overwritten. Answers the ETag. A refused condition may be our own
 * commit whose answer was lost: the blob itself decides.
 */
async function commit(job: Job, content: Content, seenEtag: string | null): Promise<string> {
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
        blobHTTPHeaders: { blobContentType: input.contentType },
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
async function verified(job: Job, content: Content, etag: string): Promise<UploadOutput> {
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
  return { bytes: content.bytes, etag, blocks: content.blocks.length, ...progress.sent() }
}

function waitingFor(failure: Failure, target: Target): string {
  return failure.kind === 'answer'
    ? `${target.host} is busy; trying again`
    : `waiting for the network to ${target.host}`
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

function isFuture(at: Date | undefined): boolean {
  return at !== undefined && at.getTime() > Date.now()
}
