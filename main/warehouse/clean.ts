import type { Control } from '../runs/ports/control.ts'
import type {
  CleanThereInput,
  CleanThereOutput,
  LoadReport,
  RemoveThereInput,
} from '../runs/ports/warehouse.ts'
import { placed } from './place.ts'
import { warehouseOf } from './warehouses.ts'

/**
 * Has a warehouse clean the records of a run, beside the table that they are for. Throws `account-unbalanced` where it has not as many
 * records as were sent, what a load throws of a connection, or the signal's reason.
 */
export async function cleanThere(
  given: CleanThereInput,
  control: Control<LoadReport>,
): Promise<CleanThereOutput> {
  const { warehouse, ...input } = placed(given)
  const system = warehouseOf(warehouse)
  if (system.clean === undefined) throw new TypeError('This warehouse cleans nothing.')
  return await system.clean(warehouse, input, control)
}

/** Takes away what cleaning there has left of a run; answers how many tables it was. */
export async function removeThere(
  given: RemoveThereInput,
  { signal }: Control<never>,
): Promise<number> {
  const { warehouse, ...input } = placed(given)
  return (await warehouseOf(warehouse).removeCleaned?.(warehouse, input, signal)) ?? 0
}
