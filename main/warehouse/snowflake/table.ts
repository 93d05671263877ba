import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { folded } from '../../../shared/systems/snowflake.ts'
import { type TableColumn, mismatch } from '../columns.ts'
import { type Statements, runColumn } from '../remote/statements.ts'
import type { Catalogue } from '../remote/tables.ts'
import { named, snowflakeType } from './names.ts'

/** The columns of a table, in its order; null when there is none of that name. Throws `table-mismatch` for a view. */
export async function findTable(session: Statements, table: string): Promise<TableColumn[] | null> {
  const rows = await session.rows(
    `SELECT C.COLUMN_NAME, C.DATA_TYPE, C.NUMERIC_PRECISION, C.NUMERIC_SCALE, T.TABLE_TYPE FROM INFORMATION_SCHEMA.COLUMNS AS C JOIN INFORMATION_SCHEMA.TABLES AS T ON T.TABLE_SCHEMA = C.TABLE_SCHEMA AND T.TABLE_NAME = C.TABLE_NAME WHERE C.TABLE_SCHEMA = CURRENT_SCHEMA() AND C.TABLE_NAME = ? ORDER BY C.ORDINAL_POSITION`,
    [folded(table)],
  )
  if (rows.length === 0) return null
  if (rows.some(([, , , , kind]) => kind?.includes('VIEW') === true))
    throw mismatch(table, 'it is a view, and rows cannot be added to it', 'Choose another table.')
  return rows.map(([name, type, precision, scale]) => ({
    name: String(name),
    type: type === 'NUMBER' ? `NUMBER(${precision},${scale})` : String(type),
  }))
}

/** The columns that rows of a contract have there. */
export const columnsOf = (columns: readonly Column[]): TableColumn[] =>
  columns.map((column) => ({ name: folded(column.name), type: snowflakeType(column) }))

/** Column names and types as a definition has them, with the run of every row. */
export function defined(columns: readonly Column[]): string {
  return `${typesOf(columns).join(', ')}, ${runColumn} VARCHAR NOT NULL`
}

/** Column names and types, as a definition has each. */
export const typesOf = (columns: readonly Column[]): string[] =>
  columns.map((column) => `${named(column.name)} ${snowflakeType(column)}`)

export const catalogue: Catalogue = {
  find: findTable,
  columnsOf,
  added: ({ name, type }) => `ADD COLUMN IF NOT EXISTS ${named(name)} ${type}`,
}
