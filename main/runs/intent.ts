import type { RunState } from '../../shared/domain/runs/run.ts'

/**
 * Why a run that is on its way was told to stop. A later one counts only when it is stronger: a run
 * that was cancelled must not come back because the app was closed a moment later.
 */
const intents = ['shutdown', 'pause', 'cancel'] as const
export type Intent = (typeof intents)[number]

export function isStronger(intent: Intent, before: Intent | null): boolean {
  return before === null || intents.indexOf(intent) > intents.indexOf(before)
}

/** What becomes of a run that has stopped for it. */
export function stateAfter(intent: Intent): RunState {
  switch (intent) {
    case 'pause':
      return 'paused'
    case 'cancel':
      return 'cancelled'
    case 'shutdown':
      return 'queued'
  }
}

/** States from which a run goes on without being told. */
export function comesBack(state: RunState): boolean {
  return state === 'waiting' || state === 'queued' || state === 'running'
}
