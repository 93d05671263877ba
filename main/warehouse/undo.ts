import {
  type Delivery,
  rowsTaken,
  undoneBefore,
  undoneWith,
  withCompletions,
} from '../../shared/domain/runs/delivery.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { plural } from '../../shared/domain/sizes.ts'
import type { Control } from '../runs/ports/control.ts'
import type { UndoInput, UndoOutput, UndoReport, Warehouse } from '../runs/ports/warehouse.ts'
import { placed } from './place.ts'
import { warehouseOf } from './warehouses.ts'

/**
 * Takes a delivery out of its table again, in one transaction, with what completed it: its rows go, what it had taken
 * out comes back, and the ledger says so. A delivery that is undone already stays so. Throws `not-found` for a run that has delivered
 * nothing, `cannot-undo` where the table would not be as if the delivery had never been.
 */
export async function undo(
  { runId, dry, ...given }: UndoInput,
  control: Control<UndoReport>,
): Promise<UndoOutput> {
  const { warehouse: access } = placed(given)
  const { signal } = control
  const system = warehouseOf(access)
  const doing = 'undoing a delivery'
  const waits = (what: string): void => control.report({ doing: what })
  return await system.open(access, { doing, width: null, waits }, signal, async (warehouse) => {
    const delivery = await warehouse.find(runId)
    if (delivery === null)
      throw new Problem({
        code: 'not-found',
        what: `The run ${runId} has delivered no rows, so there is nothing to undo.`,
        did: 'Nothing was changed.',
      })
    const { table, undoneAt } = delivery
    const deliveries = await warehouse.deliveries(table)
    // Done again, it says the same.
    const going =
      undoneAt === null
        ? undoneWith(deliveries, delivery)
        : withCompletions(deliveries, runId).filter((one) => one.undoneAt === undoneAt)
    const of = async (at: string | null): Promise<UndoOutput> => {
      const { tableRows } = await warehouse.count(table, runId)
      return {
        table,
        out: going.reduce((sum, { rows }) => sum + rows, 0),
        back: going.reduce((sum, one) => sum + rowsTaken(one), 0),
        completions: going.map((one) => one.runId).filter((other) => other !== runId),
        tableRows,
        undoneAt: at,
      }
    }
    if (undoneAt !== null) return await of(undoneAt)
    const first = undoneBefore(deliveries, delivery)
    if (first !== null)
      throw cannot(
        `The run ${first.runId} came later and stands on what the run ${runId} delivered into "${table}".`,
        `Undo ${first.runId} first.`,
      )
    for (const one of going) await check(warehouse, one)
    if (dry) return await of(null)
    const at = new Date().toISOString()
    await warehouse.undo(going, at, () => {
      control.report({ doing: 'Committing' })
      signal.throwIfAborted()
    })
    return await of(at)
  })
}

async function check(warehouse: Warehouse, delivery: Delivery): Promise<void> {
  const { runId, table, rows, took } = delivery
  const there = (await warehouse.count(table, runId)).rows
  if (there !== rows)
    throw cannot(
      `The table "${table}" has ${plural(there, 'row')} of the run ${runId}, which delivered ${plural(rows, 'row')}: something else has changed it.`,
      'Send a file that takes the place of the whole table, with --meaning snapshot.',
    )
  const kept = await warehouse.kept(delivery)
  if (took === null || kept !== rowsTaken(delivery))
    throw cannot(
      took === null
        ? `An earlier Pallet loaded the run ${runId}, and did not keep the rows that it replaced.`
        : `The ${plural(rowsTaken(delivery), 'row')} that the run ${runId} took the place of are not kept any more.`,
      'Send the file of before again, with --meaning snapshot.',
    )
}

function cannot(what: string, advice: string): Problem {
  return new Problem({ code: 'cannot-undo', what, did: 'Nothing was changed.', advice })
}
