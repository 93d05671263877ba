import type { Destination } from '../../../shared/domain/datasets/dataset.ts'
import type { Brought, Part } from '../../../shared/domain/runs/work.ts'
import type { HandOverInput } from './cleaning.ts'
import type { Values } from '../../../shared/domain/runs/template.ts'

/** What of a run came in and went out; numbers are null where it has not come so far. */
export interface Lineage {
  runId: string
  dataset: string
  /** UTC, ISO 8601. */
  startedAt: string
  source: { path: string; bytes: number | null; rows: number | null }
  /** Rows held back. */
  held: number | null
  columns: { name: string; type: string }[]
  outputs: { namespace: string; name: string; rows: number | null; bytes: number | null }[]
}

/** A run that has ended and not delivered. `why`: in a sentence; null: somebody has cancelled it. */
export interface Ended extends Lineage {
  /** UTC, ISO 8601. */
  endedAt: string
  why: string | null
}

/** Where records are handed to; see `HandOverInput`. */
export type HandedTo = Pick<HandOverInput, 'name' | 'rowsFile' | 'scriptFile' | 'recordsAt'>

/** What is told of a run whose data has landed; but for its start the same however often it is told. */
export interface Landed {
  runId: string
  dataset: string
  destination: Destination
  /** Its account, by the names of templates. */
  values: Values
  /** What is to be started, where the system has several. */
  job: string | null
  lineage: Lineage
  /** What was chosen for this one, filled in. */
  parameters: Readonly<Record<string, string | number>>
  /**
   * Writes the records of the run's file, and the SQL of Spark that cleans them as they were cleaned here, into files. Answers how many records
   * there are. Throws `usage` for what Spark would do differently.
   */
  handOver: (to: HandedTo, signal: AbortSignal) => Promise<number>
  /** When a start was begun of which nobody knows whether it was heard (UTC, ISO 8601, by the clock there); null: none was. */
  begunAt: string | null
  /** A start begins that only looking there can tell from an earlier one, at this time of their clock (Unix, milliseconds): kept, so that it is known after a crash. */
  begin: (atMs: number) => void
}

/** How the one who was told is getting on; `failed`: said in a sentence. A state that nobody knows is `working` or `failed`, never `done`. */
export type TriggerState =
  | { kind: 'working'; doing: string; parts?: Part[]; isPaused?: true }
  | { kind: 'done'; brought?: Brought }
  | { kind: 'failed'; what: string; parts?: Part[] }

/** Somebody who is told when data has landed, and watched to the end. */
export interface Trigger {
  /** It knows no key: one who was perhaps told is not told again, unless a person says so. */
  once?: true
  /**
   * Tells once, however often it is called with the same run, whose id is the idempotency key, unless it is `once`. Answers
   * with the name under which the other side knows it. Who has no key looks before it begins, and says when it does.
   */
  tell(landed: Landed, signal: AbortSignal): Promise<string>
  /**
   * Asks whether what is chosen is there and could be started now, and starts nothing; answers a sentence. Fails with a `Problem`
   * of what is in the way. Absent: a test of the connection says all that there is to say.
   */
  check?(
    chosen: { job: string; parameters: readonly string[] },
    signal: AbortSignal,
  ): Promise<string>
  /** Asks how that is getting on. Answers at once. */
  ask(told: string, signal: AbortSignal): Promise<TriggerState>
  /** Tells that a run has ended and not delivered; the same run may end so several times. Absent: that is of no use there. */
  ended?(run: Ended, signal: AbortSignal): Promise<void>
  /** Has it ended there, which it is asked about afterwards; one that has ended already stays as it is. Absent: nothing can be ended. */
  cancel?(told: string, signal: AbortSignal): Promise<void>
  /** Switches on what is paused there. */
  switchOn?(told: string, signal: AbortSignal): Promise<void>
  /** Has what failed there run again; it is asked about by the same name. */
  again?(told: string, signal: AbortSignal): Promise<void>
}
