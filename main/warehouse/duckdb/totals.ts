import { quoteIdentifier } from '../../duckdb/sql.ts'
import { duckdbType } from '../../duckdb/types.ts'
import type { AccessOf, TableTotalsInput, TableTotalsOutput } from '../../runs/ports/warehouse.ts'
import { inDuckdb, noRows, totalsFrom, totalsOf } from '../totals.ts'
import { entriesOf, runColumn } from './ledger.ts'
import { forReading, isThere, withWarehouse } from './open.ts'
import { findTable } from './table.ts'

export async function tableTotals(
  { file }: AccessOf<'duckdb'>,
  { table, runId, columns, keys }: Omit<TableTotalsInput, 'warehouse'>,
  signal: AbortSignal,
): Promise<TableTotalsOutput> {
  if (!(await isThere(file))) return { totals: noRows, deliveries: [] }
  return await withWarehouse(file, forReading, signal, `adding up ${table}`, async (engine) => {
    const deliveries = await entriesOf(engine, table)
    const existing = await findTable(engine, table)
    if (existing?.some(({ name }) => name === runColumn) !== true)
      return { totals: noRows, deliveries }
    const there = columns.filter((column) =>
      existing.some(({ name, type }) => name === column.name && type === duckdbType(column)),
    )
    const [row = []] = await engine.rows(
      `SELECT ${totalsOf(there, keys, inDuckdb)} FROM ${quoteIdentifier(table)} WHERE ${runColumn} = $1`,
      [runId],
    )
    return { totals: totalsFrom(row, there, keys), deliveries }
  })
}
