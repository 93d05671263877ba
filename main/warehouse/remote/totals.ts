import type { Delivery } from '../../../shared/domain/delivery.ts'
import type { TableTotalsInput, TableTotalsOutput } from '../../runs/ports/warehouse.ts'
import type { TableColumn } from '../columns.ts'
import { type TotalWords, noRows, totalsFrom, totalsOf } from '../totals.ts'
import { type Statements, runColumn } from './statements.ts'

/** What the rows of a run add up to. `existing`: the columns of the table, `expected`: as those of the contract are there. */
export async function tableTotals(
  statements: Statements,
  { table, runId, columns, keys }: Omit<TableTotalsInput, 'warehouse'>,
  existing: readonly TableColumn[] | null,
  expected: readonly TableColumn[],
  words: TotalWords,
  deliveries: Delivery[],
): Promise<TableTotalsOutput> {
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
