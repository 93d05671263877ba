/** What rules of a contract need of other datasets: the values of columns in their tables. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Contract } from '../../../shared/domain/datasets/dataset.ts'
import type { Reference } from '../ports/cleaning.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository } from '../ports/store.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'

export interface ReferenceParts {
  rooms: Pick<Rooms, 'columnValues'>
  datasets: Pick<DatasetRepository, 'get'>
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
}

/**
 * Writes them into files of a folder, which whoever asks removes. A dataset that has delivered nothing, or has no such column,
 * has none: cleaning says so.
 */
export async function referencesOf(
  { rooms, datasets, warehouseOf }: ReferenceParts,
  contract: Contract | null,
  folder: string,
  signal: AbortSignal,
): Promise<Reference[]> {
  const found: Reference[] = []
  for (const [index, rule] of (contract?.rules ?? []).entries()) {
    if (rule.kind !== 'foreign') continue
    const table = datasets.get(rule.dataset)?.destination?.warehouse ?? null
    if (table === null) continue
    await mkdir(folder, { recursive: true })
    const file = join(folder, `values-${index + 1}.parquet`)
    const warehouse = await warehouseOf(table.connection)
    const input = { warehouse, table: table.table, keys: [rule.to], columns: [], file }
    if ((await rooms.columnValues(input, quiet(signal))) !== null)
      found.push({ dataset: rule.dataset, to: rule.to, file })
  }
  return found
}
