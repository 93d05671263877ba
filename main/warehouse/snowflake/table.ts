import type { Column } from '../../../shared/domain/dataset.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { type TableColumn, checkFits, checkOwn, mismatch } from '../columns.ts'
import { folded, named, runColumn, snowflakeType } from './names.ts'
import type { Statements } from './session.ts'

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
  const own = columns.map((column) => `${named(column.name)} ${snowflakeType(column)}`)
  return `${own.join(', ')}, ${runColumn} VARCHAR NOT NULL`
}

/**
 * Whether there is a table to put the rows into: `fits`, `none`, or one that is empty and made anew. A definition
 * cannot be taken back together with rows in Snowflake, so a table that has rows keeps its columns, also where all
 * of them are replaced. Throws `table-mismatch`.
 */
export async function tableFor(
  session: Statements,
  input: LoadInput,
): Promise<'none' | 'fits' | 'anew'> {
  const existing = await findTable(session, input.table)
  if (existing === null) return 'none'
  checkOwn(input.table, existing)
  try {
    checkFits(
      input.table,
      existing,
      columnsOf(input.columns),
      'Give the dataset the columns and types of the table, or load into a new table.',
    )
    return 'fits'
  } catch (error) {
    if ((await countTable(session, input.table)) > 0) throw error
    return 'anew'
  }
}

export async function countRun(session: Statements, table: string, runId: string): Promise<number> {
  return await countOf(session, `SELECT COUNT(*) FROM ${named(table)} WHERE ${runColumn} = ?`, [
    runId,
  ])
}

export async function countTable(session: Statements, table: string): Promise<number> {
  return await countOf(session, `SELECT COUNT(*) FROM ${named(table)}`)
}

export async function countOf(
  session: Statements,
  sql: string,
  values: readonly string[] = [],
): Promise<number> {
  const [row] = await session.rows(sql, values)
  return Number(row?.[0])
}
