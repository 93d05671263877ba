import type { Delivery } from '../../../shared/domain/runs/delivery.ts'
import type { TableTotalsInput, TableTotalsOutput } from '../../runs/ports/warehouse.ts'
import { type TotalWords, noRows, totalsFrom, totalsOf } from '../totals.ts'
import { type Statements, runColumn } from './statements.ts'
import type { Catalogue } from './tables.ts'

/** What the rows of a run add up to. */
export async function tableTotals(
  statements: Statements,
  { find, columnsOf }: Catalogue,
  { table, runId, columns, keys }: Omit<TableTotalsInput, 'warehouse'>,
  words: TotalWords,
  deliveries: Delivery[],
): Promise<TableTotalsOutput> {
  const existing = await find(statements, table)
  const expected = columnsOf(columns)
  if (existing?.some(({ name }) => name.toUpperCase() === runColumn) !== true)
    return { totals: noRows, deliveries }
  const there = columns.filter((_, nth) =>
    existing.some(({ name, type }) => name === expected[nth]?.name && type === expected[nth]?.type),
  )
  const [row = []] = await statements.rows(
    `SELECT ${totalsOf(there, keys, words)} FROM ${statements.named(table)} WHERE ${runColumn} = ?`,
    [runId],
  )
  return { totals: totalsFrom(row, there, keys), deliveries }
}
