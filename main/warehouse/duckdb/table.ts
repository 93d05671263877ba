import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Statements } from '../../duckdb/engine.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import { duckdbType } from '../../duckdb/types.ts'
import { type TableColumn, mismatch } from '../columns.ts'
import { runColumn } from './ledger.ts'

/** The columns of a table, in its order; null when there is none of that name. Throws `table-mismatch` for a view. */
export async function findTable(engine: Statements, table: string): Promise<TableColumn[] | null> {
  const here = 'database_name = current_database() AND schema_name = current_schema()'
  const views = await engine.rows(
    `SELECT 1 FROM duckdb_views() WHERE ${here} AND lower(view_name) = lower($1)`,
    [table],
  )
  if (views.length > 0)
    throw mismatch(table, 'it is a view, and rows cannot be added to it', 'Choose another table.')
  const rows = await engine.rows(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE ${here} AND lower(table_name) = lower($1) ORDER BY column_index`,
    [table],
  )
  if (rows.length === 0) return null
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) }))
}

/** The statement that makes the table of a contract, with the run of every row. */
export function emitTable(table: string, columns: readonly Column[]): string {
  const defined = columns.map((column) => `${quoteIdentifier(column.name)} ${duckdbType(column)}`)
  return `CREATE TABLE ${quoteIdentifier(table)} (${defined.join(', ')}, ${runColumn} VARCHAR NOT NULL)`
}
