import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { skippedFor } from '../../shared/domain/runs/decision.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { ProgressMeter, atRest } from '../../shared/domain/runs/progress.ts'
import {
  type Progress,
  type StepName,
  countedRows,
  imbalance,
} from '../../shared/domain/runs/run.ts'
import { type Checkpoints, checkpointOf, leftBy } from './checkpoints.ts'
import type { DeliveredBlobs } from './deliveries/deliveredBlobs.ts'
import { heldToNow } from './heldTo.ts'
import type { Holds } from './holds.ts'
import type { HomePaths } from './ports/home.ts'
import type { DatasetRepository, RunRepository, StoredRun, StoredStep } from './ports/store.ts'
import type { JournalRepository } from './ports/uploading.ts'
import type { Recognition } from './deliveries/recognition.ts'
import { noSuchRun, rowsOf, unbalanced } from './receipt.ts'
import { holdToLimit, removeRecords } from './steps/clean.ts'
import { outputPlace } from './steps/output.ts'
import type { UploadStep } from './steps/upload.ts'
import { type Outcome, type Step, type StepWork, filesOf } from './steps/step.ts'
import { triedAgain } from './steps/trigger.ts'

export interface RunnerParts {
  runs: RunRepository
  datasets: Pick<DatasetRepository, 'get' | 'version'>
  journals: JournalRepository
  home: HomePaths
  steps: { [Name in StepName]: Step<Name> }
  isLost: UploadStep['isLost']
  blobs: Pick<DeliveredBlobs, 'endUndelivered' | 'bringBack' | 'etagOf'>
  recognition: Pick<Recognition, 'byBytes' | 'byHeader' | 'byRows'>
  holds: Holds
  /** Forgets what was kept only for this run: a secret of its source, bytes that were dropped. */
  releaseSource: (run: StoredRun) => Promise<void>
  changed: (runId: string) => void
  now: () => Date
}

/** A step that has nothing to do for a while. */
export interface Rest {
  /** UTC, ISO 8601. */
  until: string
  doing: string
}

/** Walks runs down the street, step by step. Knows the order of the steps; the steps do not. */
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
    return this.#parts.runs.steps(runId).find(({ state }) => !isBehind(state))?.name ?? null
  }

  /** Whether a step has something to do for this run: a part of the destination may have been left out. */
  hasWork(runId: string, name: StepName): boolean {
    const goesOut = name === 'upload' || name === 'load' || name === 'trigger'
    return !goesOut || this.#parts.steps[name].reaches(this.#must(runId)) !== null
  }

  /** Makes ready what a run needs on this computer, and looks whether what it has is still there. */
  async prepare(runId: string): Promise<void> {
    const run = this.#must(runId)
    await mkdir(this.#parts.home.runFolder(runId), { recursive: true, mode: 0o700 })
    this.#stepBackForLostFiles(run)
  }

  /**
   * Does the step a run is at. Null: it is done. Throws a `Problem` otherwise; the caller decides what that
   * means for the run.
   */
  async perform(runId: string, name: StepName, signal: AbortSignal): Promise<Rest | null> {
    try {
      return await this.#performWhole(runId, name, signal)
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'cleaned-gone') throw error
      const run = this.#must(runId)
      this.#log(run, error.message, 'warn')
      this.#again(runId, 'clean')
      this.#stepBackForLostFiles(run)
      return null
    }
  }

  async #performWhole(runId: string, name: StepName, signal: AbortSignal): Promise<Rest | null> {
    const run = this.#must(runId)
    if (name === 'upload') holdToLimit(run, this.#need(runId, 'read'), this.#need(runId, 'clean'))
    if (await this.#wasHere(run, name, signal)) {
      for (const step of this.#parts.runs.steps(runId))
        if (!isBehind(step.state)) this.#save(runId, { ...step, state: 'skipped' })
      return null
    }
    const isBack = name === 'load' && (await this.#bringBack(run, signal))
    if (name === 'load' && !isBack && (await this.#uploadIsLost(run, signal))) {
      this.#again(runId, 'upload')
      this.#stepBackForLostFiles(run)
      return null
    }
    this.#waitWithOthers(run, name)
    return name === 'upload'
      ? await this.#send(run, signal)
      : await this.#perform(run, name, signal)
  }

  /** Meanwhile the load does what it can, and what nobody needs any more goes. */
  async #send(run: StoredRun, signal: AbortSignal): Promise<Rest | null> {
    const { home, steps } = this.#parts
    const failing = new AbortController()
    const work = {
      signal: AbortSignal.any([signal, failing.signal]),
      need: <Name extends StepName>(other: Name) => this.#need(run.id, other),
    }
    const beside = Promise.allSettled([steps.load.ahead?.(run, work), removeRecords(home, run)])
    try {
      return await this.#perform(run, 'upload', signal)
    } catch (error) {
      failing.abort()
      throw error
    } finally {
      await beside
    }
  }

  /** Whether it is decided that nothing is to be loaded: the file was delivered before, or is another one than was meant. */
  async #wasHere(run: StoredRun, name: StepName, signal: AbortSignal): Promise<boolean> {
    const { recognition } = this.#parts
    if (name === 'read')
      return await recognition.byBytes(run, this.#need(run.id, 'fetch').sha256, signal)
    if (name === 'clean') return await recognition.byHeader(run, this.#need(run.id, 'read'))
    if (name !== 'upload') return false
    const left = { fetch: this.#need(run.id, 'fetch'), clean: this.#need(run.id, 'clean') }
    return await recognition.byRows(run, left, signal)
  }

  /** After the last step. Throws when the account does not balance. */
  async finish(runId: string): Promise<void> {
    const run = this.#must(runId)
    const steps = this.#parts.runs.steps(runId)
    const missing =
      skippedFor(run.decisions.answered) !== null
        ? null
        : imbalance(countedRows({ rows: rowsOf(steps), steps }))
    if (missing !== null)
      throw unbalanced(missing, 'Pallet does not call it a success; everything it wrote is kept.')
    this.#parts.runs.changeHeldTo(runId, null)
    await this.#keepOnlyRejects(run)
  }

  /** A step that a killed process was in, or that rests, is left as one that was told to stop. */
  leaveStep(runId: string): void {
    for (const step of this.#parts.runs.steps(runId))
      if (step.state === 'running' || step.state === 'waiting')
        this.#save(runId, { ...step, state: 'pending' })
  }

  /** A run ends for now: what it had sent, and not loaded, is put out of the way of readers. */
  async endUndelivered(runId: string): Promise<void> {
    const run = this.#must(runId)
    const { warehouse } = run.plan.destination
    const isLoaded = isBehind(this.#step(runId, 'load').state)
    if (warehouse !== null && !isLoaded) await this.#parts.blobs.endUndelivered(run)
  }

  /**
   * A person has it tried again: rows that are not clean yet are held to the dataset as it is now, and those of a run that was
   * stopped are cleaned afresh, for its rules may have been the reason.
   */
  tryAgain({ id, dataset, state }: StoredRun): void {
    const { runs, datasets } = this.#parts
    if (state === 'stopped') this.#again(id, 'clean')
    const left = leftBy(runs.steps(id), 'trigger')
    if (left !== null)
      this.#save(id, { ...this.#step(id, 'trigger'), checkpoint: triedAgain(left) })
    if (!isBehind(this.#step(id, 'clean').state))
      runs.changeHeldTo(id, heldToNow(datasets, dataset))
  }

  /** A run that is tried again takes its blob back from where it was put when it ended. */
  async #bringBack(run: StoredRun, signal: AbortSignal): Promise<boolean> {
    if (run.blobNow?.state !== 'aside') return false
    const said = await this.#parts.blobs.bringBack(run, signal)
    if (said !== null) this.#log(run, said)
    if (this.#must(run.id).blobNow !== null) return false
    // A copy has an ETag of its own, by which it is known from here on.
    const etag = await this.#parts.blobs.etagOf(run, signal)
    if (etag === null) return false
    const checkpoint = { ...this.#need(run.id, 'upload'), etag }
    this.#save(run.id, { ...this.#step(run.id, 'upload'), checkpoint })
    return true
  }

  /** What the upload has confirmed and the storage does not have any more is sent again before anything is loaded. */
  async #uploadIsLost(run: StoredRun, signal: AbortSignal): Promise<boolean> {
    const left = checkpointOf(this.#parts.runs.steps(run.id), 'upload')
    return (
      left !== null &&
      (await this.#parts.isLost(run, left, (text) => this.#log(run, text, 'warn'), signal))
    )
  }

  /** What can be done without the connection is done; one that has just refused another run is left alone. */
  #waitWithOthers(run: StoredRun, name: StepName): void {
    const reaches = this.#parts.steps[name].reaches(run)
    const problem = reaches === null ? null : this.#parts.holds.heldBy(reaches)
    if (reaches === null || problem === null) return
    this.#log(
      run,
      `Waits with the other runs for the connection ${reaches.connection}: ${problem.what}`,
    )
    throw new Problem({ ...problem, place: reaches.place })
  }

  /** A file that a later step needs and that is gone, or not as its own step left it, is made again. */
  #stepBackForLostFiles(run: StoredRun): void {
    const files = filesOf(this.#parts.home, run)
    const isDone = (name: StepName): boolean => isBehind(this.#step(run.id, name).state)
    const again = (names: StepName[]): void => {
      for (const name of names) this.#again(run.id, name)
    }
    // What a step has left and nobody can read any more, it makes again.
    const steps = this.#parts.runs.steps(run.id)
    again(
      steps.flatMap(({ name, state }) =>
        state === 'done' && checkpointOf(steps, name) === null ? [name] : [],
      ),
    )
    const needsOutput = !isDone('upload') || !isDone('load')
    const left = this.#parts.runs.steps(run.id)
    const clean = checkpointOf(left, 'clean')
    const upload = checkpointOf(left, 'upload')
    const isHere = clean?.there === undefined
    if (
      clean !== null &&
      isHere &&
      needsOutput &&
      outputPlace(run, files.output, clean, upload) === null
    )
      again(['clean'])
    const read = checkpointOf(left, 'read')
    const isGone =
      !existsSync(files.records) || (read?.isUnpacked === true && !existsSync(files.unpacked))
    if (!isDone('clean') && isDone('read') && isGone) again(['read'])
    if (!isDone('clean') && isDone('fetch') && !existsSync(files.source))
      // What is fetched anew may not be what was uploaded; blocks that are the same are not sent again.
      again(['fetch', 'read', 'upload'])
  }

  async #perform(run: StoredRun, name: StepName, signal: AbortSignal): Promise<Rest | null> {
    const { now } = this.#parts
    // Of a clock that nobody sets.
    const startedMs = performance.now()
    const before = this.#step(run.id, name)
    const rested = before.state === 'waiting'
    const startedAt = rested ? before.startedAt : now().toISOString()
    this.#save(run.id, { ...before, state: 'running', startedAt, ms: null })
    const tookMs = (): number => Math.round(performance.now() - startedMs)
    try {
      const outcome = await this.#work(run, name, signal)
      const ms = (rested ? (before.ms ?? 0) : 0) + tookMs()
      const ended = { ...this.#step(run.id, name), ms, cutOffs: 0 }
      switch (outcome.kind) {
        case 'done':
          this.#progress.delete(run.id)
          this.#save(run.id, { ...ended, state: 'done', checkpoint: outcome.checkpoint })
          return null
        case 'skipped':
          this.#save(run.id, { ...ended, state: 'skipped' })
          return null
        case 'rests':
          this.#save(run.id, { ...ended, state: 'waiting', checkpoint: outcome.checkpoint })
          return { until: outcome.until, doing: outcome.doing }
      }
    } catch (error) {
      const problem = this.#concerning(run, name, Problem.from(error))
      const state = signal.aborted ? 'pending' : 'failed'
      this.#save(run.id, { ...this.#step(run.id, name), state, ms: tookMs(), cutOffs: 0 })
      if (!signal.aborted)
        this.#parts.runs.log(run.id, {
          at: now().toISOString(),
          level: 'error',
          message: problem.message,
        })
      throw problem
    }
  }

  /** A problem says which connection it met, so that whoever mends that is heard by the runs that wait for it. */
  #concerning(run: StoredRun, name: StepName, problem: Problem): Problem {
    const reaches = this.#parts.steps[name].reaches(run)
    if (reaches === null) return problem
    return new Problem({ ...reaches, ...problem.data }, { cause: problem.cause })
  }

  #work<Name extends StepName>(
    run: StoredRun,
    name: Name,
    signal: AbortSignal,
  ): Promise<Outcome<Checkpoints[Name]>> {
    const step: Step<Name> = this.#parts.steps[name]
    return step.perform(run, {
      signal,
      need: (other) => this.#need(run.id, other),
      before: (other) => leftBy(this.#parts.runs.steps(run.id), other),
      keep: (own, checkpoint) => this.#save(run.id, { ...this.#step(run.id, own), checkpoint }),
      moved: () => {
        const stored = this.#step(run.id, name)
        if (stored.cutOffs > 0) this.#save(run.id, { ...stored, cutOffs: 0 })
      },
      log: (message, level) => this.#log(run, message, level),
      doubt: (message) => {
        const told = this.#parts.runs.toldDoubts(run.dataset).includes(message)
        this.#log(run, message, told ? 'known' : 'warn')
      },
      control: this.#controls(run, name, signal),
    })
  }

  #controls(run: StoredRun, step: StepName, signal: AbortSignal): StepWork['control'] {
    // A step that goes on shows how far it had come until it knows better; its old rate is no longer true.
    const before = this.#progress.get(run.id)
    const bytesBefore = before?.step === step ? before.progress.bytesDone : 0
    const meter = new ProgressMeter(bytesBefore)
    if (before !== undefined)
      this.#progress.set(run.id, { ...before, progress: atRest(before.progress, 'settling') })
    return (progressOf) => ({
      signal,
      report: (report) => {
        const progress = meter.take(progressOf(report), performance.now())
        this.#progress.set(run.id, { step, progress })
        this.#parts.changed(run.id)
      },
      ask: () => Promise.reject(new Error('This step has nothing to ask.')),
    })
  }

  async #keepOnlyRejects(run: StoredRun): Promise<void> {
    const files = filesOf(this.#parts.home, run)
    await this.#parts.releaseSource(run)
    this.#parts.journals.removeOf(run.id)
    const { source, unpacked, records, untreated, output, work } = files
    const left = [source, unpacked, records, untreated, output, work]
    await Promise.all(left.map((path) => rm(path, { recursive: true, force: true })))
  }

  #need<Name extends StepName>(runId: string, name: Name): Checkpoints[Name] {
    const checkpoint = checkpointOf(this.#parts.runs.steps(runId), name)
    if (checkpoint === null) throw new Error(`The step ${name} has not been done.`)
    return checkpoint
  }

  #must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }

  #step(runId: string, name: StepName): StoredStep {
    const found = this.#parts.runs.steps(runId).find((step) => step.name === name)
    if (found === undefined) throw new Error(`The run ${runId} has no step ${name}.`)
    return found
  }

  #again(runId: string, name: StepName): void {
    this.#parts.runs.resetStep(runId, name)
    this.#parts.changed(runId)
  }

  #save(runId: string, step: StoredStep): void {
    this.#parts.runs.changeStep(runId, step)
    this.#parts.changed(runId)
  }

  #log(run: StoredRun, message: string, level: 'info' | 'known' | 'warn' = 'info'): void {
    this.#parts.runs.log(run.id, { at: this.#parts.now().toISOString(), level, message })
  }
}

function isBehind(state: StoredStep['state']): boolean {
  return state === 'done' || state === 'skipped'
}
