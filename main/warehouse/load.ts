import { Problem } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import type {
  LoadInput,
  LoadOutput,
  LoadReport,
  QueryInput,
  QueryOutput,
} from '../runs/ports/warehouse.ts'
import { unbalanced } from './unbalanced.ts'
import { warehouses } from './warehouses.ts'

/**
 * Loads an output file into a table, once, in whichever warehouse. The rows are staged and counted first; then
 * rows and ledger entry are published in one transaction, so that a kill at any moment leaves either everything
 * or nothing, and repeating is safe: a run that the ledger knows changes nothing (`already`). Throws
 * `table-mismatch`, `account-unbalanced`, `integrity` when the file is not what cleaning wrote, `home-in-use`,
 * `disk-full`, or the signal's reason.
 */
export async function load(input: LoadInput, control: Control<LoadReport>): Promise<LoadOutput> {
  checkName(input)
  const { signal } = control
  const tell = (rowsDone: number, doing: string): void => control.report({ rowsDone, doing })
  return await warehouses[input.warehouse.kind].load(input, signal, async (warehouse) => {
    const known = await warehouse.findEntry(input.runId)
    if (known !== null) {
      const { tableRows } = await warehouse.count(known.table, input.runId)
      return { rows: known.rows, tableRows, already: true }
    }

    // What cannot fit is refused before the work of staging.
    await warehouse.check(input)
    tell(0, 'Staging')
    const staged = await warehouse.stage(input)
    if (staged !== input.rows) throw unbalanced(input, staged, 'were staged')

    tell(0, 'Publishing')
    await warehouse.publish(input, () => {
      tell(input.rows, 'Committing')
      signal.throwIfAborted()
    })
    // From here on an abort comes too late: the rows are there, and it must be said.
    tell(input.rows, 'Committed')
    return { ...(await warehouse.count(input.table, input.runId)), already: false }
  })
}

/** One read-only statement, in whichever warehouse. */
export async function query(input: QueryInput, control: Control<never>): Promise<QueryOutput> {
  return await warehouses[input.warehouse.kind].query(input, control)
}

function checkName(input: LoadInput): void {
  const reserved = [input.table, ...input.columns.map(({ name }) => name)].find((name) =>
    name.toLowerCase().startsWith('_pallet_'),
  )
  if (reserved !== undefined || input.table.includes('\0'))
    throw new Problem({
      code: 'usage',
      what: `The name "${reserved ?? input.table}" cannot be used: names that begin with _pallet_ are Pallet's own.`,
      did: 'Pallet changed nothing in the warehouse.',
      advice: 'Choose another name.',
    })
}
