import { skippedFor } from '../../../shared/domain/runs/decision.ts'
import {
  isHeldUp,
  verbsOf,
  type Run,
  type RunState,
  type Verb,
} from '../../../shared/domain/runs/run.ts'

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

/** Whether the storage has lost what a run has delivered. */
export function hasLostBlob({ state, blobNow }: Run): boolean {
  return state === 'succeeded' && blobNow?.state === 'gone'
}

/** The state of a run in a word, with what became of its delivery. */
export function runWord(run: Run): string {
  const { state, undoneAt, question, answered } = run
  if (undoneAt !== null) return 'Undone'
  if (question !== null) return 'Asks you'
  if (isHeldUp(run)) return stateWords.waiting
  if (state === 'succeeded' && skippedFor(answered) !== null) return 'Nothing loaded'
  if (hasLostBlob(run)) return 'Blob gone'
  return stateWords[state]
}

/** What a person may tell a run now. What asks goes on with the answer, and with nothing else. */
export function allowedVerbs(run: Run): Verb[] {
  return verbsOf(run.state).filter((verb) => run.question === null || verb === 'cancel')
}

/** What becomes of a run that is told so: “The run …”, “Each run …”. */
export const verbEffects = {
  retry: 'goes on with the step that did not end well; what is done is not repeated.',
  cancel:
    'ends here. What was in the storage and in the table before stays as it is. It can be retried later.',
  discard:
    'leaves the list, and what Pallet kept of it on this computer is removed: the copy of the file, the held-back rows, the history. The file itself, the storage and the table stay as they are.',
} as const

export const verbWords: Record<Verb, string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel…',
  retry: 'Retry',
  discard: 'Discard…',
}
