import type { BlobGetPropertiesResponse, BlockBlobClient } from '@azure/storage-blob'
import { Problem } from '../../shared/domain/problem.ts'
import type { Rooms } from '../runs/ports/rooms.ts'
import type { UploadJournal, UploadPlanInput } from '../runs/ports/uploading.ts'
import { hostnameOf, openAccount, targetOf, type Account } from './account/accounts.ts'
import { head } from './account/head.ts'
import {
  blobArchived,
  blobChanged,
  blobExists,
  blobImmutable,
  blobLeased,
  blobWrongType,
  containerMissing,
  createdMeanwhile,
  foreignBlocks,
  foreignBlocksStay,
  problemOf,
  refuseInvalidSas,
  type ProblemWords,
  type Target,
} from './account/problems.ts'
import { blockIdLength, blockNaming, parseBlockId } from './blocks/blockId.ts'
import { sizesFor } from './blocks/blockSizes.ts'
import { hashing, type Hashing, type HashThreads } from './blocks/hashing.ts'
import { openSource, type Source } from './blocks/source.ts'
import { knownBlocks } from './journal.ts'
import { answered, type Failure } from './line/failure.ts'
import { persistentRequests, type Clock, type Requests } from './line/requests.ts'
import { pauseMs, type RetryLimits } from './line/retry.ts'
import { progressCount, type ProgressCount } from './progress.ts'

export interface UploadSettings {
  limits: RetryLimits
  clock: Clock
  /** How files are cut; the usual way if absent. */
  sizesFor?: typeof sizesFor
}

/** An upload is planned anew this often because the file was written to meanwhile. */
const maxPlans = 4

/** A file on its way to a blob: what the upload and the dry run work with. */
export interface Job {
  input: UploadPlanInput
  account: Account
  target: Target
  blob: BlockBlobClient
  requests: Requests
  progress: ProgressCount
  settings: UploadSettings
  signal: AbortSignal
}

/** Fails with `usage` or `permission-denied`; does not touch the network. */
export function openJob(
  input: UploadPlanInput,
  control: Parameters<Rooms['planUpload']>[1],
  settings: UploadSettings,
): Job {
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
  const blob = account.service.getContainerClient(input.container).getBlockBlobClient(input.blob)
  return { input, account, target, blob, requests, progress, settings, signal }
}

/**
 * Works on the file as it is now, and once more from the start each time it turns out to have been
 * written to; then nothing is believed of it any more. Failures come out as Problems.
 */
export async function onUnchangedSource<Result>(
  job: Job,
  work: (source: Source, journal: UploadJournal | undefined) => Promise<Result>,
): Promise<Result> {
  const { clock, limits } = job.settings
  for (let plan = 1; ; plan += 1) {
    const source = await openSource(job.input.file)
    try {
      return await work(source, plan === 1 ? job.input.journal : undefined)
    } catch (thrown) {
      const changed = thrown instanceof Problem && thrown.code === 'source-growing'
      if (!changed || plan === maxPlans) throw problemOf(thrown, job.target, clock.now())
    } finally {
      await source.close()
    }
    job.progress.wait('the file is still being written to')
    await clock.sleep(
      pauseMs(plan, null, limits, () => 1),
      job.signal,
    )
  }
}

/** What stands under the blob's name. */
export interface Standing {
  /** null: no blob. */
  found: BlobGetPropertiesResponse | null
  /** Whether the blob is a commit of this very upload, whose answer may have been lost. */
  own: boolean
  containerMissing: boolean
  server: ServerBlocks
  /** Why it may not be replaced. */
  refusal: Problem | null
}

/** What the server holds under the blob's name. */
export interface ServerBlocks {
  /** Ids of ours, of whole blocks: in the blob, or unfinished only. */
  present: ReadonlyMap<string, 'stored' | 'staged'>
  /** The committed list, in order. */
  committed: string[]
  committedBytes: number
  /** Whether unfinished blocks of another program are there, which exclude ours. */
  foreign: boolean
}

const noBlocks: ServerBlocks = {
  present: new Map(),
  committed: [],
  committedBytes: 0,
  foreign: false,
}

/** Asks the server; changes nothing there. `seen` is the blob as an attempt that was cut off had found it. */
export async function look(
  job: Job,
  source: Source,
  seen: UploadJournal['seen'],
): Promise<Standing> {
  const { found, containerMissing: nowhere } = await head(job).then(
    (answer) => ({ found: answer, containerMissing: false }),
    (thrown: unknown) => {
      if (!answered(thrown, 'ContainerNotFound')) throw thrown
      return { found: null, containerMissing: true }
    },
  )
  const isListed = found === null || (found.blobType === 'BlockBlob' && !isArchived(found))
  const server = isListed && !nowhere ? await serverBlocks(job) : noBlocks
  const runs = [job.input.runId, seen?.runId]
  const ofThisRun = runs.some((run) => run !== undefined && run === found?.metadata?.['palletrun'])
  const own = ofThisRun && found?.contentLength === source.bytes
  const words = nowhere
    ? job.input.missingContainer === 'refuse'
      ? containerMissing(job.target)
      : null
    : (refusalOf(job, found, own, ofThisRun ? null : seen) ?? obstacleOf(job, found, server))
  const refusal = words === null ? null : new Problem(words)
  return { found, own, containerMissing: nowhere, server, refusal }
}

/** Why the blob may not be replaced, before the first byte. */
function refusalOf(
  { input, target }: Job,
  found: BlobGetPropertiesResponse | null,
  own: boolean,
  seen: UploadJournal['seen'],
): ProblemWords | null {
  const mayDiffer = seen === null || input.ifExists === 'overwrite'
  if (found === null) return mayDiffer || seen.etag === null ? null : blobChanged(target)
  if (found.blobType !== 'BlockBlob') return blobWrongType(target)
  if (own) return null
  if (input.ifExists === 'fail') return blobExists(target)
  if (!mayDiffer && seen.etag !== found.etag)
    return seen.etag === null ? createdMeanwhile(target) : blobChanged(target)
  if (found.legalHold === true || isFuture(found.immutabilityPolicyExpiresOn))
    return blobImmutable(target)
  if (isArchived(found)) return blobArchived(target)
  if (found.leaseStatus === 'locked') return blobLeased(target)
  return null
}

function obstacleOf(
  { input, target }: Job,
  found: BlobGetPropertiesResponse | null,
  server: ServerBlocks,
): ProblemWords | null {
  if (!server.foreign) return null
  // A blob of one Put Blob has no block list: dropping what it does not name would empty it.
  if (found !== null && server.committedBytes !== found.contentLength)
    return foreignBlocksStay(target)
  return input.foreignBlocks === 'clear' ? null : foreignBlocks(target)
}

export async function serverBlocks(job: Job): Promise<ServerBlocks> {
  try {
    const list = await job.requests.send({ bytes: 0, signal: job.signal }, (abortSignal) =>
      job.blob.getBlockList('all', { abortSignal }),
    )
    const { committedBlocks = [], uncommittedBlocks = [] } = list
    const present = new Map<string, 'stored' | 'staged'>()
    const note = (blocks: typeof committedBlocks, where: 'stored' | 'staged'): void => {
      for (const { name, size } of blocks)
        if (parseBlockId(name)?.bytes === size) present.set(name, where)
    }
    note(uncommittedBlocks, 'staged')
    note(committedBlocks, 'stored')
    return {
      present,
      committed: committedBlocks.map(({ name }) => name),
      committedBytes: committedBlocks.reduce((sum, { size }) => sum + size, 0),
      foreign: uncommittedBlocks.some(({ name }) => name.length !== blockIdLength),
    }
  } catch (thrown) {
    if (!answered(thrown, 'BlobNotFound')) throw thrown
    return noBlocks
  }
}

/** The file's blocks, and how they are called, in file order. What the journal and the server agree on is not read. */
export function cut(
  job: Job,
  source: Source,
  server: ServerBlocks,
  journal: UploadJournal | undefined,
  threads?: HashThreads,
): { blocks: Hashing; nameOf: ReturnType<typeof blockNaming> } {
  const [first] = server.committed
  const kept = first === undefined ? null : (parseBlockId(first)?.sizeClass ?? null)
  const sizes = (job.settings.sizesFor ?? sizesFor)(source.bytes, kept)
  const known = knownBlocks(journal, source, server.present, sizes.sizeClass)
  return { blocks: hashing(source, sizes, known, threads), nameOf: blockNaming(sizes.sizeClass) }
}

export function waitingFor(failure: Failure, target: Target): string {
  return failure.kind === 'answer'
    ? `${target.host} is busy; trying again`
    : `${target.host} cannot be reached; trying again`
}

function isArchived(found: BlobGetPropertiesResponse): boolean {
  return found.accessTier === 'Archive'
}

function isFuture(at: Date | undefined): boolean {
  return at !== undefined && at.getTime() > Date.now()
}
