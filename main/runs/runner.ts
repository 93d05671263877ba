import { existsSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  defaultMaxQuarantinedShare,
  defaultRecipe,
  droppedAs,
} from '../../shared/domain/dataset.ts'
import { Problem, type ProblemData } from '../../shared/domain/problem.ts'
import { type Counts, ProgressMeter, atRest } from '../../shared/domain/progress.ts'
import {
  type Progress,
  type StepName,
  imbalance,
  isFinished,
  stepNames,
} from '../../shared/domain/run.ts'
import { formatBytes, plural } from '../../shared/domain/sizes.ts'
import { sandboxName } from '../../shared/domain/connection.ts'
import type { ReachedAccount } from './ports/accounts.ts'
import type { Control } from './ports/control.ts'
import type { DatasetRepository, RunRepository, StoredRun, StoredStep } from './ports/store.ts'
import type { HomePaths } from './ports/home.ts'
import type { JournalRepository } from './ports/uploading.ts'
import type { Rooms } from './ports/rooms.ts'
import type { BlobPlace } from './connections.ts'
import type { Uploader } from './uploader.ts'
import { progressOfUpload } from './uploading.ts'
import { type Checkpoints, checkpointOf, receiptOf, rowsOf } from './receipt.ts'

export interface RunnerParts {
  runs: RunRepository
  datasets: DatasetRepository
  journals: JournalRepository
  rooms: Rooms
  uploader: Uploader
  home: HomePaths
  access: (connection: string, signal: AbortSignal) => Promise<ReachedAccount>
  etagOf: (place: BlobPlace, signal: AbortSignal) => Promise<string | null>
  /** The location with the query that was put away for it, where there was one. */
  fullLocation: (run: StoredRun) => Promise<string>
  /** Forgets that query, and bytes that were kept only for this run. */
  releaseSource: (run: StoredRun) => Promise<void>
  /** Why a run must not try its account now; null: it may. */
  heldBackBy: (run: StoredRun) => ProblemData | null
  changed: (runId: string) => void
  now: () => Date
}

/** Files of a run on this computer, by what they hold. */
export function filesOf(home: HomePaths, run: StoredRun) {
  const folder = home.runFolder(run.id)
  return {
    folder,
    source: join(folder, 'source'),
    records: join(folder, 'records.csv'),
    output: join(folder, `output.${run.plan.destination.format}`),
    work: join(folder, 'work'),
    rejects: [join(folder, 'rejects-read.ndjson'), join(folder, 'rejects-clean.ndjson')] as [
      string,
      string,
    ],
  }
}

const contentTypes = {
  csv: 'text/csv; charset=utf-8',
  'csv.gz': 'application/gzip',
  parquet: 'application/vnd.apache.parquet',
} as const

/** Walks one run down the street. Knows the order of the steps; the steps do not. */
export class Runner {
  readonly #parts: RunnerParts
  /** Of the step a run is in; a run that rests keeps how far it had come. */
  readonly #progress = new Map<string, { step: StepName; progress: Progress }>()

  constructor(parts: RunnerParts) {
    this.#parts = parts
  }

  progressOf(runId: string): { step: StepName; progress: Progress } | null {
    return this.#progress.get(runId) ?? null
  }

  forgetProgress(runId: string): void {
    this.#progress.delete(runId)
  }

  /** The step a run is at: the first that is not done; null when all are. */
  stepOf(runId: string): StepName | null {
    const steps = this.#parts.runs.steps(runId)
    return steps.find(({ state }) => state !== 'done' && state !== 'skipped')?.name ?? null
  }

  /**
   * Runs every step that is not done. Returns when the run has succeeded, throws a
   * `Problem` otherwise; the caller decides what that means for the run.
   */
  async execute(runId: string, signal: AbortSignal): Promise<void> {
    const run = this.#must(runId)
    await mkdir(this.#parts.home.runFolder(runId), { recursive: true, mode: 0o700 })
    this.#stepBackForLostFiles(run)
    for (const name of stepNames) {
      signal.throwIfAborted()
      const step = this.#step(runId, name)
      if (step.state !== 'done' && step.state !== 'skipped') {
        if (name === 'upload') this.#waitWithOthers(run)
        if (name === 'load') await this.#sendAgainIfGone(this.#must(runId), signal)
        await this.#perform(run.id, name, signal)
      }
      if (name === 'clean') await this.#holdToLimit(this.#must(runId))
    }
    const missing = imbalance(rowsOf(this.#parts.runs.steps(runId)))
    if (missing !== null)
      throw unbalanced(missing, 'Pallet does not call it a success; everything it wrote is kept.')
    await this.#keepOnlyRejects(run)
  }

  /** What can be done on this computer is done; an account that has just refused another run is left alone. */
  #waitWithOthers(run: StoredRun): void {
    const problem = this.#parts.heldBackBy(run)
    if (problem === null) return
    const { connection } = run.plan.destination
    this.#log(run, `Waits with the other runs for the connection ${connection}: ${problem.what}`)
    throw new Problem(problem)
  }

  /**
   * What the upload has confirmed and the storage does not have any more is sent again before anything is
   * loaded. A storage that does not answer now has the last word it gave.
   */
  async #sendAgainIfGone(run: StoredRun, signal: AbortSignal): Promise<void> {
    const { container, blob } = run.plan.destination
    const { etag } = this.#need(run, 'upload')
    let now: string | null
    try {
      now = await this.#parts.etagOf(run.plan.destination, signal)
    } catch {
      signal.throwIfAborted()
      return
    }
    if (now === etag) return
    if (now !== null) {
      this.#log(run, `${container}/${blob} has been written by somebody else since.`, 'warn')
      return
    }
    this.#log(
      run,
      `The storage does not have ${container}/${blob} any more; it is sent again.`,
      'warn',
    )
    this.#save(run.id, blank('upload'))
    this.#waitWithOthers(run)
    await this.#perform(run.id, 'upload', signal)
  }

  /** A file that a later step needs and that is gone, or not as its own step left it, is made again. */
  #stepBackForLostFiles(run: StoredRun): void {
    const files = filesOf(this.#parts.home, run)
    const done = (name: StepName): boolean =>
      checkpointOf(this.#parts.runs.steps(run.id), name) !== null
    const again = (names: StepName[]): void => {
      for (const name of names) this.#save(run.id, { ...blank(name) })
    }
    const needsOutput = !done('upload') || !done('load')
    const clean = checkpointOf(this.#parts.runs.steps(run.id), 'clean')
    const output = statSync(files.output, { throwIfNoEntry: false })
    if (clean !== null && needsOutput && output?.size !== clean.bytes) again(['clean'])
    if (!done('clean') && done('read') && !existsSync(files.records)) again(['read'])
    if (!done('clean') && done('fetch') && !existsSync(files.source))
      // What is fetched anew may not be what was uploaded; blocks that are the same are not sent again.
      again(['fetch', 'read', 'upload'])
  }

  /** Too many held-back rows end the run here, before anything leaves this computer. */
  async #holdToLimit(run: StoredRun): Promise<void> {
    const read = this.#need(run, 'read')
    const clean = this.#need(run, 'clean')
    const held = read.quarantined + clean.quarantined
    const maxShare = clean.contract.maxQuarantinedShare
    if (read.records > 0 && held / read.records > maxShare)
      throw new Problem({
        code: 'limit-exceeded',
        what: `${formatRows(held)} of ${plural(read.records, 'record')} in ${run.plan.source.name} would be held back; ${run.dataset} allows ${percent(maxShare)}.`,
        did: 'Pallet stopped before anything was uploaded or loaded.',
        advice:
          'Look at the held-back rows: if the file is wrong, export it again; if the types are, send it again with others chosen in the preview, or forget the dataset, so that Pallet learns its columns anew.',
        detail: `${percent(held / read.records)} held back`,
      })
    await rm(filesOf(this.#parts.home, run).records, { force: true })
  }

  /** A step that a killed process was in is left as one that was told to stop. */
  leaveStep(runId: string): void {
    for (const step of this.#parts.runs.steps(runId))
      if (step.state === 'running') this.#save(runId, { ...step, state: 'pending' })
  }

  /** A stopped run is cleaned afresh: its dataset's rules may be others now. */
  cleanAgain(runId: string): void {
    this.#save(runId, blank('clean'))
  }

  async #perform(runId: string, name: StepName, signal: AbortSignal): Promise<void> {
    const { runs, now } = this.#parts
    const startedMs = performance.now()
    const step: StoredStep = {
      name,
      state: 'running',
      startedAt: now().toISOString(),
      ms: null,
      checkpoint: null,
    }
    this.#save(runId, step)
    try {
      const checkpoint = await this.#bodies[name](this.#must(runId), signal)
      const ms = elapsedMs(startedMs)
      this.#progress.delete(runId)
      this.#save(runId, {
        ...step,
        state: checkpoint === null ? 'skipped' : 'done',
        ms,
        checkpoint,
      })
    } catch (error) {
      const problem = Problem.from(error)
      const ms = elapsedMs(startedMs)
      this.#save(runId, {
        ...step,
        state: signal.aborted ? 'pending' : 'failed',
        ms,
      })
      if (!signal.aborted)
        runs.log(runId, {
          at: now().toISOString(),
          level: 'error',
          message: problem.message,
        })
      throw problem
    }
  }

  readonly #bodies: {
    [Name in StepName]: (run: StoredRun, signal: AbortSignal) => Promise<Checkpoints[Name] | null>
  } = {
    fetch: async (run, signal) => {
      const { rooms, runs, fullLocation } = this.#parts
      const output = await rooms.fetch(
        { location: await fullLocation(run), target: filesOf(this.#parts.home, run).source },
        this.#control(run, 'fetch', signal, (report) => ({
          bytesDone: report.bytesDone,
          bytesTotal: report.bytesTotal,
          doing: 'Bringing the file here',
        })),
      )
      runs.changeSource(run.id, { ...run.plan.source, ...output })
      this.#log(run, `Took ${run.plan.source.name}: ${formatBytes(output.bytes)}.`)
      this.#warnOfTwin(run, output.sha256)
      return output
    },

    read: async (run, signal) => {
      const files = filesOf(this.#parts.home, run)
      const dataset = this.#parts.datasets.get(run.dataset)
      const output = await this.#parts.rooms.read(
        {
          path: files.source,
          reading: run.plan.reading ?? dataset?.reading ?? null,
          recordsFile: files.records,
          quarantineFile: files.rejects[0],
        },
        this.#control(run, 'read', signal, (report) => ({
          bytesDone: report.bytesDone,
          bytesTotal: run.plan.source.bytes,
          rowsDone: report.rowsDone,
          doing: 'Reading records',
        })),
      )
      for (const doubt of output.detected.doubts) this.#log(run, doubt, 'warn')
      if (output.records === 0)
        this.#log(run, `${run.plan.source.name} has a header, but no rows below it.`, 'warn')
      this.#log(
        run,
        `Read ${plural(output.records, 'record')}` +
          (output.quarantined === 0
            ? '.'
            : `; ${formatRows(output.quarantined)} held back because their structure is broken.`),
      )
      return output
    },

    clean: async (run, signal) => {
      const files = filesOf(this.#parts.home, run)
      const read = this.#need(run, 'read')
      const dataset = this.#parts.datasets.get(run.dataset)
      const maxShare = dataset?.contract?.maxQuarantinedShare ?? defaultMaxQuarantinedShare
      const output = await this.#parts.rooms.clean(
        {
          recordsFile: files.records,
          labels: read.labels,
          labelsInFile: read.labelled,
          conventions: read.conventions,
          source: { kind: 'text-file', file: files.source, encoding: read.raw.encoding },
          recipe: dataset?.recipe ?? defaultRecipe,
          contract:
            run.plan.columns === null
              ? (dataset?.contract ?? null)
              : { columns: run.plan.columns, maxQuarantinedShare: maxShare },
          maxQuarantinedShare: maxShare,
          format: run.plan.destination.format,
          workFolder: files.work,
          outputFile: files.output,
          quarantineFile: files.rejects[1],
        },
        this.#control(run, 'clean', signal, (report) => ({
          rowsDone: report.rowsDone,
          rowsTotal: read.records - read.quarantined,
          doing: report.doing,
        })),
      )
      const held = read.quarantined + output.quarantined
      const missing = imbalance({
        in: read.records,
        clean: output.clean,
        quarantined: held,
        dropped: output.dropped.reduce((sum, rule) => sum + rule.rows, 0),
        loaded: output.clean,
      })
      if (missing !== null)
        throw unbalanced(missing, 'Pallet stopped before anything was uploaded or loaded.')
      for (const rule of output.dropped)
        if (rule.rows > 0)
          this.#log(run, `Dropped ${plural(rule.rows, 'row')} ${droppedAs(rule.rule)}.`)
      this.#log(run, `${plural(output.clean, 'clean row')}, ${formatRows(held)} held back.`)
      return output
    },

    upload: async (run, signal) => {
      const { connection, container, blob, format } = run.plan.destination
      const account = await this.#parts.access(connection, signal)
      const { sent, ...output } = await this.#parts.uploader.send(
        {
          connection,
          account,
          run: run.id,
          input: {
            container,
            blob,
            file: filesOf(this.#parts.home, run).output,
            contentType: contentTypes[format],
            runId: run.id,
            missingContainer: connection === sandboxName ? 'create' : 'refuse',
          },
          warn: (message) => this.#log(run, message, 'warn'),
        },
        this.#control(run, 'upload', signal, progressOfUpload),
      )
      this.#log(
        run,
        `Uploaded ${formatBytes(output.bytes)} to ${container}/${blob}; ${output.blocksSent} of ${plural(output.blocks, 'block')} had to be sent.`,
      )
      return { ...output, blocksSent: sent.blocks, bytesSent: sent.bytes }
    },

    load: async (run, signal) => {
      const clean = this.#need(run, 'clean')
      const { table, mode, format } = run.plan.destination
      const output = await this.#parts.rooms.load(
        {
          warehouse: this.#parts.home.warehouse,
          runId: run.id,
          dataset: run.dataset,
          table,
          mode,
          file: filesOf(this.#parts.home, run).output,
          format,
          columns: clean.contract.columns,
          rows: clean.clean,
          sourceSha256: this.#need(run, 'fetch').sha256,
        },
        this.#control(run, 'load', signal, (report) => ({
          rowsDone: report.rowsDone,
          rowsTotal: clean.clean,
          doing: report.doing,
        })),
      )
      this.#log(
        run,
        output.already
          ? `The ledger says that this run had been loaded already; nothing was changed.`
          : `Loaded ${plural(output.rows, 'row')} into ${table}, which now holds ${formatRows(output.tableRows)}.`,
      )
      if (clean.clean > 0) this.#remember(run, clean.contract)
      return output
    },

    // Nobody can be told yet: the downstream systems come with an issue of their own.
    trigger: () => Promise.resolve(null),
  }

  /** The same file may be sent twice on purpose, so it is said and not refused. */
  #warnOfTwin(run: StoredRun, sha256: string): void {
    const { table, mode } = run.plan.destination
    const twin = this.#parts.runs.loadedBefore({ sha256, table, except: run.id })
    if (twin === null) return
    this.#log(
      run,
      `Exactly this file was loaded into ${table} before, by the run ${twin.id}. ` +
        (mode === 'append'
          ? 'Loading it once more adds its rows a second time; cancel the run before that if it is not meant.'
          : 'Its rows replace what is in the table.'),
      'warn',
    )
  }

  /** A first good file teaches its dataset; later files are held to what it taught. */
  #remember(run: StoredRun, contract: Checkpoints['clean']['contract']): void {
    const { datasets, now } = this.#parts
    const known = datasets.get(run.dataset)
    const { blob: _, ...destination } = run.plan.destination
    datasets.save({
      name: run.dataset,
      reading: run.plan.reading ?? known?.reading ?? null,
      recipe: known?.recipe ?? defaultRecipe,
      contract: run.plan.columns === null ? (known?.contract ?? contract) : contract,
      destination,
      updatedAt: now().toISOString(),
    })
  }

  async #keepOnlyRejects(run: StoredRun): Promise<void> {
    const files = filesOf(this.#parts.home, run)
    await this.#parts.releaseSource(run)
    this.#parts.journals.removeOf(run.id)
    for (const path of [files.source, files.records, files.output, files.work])
      await rm(path, { recursive: true, force: true })
  }

  #control<Report>(
    run: StoredRun,
    step: StepName,
    signal: AbortSignal,
    progressOf: (report: Report) => Counts,
  ): Control<Report> {
    // A step that goes on shows how far it had come until it knows better; its old rate is no longer true.
    const before = this.#progress.get(run.id)
    const bytesBefore = before?.step === step ? before.progress.bytesDone : 0
    const meter = new ProgressMeter(bytesBefore)
    if (before !== undefined)
      this.#progress.set(run.id, { ...before, progress: atRest(before.progress, 'settling') })
    return {
      signal,
      report: (report) => {
        const progress = meter.take(progressOf(report), performance.now())
        this.#progress.set(run.id, { step, progress })
        this.#parts.changed(run.id)
      },
      ask: () => Promise.reject(new Error('This step has nothing to ask.')),
    }
  }

  #need<Name extends StepName>(run: StoredRun, name: Name): Checkpoints[Name] {
    const checkpoint = checkpointOf(this.#parts.runs.steps(run.id), name)
    if (checkpoint === null) throw new Error(`The step ${name} has not been done.`)
    return checkpoint
  }

  #must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }

  #step(runId: string, name: StepName): StoredStep {
    return this.#parts.runs.steps(runId).find((step) => step.name === name) ?? blank(name)
  }

  #save(runId: string, step: StoredStep): void {
    this.#parts.runs.changeStep(runId, step)
    this.#parts.changed(runId)
  }

  #log(run: StoredRun, message: string, level: 'info' | 'warn' = 'info'): void {
    this.#parts.runs.log(run.id, { at: this.#parts.now().toISOString(), level, message })
  }
}

/** The receipt of a run as it stands now. */
export function currentReceipt(runs: RunRepository, home: HomePaths, run: StoredRun) {
  const receipt = receiptOf(run, runs.steps(run.id), home.warehouse)
  return isFinished(run.state) ? (run.receipt ?? receipt) : receipt
}

export function noSuchRun(runId: string): Problem {
  return new Problem({
    code: 'not-found',
    what: `There is no run ${runId}.`,
    advice: 'The list of runs shows their names: pallet runs.',
  })
}

function unbalanced(missing: string, did: string): Problem {
  return new Problem({
    code: 'account-unbalanced',
    what: `The account of this run does not balance: ${missing}.`,
    did,
    advice: 'Retry the run; if it happens again, the numbers above are what support needs.',
  })
}

/** Of a clock that nobody sets. */
function elapsedMs(sinceMs: number): number {
  return Math.round(performance.now() - sinceMs)
}

function blank(name: StepName): StoredStep {
  return { name, state: 'pending', startedAt: null, ms: null, checkpoint: null }
}

function formatRows(count: number): string {
  return plural(count, 'row')
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
