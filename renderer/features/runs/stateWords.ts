import { skippedFor } from '../../../shared/domain/decision.ts'
import type { Run, RunState, Verb } from '../../../shared/domain/run.ts'

export const stateWords: Record<RunState, string> = {
  queued: 'In the queue',
  running: 'Running',
  waiting: 'Waiting',
  paused: 'Paused',
  succeeded: 'Delivered',
  failed: 'Failed',
  stopped: 'Stopped',
  cancelled: 'Cancelled',
}

/** The state of a run in a word, with what became of its delivery. */
export function runWord({ state, undoneAt, question, answered }: Run): string {
  if (undoneAt !== null) return 'Undone'
  if (question !== null) return 'Asks you'
  if (state === 'succeeded' && skippedFor(answered) !== null) return 'Nothing loaded'
  return stateWords[state]
}

export const verbWords: Record<Verb, string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel…',
  retry: 'Retry',
  discard: 'Discard…',
}
