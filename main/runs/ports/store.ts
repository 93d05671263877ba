import type { Draft, KeptDraft } from '../../../shared/domain/draft.ts'
import type { Extract } from '../../../shared/domain/arriving/extract.ts'
import type { Schedule } from '../../../shared/domain/arriving/schedule.ts'
import type { HeaderMap } from '../../../shared/domain/columns/headerMap.ts'
import type { Unreadable } from '../../../shared/domain/unreadable.ts'
import type { Decisions } from '../../../shared/domain/runs/decision.ts'
import type { Dataset, WarehouseTarget } from '../../../shared/domain/datasets/dataset.ts'
import type { Reason } from '../../../shared/domain/files/quarantine.ts'
import type { InsightTables } from '../../../shared/domain/warehouse/insights.ts'
import type { ProblemData } from '../../../shared/domain/problem.ts'
import type { Published } from '../../../shared/domain/streams/topic.ts'
import type { Stream, StreamInput } from '../../../shared/domain/streams/stream.ts'
import type { Watch, WatchInput } from '../../../shared/domain/arriving/watch.ts'
import type { SavedQuery } from '../../../shared/domain/warehouse/savedQuery.ts'
import type { Settings, SettingsChange } from '../../../shared/domain/settings.ts'
import type {
  BlobNow,
  Plan,
  Receipt,
  RunEvent,
  RunSource,
  RunState,
  StepName,
  StepState,
} from '../../../shared/domain/runs/run.ts'
import type { RowsThen, Unusual } from '../../../shared/domain/datasets/usualRows.ts'
import type { RunFilter, RunList } from '../../../shared/domain/runs/runList.ts'
import type { DatasetVersion, HeldTo } from '../../../shared/domain/datasets/version.ts'
import type { ConnectionSettings } from '../../../shared/systems/record.ts'
import type { FolderFile } from './folders.ts'

export interface StoredRun {
  id: string
  dataset: string
  plan: Plan
  state: RunState
  problem: ProblemData | null
  retryAt: string | null
  /** While it rests: what for, in words. */
  waitingFor: string | null
  receipt: Receipt | null
  decisions: Decisions
  /** When its delivery was taken out of the table again. */
  undoneAt: string | null
  /** The run that took the place of its delivery. */
  correctedBy: string | null
  /** Where its blob is now; null: where it was sent. */
  blobNow: BlobNow | null
  /** When what was kept of its file was removed; null: it is there. */
  emptiedAt: string | null
  /** Whether the warehouse that cleaned its rows may have tables of it that nobody needs once it has ended. */
  leftThere: boolean
  /** The version of its dataset that its rows were cleaned by, or that they taught; null: none. */
  version: number | null
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
  /** How often in a row the process has ended in this step, with nothing durable done in between. */
  cutOffs: number
}

/** The part of a run that changes while it is on its way. */
export type RunChange = Pick<
  StoredRun,
  'state' | 'problem' | 'retryAt' | 'waitingFor' | 'finishedAt' | 'receipt'
>

/** A list leaves out what cannot be read, `get` says it; `unreadable` names it all. */
interface Shelf {
  unreadable(): Unreadable[]
}

export interface RunRepository extends Shelf {
  /** `watched`: the file of a watched folder that it takes, which from then on is known as taken. */
  create(run: {
    id: string
    dataset: string
    plan: Plan
    at: string
    watched?: WatchedFile | undefined
  }): void
  get(id: string): StoredRun | null
  /** Newest first, unless another order is given. */
  list(list: RunList): StoredRun[]
  count(filter: RunFilter): number
  change(id: string, change: RunChange, at: string): void
  changeSource(id: string, source: RunSource): void
  /** What its file means was said; the dataset keeps it. */
  changeMeaning(id: string, warehouse: WarehouseTarget): void
  /** What becomes of columns that are not as its dataset knows them. */
  changeHeader(id: string, header: HeaderMap): void
  /** What it is held to; null: nothing has to be cleaned any more. */
  changeHeldTo(id: string, heldTo: HeldTo | null): void
  changeDecisions(id: string, decisions: Decisions): void
  changeVersion(id: string, version: number): void
  /** Runs whose delivery this one took the place of. */
  correctedBy(id: string): string[]
  /** Runs that add rows to the delivery of this one, oldest first. */
  completing(id: string): StoredRun[]
  /** What became of its delivery later. */
  changeFate(
    id: string,
    fate: Partial<
      Pick<StoredRun, 'undoneAt' | 'correctedBy' | 'blobNow' | 'emptiedAt' | 'leftThere'>
    >,
  ): void
  /** Runs that had ended by then (UTC, ISO 8601) and of which something may be kept, oldest first. */
  keptBefore(at: string): string[]
  /** Runs that have ended and may have left tables in the warehouse that cleaned their rows, oldest first. */
  leftThere(): string[]
  steps(id: string): StoredStep[]
  changeStep(id: string, step: StoredStep): void
  /** The step is as if it had never begun. */
  resetStep(id: string, name: StepName): void
  remove(id: string): void
  log(id: string, event: Omit<RunEvent, 'seq'>): void
  events(id: string): RunEvent[]
  /** The doubts that were told of the dataset's newest run that delivered something. */
  toldDoubts(dataset: string): string[]
  /** Of the files of a dataset that were delivered and stand, newest first: when they were sent, and their clean rows. */
  rowsDelivered(dataset: string, limit: number): RowsThen[]
  /** Deliveries of which something is unusual, that ended at that time (UTC, ISO 8601) or later and stand, oldest first. */
  unusual(since: string): { id: string; unusual: Unusual }[]
  /** Of the runs that ended on these days, `2026-11-22`, by the calendar of this computer. */
  quality(first: string, last: string): RunQuality
}

/** What became of the files of a dataset whose runs ended on one day. null: no run of them came so far. */
export interface DayOfRuns {
  dataset: string
  day: string
  files: number
  /** Of them; those that were stopped, too. */
  failed: number
  undone: number
  /** Rows. */
  read: number | null
  held: number | null
  /** Held-back rows that were fixed and delivered on this day. */
  home: number | null
  /** Files that were not as the one before. */
  drifted: number
  bytes: number | null
  bytesSent: number | null
  /** What was not sent again would have taken so long; null: no line of them was measured. */
  msSaved: number | null
}

export interface RunQuality {
  days: DayOfRuns[]
  /** The last delivery of each dataset that stands (UTC, ISO 8601). */
  last: { dataset: string; at: string }[]
  /** On which the first run ended; null: none has. */
  firstDay: string | null
}

/** What a person has made of a held-back row. */
export interface StoredFix {
  record: number
  /** null: dropped, for the `reason`. */
  cells: string[] | null
  reason: string | null
  /** What is still wrong with the cells; null: they were not checked yet. */
  problems: Reason[] | null
  /** The run that has taken it along, and its place in the file of that run, from 1. */
  sent: { by: string; as: number } | null
}

export interface FixRepository {
  /** Of a run, by record. */
  of(runId: string): readonly StoredFix[]
  /** All in one transaction; those that are `gone` are as they stood in the file. Whoever had taken them has them no more. */
  save(runId: string, fixes: readonly Omit<StoredFix, 'sent'>[], gone: readonly number[]): void
  /** As `save`; what these rows were before is kept, to be had back by `undoTogether`. `together`: of this run, from 1. */
  saveTogether(runId: string, together: number, fixes: readonly Omit<StoredFix, 'sent'>[]): void
  /** The number for the next rows of a run that are fixed together. */
  nextTogether(runId: string): number
  /** Rows that were fixed together, and not changed or taken along since, are as before. Answers how many. */
  undoTogether(runId: string, together: number): number
  /** The run `by` takes these along, in this order. */
  take(runId: string, by: string, records: readonly number[]): void
  /** How many rows of a run another one has. */
  takenBy(runId: string, by: string): number
  dropped(runId: string): { reason: string; rows: number }[]
  /** What was typed into rows is forgotten; how many there were stays known. */
  forget(runId: string): void
  forgetRows(runId: string, records: readonly number[]): void
}

export interface DatasetRepository extends Shelf {
  list(): Dataset[]
  get(name: string): Dataset | null
  /** What differs in reading, recipe or contract is a new version; answers with the one that it is now. */
  save(dataset: Dataset, change: DatasetChange): number
  remove(name: string): void
  /** Its versions and its runs go with it, and what other datasets ask of it is theirs under its new name. */
  rename(name: string, to: string): void
  /** Newest first. */
  versions(name: string): DatasetVersion[]
  /** The newest; null: there is no such dataset. */
  version(name: string): number | null
}

/** What was done to a dataset, as a sentence, and why, in the words of who did it. */
export interface DatasetChange {
  what: string
  why?: string | undefined
  /** It is of where its files go, which no version holds: one is made of it all the same, so that it is known who did it. */
  ofPlace?: true
}

export interface StoredConnection {
  name: string
  settings: ConnectionSettings
  container: string | null
  createdAt: string
}

export interface ConnectionRepository extends Shelf {
  list(): StoredConnection[]
  get(name: string): StoredConnection | null
  save(connection: Omit<StoredConnection, 'createdAt'>, at: string): void
  remove(name: string): void
}

/** A file of a watched folder, as it lay there. */
export interface WatchedFile extends FolderFile {
  watch: number
}

/** One that was taken; `run`: null where it was discarded since. */
export interface TakenFile extends FolderFile {
  run: string | null
  state: RunState | null
}

export interface WatchRepository {
  /** In the order in which they were added. */
  list(): Watch[]
  /** Answers with its id. */
  add(watch: WatchInput, at: string): number
  changeTrouble(id: number, trouble: ProblemData | null): void
  /** Whether there was one. */
  remove(id: number): boolean
  taken(id: number): TakenFile[]
  /** It is not there any more. */
  forget(id: number, name: string): void
}

export interface StoredExtract {
  dataset: string
  extract: Extract
  /** When it is fetched by itself; null: only when somebody says so. */
  schedule: Schedule | null
  /** The time up to which everything was done or left out (UTC, ISO 8601). */
  handledAt: string | null
  /** What kept the last time from being done. */
  trouble: ProblemData | null
}

export interface ExtractRepository {
  /** By the names of their datasets. */
  list(): StoredExtract[]
  save(extract: Pick<StoredExtract, 'dataset' | 'extract'>, at: string): void
  /** `at`: from then on. */
  changeSchedule(dataset: string, schedule: Schedule | null, at: string): void
  /** `handledAt`: null leaves it as it is. */
  changeHandled(dataset: string, handledAt: string | null, trouble: ProblemData | null): void
  /** Whether there was one. */
  remove(dataset: string): boolean
}

export interface StreamRepository {
  /** In the order in which they were begun. */
  list(): Stream[]
  /** Begins one, or the one of the same topic and dataset goes on with what is said now; answers with its id. */
  start(stream: StreamInput, at: string): number
  changeStopped(id: number, isStopped: boolean): void
  changeRun(id: number, run: string): void
  changeTrouble(id: number, trouble: ProblemData | null): void
  /** Whether there was one. */
  remove(id: number): boolean
}

/** Held-back records of a run on their way back into their topic. */
export interface StoredRedrive {
  id: string
  run: string
  /** In the order in which they are sent. */
  records: readonly { record: number; partition: number }[]
  /** null: nothing was sent. */
  published: readonly Published[] | null
}

export interface RedriveRepository {
  /** The one of a run that has not come to its end; null: none. */
  of(run: string): StoredRedrive | null
  begin(redrive: Omit<StoredRedrive, 'published'>): void
  keep(id: string, published: readonly Published[]): void
  end(id: string): void
}

/** What was chosen for a file that was not sent yet: by the SHA-256 of its bytes, its name, and the name of who chose it. */
export interface DraftKey {
  sha256: string
  name: string
  person: string
}

export interface DraftRepository {
  /** Whether there is one of a file of so many bytes. */
  hasOf(bytes: number): boolean
  /** Of all names, the newest first. */
  of(sha256: string, person: string): KeptDraft[]
  /** In place of the file's. There is an end to how many are kept: the oldest goes. */
  keep(file: DraftKey & { bytes: number }, draft: Draft, at: string): void
  forget(key: DraftKey): void
  /** Those that were kept before an instant. */
  forgetBefore(at: string): void
}

/** What is set for this home, and what it has learned of its lines. */
export interface SettingsRepository {
  get(): Settings
  save(settings: SettingsChange): void
  /** Which columns hold sales and stock; null: nobody has said it. */
  insightTables(): InsightTables | null
  saveInsightTables(tables: InsightTables): void
  /** By name. */
  savedQueries(): SavedQuery[]
  saveQueries(queries: readonly SavedQuery[]): void
  /** The id of the key by which this home makes tokens; null: it has made none yet. */
  tokenKey(): string | null
  saveTokenKey(id: string): void
  /** Bytes a second that an upload to this connection last had; null: none was measured yet. */
  rate(connection: string): number | null
  saveRate(connection: string, bytesPerSecond: number): void
}
