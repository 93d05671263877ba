import type { Destination } from '../../../shared/domain/dataset.ts'

/** What is told of a run whose data has landed. */
export interface Landed {
  runId: string
  dataset: string
  destination: Destination
  rows: number
  /** What is to be started, where the system has several. */
  job: string | null
}

/** How the one who was told is getting on. `working`: asked again after so long; `failed`: said in a sentence. */
export type TriggerState =
  | { kind: 'working'; doing: string; askAgainMs: number }
  | { kind: 'done' }
  | { kind: 'failed'; what: string }

/** Somebody who is told when data has landed, and watched to the end. */
export interface Trigger {
  /**
   * Tells once, however often it is called with the same run: the run's id is the idempotency key. Answers
   * with the name under which the other side knows it.
   */
  tell(landed: Landed, signal: AbortSignal): Promise<string>
  /** Asks how that is getting on. Answers at once. */
  ask(told: string, signal: AbortSignal): Promise<TriggerState>
}
