/** What a storage has lost of a delivery is made again from the file, byte for byte, and sent again. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Problem } from '../../../shared/domain/problem.ts'
import type { BlobTarget } from '../../../shared/domain/datasets/dataset.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { type Checkpoints, checkpointOf } from '../checkpoints.ts'
import type { DeliveredBlobs } from './deliveredBlobs.ts'
import type { FetchOutput } from '../ports/fetching.ts'
import type { HomePaths } from '../ports/home.ts'
import type { RejectsReader } from '../ports/reading.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, FixRepository, RunRepository, StoredRun } from '../ports/store.ts'
import type { JournalRepository } from '../ports/uploading.ts'
import { quiet } from '../quiet.ts'
import { noSuchRun } from '../receipt.ts'
import { type ReferenceParts, referencesOf } from '../outside/references.ts'
import type { Sources } from '../arriving/sources.ts'
import { cleanedUnder } from '../steps/clean.ts'
import { type TreatingParts, treat } from '../treating.ts'
import { formatOf } from '../steps/step.ts'
import { type UploadParts, uploadInput } from '../steps/upload.ts'

export interface ResendingParts extends ReferenceParts, Pick<UploadParts, 'access' | 'uploader'> {
  rooms: Pick<Rooms, 'fetch' | 'read' | 'clean' | 'columnValues' | 'treat'>
  tokenKeys: TreatingParts['tokenKeys']
  datasets: DatasetRepository
  runs: RunRepository
  fixes: Pick<FixRepository, 'of'>
  rejects: Pick<RejectsReader, 'write'>
  journals: Pick<JournalRepository, 'removeOf'>
  sources: Pick<Sources, 'whole'>
  blobs: Pick<DeliveredBlobs, 'etagOf' | 'isBack' | 'putAside'>
  home: HomePaths
}

/** What the steps of a run have left that has delivered its file to a blob. */
type Left = Pick<Checkpoints, 'fetch' | 'read' | 'clean' | 'upload'>

/**
 * The table and its ledger are not touched, and nothing is delivered anew: only the blob of the run is there again, as its
 * receipt has it. Cut off anywhere it can be told again; it sends only what the storage does not have by then.
 */
export class Resending {
  readonly #parts: ResendingParts
  readonly #active = new Map<string, Promise<boolean>>()
  readonly #stop = new AbortController()

  constructor(parts: ResendingParts) {
    this.#parts = parts
  }

  /**
   * Answers whether anything had to be sent. `source`: the file, chosen again; absent: from where the run had it. Throws
   * `usage`, `delivery-gone`, `source-missing` where the file is not to be had, `integrity` where it is another one or
   * becomes other bytes, and what the steps of a run throw; nothing is in the storage then.
   */
  async resend(runId: string, source: string | undefined, signal: AbortSignal): Promise<boolean> {
    const active =
      this.#active.get(runId) ??
      this.#resend(runId, source, AbortSignal.any([signal, this.#stop.signal])).finally(() =>
        this.#active.delete(runId),
      )
    this.#active.set(runId, active)
    return await active
  }

  /** Stops what is under way, and waits for it. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.allSettled(this.#active.values())
  }

  async #resend(runId: string, source: string | undefined, signal: AbortSignal): Promise<boolean> {
    const { blobs, home, journals } = this.#parts
    const { run, blob, left } = this.#standing(runId)
    const etag = await blobs.etagOf(run, signal)
    if (etag !== null) {
      blobs.isBack(run, null)
      return false
    }
    // A start of Pallet removes what is left in there.
    const folder = join(home.incoming, `again-${runId}`)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      const sourceFile = await this.#fetch(run, left, source, folder, signal)
      const output = await this.#clean(run, left, sourceFile, folder, signal)
      const sent = await this.#send(run, blob, left, output, signal)
      this.#end(runId, { ...left.upload, etag: sent })
      // Somebody may have undone or corrected it meanwhile.
      if (!stands(this.#must(runId))) await blobs.putAside(run, signal)
      return true
    } finally {
      journals.removeOf(runId)
      await rm(folder, { recursive: true, force: true })
    }
  }

  #standing(runId: string): { run: StoredRun; blob: BlobTarget; left: Left } {
    const { runs } = this.#parts
    const run = this.#must(runId)
    const steps = runs.steps(runId)
    const [fetch, read, clean, upload] = [
      checkpointOf(steps, 'fetch'),
      checkpointOf(steps, 'read'),
      checkpointOf(steps, 'clean'),
      checkpointOf(steps, 'upload'),
    ]
    const { blob } = run.plan.destination
    if (
      run.state !== 'succeeded' ||
      blob === null ||
      fetch === null ||
      read === null ||
      clean === null ||
      upload === null
    )
      throw new Problem({
        code: 'usage',
        what: `The run ${runId} has delivered no blob that could be sent again.`,
        did: 'Nothing was sent.',
      })
    if (!stands(run))
      throw new Problem({
        code: 'delivery-gone',
        what:
          run.undoneAt === null
            ? `The run ${runId} has been corrected by the run ${run.correctedBy}, so its blob is not wanted any more.`
            : `The delivery of the run ${runId} has been undone, so its blob is not wanted any more.`,
        did: 'Nothing was sent.',
      })
    return { run, blob, left: { fetch, read, clean, upload } }
  }

  /** The file, as it was when it was sent. */
  async #fetch(
    run: StoredRun,
    { fetch, read }: Left,
    source: string | undefined,
    folder: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { rooms, sources } = this.#parts
    const target = join(folder, 'source')
    const location =
      source === undefined
        ? ((await this.#fixedRows(run, read, folder)) ?? knownLocation(run))
        : await sources.whole(source, signal)
    let found: FetchOutput
    try {
      found = await rooms.fetch({ location, target }, quiet(signal))
    } catch (error) {
      signal.throwIfAborted()
      if (Problem.from(error).code !== 'source-missing') throw error
      throw notThere(run, error)
    }
    if (found.sha256 === fetch.sha256) return target
    const { name, path } = run.plan.source
    throw new Problem({
      code: 'integrity',
      what: `${source === undefined ? path : 'This file'} is not the file that was sent as ${name}: it has other bytes.`,
      did: 'Nothing was sent.',
      advice: `Choose the file as it was, or send this one as a new file: Pallet asks then whether it corrects the run ${run.id}.`,
    })
  }

  /** Rows that had been held back were sent as a file of Pallet's own, which is written again; null: it was another file. */
  async #fixedRows(run: StoredRun, read: Left['read'], folder: string): Promise<string | null> {
    const { fixes, rejects } = this.#parts
    const { completes } = run.plan
    if (completes === undefined) return null
    const rows = fixes
      .of(completes.runId)
      .flatMap(({ cells, sent }) =>
        cells === null || sent?.by !== run.id ? [] : [{ cells, as: sent.as }],
      )
      .toSorted((one, other) => one.as - other.as)
    const file = join(folder, 'rows.csv')
    const cells = rows.map((row) => row.cells.slice(0, read.labels.length))
    await rejects.write(file, read.labels, cells)
    return file
  }

  /** Read and cleaned as it was then, whatever has become of its dataset since. */
  async #clean(
    run: StoredRun,
    { read, clean }: Left,
    sourceFile: string,
    folder: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { rooms, datasets } = this.#parts
    const unpackedFile = join(folder, 'unpacked')
    const recordsFile = join(folder, 'records.csv')
    const outputFile = join(folder, `output.${formatOf(run)}`)
    const { records, quarantined, labels, isUnpacked, ...table } = await rooms.read(
      {
        path: sourceFile,
        reading: read.detected.reading,
        unpackedFile,
        recordsFile,
        quarantineFile: join(folder, 'rejects-read.ndjson'),
      },
      quiet(signal),
    )
    if (records !== read.records || quarantined !== read.quarantined) throw otherBytes(run)
    const then = datasets.versions(run.dataset).find(({ version }) => version === run.version)
    const recipe = run.plan.recipe?.steps ?? then?.recipe ?? defaultRecipe
    const { contract, treated } = clean
    const format = formatOf(run)
    const untreated = join(folder, 'untreated.parquet')
    const output = await rooms.clean(
      {
        ...cleanedUnder({ recipe, contract }, null, labels, run.plan.header),
        references: await referencesOf(this.#parts, contract, join(folder, 'references'), signal),
        recordsFile,
        labelsInFile: table.labelled,
        conventions: table.conventions,
        sourceFile: isUnpacked ? unpackedFile : sourceFile,
        raw: table.raw,
        format: treated === undefined ? format : 'parquet',
        workFolder: join(folder, 'work'),
        outputFile: treated === undefined ? outputFile : untreated,
        quarantineFile: join(folder, 'rejects-clean.ndjson'),
      },
      quiet(signal),
    )
    if (treated !== undefined) {
      const { columns } = contract
      const input = { file: untreated, columns, treatments: treated, format, outputFile }
      output.bytes = await treat(this.#parts, input, signal)
    }
    if (output.clean !== clean.clean || output.bytes !== clean.bytes) throw otherBytes(run)
    return outputFile
  }

  /** The bytes are compared before the first of them leaves. Answers the ETag. */
  async #send(
    run: StoredRun,
    blob: BlobTarget,
    { upload }: Left,
    file: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { access, uploader } = this.#parts
    const { connection } = blob
    const account = await access(connection, signal)
    const input = { ...uploadInput(run.id, blob, file), ifExists: 'fail' as const }
    const errand = { connection, account, run: run.id, input }
    const control = { signal, report: () => {} }
    if (upload.treeHash !== undefined) {
      const { treeHash } = await uploader.plan(errand, control)
      if (treeHash !== upload.treeHash) throw otherBytes(run)
    }
    const { etag } = await uploader.send({ ...errand, warn: () => {} }, control)
    return etag
  }

  #end(runId: string, checkpoint: Checkpoints['upload']): void {
    const { runs, blobs } = this.#parts
    const step = runs.steps(runId).find(({ name }) => name === 'upload')
    if (step !== undefined) runs.changeStep(runId, { ...step, checkpoint })
    blobs.isBack(this.#must(runId), 'sent again')
  }

  #must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }
}

function stands({ undoneAt, correctedBy }: StoredRun): boolean {
  return undoneAt === null && correctedBy === null
}

/** Where the run had its file from, unless it was received or needs what was kept for it only then. */
function knownLocation(run: StoredRun): string {
  const { source, location } = run.plan
  const isKnown =
    source.kind === 'url'
      ? source.hasQuery !== true
      : source.kind === 'file' && location === source.path
  if (!isKnown) throw notThere(run)
  return location
}

function notThere({ id, plan: { source } }: StoredRun, cause?: unknown): Problem {
  return new Problem(
    {
      code: 'source-missing',
      what: `Pallet does not have ${source.path} any more, from which the blob could be made again.`,
      did: 'Nothing was sent.',
      advice: `Choose the file as it was sent; at the command line: pallet retry ${id} --from FILE.`,
    },
    { cause },
  )
}

function otherBytes({ id }: StoredRun): Problem {
  return new Problem({
    code: 'integrity',
    what: `The file becomes other rows today than those that the run ${id} has delivered: what it was cleaned by or compared with has changed.`,
    did: 'Nothing was sent; the table is as it was.',
    advice:
      'Send the file again, and say that it is a correction: table and storage are the same then.',
  })
}
