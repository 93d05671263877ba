/** What is decided of a table over the network, whatever the warehouse calls its types. */
import type { Delivery } from '../../../shared/domain/delivery.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { type TableColumn, checkFits, checkOwn, lackedBy } from '../columns.ts'
import { type Statements, countTable } from './statements.ts'

/**
 * Whether rows of these columns can go into a table: `fits`, `none`, or one that is empty and made anew. A definition
 * cannot be taken back together with rows there, so a table that has rows keeps its columns, also where all of them
 * are replaced. Throws `table-mismatch`.
 */
export async function placeFor(
  statements: Statements,
  input: Pick<LoadInput, 'table' | 'meaning' | 'addsColumns'>,
  existing: readonly TableColumn[] | null,
  columns: readonly TableColumn[],
): Promise<'none' | 'fits' | 'anew'> {
  if (existing === null) return 'none'
  checkOwn(input.table, existing)
  try {
    checkFits(
      input,
      existing,
      columns,
      'Give the dataset the columns and types of the table, or load into a new table.',
    )
    return 'fits'
  } catch (error) {
    if ((await countTable(statements, input.table)) > 0) throw error
    return 'anew'
  }
}

/** The columns that a table with rows has to get, where nothing else keeps those of a file out of it. */
export async function lacking(
  statements: Statements,
  input: Pick<LoadInput, 'table' | 'meaning' | 'addsColumns'>,
  existing: readonly TableColumn[] | null,
  columns: readonly TableColumn[],
): Promise<readonly TableColumn[]> {
  const lacked = existing === null ? [] : lackedBy(input, existing, columns)
  return lacked.length > 0 && (await countTable(statements, input.table)) > 0 ? lacked : []
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
