/**
 * What the use cases ask of the rooms. Every room implements its interface as plain
 * functions; the worker pool carries the heavy ones on threads behind the same interface.
 * All inputs and outputs survive structured cloning.
 */
import type { ConnectionSettings } from '../../shared/domain/connection.ts'
import type {
  Column,
  Contract,
  Dataset,
  LoadMode,
  OutputFormat,
  Recipe,
} from '../../shared/domain/dataset.ts'
import type { DetectedDialect, Dialect } from '../../shared/domain/dialect.ts'
import type { Settings, UploadLimit } from '../../shared/domain/limit.ts'
import type { Preview } from '../../shared/domain/preview.ts'
import type { ProblemData } from '../../shared/domain/problem.ts'
import type {
  Plan,
  Receipt,
  RunEvent,
  RunSource,
  RunState,
  StepName,
  StepState,
} from '../../shared/domain/run.ts'
import type { HeldRow } from '../../shared/domain/quarantine.ts'

/**
 * What a room is given besides its input. A room stops within a second of `signal`, with the signal's reason.
 * `Answers` are what it may ask for, by question.
 */
export interface Control<Report, Answers extends object = object> {
  signal: AbortSignal
  /**
   * Counts grow, and fall only where the work starts over (a source that changed). Called as
   * often as convenient, the receiver conflates.
   */
  report(progress: Report): void
  ask<Question extends keyof Answers>(question: Question): Promise<Answers[Question]>
}

// ---------------------------------------------------------------- sources: fetch

export interface FetchInput {
  /** Absolute path of a local file, or an http(s) URL. */
  location: string
  /** The spool file to write: the source's bytes, unchanged. Written beside itself and renamed when whole. */
  target: string
}
export interface FetchOutput {
  bytes: number
  sha256: string
}
export interface FetchReport {
  bytesDone: number
  bytesTotal: number | null
}

// ---------------------------------------------------------------- reading: preview, read

export interface PreviewInput {
  /** The file, or what has arrived of it. */
  path: string
  name: string
  /** Size of the whole file, which may be larger than what `path` holds yet. */
  bytes: number
  dialect: Dialect | null
  rows: number
}

export interface ReadInput {
  path: string
  /** null: detect. Detection that has doubts still reads; the doubts come back. */
  dialect: Dialect | null
  /** Canonical records, see `recordsLayout` in main/reading. */
  recordsFile: string
  /** Records whose structure is broken: one `HeldRow` a line, as JSON. */
  quarantineFile: string
}
export interface ReadOutput {
  detected: DetectedDialect
  /** Column labels in file order, made unique and never blank. */
  labels: string[]
  /** Records found, the header not counted: written + quarantined. */
  records: number
  quarantined: number
}
export interface ReadReport {
  bytesDone: number
  rowsDone: number
  quarantined: number
}

// ---------------------------------------------------------------- cleaning

export interface CleanInput {
  recordsFile: string
  labels: string[]
  /** The spool file and its encoding, from which the raw text of held-back records is cut. */
  sourceFile: string
  dialect: Dialect
  recipe: Recipe
  /** null: propose one from the whole file, and hold to it. */
  contract: Contract | null
  maxQuarantinedShare: number
  format: OutputFormat
  /** Folder for the output file and the engine's own temporary files; emptied first. */
  workFolder: string
  outputFile: string
  /** Receives this step's held-back records, one `HeldRow` a line. */
  quarantineFile: string
}
export interface CleanOutput {
  contract: Contract
  clean: number
  quarantined: number
  dropped: { rule: string; rows: number }[]
  bytes: number
}
export interface CleanReport {
  rowsDone: number
  doing: string
}

// ---------------------------------------------------------------- upload

/** How to reach an account: secrets included, so it lives in memory only. */
export type BlobAccess =
  | { kind: 'connection-string'; connectionString: string }
  | { kind: 'account-key'; account: string; key: string; endpoint: string }
  | { kind: 'sas-url'; url: string }
  /** Tokens are asked for when needed: `ask('token')`. */
  | { kind: 'entra'; endpoint: string }

export interface AccessToken {
  token: string
  expiresOnTimestamp: number
}

/** What decides how a file would go to a blob. */
export interface UploadPlanInput {
  access: BlobAccess
  container: string
  blob: string
  file: string
  /** Recorded in the blob's metadata; recognises our own commit when its answer was lost. Absent: nothing is ours. */
  runId?: string
  /** `create` a missing container (the sandbox's own), or `refuse` with `container-missing`. */
  missingContainer: 'create' | 'refuse'
  /**
   * A blob that is there already: `fail` refuses it; `replace` (the usual) replaces it if nobody else
   * writes meanwhile; `overwrite` replaces it in any case. Decided before the first byte.
   */
  ifExists?: 'fail' | 'replace' | 'overwrite'
  /** Unfinished blocks of another program under this name: `refuse` (the usual), or drop them. */
  foreignBlocks?: 'refuse' | 'clear'
  /** What an earlier upload of this file to this blob left behind. */
  journal?: UploadJournal
}
export interface UploadInput extends UploadPlanInput {
  contentType: string
  runId: string
  /** Also reads the file from end to end and stores its MD5 with the blob. */
  wholeMd5?: boolean
  /** Absent: as fast as the line is. `ask('limit')` tells whether it is still so. */
  limit?: UploadLimit
}
export interface UploadOutput {
  bytes: number
  etag: string
  blocks: number
  blocksSent: number
  bytesSent: number
  /** MD5 of the whole file in base64, where it was asked for. */
  md5?: string
}
/** What an upload may ask for while it runs. */
export interface UploadAnswers {
  token: AccessToken
  limit: UploadLimit
}
export interface UploadReport {
  bytesDone: number
  bytesTotal: number
  bytesSent: number
  phase: 'planning' | 'staging' | 'waiting' | 'summing' | 'committing' | 'verifying'
  /** Once, before the first block: the file as it is, and the blob as it was first seen. */
  planned?: Pick<UploadJournal, 'identity' | 'seen'>
  /** A block the server has acknowledged since the last report. */
  acknowledged?: PlacedBlock
  /** A block that the server turned out to have. */
  found?: PlacedBlock
  /** Why it waits, in words. */
  waitingFor?: string
  /** What the limit holds it to at the moment; null: until further notice. */
  heldTo?: { bytesPerSecond: number; until: Date | null }
}
/** A block where it stands in the file. */
export interface PlacedBlock {
  offset: number
  bytes: number
  id: string
}
/**
 * What is remembered of a file on its way to a blob. Only to save work: what the server has,
 * it says itself, and of a file with another identity nothing is believed.
 */
export interface UploadJournal {
  /** Equal as long as nobody has written to the file. */
  identity: string
  /**
   * As long as the upload has not ended: the blob as it was first seen (`etag` null: none was there), and
   * the `runId` that a commit of it carries. Null once it has ended.
   */
  seen: { etag: string | null; runId: string } | null
  /** Where the blocks begin that the server had. Arrays, because 50,000 objects take long to clone. */
  offsets: Float64Array
  /** Their ids of 44 characters each, in the same order. An id says the length of its block. */
  ids: string
}

/** Why a block would be sent, or not: it is in the blob, unfinished on the server, or neither. */
export type BlockReason = 'stored' | 'staged' | 'new'
export interface UploadPlan {
  bytes: number
  /** In file order. */
  blocks: { offset: number; bytes: number; why: BlockReason }[]
  /** What would become of the blob. */
  fate: { kind: 'created' } | { kind: 'replaced' } | { kind: 'refused'; problem: ProblemData }
  /** Whether unfinished blocks of another program are there, which would have to go first. */
  foreignBlocks: boolean
}

// ---------------------------------------------------------------- warehouse

export interface LoadInput {
  /** The DuckDB file. */
  warehouse: string
  runId: string
  dataset: string
  table: string
  mode: LoadMode
  file: string
  format: OutputFormat
  columns: Column[]
  /** Rows the output file has; anything else stops the load. */
  rows: number
  sourceSha256: string
}
export interface LoadOutput {
  /** Rows of this run that the warehouse reports after the commit. */
  rows: number
  /** Rows in the table after the commit. */
  tableRows: number
  /** Whether the ledger said that this run had been loaded before. */
  already: boolean
}
export interface LoadReport {
  rowsDone: number
  doing: string
}

export interface QueryInput {
  warehouse: string
  sql: string
  limit: number
}
export interface QueryOutput {
  columns: string[]
  rows: (string | null)[][]
  truncated: boolean
}

// ---------------------------------------------------------------- all of them

/** The heavy work, by task name: what the pool carries. */
export interface Rooms {
  fetch(input: FetchInput, control: Control<FetchReport>): Promise<FetchOutput>
  preview(input: PreviewInput, control: Control<never>): Promise<Preview>
  read(input: ReadInput, control: Control<ReadReport>): Promise<ReadOutput>
  clean(input: CleanInput, control: Control<CleanReport>): Promise<CleanOutput>
  upload(input: UploadInput, control: Control<UploadReport, UploadAnswers>): Promise<UploadOutput>
  /** Says what `upload` would do, and does nothing. */
  planUpload(
    input: UploadPlanInput,
    control: Control<UploadReport, Pick<UploadAnswers, 'token'>>,
  ): Promise<UploadPlan>
  load(input: LoadInput, control: Control<LoadReport>): Promise<LoadOutput>
  query(input: QueryInput, control: Control<never>): Promise<QueryOutput>
}

/** Reads a page of a quarantine file. */
export interface HeldRows {
  total: number
  rows: HeldRow[]
}

// ---------------------------------------------------------------- store

export interface StoredRun {
  id: string
  dataset: string
  plan: Plan
  state: RunState
  problem: ProblemData | null
  retryAt: string | null
  receipt: Receipt | null
  createdAt: string
  updatedAt: string
  finishedAt: string | null
}
export interface StoredStep {
  name: StepName
  state: StepState
  startedAt: string | null
  ms: number | null
  /** What the step has made durable; the later steps read it. */
  checkpoint: unknown
}
/** The part of a run that changes while it is on its way. */
export type RunChange = Pick<StoredRun, 'state' | 'problem' | 'retryAt' | 'finishedAt' | 'receipt'>

export interface RunRepository {
  create(run: { id: string; dataset: string; plan: Plan; at: string }): void
  get(id: string): StoredRun | null
  /** Newest first. `search` looks in id, dataset, file name and table. */
  list(filter: {
    states?: readonly RunState[] | undefined
    search?: string | undefined
    limit: number
  }): StoredRun[]
  /** The newest run, other than `except`, that loaded exactly these bytes into this table. */
  loadedBefore(wanted: { sha256: string; table: string; except: string }): StoredRun | null
  change(id: string, change: RunChange, at: string): void
  changeSource(id: string, source: RunSource): void
  steps(id: string): StoredStep[]
  changeStep(id: string, step: StoredStep): void
  remove(id: string): void
  log(id: string, event: Omit<RunEvent, 'seq'>): void
  events(id: string): RunEvent[]
}

/** Which file goes where; an upload of the same key continues the one before. */
export interface UploadKey {
  /** Absolute path. */
  file: string
  /** Address of the account, container and blob; never a secret. */
  target: string
  /** The run it belongs to and goes with; null: none, and the oldest of those make room for new ones. */
  runId: string | null
}
export interface JournalRepository {
  /** null: nothing is known, or what is there has been damaged. */
  get(key: UploadKey): UploadJournal | null
  /** An upload begins, or goes on: blocks of another identity are forgotten. */
  begin(key: UploadKey, planned: Pick<UploadJournal, 'identity' | 'seen'>, at: string): void
  /** The server has these blocks; `sent` of them have been sent. */
  add(key: UploadKey, blocks: readonly PlacedBlock[], sent: { blocks: number; bytes: number }): void
  /** What was sent over all attempts of the upload that has begun and not ended. */
  sent(key: UploadKey): { blocks: number; bytes: number }
  /** The next upload looks at the blob anew; its blocks stay known. */
  end(key: UploadKey): void
  removeOf(runId: string): void
}

export interface DatasetRepository {
  list(): Dataset[]
  get(name: string): Dataset | null
  save(dataset: Dataset): void
  remove(name: string): void
}

export interface StoredConnection {
  name: string
  settings: ConnectionSettings
  container: string | null
  createdAt: string
}
export interface ConnectionRepository {
  list(): StoredConnection[]
  get(name: string): StoredConnection | null
  save(connection: Omit<StoredConnection, 'createdAt'>, at: string): void
  remove(name: string): void
}

/** What is set for this home, and what it has learned of its lines. */
export interface SettingsRepository {
  get(): Settings
  save(settings: Settings): void
  /** Bytes a second that an upload to this connection last had; null: none was measured yet. */
  rate(connection: string): number | null
  saveRate(connection: string, bytesPerSecond: number): void
}

/** Where things lie on this computer. */
export interface HomePaths {
  readonly folder: string
  readonly warehouse: string
  readonly incoming: string
  runFolder(runId: string): string
}

// ---------------------------------------------------------------- vault and connections

/** Credentials by connection name. A secret can be written and used, never shown. */
export interface Vault {
  readonly persistence: 'keychain' | 'memory'
  get(connection: string): Promise<string | null>
  set(connection: string, secret: string): Promise<void>
  remove(connection: string): Promise<void>
}

/** The built-in storage: started when first needed, stopped with the app. */
export interface Sandbox {
  /** Starts Azurite if it is not running and answers how to reach it. */
  access(signal: AbortSignal): Promise<BlobAccess>
  stop(): Promise<void>
}

/** What reaches the outside for the connections: containers and sign-in. */
export interface BlobAccounts {
  /** When a SAS is valid; null for any other credential. Fails with `usage` when the access makes no sense. */
  validity(access: BlobAccess): SasValidity | null
  /** Host and path of the account, without any secret. Fails with `usage` when the access makes no sense. */
  addressOf(access: BlobAccess): string
  listContainers(access: BlobAccess, ask: TokenSource, signal: AbortSignal): Promise<string[]>
  createContainer(
    access: BlobAccess,
    container: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<void>
  /** Drops what other programs have left unfinished under the blob's name; a blob that is there stays as it is. */
  clearUnfinished(
    access: BlobAccess,
    container: string,
    blob: string,
    ask: TokenSource,
    signal: AbortSignal,
  ): Promise<void>
}
/** Instants of a SAS' `st` and `se`; null where it has none. */
export interface SasValidity {
  startsAtMs: number | null
  expiresAtMs: number | null
}
export type TokenSource = () => Promise<AccessToken>

/** Sign-in at Microsoft Entra ID, kept in memory per connection. */
export interface SignIn {
  /** Tokens for the storage; the first call may open a browser or show a device code. */
  tokenSource(
    connection: string,
    settings: Extract<ConnectionSettings, { kind: `entra-${string}` }>,
    secret: string | null,
  ): TokenSource
  forget(connection: string): void
  /** Device codes as they are issued. */
  deviceCodes(signal: AbortSignal): AsyncIterable<DeviceCode>
}
export interface DeviceCode {
  connection: string
  url: string
  code: string
  message: string
}
