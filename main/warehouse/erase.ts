import type { Control } from '../runs/ports/control.ts'
import type { EraseRowsInput, EraseRowsOutput } from '../runs/ports/warehouse.ts'
import { placed } from './place.ts'
import { warehouseOf } from './warehouses.ts'

/** Counts the rows of a person in a table, or takes them out in one transaction with what the ledger says of their deliveries. */
export async function eraseRows(
  given: EraseRowsInput,
  { signal }: Control<never>,
): Promise<EraseRowsOutput> {
  const { warehouse, ...input } = placed(given)
  const system = warehouseOf(warehouse)
  if (system.erase === undefined) return { table: null, putAside: [] }
  return await system.erase(warehouse, input, signal)
}
