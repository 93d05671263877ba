import type { Delivery } from '../../../shared/domain/runs/delivery.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { canTake } from '../columns.ts'
import { unbalanced } from '../unbalanced.ts'
import { bring } from './bring.ts'
import { goingOut } from '../remote/going.ts'
import { entryAdded, findEntry } from '../remote/ledger.ts'
import { countRun, runColumn } from '../remote/statements.ts'
import { addLacking, tableFor } from '../remote/tables.ts'
import { createLedger } from './ledger.ts'
import { keptName, named } from './names.ts'
import type { Session } from './session.ts'
import { catalogue, defined, findTable } from './table.ts'
import { endLeft, inTurnThere } from './turn.ts'

const newTable = '_pallet_new'

/**
 * The rows are brought beside the table and held to the file; then, in one transaction, what goes out is put away,
 * what comes in is counted, and the ledger says both. What defines tables commits in Snowflake what is under way, so
 * all of it stands before: an empty table, or an empty column, may be left of a load that fails, and nothing else.
 */
export async function publish(
  session: Session,
  input: LoadInput,
  deciding: string,
  at: Date,
  signal: AbortSignal,
  told: (share: number) => void,
  beforeCommit: () => void,
): Promise<void> {
  await createLedger(session)
  // What a Pallet that was killed has begun may end well only now: then nothing is defined anew for it.
  await endLeft(session, input.runId)
  if ((await findEntry(session, input.runId)) !== null) return
  const found = await tableFor(session, catalogue, input)
  if (found === 'fits') await addLacking(session, catalogue, input)
  const brought = await bring(session, input, newTable, input.columns, signal, told)
  const { rows } = brought
  if (rows !== input.rows) throw unbalanced(input, rows, 'are in the file')
  const table = named(input.table)
  // Without a row nobody knows the types, and a table would hold the next file to guesses.
  if (rows > 0 && found === 'none')
    await session.rows(`CREATE TABLE IF NOT EXISTS ${table} (${defined(input.columns)})`)
  if (rows > 0 && found === 'anew')
    await session.rows(`CREATE OR REPLACE TABLE ${table} (${defined(input.columns)})`)
  if (found === 'fits') await makeKept(session, input)
  let took: NonNullable<Delivery['took']> = []
  await inTurnThere(session, input.runId, input.runId, async () => {
    // Another Pallet, or this one before it was killed, may have come through in the meantime.
    if ((await findEntry(session, input.runId)) !== null) return 'nothing'
    if (found === 'fits') took = await takeOut(session, input, deciding)
    if (rows > 0) await putIn(session, input, brought.table)
    const entry = { ...input, loadedAt: at.toISOString() }
    const { sql, values } = entryAdded(session, entry, { sql: '?', values: [JSON.stringify(took)] })
    await session.rows(sql, values)
    beforeCommit()
    return 'commit'
  })
}

/** One that is there with the same columns stays: another Pallet may have put away rows in it since the ledger was asked. */
async function makeKept(session: Session, { table, runId }: LoadInput): Promise<void> {
  const kept = await findTable(session, keptName(runId))
  const columns = (await findTable(session, table)) ?? []
  if (kept === null || !canTake(kept, columns) || !canTake(columns, kept))
    await session.rows(`CREATE OR REPLACE TABLE ${named(keptName(runId))} LIKE ${named(table)}`)
}

async function putIn(session: Session, input: LoadInput, from: string): Promise<void> {
  const names = input.columns.map(({ name }) => named(name)).join(', ')
  await session.rows(
    `INSERT INTO ${named(input.table)} (${names}, ${runColumn}) SELECT ${names}, ? FROM ${named(from)}`,
    [input.runId],
  )
  const published = await countRun(session, input.table, input.runId)
  if (published !== input.rows) throw unbalanced(input, published, 'arrived in the table')
}

/** Puts away the rows that go out, and answers whose they are. */
async function takeOut(
  session: Session,
  input: LoadInput,
  deciding: string,
): Promise<NonNullable<Delivery['took']>> {
  const table = named(input.table)
  const kept = named(keptName(input.runId))
  const names = [...input.columns.map(({ name }) => named(name)), runColumn]
  for (const { beside, where, values } of await goingOut(session, input, deciding)) {
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
