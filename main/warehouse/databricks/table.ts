import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { type TableColumn, mismatch } from '../columns.ts'
import { type Statements, ledgerTable, runColumn, turnTable } from '../remote/statements.ts'
import type { Catalogue } from '../remote/tables.ts'
import { databricksType, folded, named } from './names.ts'

/** Without it a table cannot be changed together with others; https://docs.databricks.com/aws/en/transactions. */
const together = `'delta.feature.catalogManaged' = 'supported'`
/** Names with these need to be mapped to others in the files. */
const special = /[ ,;{}()\n\t=]/

/** The columns of a table, in its order; null when there is none of that name. Throws `table-mismatch` for a view. */
export async function findTable(
  statements: Statements,
  table: string,
): Promise<TableColumn[] | null> {
  const rows = await statements.rows(
    'SELECT C.column_name, C.full_data_type, T.table_type FROM information_schema.columns AS C JOIN information_schema.tables AS T ON T.table_schema = C.table_schema AND T.table_name = C.table_name WHERE C.table_schema = CURRENT_SCHEMA() AND C.table_name = ? ORDER BY C.ordinal_position',
    [folded(table)],
  )
  if (rows.length === 0) return null
  if (rows.some(([, , kind]) => kind?.includes('VIEW') === true))
    throw mismatch(table, 'it is a view, and rows cannot be added to it', 'Choose another table.')
  return rows.map(([name, type]) => ({ name: String(name), type: String(type).toUpperCase() }))
}

/** The columns that rows of a contract have there. */
export const columnsOf = (columns: readonly Column[]): TableColumn[] =>
  columns.map((column) => ({ name: column.name, type: databricksType(column) }))

/** What defines a table with these columns, unless it is there. */
export function definition(table: string, columns: readonly Column[]): string {
  return made('CREATE TABLE IF NOT EXISTS', table, columnsOf(columns))
}

/** The same with the run of every row, for tables that keep rows. */
export function ownDefinition(
  table: string,
  columns: readonly Column[],
  how: 'CREATE TABLE IF NOT EXISTS' | 'CREATE OR REPLACE TABLE' = 'CREATE TABLE IF NOT EXISTS',
): string {
  return made(how, table, [
    ...columnsOf(columns),
    { name: runColumn.toLowerCase(), type: 'STRING' },
  ])
}

/** A table with columns as another has them. */
export const likeDefinition = (table: string, columns: readonly TableColumn[]): string =>
  made('CREATE TABLE IF NOT EXISTS', table, columns)

function made(how: string, table: string, columns: readonly TableColumn[]): string {
  const mapped = columns.some(({ name }) => special.test(name))
  const properties = [together, ...(mapped ? [`'delta.columnMapping.mode' = 'name'`] : [])]
  return `${how} ${named(table)} (${columns.map(({ name, type }) => `${named(name)} ${type}`).join(', ')}) TBLPROPERTIES (${properties.join(', ')})`
}

/** The ledger, and the row that whoever publishes changes first. */
export async function createLedger(statements: Statements): Promise<void> {
  const text = (name: string): TableColumn => ({ name, type: 'STRING' })
  const number = (name: string): TableColumn => ({ name, type: 'BIGINT' })
  await statements.rows(
    made('CREATE TABLE IF NOT EXISTS', ledgerTable, [
      text('run_id'),
      text('dataset'),
      text('table_name'),
      number('rows'),
      text('source_sha256'),
      text('loaded_at'),
      number('seq'),
      text('meaning'),
      text('took'),
      text('corrects'),
      text('completes'),
      text('undone_at'),
    ]),
  )
  await statements.rows(made('CREATE TABLE IF NOT EXISTS', turnTable, [text('run_id')]))
  const turn = named(turnTable)
  // Two that begin at once leave two rows; whoever changes all of them still goes alone.
  await statements.rows(
    `INSERT INTO ${turn} SELECT '' AS run_id WHERE NOT EXISTS (SELECT 1 FROM ${turn})`,
  )
}

export const catalogue: Catalogue = {
  find: findTable,
  columnsOf,
  added: ({ name, type }) => `ADD COLUMNS (${named(name)} ${type})`,
}
