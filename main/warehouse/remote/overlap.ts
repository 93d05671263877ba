import type { Overlap } from '../../../shared/domain/runs/decision.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { type Statements, countOf, countTable } from './statements.ts'

/** So many columns are tried as a key. One that names the rows stands in front. */
const triedColumns = 8

/** What is tried as a key. Amounts and yes or no name nothing, though they may all differ by chance. */
const keysOf = (columns: readonly Column[]): Column[] =>
  columns.filter(({ type }) => type === 'text' || type === 'integer').slice(0, triedColumns)

const datedOf = (columns: readonly Column[]): Column | undefined =>
  columns.find(({ type }) => type === 'date' || type === 'timestamp')

/** Those of the columns that tell how a file overlaps with its table. */
export function weighedColumns(common: readonly Column[]): Column[] {
  const dated = datedOf(common)
  return [...keysOf(common), ...(dated === undefined ? [] : [dated])]
}

/** How an output file, whose weighed columns are in the table `staged`, and the rows of its table overlap, by key and by day. */
export async function overlap(
  statements: Statements,
  { table: into }: Pick<LoadInput, 'table'>,
  common: readonly Column[],
  staged: string,
): Promise<Overlap> {
  const { named } = statements
  const dated = datedOf(common)
  const table = named(into)
  const file = named(staged)
  const namesRows = async (cell: string, rows: string): Promise<boolean> => {
    const [counts = []] = await statements.rows(
      `SELECT COUNT(*), COUNT(${cell}), COUNT(DISTINCT ${cell}) FROM ${rows}`,
    )
    return counts[0] === counts[1] && counts[0] === counts[2]
  }
  let key: Overlap['key'] = null
  for (const { name } of keysOf(common)) {
    const cell = named(name)
    if (!(await namesRows(cell, file)) || !(await namesRows(cell, table))) continue
    const shared = await countOf(
      statements,
      `SELECT COUNT(*) FROM ${file} WHERE ${cell} IN (SELECT ${cell} FROM ${table})`,
    )
    key = { column: name, shared }
    break
  }
  let days: Overlap['days'] = null
  if (dated !== undefined) {
    const day = `CAST(${named(dated.name)} AS DATE)`
    const ofFile = `(SELECT DISTINCT ${day} AS ON_DAY FROM ${file}) AS F WHERE ON_DAY IS NOT NULL`
    days = {
      column: dated.name,
      days: await countOf(statements, `SELECT COUNT(*) FROM ${ofFile}`),
      shared: await countOf(
        statements,
        `SELECT COUNT(*) FROM ${ofFile} AND ON_DAY IN (SELECT ${day} FROM ${table})`,
      ),
    }
  }
  return { tableRows: await countTable(statements, into), key, days }
}
