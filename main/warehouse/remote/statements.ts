/** What warehouses that are reached over the network have in common: they answer statements, with cells as text. */
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { decidingColumns } from '../../../shared/domain/datasets/meaning.ts'

/** Cells as text, as the warehouse writes them: numbers keep all their digits. */
export type Row = (string | null)[]

/** In a statement each `?` outside of quotation marks stands for the next of the values, which are bound. */
export interface Statements {
  /** Answers with the rows, which are few. */
  rows(sql: string, values?: readonly (string | number)[]): Promise<Row[]>
  /** The name of a table or column as part of a statement, whatever it contains. */
  named: (name: string) => string
  /** The name of a table as the ledger and the catalogue have it. */
  folded: (table: string) => string
}

/** The column that says which run brought a row. Without quotation marks it is found in any case. */
export const runColumn = '_PALLET_RUN'
export const ledgerTable = '_pallet_ledger'
/** Has one row, which whoever publishes into the schema changes first: one after the other. */
export const turnTable = '_pallet_turn'

export async function countOf(
  statements: Statements,
  sql: string,
  values: readonly string[] = [],
): Promise<number> {
  const [row] = await statements.rows(sql, values)
  return Number(row?.[0])
}

export async function countTable(statements: Statements, table: string): Promise<number> {
  return await countOf(statements, `SELECT COUNT(*) FROM ${statements.named(table)}`)
}

export async function countRun(
  statements: Statements,
  table: string,
  runId: string,
): Promise<number> {
  return await countOf(
    statements,
    `SELECT COUNT(*) FROM ${statements.named(table)} WHERE ${runColumn} = ?`,
    [runId],
  )
}

/** The cells that decide which rows go out; all of them, of rows that complete a delivery. */
export function stagedColumns({ meaning, completes, columns }: LoadInput): LoadInput['columns'] {
  if (completes !== null) return columns
  const names = decidingColumns(meaning)
  return columns.filter(({ name }) => names.includes(name))
}
