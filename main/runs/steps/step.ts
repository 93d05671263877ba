import { join } from 'node:path'
import type { Counts } from '../../../shared/domain/runs/progress.ts'
import type { StepName } from '../../../shared/domain/runs/run.ts'
import type { OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import type { Checkpoints } from '../checkpoints.ts'
import type { Control } from '../ports/control.ts'
import type { HomePaths } from '../ports/home.ts'
import type { StoredRun } from '../ports/store.ts'

/** How a step ended that did not fail. */
export type Outcome<Checkpoint> =
  | { kind: 'done'; checkpoint: Checkpoint }
  /** The run's destination has no use for it. */
  | { kind: 'skipped' }
  /**
   * There is nothing to do before `until` (UTC, ISO 8601). The run gives its place to others, and is here again
   * with `checkpoint` then, or at the first start after that.
   */
  | { kind: 'rests'; until: string; doing: string; checkpoint: Checkpoint }

/** What a step is given besides its run. It knows neither its neighbours nor the screen. */
export interface StepWork {
  signal: AbortSignal
  /** What a step has left that is done, or this one before it rested. Fails where there is none. */
  need: <Name extends StepName>(name: Name) => Checkpoints[Name]
  /** What this step had left when it rested or was cut off; null at its first attempt. */
  before: <Name extends StepName>(name: Name) => Checkpoints[Name] | null
  /** Makes durable what has been done so far. */
  keep: <Name extends StepName>(name: Name, checkpoint: Checkpoints[Name]) => void
  /** Something durable was done: being cut off from here on is no sign that the step ends the process. */
  moved: () => void
  log: (message: string, level?: 'info' | 'warn') => void
  /** Something of the file that a person should look at, unless the file before had it in the same words. */
  doubt: (message: string) => void
  /** The room's control, with its reports in a person's counts. */
  control: <Report>(progressOf: (report: Report) => Counts) => Control<Report>
}

/** One step of the street. Idempotent: it can be killed anywhere and repeated. */
export interface Step<Name extends StepName> {
  /** The connection it works with on this run, and the part of it that rights are given for; null: none. */
  reaches(run: StoredRun): { connection: string; place: string } | null
  perform(run: StoredRun, work: StepWork): Promise<Outcome<Checkpoints[Name]>>
  /**
   * Does what it can while the step before it waits for the line: on this computer only, and done again by `perform` where it
   * did not come to its end, for whatever reason.
   */
  ahead?(run: StoredRun, work: Pick<StepWork, 'need' | 'signal'>): Promise<void>
}

/** Progress by rows; while nobody knows how far it is, it says what is done and no number. */
export function countedRows(
  { rowsDone, doing }: { rowsDone: number | null; doing: string },
  rowsTotal: number,
): Counts {
  return rowsDone === null ? { state: 'settling', doing } : { rowsDone, rowsTotal, doing }
}

/** Without a blob nobody else reads the output file, and Parquet is the surest way into a warehouse. */
export function formatOf(run: StoredRun): OutputFormat {
  return run.plan.destination.blob?.format ?? 'parquet'
}

/** Hashes of the rows of a run, by which later files are compared with it. */
export const rowHashesOf = (home: HomePaths, runId: string): string =>
  join(home.runFolder(runId), 'row-hashes.parquet')

/** Files of a run on this computer, by what they hold. */
export function filesOf(home: HomePaths, run: StoredRun) {
  const folder = home.runFolder(run.id)
  return {
    folder,
    source: join(folder, 'source'),
    unpacked: join(folder, 'unpacked'),
    records: join(folder, 'records.csv'),
    output: join(folder, `output.${formatOf(run)}`),
    /** Clean rows before their personal columns are treated; gone when they are. */
    untreated: join(folder, 'untreated.parquet'),
    heldIndex: join(folder, 'held.index'),
    work: join(folder, 'work'),
    parts: join(folder, 'parts'),
    heldThere: join(folder, 'held-there.csv'),
    references: join(folder, 'references'),
    lookedUp: join(folder, 'looked-up'),
    rejects: [join(folder, 'rejects-read.ndjson'), join(folder, 'rejects-clean.ndjson')] as [
      string,
      string,
    ],
  }
}
