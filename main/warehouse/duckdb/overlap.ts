import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Overlap } from '../../../shared/domain/runs/decision.ts'
import type { Engine } from '../../duckdb/engine.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { countTable } from './publish.ts'
import { asWritten, outputReader } from './stage.ts'
import { findTable } from './table.ts'

/** So many columns are tried as a key. One that names the rows stands in front. */
const triedColumns = 8

/** How an output file and the rows of its table overlap, by key and by day; null: there is no table. */
export async function overlap(
  engine: Engine,
  input: LoadInput,
  common: readonly Column[],
): Promise<Overlap | null> {
  if ((await findTable(engine, input.table)) === null) return null
  const table = quoteIdentifier(input.table)
  const file = outputReader(input)
  const numbers = async (sql: string): Promise<number[]> => {
    const [row] = await asWritten(input.file, () => engine.rows(sql))
    return (row ?? []).map(Number)
  }
  const namesRows = async (cell: string, rows: string): Promise<boolean> => {
    const [all, filled, distinct] = await numbers(
      `SELECT count(*), count(${cell}), count(DISTINCT ${cell}) FROM ${rows}`,
    )
    return all === filled && all === distinct
  }

  let key: Overlap['key'] = null
  // Amounts and yes or no name nothing, though they may all differ by chance.
  const candidates = common.filter(({ type }) => type === 'text' || type === 'integer')
  for (const { name } of candidates.slice(0, triedColumns)) {
    const cell = quoteIdentifier(name)
    if (!(await namesRows(cell, file)) || !(await namesRows(cell, table))) continue
    const [shared = 0] = await numbers(
      `SELECT count(*) FROM ${file} WHERE ${cell} IN (SELECT ${cell} FROM ${table})`,
    )
    key = { column: name, shared }
    break
  }

  const dated = common.find(({ type }) => type === 'date' || type === 'timestamp')
  let days: Overlap['days'] = null
  if (dated !== undefined) {
    const day = `CAST(${quoteIdentifier(dated.name)} AS DATE)`
    const [all = 0, shared = 0] = await numbers(
      `SELECT count(*), count(*) FILTER (day IN (SELECT ${day} FROM ${table}))
       FROM (SELECT DISTINCT ${day} AS day FROM ${file}) WHERE day IS NOT NULL`,
    )
    days = { column: dated.name, days: all, shared }
  }
  return { tableRows: await countTable(engine, input.table), key, days }
}
