import type { RunState, Verb } from '../../../shared/domain/run.ts'

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

export const verbWords: Record<Verb, string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel…',
  retry: 'Retry',
  discard: 'Discard',
}
