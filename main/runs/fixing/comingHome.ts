/** What became of the held-back rows of a run: which runs have delivered them since, and which a person has dropped. */
import { accountOver } from '../../../shared/domain/fixing/fixing.ts'
import type { Receipt, Rows } from '../../../shared/domain/runs/run.ts'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import { leftBy } from '../checkpoints.ts'
import type { FixRepository, RunRepository, StoredRun, StoredStep } from '../ports/store.ts'
import { rowsOf } from '../receipt.ts'

export type ComeHome = Pick<Receipt, 'attempts' | 'droppedByHand'>

export const nothingCameHome: ComeHome = { attempts: [], droppedByHand: [] }

/** Whether what a run has brought is where it was to go, whatever came after that. */
export function hasDelivered(run: StoredRun, steps: readonly StoredStep[]): boolean {
  return run.undoneAt === null && (run.state === 'succeeded' || leftBy(steps, 'load') !== null)
}

/** A run that has ended without having delivered gives its rows back. */
export function givesBack(run: StoredRun, steps: readonly StoredStep[]): boolean {
  return isFinished(run.state) && !hasDelivered(run, steps)
}

export function comeHome(runs: RunRepository, fixes: FixRepository, runId: string): ComeHome {
  const attempts = runs.completing(runId).flatMap((run) => {
    const steps = runs.steps(run.id)
    const at = run.finishedAt ?? run.updatedAt
    return hasDelivered(run, steps) ? [{ runId: run.id, at, rows: rowsOf(steps) }] : []
  })
  return { attempts, droppedByHand: fixes.dropped(runId) }
}

export function accountWith(first: Rows, { attempts, droppedByHand }: ComeHome): Rows {
  const byHand = droppedByHand.reduce((sum, { rows }) => sum + rows, 0)
  return accountOver(first, attempts, byHand)
}
