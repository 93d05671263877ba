import { Problem } from '../../shared/domain/problem.ts'
import type { StepName } from '../../shared/domain/runs/run.ts'

/** So often a run may end the process in one step before it rests. */
export const mostCutOffs = 2

/** What is said of it then. */
export function endedBefore(times: number, step: StepName): Problem {
  return new Problem({
    code: 'crashed-before',
    what: `Pallet has ended ${times} times while this run was in the step ${step}.`,
    did: 'The run rests and is not taken up by itself; what was finished before is kept.',
    advice:
      'If the computer was switched off, resume the run. If Pallet ends again, cancel it: the file may be too much for this computer.',
  })
}
