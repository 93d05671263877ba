import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  type Connection,
  type ConnectionTest,
  sandboxName,
} from '../../shared/domain/connection.ts'
import type { Column, Dataset, Destination } from '../../shared/domain/dataset.ts'
import type { Dialect } from '../../shared/domain/dialect.ts'
import { completeDestination, defaultContainer, wrongName } from '../../shared/domain/names.ts'
import type { Preview } from '../../shared/domain/preview.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { ProgressMeter, atRest } from '../../shared/domain/progress.ts'
import type { Progress, Receipt, Run, RunEvent, RunState } from '../../shared/domain/run.ts'
import type { Settings, UploadLimit } from '../../shared/domain/limit.ts'
import {
  type BlobPlace,
  Connections,
  type SaveConnection,
  noSuchConnection,
} from './connections.ts'
import { RunFeed } from './feed.ts'
import type { BlobAccounts, Sandbox } from './ports/accounts.ts'
import type { DeviceCode, SignIn } from './ports/signIn.ts'
import type {
  ConnectionRepository,
  DatasetRepository,
  RunRepository,
  SettingsRepository,
  StoredRun,
} from './ports/store.ts'
import type { HeldRows } from './ports/reading.ts'
import type { HomePaths } from './ports/home.ts'
import type {
  JournalRepository,
  UploadInput,
  UploadOutput,
  UploadPlan,
  UploadReport,
} from './ports/uploading.ts'
import type { QueryOutput } from './ports/warehouse.ts'
import type { Rooms } from './ports/rooms.ts'
import type { Vault } from './ports/vault.ts'
import { RunQueue } from './queue.ts'
import { rowsOf } from './receipt.ts'
import { Runner, currentReceipt, filesOf, noSuchRun } from './runner.ts'
import { Sources } from './sources.ts'
import { type Errand, Uploader } from './uploader.ts'
import { progressOfUpload } from './uploading.ts'

export interface CoreParts {
  version: string
  home: HomePaths
  runs: RunRepository
  journals: JournalRepository
  datasets: DatasetRepository
  connections: ConnectionRepository
  settings: SettingsRepository
  rooms: Rooms
  rejects: RejectsReader
  vault: Vault
  sandbox: Sandbox
  accounts: BlobAccounts
  signIn: SignIn
  environment: Readonly<Record<string, string | undefined>>
  now: () => Date
  /** As of the queue. */
  later?: (call: () => void, ms: number) => NodeJS.Timeout
  /** Closes what the parts hold: pool, database, lock. Called once, last. */
  closeParts(): Promise<void>
}

/** Reads quarantine files; the reading room knows their layout. */
export interface RejectsReader {
  page(files: readonly string[], offset: number, limit: number): Promise<HeldRows>
  csv(files: readonly string[]): ReadableStream<Uint8Array>
}

export interface StartInput {
  source: string
  dataset: string
  dialect?: Dialect | undefined
  columns?: Column[] | undefined
  destination: { [Key in keyof Destination]?: Destination[Key] | undefined }
}

/** A file and the blob it shall become. */
export interface FileToBlob {
  /** Absolute path. */
  file: string
  connection?: string | undefined
  container?: string | undefined
  /** Absent: the file's own name. */
  blob?: string | undefined
  ifExists?: UploadInput['ifExists']
  /** Whether unfinished blocks of another program under that name are dropped. */
  clearUnfinished?: boolean | undefined
}
export interface UploadFileInput extends FileToBlob {
  wholeMd5?: boolean | undefined
  /** Absent: as this home is set. */
  limit?: UploadLimit | undefined
}
export interface UploadFileControl {
  signal: AbortSignal
  report: (progress: Progress) => void
}
export type UploadedFile = UploadOutput & BlobPlace
export type PlannedFile = UploadPlan & BlobPlace

export interface RunFilter {
  states?: RunState[] | undefined
  search?: string | undefined
  limit: number
}

/** The use cases. The window, the browser and the command line call these and nothing else. */
export class Core {
  readonly #parts: CoreParts
  readonly #connections: Connections
  readonly #sources: Sources
  readonly #feed: RunFeed
  readonly #runner: Runner
  readonly #queue: RunQueue
  readonly #uploader: Uploader

  constructor(parts: CoreParts) {
    this.#parts = parts
    const { runs, home, now } = parts
    this.#connections = new Connections(parts)
    this.#sources = new Sources(home, parts.rooms, () => randomBytes(12).toString('hex'))
    this.#feed = new RunFeed((runId) => {
      const run = runs.get(runId)
      return run === null ? null : this.#view(run)
    })
    const changed = (runId: string): void => this.#feed.changed(runId)
    const releaseSource = (run: StoredRun): Promise<void> => this.#releaseSource(run)
    this.#uploader = new Uploader(parts)
    this.#runner = new Runner({
      ...parts,
      uploader: this.#uploader,
      access: (connection, signal) => this.#connections.access(connection, signal),
      fullLocation: (run) => this.#fullLocation(run),
      releaseSource,
      heldBackBy: (run) => this.#queue.heldBackBy(run),
      changed,
    })
    const unsaved = (problem: Problem): void => this.#feed.fail(problem)
    this.#queue = new RunQueue({
      runs,
      runner: this.#runner,
      home,
      releaseSource,
      changed,
      unsaved,
      now,
      ...(parts.later === undefined ? {} : { later: parts.later }),
    })
  }

  get home(): string {
    return this.#parts.home.folder
  }

  get version(): string {
    return this.#parts.version
  }

  get vault(): Vault['persistence'] {
    return this.#parts.vault.persistence
  }

  /** To be called once by the process that holds the home: clears what nobody waits for. */
  async open(): Promise<void> {
    await this.#sources.clear()
  }

  /** Every run that was cut off goes on; answers with their ids. */
  resumeAll(): string[] {
    return this.#queue.resumeAll()
  }

  // ------------------------------------------------------------ sources

  openSource(location: string): Promise<{ source: string; name: string; bytes: number | null }> {
    return this.#sources.open(location)
  }

  announceSource(name: string, bytes: number): { source: string } {
    return this.#sources.announce(name, bytes)
  }

  receiveSource(
    source: string,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#sources.receive(source, body, signal)
  }

  async preview(
    input: { source: string; dialect?: Dialect | undefined; rows: number },
    signal: AbortSignal,
  ): Promise<Preview> {
    const head = await this.#sources.head(input.source, signal)
    return this.#parts.rooms.preview(
      { ...head, dialect: input.dialect ?? null, rows: input.rows },
      { signal, report: () => {}, ask: () => Promise.reject(new Error('Nothing to ask.')) },
    )
  }

  // ------------------------------------------------------------ runs

  async startRun(input: StartInput): Promise<{ runId: string }> {
    const { datasets, home, runs, vault, now } = this.#parts
    const known = datasets.get(input.dataset)
    const destination = completeDestination(
      input.destination,
      { name: input.dataset, destination: known?.destination ?? null },
      this.#sources.name(input.source),
      this.#connections,
    )
    if (!this.#connections.exists(destination.connection))
      throw noSuchConnection(destination.connection)
    const wrong = wrongName(input.dataset, destination)
    if (wrong !== null)
      throw new Problem({
        code: 'usage',
        what: wrong,
        did: 'Nothing was sent.',
        advice: 'Choose another name.',
      })
    const at = now()
    const id = newRunId(at)
    const taken = await this.#sources.take(
      input.source,
      home.runFolder(id),
      AbortSignal.timeout(10 * 60_000),
    )
    // A query may be a signature, so it goes where secrets go and never into the database.
    if (taken.query !== '') await vault.set(queryKey(id), taken.query)
    runs.create({
      id,
      dataset: input.dataset,
      plan: {
        source: taken.source,
        location: taken.location,
        destination,
        dialect: input.dialect ?? null,
        columns: input.columns ?? null,
      },
      at: at.toISOString(),
    })
    this.#queue.start(id)
    return { runId: id }
  }

  /**
   * The upload engine alone: one file, byte for byte, not read and not cleaned. Cut off and
   * told again, it sends only what the storage does not have yet.
   */
  async uploadFile(
    input: UploadFileInput,
    control: UploadFileControl & { warn: (message: string) => void },
  ): Promise<UploadedFile> {
    const { place, errand } = await this.#way(input, control.signal)
    const { sent: _, ...output } = await this.#uploader.send(
      {
        ...errand,
        input: {
          ...errand.input,
          contentType: /\.(csv|tsv|txt)$/i.test(input.file)
            ? 'text/csv; charset=utf-8'
            : 'application/octet-stream',
          runId: newRunId(this.#parts.now()),
          wholeMd5: input.wholeMd5 ?? false,
        },
        limit: input.limit,
        warn: control.warn,
      },
      this.#uploadControl(control),
    )
    return { ...place, ...output }
  }

  /** What `uploadFile` would send of the file, and why. Changes nothing. */
  async planUpload(input: FileToBlob, control: UploadFileControl): Promise<PlannedFile> {
    const { place, errand } = await this.#way(input, control.signal)
    const planned = await this.#uploader.plan(errand, this.#uploadControl(control))
    return { ...place, ...planned }
  }

  /** Where a file goes, and how. */
  async #way(
    input: FileToBlob,
    signal: AbortSignal,
  ): Promise<{ place: BlobPlace; errand: Errand }> {
    const { file, ifExists } = input
    const connection = input.connection ?? this.#connections.fallback
    const container =
      input.container ?? this.#connections.containerOf(connection) ?? defaultContainer
    const blob = input.blob ?? basename(file)
    return {
      place: { connection, container, blob },
      errand: {
        connection,
        account: await this.#connections.access(connection, signal),
        run: null,
        input: {
          container,
          blob,
          file,
          missingContainer: connection === sandboxName ? 'create' : 'refuse',
          foreignBlocks: input.clearUnfinished === true ? 'clear' : 'refuse',
          ...(ifExists === undefined ? {} : { ifExists }),
        },
      },
    }
  }

  #uploadControl(control: UploadFileControl) {
    const meter = new ProgressMeter()
    return {
      signal: control.signal,
      report: (report: UploadReport) =>
        control.report(meter.take(progressOfUpload(report), this.#parts.now().getTime())),
    }
  }

  listRuns(filter: RunFilter): Run[] {
    return this.#parts.runs.list(filter).map((run) => this.#view(run))
  }

  getRun(runId: string): { run: Run; receipt: Receipt } {
    const run = this.#must(runId)
    const { runs, home } = this.#parts
    return { run: this.#view(run), receipt: currentReceipt(runs, home, run) }
  }

  runEvents(runId: string): RunEvent[] {
    this.#must(runId)
    return this.#parts.runs.events(runId)
  }

  /** Snapshots of runs as they change; `first` or else every unfinished run at once. */
  watchRuns(
    signal: AbortSignal,
    intervalMs?: number,
    first: readonly string[] = this.#unfinished(),
  ): AsyncIterable<Run> {
    return this.#feed.watch(first, signal, intervalMs)
  }

  rejects(runId: string, offset: number, limit: number): Promise<HeldRows> {
    return this.#parts.rejects.page(this.#rejectFiles(runId), offset, limit)
  }

  rejectsCsv(runId: string): ReadableStream<Uint8Array> {
    return this.#parts.rejects.csv(this.#rejectFiles(runId))
  }

  pause(runId: string): Promise<void> {
    return this.#queue.pause(runId)
  }

  /** Puts a run that was cut off back in line. */
  continueRun(runId: string): void {
    this.#queue.start(runId)
  }

  async resume(runId: string): Promise<void> {
    this.#queue.resume(runId)
  }

  cancel(runId: string): Promise<void> {
    return this.#queue.cancel(runId)
  }

  async retry(runId: string): Promise<{ runId: string }> {
    this.#queue.retry(runId)
    return { runId }
  }

  discard(runId: string): Promise<void> {
    return this.#queue.discard(runId)
  }

  // ------------------------------------------------------------ datasets

  listDatasets(): Dataset[] {
    return this.#parts.datasets.list()
  }

  removeDataset(name: string): void {
    this.#parts.datasets.remove(name)
  }

  // ------------------------------------------------------------ connections

  listConnections(): Promise<Connection[]> {
    return this.#connections.list()
  }

  async saveConnection(input: SaveConnection): Promise<Connection> {
    const saved = await this.#connections.save(input)
    this.#queue.resumeWaitingFor(input.name)
    return saved
  }

  removeConnection(name: string): Promise<void> {
    return this.#connections.remove(name)
  }

  /** A test that goes well is heard by the runs that wait for the connection. */
  async testConnection(name: string, signal: AbortSignal): Promise<ConnectionTest> {
    const test = await this.#connections.test(name, signal)
    if (test.ok) this.#queue.tryAgain(name)
    return test
  }

  createContainer(name: string, container: string, signal: AbortSignal): Promise<void> {
    return this.#connections.createContainer(name, container, signal)
  }

  /** Drops what other programs have left unfinished under a blob's name. */
  clearUnfinished(place: BlobPlace, signal: AbortSignal): Promise<void> {
    return this.#connections.clearUnfinished(place, signal)
  }

  deviceCodes(signal: AbortSignal): AsyncIterable<DeviceCode> {
    return this.#parts.signIn.deviceCodes(signal)
  }

  // ------------------------------------------------------------ settings

  settings(): Settings {
    return this.#parts.settings.get()
  }

  /** Uploads under way follow within seconds. */
  saveSettings(settings: Settings): Settings {
    this.#parts.settings.save(settings)
    return this.#parts.settings.get()
  }

  // ------------------------------------------------------------ warehouse

  query(sql: string, limit: number, signal: AbortSignal): Promise<QueryOutput> {
    return this.#parts.rooms.query(
      { warehouse: this.#parts.home.warehouse, sql, limit },
      { signal, report: () => {}, ask: () => Promise.reject(new Error('Nothing to ask.')) },
    )
  }

  /** Stops what runs, in a state from which the next start continues it. Nothing starts any more. */
  async halt(): Promise<void> {
    this.#sources.close()
    await this.#queue.close()
  }

  /** Halts, then closes everything. */
  async close(): Promise<void> {
    await this.halt()
    await this.#parts.closeParts()
  }

  #view(run: StoredRun): Run {
    const steps = this.#parts.runs.steps(run.id)
    const progress = this.#runner.progressOf(run.id)
    const rests = run.state === 'waiting' || run.state === 'paused'
    const restsIn = rests
      ? steps.find(({ state }) => state !== 'done' && state !== 'skipped')
      : null
    return {
      id: run.id,
      dataset: run.dataset,
      source: run.plan.source,
      destination: run.plan.destination,
      state: run.state,
      steps: steps.map((step) => {
        const { name, startedAt, ms } = step
        // A run that waits for its connection has not even begun to upload.
        const resting = step === restsIn && (startedAt !== null || run.state === 'waiting')
        const state = resting ? 'waiting' : step.state
        const here = progress?.step === name ? progress.progress : null
        switch (state) {
          case 'running':
            return { name, state, startedAt, ms, progress: here }
          case 'waiting':
            return {
              name,
              state,
              startedAt,
              ms: null,
              progress: here === null ? null : atRest(here, 'waiting'),
            }
          case 'pending':
          case 'done':
          case 'failed':
          case 'skipped':
            return { name, state, startedAt, ms, progress: null }
        }
      }),
      rows: rowsOf(steps),
      problem: run.problem,
      retryAt: run.retryAt,
      createdAt: run.createdAt,
      updatedAt: run.updatedAt,
      finishedAt: run.finishedAt,
    }
  }

  #unfinished(): string[] {
    return this.#parts.runs
      .list({ states: ['queued', 'running', 'waiting', 'paused'], limit: 10_000 })
      .map((run) => run.id)
  }

  #rejectFiles(runId: string): string[] {
    return filesOf(this.#parts.home, this.#must(runId)).rejects.filter((file) => existsSync(file))
  }

  async #fullLocation(run: StoredRun): Promise<string> {
    if (run.plan.source.kind === 'file') return run.plan.location
    return run.plan.location + ((await this.#parts.vault.get(queryKey(run.id))) ?? '')
  }

  async #releaseSource(run: StoredRun): Promise<void> {
    await rm(join(this.#parts.home.runFolder(run.id), 'dropped'), { force: true })
    if (run.plan.source.kind === 'url') await this.#parts.vault.remove(queryKey(run.id))
  }

  #must(runId: string): StoredRun {
    const run = this.#parts.runs.get(runId)
    if (run === null) throw noSuchRun(runId)
    return run
  }
}

function queryKey(runId: string): string {
  return `source-of-${runId}`
}

/** `20261120-181533-9f2c`: sorts by time, short enough to type. */
function newRunId(at: Date): string {
  const stamp = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  return `${stamp}-${randomBytes(2).toString('hex')}`
}
