import { atRest } from '../../shared/domain/runs/progress.ts'
import type { Progress, Run, StepName } from '../../shared/domain/runs/run.ts'
import { checkpointOf, leftBy } from './checkpoints.ts'
import type { StoredRun, StoredStep } from './ports/store.ts'
import { type ComeHome, accountWith } from './fixing/comingHome.ts'
import { rowsOf } from './receipt.ts'

/** A run as the screens see it: what is stored, with how far its step is at the moment. */
export function viewOf(
  run: StoredRun,
  steps: readonly StoredStep[],
  progress: { step: StepName; progress: Progress } | null,
  home: ComeHome,
): Run {
  const rests = run.state === 'waiting' || run.state === 'paused'
  const restsIn = rests ? steps.find(({ state }) => state !== 'done' && state !== 'skipped') : null
  return {
    id: run.id,
    dataset: run.dataset,
    source: run.plan.source,
    destination: run.plan.destination,
    state: run.state,
    steps: steps.map((step) => {
      const { name, startedAt, ms } = step
      // A run that waits for its connection has not even begun to upload.
      const resting = step === restsIn && (startedAt !== null || run.state === 'waiting')
      const state = resting ? 'waiting' : step.state
      const here = progress?.step === name ? progress.progress : null
      switch (state) {
        case 'running':
          return { name, state, startedAt, ms, progress: here }
        case 'waiting': {
          return { name, state, startedAt, ms: null, progress: atRestIn(run, here) }
        }
        case 'pending':
        case 'done':
        case 'skipped':
        case 'failed':
          return { name, state, startedAt, ms, progress: null }
      }
    }),
    rows: rowsOf(steps),
    told: leftBy(steps, 'trigger')?.told ?? [],
    problem: run.problem,
    retryAt: run.retryAt,
    createdAt: run.createdAt,
    updatedAt: run.updatedAt,
    finishedAt: run.finishedAt,
    question: rests ? run.decisions.asked : null,
    answered: run.decisions.answered,
    undoneAt: run.undoneAt,
    correctedBy: run.correctedBy,
    blobNow: run.blobNow,
    completes: run.plan.completes?.runId ?? null,
    account: accountWith(rowsOf(steps), home),
    unusual: checkpointOf(steps, 'clean')?.unusual,
  }
}

function atRestIn(run: StoredRun, here: Progress | null): Progress | null {
  const progress = here === null ? null : atRest(here, 'waiting')
  if (run.waitingFor === null) return progress
  return { ...(progress ?? nothingYet), state: 'waiting', doing: run.waitingFor }
}

const nothingYet: Progress = {
  bytesDone: 0,
  bytesTotal: null,
  rowsDone: 0,
  rowsTotal: null,
  bytesPerSecond: null,
  secondsLeft: null,
  state: 'waiting',
  doing: '',
}
