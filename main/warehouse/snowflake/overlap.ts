import type { Overlap } from '../../../shared/domain/decision.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { bring } from './bring.ts'
import { named } from './names.ts'
import type { Session } from './session.ts'
import { countOf, countTable, findTable } from './table.ts'

/** So many columns are tried as a key. One that names the rows stands in front. */
const triedColumns = 8

const weighed = '_pallet_weighed'

/** How an output file and the rows of its table overlap, by key and by day; null: there is no table. */
export async function overlap(
  session: Session,
  input: LoadInput,
  signal: AbortSignal,
): Promise<Overlap | null> {
  if ((await findTable(session, input.table)) === null) return null
  // Amounts and yes or no name nothing, though they may all differ by chance.
  const candidates = input.columns
    .filter(({ type }) => type === 'text' || type === 'integer')
    .slice(0, triedColumns)
  const dated = input.columns.find(({ type }) => type === 'date' || type === 'timestamp')
  await bring(
    session,
    input,
    weighed,
    [...candidates, ...(dated === undefined ? [] : [dated])],
    signal,
  )
  const table = named(input.table)
  const file = named(weighed)
  const namesRows = async (cell: string, rows: string): Promise<boolean> => {
    const [counts = []] = await session.rows(
      `SELECT COUNT(*), COUNT(${cell}), COUNT(DISTINCT ${cell}) FROM ${rows}`,
    )
    return counts[0] === counts[1] && counts[0] === counts[2]
  }
  let key: Overlap['key'] = null
  for (const { name } of candidates) {
    const cell = named(name)
    if (!(await namesRows(cell, file)) || !(await namesRows(cell, table))) continue
    const shared = await countOf(
      session,
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
      days: await countOf(session, `SELECT COUNT(*) FROM ${ofFile}`),
      shared: await countOf(
        session,
        `SELECT COUNT(*) FROM ${ofFile} AND ON_DAY IN (SELECT ${day} FROM ${table})`,
      ),
    }
  }
  return { tableRows: await countTable(session, input.table), key, days }
}
