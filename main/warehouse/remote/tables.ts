/** What is decided of a table over the network, whatever the warehouse calls its types. */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Delivery } from '../../../shared/domain/runs/delivery.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { type TableColumn, checkFits, checkOwn, lackedBy } from '../columns.ts'
import { entriesOf, keptNoMore } from './ledger.ts'
import { type Statements, countTable } from './statements.ts'

/** How a warehouse describes its tables. */
export interface Catalogue {
  /** The columns of a table, in its order; null when there is none of that name. Throws `table-mismatch` for a view. */
  readonly find: (statements: Statements, table: string) => Promise<TableColumn[] | null>
  /** The columns that rows of a contract have there, in the same order. */
  readonly columnsOf: (columns: readonly Column[]) => TableColumn[]
  /** What adds a column, behind ALTER TABLE and the name of the table. */
  readonly added: (column: TableColumn) => string
}

/**
 * Whether there is a table to put the rows into: `fits`, `none`, or one that is empty and made anew. A definition
 * cannot be taken back together with rows there, so a table that has rows keeps its columns, also where all of them
 * are replaced. Throws `table-mismatch`.
 */
export async function tableFor(
  statements: Statements,
  { find, columnsOf }: Catalogue,
  input: LoadInput,
): Promise<'none' | 'fits' | 'anew'> {
  const existing = await find(statements, input.table)
  if (existing === null) return 'none'
  checkOwn(input.table, existing)
  try {
    checkFits(
      input,
      existing,
      columnsOf(input.columns),
      'Give the dataset the columns and types of the table, or load into a new table.',
    )
    return 'fits'
  } catch (error) {
    if ((await countTable(statements, input.table)) > 0) throw error
    return 'anew'
  }
}

/** The columns of a file that a table with rows has to get, where nothing else keeps the rows out of it. */
export async function lacking(
  statements: Statements,
  { find, columnsOf }: Catalogue,
  input: LoadInput,
): Promise<Column[]> {
  const existing = await find(statements, input.table)
  const expected = columnsOf(input.columns)
  const lacked = existing === null ? [] : lackedBy(input, existing, expected)
  if (lacked.length === 0 || (await countTable(statements, input.table)) === 0) return []
  return input.columns.filter((_, nth) => lacked.some(({ name }) => name === expected[nth]?.name))
}

/** Definitions cannot be taken back together with rows: of a load that fails an empty column may be left. */
export async function addLacking(
  statements: Statements,
  catalogue: Catalogue,
  input: LoadInput,
): Promise<void> {
  if (!input.addsColumns) return
  for (const column of catalogue.columnsOf(await lacking(statements, catalogue, input)))
    await statements.rows(`ALTER TABLE ${statements.named(input.table)} ${catalogue.added(column)}`)
}

/** Rows that went out for a delivery and are still kept. `kept`: the table in which they wait. */
export async function countKept(
  statements: Statements,
  { find }: Catalogue,
  kept: string,
): Promise<number> {
  return (await find(statements, kept)) === null ? 0 : await countTable(statements, kept)
}

/**
 * Drops the table for what went out for a delivery, if nothing did, and those of earlier ones that are too old, or before too many others.
 * A definition is no part of the transaction that publishes, so it is done by whoever finds the delivery in the ledger.
 */
export async function dropKept(
  statements: Statements,
  { table, runId, took, loadedAt }: Delivery,
  keptName: (runId: string) => string,
): Promise<void> {
  const { named, folded } = statements
  const { gone } = keptNoMore(await entriesOf(statements, table), new Date(loadedAt))
  const unneeded = [...(took?.length === 0 ? [runId] : []), ...gone.map((one) => one.runId)]
  if (unneeded.length === 0) return
  const there = await statements.rows(
    'SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = CURRENT_SCHEMA() AND STARTSWITH(TABLE_NAME, ?)',
    [folded(keptName(''))],
  )
  for (const kept of unneeded.map(keptName))
    if (there.some(([name]) => name === folded(kept)))
      await statements.rows(`DROP TABLE IF EXISTS ${named(kept)}`)
}

/** Rows cannot come back. `kept`: the table in which they wait. */
export function otherColumns({ runId, table }: Delivery, kept: string): Problem {
  return new Problem({
    code: 'cannot-undo',
    what: `The table "${table}" has other columns by now than the rows that would come back for the run ${runId}.`,
    did: 'Nothing was changed.',
    advice: `They are kept in the table ${kept}.`,
  })
}
