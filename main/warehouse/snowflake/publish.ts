import type { Delivery } from '../../../shared/domain/delivery.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { unbalanced } from '../unbalanced.ts'
import { bring } from './bring.ts'
import { goingOut } from './going.ts'
import { addEntry, createLedger, entriesOf, findEntry } from './ledger.ts'
import { folded, keptName, named, runColumn } from './names.ts'
import type { Session } from './session.ts'
import { countRun, defined, tableFor } from './table.ts'
import { inTurnThere } from './turn.ts'

/** What went out can be brought back for so long, and for so many deliveries of a table. */
const keptDays = 30
const keptDeliveries = 10

const newTable = '_pallet_new'

/**
 * The rows are brought beside the table and held to the file; then, in one transaction, what goes out is put away,
 * what comes in is counted, and the ledger says both. What defines tables commits in Snowflake what is under way, so
 * all of it stands before: an empty table may be left of a load that fails, and nothing else.
 */
export async function publish(
  session: Session,
  input: LoadInput,
  at: Date,
  signal: AbortSignal,
  told: (share: number) => void,
  beforeCommit: () => void,
): Promise<void> {
  await createLedger(session)
  const found = await tableFor(session, input)
  const rows = await bring(session, input, newTable, input.columns, signal, told)
  if (rows !== input.rows) throw unbalanced(input, rows, 'are in the file')
  const table = named(input.table)
  // Without a row nobody knows the types, and a table would hold the next file to guesses.
  if (rows > 0 && found === 'none')
    await session.rows(`CREATE TABLE IF NOT EXISTS ${table} (${defined(input.columns)})`)
  if (rows > 0 && found === 'anew')
    await session.rows(`CREATE OR REPLACE TABLE ${table} (${defined(input.columns)})`)
  const kept = named(keptName(input.runId))
  if (found === 'fits') await session.rows(`CREATE OR REPLACE TABLE ${kept} LIKE ${table}`)
  let took: NonNullable<Delivery['took']> = []
  await inTurnThere(session, input.runId, input.runId, async () => {
    // Another Pallet, or this one before it was killed, may have come through in the meantime.
    if ((await findEntry(session, input.runId)) !== null) return 'nothing'
    if (found === 'fits') took = await takeOut(session, input)
    if (rows > 0) await putIn(session, input)
    await addEntry(session, { ...input, took, loadedAt: at.toISOString() })
    beforeCommit()
    return 'commit'
  })
  if (found === 'fits' && took.length === 0 && (await isEmpty(session, kept)))
    await session.rows(`DROP TABLE IF EXISTS ${kept}`)
  await dropKept(session, input.table, at)
}

async function putIn(session: Session, input: LoadInput): Promise<void> {
  const names = input.columns.map(({ name }) => named(name)).join(', ')
  await session.rows(
    `INSERT INTO ${named(input.table)} (${names}, ${runColumn}) SELECT ${names}, ? FROM ${named(newTable)}`,
    [input.runId],
  )
  const published = await countRun(session, input.table, input.runId)
  if (published !== input.rows) throw unbalanced(input, published, 'arrived in the table')
}

/** Puts away the rows that go out, and answers whose they are. */
async function takeOut(session: Session, input: LoadInput): Promise<NonNullable<Delivery['took']>> {
  const table = named(input.table)
  const kept = named(keptName(input.runId))
  const names = [...input.columns.map(({ name }) => named(name)), runColumn]
  for (const { beside, where, values } of await goingOut(session, input)) {
    await session.rows(
      `INSERT INTO ${kept} (${names.join(', ')}) SELECT ${names.map((name) => `T.${name}`).join(', ')} FROM ${table} AS T${beside === '' ? '' : `, ${beside}`} WHERE ${where}`,
      values,
    )
    await session.rows(
      `DELETE FROM ${table} AS T${beside === '' ? '' : ` USING ${beside}`} WHERE ${where}`,
      values,
    )
  }
  const counts = await session.rows(
    `SELECT ${runColumn}, COUNT(*) FROM ${kept} GROUP BY ${runColumn} ORDER BY ${runColumn}`,
  )
  return counts.map(([runId, rows]) => ({ runId: String(runId), rows: Number(rows) }))
}

async function isEmpty(session: Session, table: string): Promise<boolean> {
  const [row] = await session.rows(`SELECT COUNT(*) FROM ${table}`)
  return row?.[0] === '0'
}

/** What is too old, or before too many others, is not kept any more. */
async function dropKept(session: Session, table: string, at: Date): Promise<void> {
  const oldest = new Date(at.getTime() - keptDays * 24 * 3600_000).toISOString()
  const taking = (await entriesOf(session, folded(table))).filter(
    ({ took }) => took !== null && took.length > 0,
  )
  const keeps = taking.filter(({ loadedAt }) => loadedAt >= oldest).slice(-keptDeliveries)
  const [first] = await session.rows(
    `SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = CURRENT_SCHEMA() AND STARTSWITH(TABLE_NAME, ?)`,
    [keptName('')],
  )
  if (Number(first?.[0]) <= keeps.length) return
  for (const { runId } of taking)
    if (keeps.every((one) => one.runId !== runId))
      await session.rows(`DROP TABLE IF EXISTS ${named(keptName(runId))}`)
}
