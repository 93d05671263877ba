import type { Column } from '../../../shared/domain/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Statements } from '../../duckdb/engine.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import { duckdbType } from '../../duckdb/types.ts'
import { runColumn } from './ledger.ts'

export interface TableColumn {
  name: string
  type: string
}

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

/** Whether rows of one fit the other: the same columns, each of the same type, in whatever order. */
export function sameColumns(one: readonly TableColumn[], other: readonly TableColumn[]): boolean {
  const types = new Map(one.map(({ name, type }) => [name.toLowerCase(), type]))
  return (
    one.length === other.length &&
    other.every(({ name, type }) => types.get(name.toLowerCase()) === type)
  )
}

/** Throws `table-mismatch` when the table was not made by Pallet, which must neither fill nor replace it. */
export function checkOwn(table: string, existing: readonly TableColumn[]): void {
  if (existing.some(({ name }) => name === runColumn)) return
  throw mismatch(
    table,
    `it was not made by Pallet (it has no column ${runColumn})`,
    'Choose another table.',
  )
}

/** Throws `table-mismatch` unless the rows fit the table exactly: the same columns, each of the same type. */
export function checkFits(
  table: string,
  existing: readonly TableColumn[],
  columns: readonly Column[],
): void {
  const inTable = new Map(
    existing.filter(({ name }) => name !== runColumn).map((c) => [c.name.toLowerCase(), c]),
  )
  const inFile = new Set(columns.map(({ name }) => name.toLowerCase()))
  const extra = columns.filter(({ name }) => !inTable.has(name.toLowerCase()))
  const missing = [...inTable.values()].filter(({ name }) => !inFile.has(name.toLowerCase()))
  const faults: string[] = []
  if (extra.length > 0) faults.push(`it has no column ${list(extra)}`)
  if (missing.length > 0) faults.push(`the file does not bring its column ${list(missing)}`)
  for (const column of columns) {
    const there = inTable.get(column.name.toLowerCase())
    const type = duckdbType(column)
    if (there !== undefined && there.type !== type)
      faults.push(`"${column.name}" is ${there.type} in the table, but ${type} in the file`)
  }
  if (faults.length > 0)
    throw mismatch(
      table,
      faults.join('; '),
      'Give the dataset the columns and types of the table, or load into a new table, or replace the table.',
    )
}

function mismatch(table: string, why: string, advice: string): Problem {
  return new Problem({
    code: 'table-mismatch',
    what: `The rows do not fit the table "${table}": ${why}.`,
    did: 'Pallet changed nothing in the warehouse.',
    advice,
  })
}

function list(columns: readonly { name: string }[]): string {
  return columns.map(({ name }) => `"${name}"`).join(', ')
}
