import type { ProblemData } from '../../shared/domain/problem.ts'
import type { TaskName } from './tasks.ts'

/** What the pool says to a thread. */
export type ToThread =
  | { kind: 'start'; id: number; task: TaskName; input: unknown }
  /** It is likely to be asked for soon. */
  | { kind: 'load'; task: TaskName }
  | { kind: 'abort'; id: number }
  | { kind: 'answer'; id: number; ask: number; answer: unknown }
  | { kind: 'refusal'; id: number; ask: number; problem: ProblemData }
  /** Every task has settled: leave the event loop, so that the thread ends by itself. */
  | { kind: 'leave' }

/** What a thread says to the pool. */
export type FromThread =
  | { kind: 'report'; id: number; progress: unknown }
  | { kind: 'ask'; id: number; ask: number; question: string }
  | { kind: 'done'; id: number; output: unknown }
  /** `stack` is for the log, and only of errors that nobody foresaw. */
  | { kind: 'failed'; id: number; problem: ProblemData; stack: string | null }
