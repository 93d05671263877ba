import { createHash } from 'node:crypto'
import type { BlobGetPropertiesResponse, BlockBlobClient } from '@azure/storage-blob'
import { Problem } from '../../shared/domain/problem.ts'
import type { Rooms, UploadInput, UploadOutput, UploadReport } from '../runs/ports.ts'
import { createContainer, hostnameOf, openAccount, targetOf } from './accounts.ts'
import { blockIdLength, parseBlockId } from './blockId.ts'
import { answered, type Failure } from './failure.ts'
import { blockAt, planBlocks, type BlockPlan } from './plan.ts'
import {
  blobArchived,
  blobChanged,
  blobImmutable,
  blobLeased,
  blobWrongType,
  containerMissing,
  problemOf,
  type Target,
} from './problems.ts'
import { persistentRequests, systemClock, type Clock, type Requests } from './requests.ts'
import { usualLimits, type RetryLimits } from './retry.ts'
import { changed, openSource, type LocalBlock, type Source } from './source.ts'
import { stageBlocks, type ServerBlocks } from './staging.ts'

export interface UploadSettings {
  limits: RetryLimits
  clock: Clock
}

/** A commit is tried again this often after the service lost blocks that had been acknowledged. */
const maxCommits = 4

type UploadControl = Parameters<Rooms['upload']>[1]

/**
 * Brings a file to a blob by content. What the server has of it, by block id, is never sent again;
 * the commit is atomic and conditional, so an older blob stays whole until the new one takes its place.
 *
 * Fails with a Problem or the signal's reason; all requests have ended and the file is closed by then.
 * Can be repeated at any time with the same input, and then does only what is missing.
 */
export async function upload(
  input: UploadInput,
  control: UploadControl,
  settings: UploadSettings = { limits: usualLimits, clock: systemClock },
): Promise<UploadOutput> {
  control.signal.throwIfAborted()
  const account = openAccount(input.access, () => control.ask('token'))
  const target = targetOf(account, input.container, input.blob)
  if (account.onlyContainer !== null && account.onlyContainer !== input.container)
    throw new Problem({
      code: 'permission-denied',
      what: `The SAS opens container "${account.onlyContainer}" only, not "${input.container}".`,
      did: 'Nothing was sent.',
      advice: `Send to "${account.onlyContainer}", or put another SAS into the connection.`,
    })
  const source = await openSource(input.file)
  try {
    const plan = planBlocks(source.bytes)
    const progress = progressOf(plan, (report) => control.report(report))
    const requests = persistentRequests({
      host: hostnameOf(account),
      limits: settings.limits,
      clock: settings.clock,
      prepare: (signal) => account.prepare(signal),
      onWaiting: (failure) => progress.wait(waitingFor(failure, target)),
    })
    const blob = account.service
      .getContainerClient(input.container)
      .getBlobClient(input.blob)
      .getBlockBlobClient()
    const makeContainer = (): Promise<void> =>
      createContainer(account, requests, input.container, control.signal)
    const job: Job = {
      input,
      source,
      plan,
      progress,
      requests,
      blob,
      target,
      makeContainer,
      signal: control.signal,
    }
    return await run(job)
  } catch (thrown) {
    throw problemOf(thrown, target, settings.clock.now())
  } finally {
    await source.close()
  }
}

interface Job {
  input: UploadInput
  source: Source
  plan: BlockPlan
  progress: ProgressCount
  requests: Requests
  blob: BlockBlobClient
  target: Target
  makeContainer(): Promise<void>
  signal: AbortSignal
}

/** The file as the server shall know it. */
interface Content {
  ids: string[]
  /** Hex SHA-256 over the MD5s of the blocks in order. */
  treeHash: string
}

async function run(job: Job): Promise<UploadOutput> {
  const { input, plan, progress, source } = job
  progress.enter('planning')
  const before = await existing(job)
  const seenEtag = before?.etag ?? null

  if (before !== null && saysOurs(before, input.runId, plan)) {
    const content = await hashAll(job)
    if (before.metadata?.['treehash'] === content.treeHash) {
      progress.complete()
      return await verified(job, content, etagOf(before))
    }
  }

  const present = await serverBlocks(job)
  progress.enter('staging')
  const content = await stageAll(job, present)
  const etag = await commit(job, content, seenEtag)
  await source.assertUnchanged()
  return await verified(job, content, etag)
}

/** The blob as it is now; null if there is none. What cannot be replaced is refused before the first byte. */
async function existing(job: Job): Promise<BlobGetPropertiesResponse | null> {
  const found = await head(job).catch(async (thrown: unknown) => {
    if (!answered(thrown, 'ContainerNotFound')) throw thrown
    if (job.input.missingContainer === 'refuse') throw new Problem(containerMissing(job.target))
    await job.makeContainer()
    return null
  })
  if (found === null) return null
  if (found.blobType !== 'BlockBlob') throw new Problem(blobWrongType(job.target))
  if (saysOurs(found, job.input.runId, job.plan)) return found
  if (found.legalHold === true || isFuture(found.immutabilityPolicyExpiresOn))
    throw new Problem(blobImmutable(job.target))
  if (found.accessTier === 'Archive') throw new Problem(blobArchived(job.target))
  if (found.leaseStatus === 'locked') throw new Problem(blobLeased(job.target))
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

function saysOurs(found: BlobGetPropertiesResponse, runId: string, plan: BlockPlan): boolean {
  return found.metadata?.['palletrun'] === runId && found.contentLength === plan.bytes
}

/** Every block with an id of our kind, whether an earlier commit or an unfinished upload left it there. */
async function serverBlocks(job: Job): Promise<ServerBlocks> {
  const blocks = new Map<string, number>()
  try {
    const list = await job.requests.send({ bytes: 0, signal: job.signal }, (abortSignal) =>
      job.blob.getBlockList('all', { abortSignal }),
    )
    for (const { name, size } of [
      ...(list.committedBlocks ?? []),
      ...(list.uncommittedBlocks ?? []),
    ])
      if (parseBlockId(name)?.bytes === size) blocks.set(name, size)
  } catch (thrown) {
    if (!answered(thrown, 'BlobNotFound')) throw thrown
  }
  return blocks
}

async function stageAll(job: Job, present: ServerBlocks): Promise<Content> {
  const { plan, progress } = job
  const ids: string[] = Array.from({ length: plan.blocks }, () => '')
  const md5s = Buffer.alloc(plan.blocks * 16)
  await stage(job, ids.keys(), present, (block, sent) => {
    ids[block.index] = block.id
    md5s.set(block.md5, block.index * 16)
    progress.block(block, sent)
  })
  return { ids, treeHash: createHash('sha256').update(md5s).digest('hex') }
}

function stage(
  job: Job,
  indices: Iterable<number>,
  present: ServerBlocks,
  onBlock: (block: LocalBlock, sent: boolean) => void,
): Promise<void> {
  const { source, plan, blob, requests, signal } = job
  return stageBlocks(source, plan, indices, present, blob, requests, signal, { onBlock })
}

/** Reads the whole file without sending anything. */
async function hashAll(job: Job): Promise<Content> {
  const { plan, source, signal } = job
  const buffer = Buffer.allocUnsafeSlow(Math.min(plan.blockBytes, plan.bytes))
  const tree = createHash('sha256')
  const ids: string[] = []
  for (let index = 0; index < plan.blocks; index += 1) {
    signal.throwIfAborted()
    const block = await source.readBlock(plan, index, buffer)
    ids.push(block.id)
    tree.update(block.md5)
  }
  await source.assertUnchanged()
  return { ids, treeHash: tree.digest('hex') }
}

/**
 * Names the blocks of the new blob, on condition that the old one is still as first seen (or absent).
 * Answers the ETag. A refused condition may be our own commit whose answer was lost: the blob itself decides.
 */
async function commit(job: Job, content: Content, seenEtag: string | null): Promise<string> {
  const { input, plan, progress, requests, blob, signal, source } = job
  for (let round = 1; ; round += 1) {
    await restageMissing(job, content)
    await source.assertUnchanged()
    progress.enter('committing')
    try {
      const listBytes = content.ids.length * (blockIdLength + 20)
      const answer = await requests.send({ bytes: listBytes, signal }, (abortSignal) =>
        blob.commitBlockList(content.ids, {
          abortSignal,
          conditions: seenEtag === null ? { ifNoneMatch: '*' } : { ifMatch: seenEtag },
          blobHTTPHeaders: { blobContentType: input.contentType },
          metadata: {
            palletrun: input.runId,
            treehash: content.treeHash,
            bytes: String(plan.bytes),
          },
        }),
      )
      return etagOf(answer)
    } catch (thrown) {
      if (answered(thrown, 'BlobAlreadyExists', 'ConditionNotMet', 'TargetConditionNotMet')) {
        const found = await head(job)
        const same =
          found !== null &&
          found.contentLength === plan.bytes &&
          found.metadata?.['treehash'] === content.treeHash
        if (same) return etagOf(found)
        throw thrown
      }
      if (!answered(thrown, 'InvalidBlockList') || round >= maxCommits) throw thrown
    }
  }
}

/** Blocks vanish a week after the last one was sent, or when somebody else commits: sent again from the file. */
async function restageMissing(job: Job, content: Content): Promise<void> {
  const { plan, progress, input } = job
  if (plan.blocks === 0) return
  const present = await serverBlocks(job)
  const missing: number[] = []
  for (const [index, id] of content.ids.entries())
    if (present.get(id) !== blockAt(plan, index).bytes) missing.push(index)
  if (missing.length === 0) return
  progress.enter('staging')
  await stage(job, missing, new Map(), (block) => {
    if (block.id !== content.ids[block.index]) throw changed(input.file)
    progress.again(block)
  })
}

/** Nothing is called uploaded before the blob says so itself: length, content and order of its blocks. */
async function verified(job: Job, content: Content, etag: string): Promise<UploadOutput> {
  const { blob, plan, progress, requests, signal, target } = job
  progress.enter('verifying')
  const found = await head(job)
  if (found?.etag !== etag) throw new Problem(blobChanged(target))
  const list = await requests.send({ bytes: 0, signal }, (abortSignal) =>
    blob.getBlockList('committed', { abortSignal }),
  )
  const blocks = list.committedBlocks ?? []
  const whole =
    found.contentLength === plan.bytes &&
    found.metadata?.['treehash'] === content.treeHash &&
    blocks.length === content.ids.length &&
    blocks.every(({ name, size }, index) => {
      return name === content.ids[index] && size === blockAt(plan, index).bytes
    })
  if (!whole)
    throw new Problem({
      code: 'integrity',
      what: `Blob "${target.blob}" on ${target.host} is not what was sent.`,
      did: 'The run stops here, before anything is loaded from it.',
      advice: 'Retry; if it happens again, report it to whoever runs the storage.',
      detail: `${found.contentLength ?? '?'} of ${plan.bytes} bytes, ${blocks.length} of ${plan.blocks} blocks`,
    })
  return { bytes: plan.bytes, etag, blocks: plan.blocks, ...progress.sent() }
}

// ---------------------------------------------------------------- progress

interface ProgressCount {
  enter(phase: UploadReport['phase']): void
  wait(reason: string): void
  block(block: LocalBlock, sent: boolean): void
  /** A block that had been counted and had to be sent once more. */
  again(block: LocalBlock): void
  /** Everything was there already. */
  complete(): void
  sent(): { blocksSent: number; bytesSent: number }
}

/** Counts what the server acknowledged, nothing else. */
function progressOf(plan: BlockPlan, report: (progress: UploadReport) => void): ProgressCount {
  let phase: UploadReport['phase'] = 'planning'
  let bytesDone = 0
  let blocksSent = 0
  let bytesSent = 0

  function tell(more: Partial<UploadReport> = {}): void {
    report({ bytesDone, bytesTotal: plan.bytes, bytesSent, phase, ...more })
  }

  function acknowledged(block: LocalBlock): void {
    blocksSent += 1
    bytesSent += block.data.length
    tell({ acknowledged: { index: block.index, id: block.id, bytes: block.data.length } })
  }

  return {
    enter(next) {
      phase = next
      tell()
    },
    wait: (reason) => tell({ phase: 'waiting', waitingFor: reason }),
    block(block, sent) {
      bytesDone += block.data.length
      if (sent) acknowledged(block)
      else tell()
    },
    again: acknowledged,
    complete() {
      bytesDone = plan.bytes
      tell()
    },
    sent: () => ({ blocksSent, bytesSent }),
  }
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
