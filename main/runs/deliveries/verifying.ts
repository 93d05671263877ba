import { type Erasure, erasedOf } from '../../../shared/domain/privacy/erasure.ts'
import { tellingColumns, withColumnsOf } from '../../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Verified, judged } from '../../../shared/domain/runs/verified.ts'
import { checkpointOf, leftBy, outputColumns } from '../checkpoints.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { RunRepository, StoredRun } from '../ports/store.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'

export interface VerifyingParts {
  rooms: Pick<Rooms, 'tableTotals'>
  runs: RunRepository
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  erasures: () => Promise<readonly Erasure[]>
  now: () => Date
}

/** A warehouse that has not answered by then is not waited for any longer. */
const askingMs = 600_000

/** Asks the warehouse whether it still has what the receipt says. Throws `usage` for a run that has loaded nothing. */
export async function verify(
  { rooms, runs, warehouseOf, erasures, now }: VerifyingParts,
  run: StoredRun,
  signal: AbortSignal,
): Promise<Verified> {
  const steps = runs.steps(run.id)
  const { warehouse } = run.plan.destination
  const clean = checkpointOf(steps, 'clean')
  const load = leftBy(steps, 'load')
  if (warehouse === null || clean === null || load === null)
    throw new Problem({
      code: 'usage',
      what:
        warehouse === null
          ? `The run ${run.id} has no table, so there is nothing to verify.`
          : `The run ${run.id} has loaded nothing, so there is nothing to verify.`,
      did: 'The warehouse was not asked.',
    })
  const { connection, table } = warehouse
  const columns = outputColumns(clean)
  const until = AbortSignal.any([signal, AbortSignal.timeout(askingMs)])
  const input = {
    warehouse: await warehouseOf(connection),
    table,
    runId: run.id,
    columns,
    keys: tellingColumns(withColumnsOf(warehouse.meaning, columns), columns),
  }
  const { totals, deliveries } = await rooms.tableTotals(input, quiet(until)).catch((error) => {
    if (signal.aborted || !until.aborted) throw error
    throw new Problem({
      code: 'network',
      what: `The warehouse ${connection} did not say within ten minutes what the rows of the run ${run.id} add up to.`,
      did: 'Nothing was changed.',
      advice: 'Try again later.',
    })
  })
  const evidence = {
    runId: run.id,
    table,
    sent: load.totals?.sent ?? null,
    there: totals,
    deliveries,
    erased: erasedOf(await erasures(), { runId: run.id, connection, table }),
  }
  return { connection, table, at: now().toISOString(), ...judged(evidence) }
}
