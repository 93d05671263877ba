import type { Unreadable } from '../../../shared/domain/unreadable.ts'
import type { Decisions } from '../../../shared/domain/decision.ts'
import type { Dataset, WarehouseTarget } from '../../../shared/domain/dataset.ts'
import type { ProblemData } from '../../../shared/domain/problem.ts'
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
} from '../../../shared/domain/run.ts'
import type { RunFilter, RunList } from '../../../shared/domain/runList.ts'
import type { ConnectionSettings } from '../../../shared/systems/record.ts'

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
  create(run: { id: string; dataset: string; plan: Plan; at: string }): void
  get(id: string): StoredRun | null
  /** Newest first, unless another order is given. */
  list(list: RunList): StoredRun[]
  count(filter: RunFilter): number
  change(id: string, change: RunChange, at: string): void
  changeSource(id: string, source: RunSource): void
  /** What its file means was said; the dataset keeps it. */
  changeMeaning(id: string, warehouse: WarehouseTarget): void
  changeDecisions(id: string, decisions: Decisions): void
  /** Runs whose delivery this one took the place of. */
  correctedBy(id: string): string[]
  /** What became of its delivery later. */
  changeFate(
    id: string,
    fate: Partial<Pick<StoredRun, 'undoneAt' | 'correctedBy' | 'blobNow'>>,
  ): void
  steps(id: string): StoredStep[]
  changeStep(id: string, step: StoredStep): void
  /** The step is as if it had never begun. */
  resetStep(id: string, name: StepName): void
  remove(id: string): void
  log(id: string, event: Omit<RunEvent, 'seq'>): void
  events(id: string): RunEvent[]
  /** The doubts that were told of the dataset's newest run that delivered something. */
  toldDoubts(dataset: string): string[]
}

export interface DatasetRepository extends Shelf {
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

export interface ConnectionRepository extends Shelf {
  list(): StoredConnection[]
  get(name: string): StoredConnection | null
  save(connection: Omit<StoredConnection, 'createdAt'>, at: string): void
  remove(name: string): void
}

/** What is set for this home, and what it has learned of its lines. */
export interface SettingsRepository {
  get(): Settings
  save(settings: SettingsChange): void
  /** Bytes a second that an upload to this connection last had; null: none was measured yet. */
  rate(connection: string): number | null
  saveRate(connection: string, bytesPerSecond: number): void
}
