import { type Delivery, rowsTaken } from '../../../shared/domain/runs/delivery.ts'
import { type TableColumn, canTake } from '../columns.ts'
import { ledgerTable, runColumn } from '../remote/statements.ts'
import { otherColumns } from '../remote/tables.ts'
import { createLedger } from './ledger.ts'
import { keptName, named } from './names.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { Session } from './session.ts'
import { findTable } from './table.ts'
import { inTurnThere } from './turn.ts'

/** Rows out, rows back, and the ledger's word, one delivery after the other, in one transaction. */
export async function takeBack(
  session: Session,
  deliveries: readonly Delivery[],
  at: string,
  beforeCommit: () => void,
): Promise<void> {
  await createLedger(session)
  const back = new Map<string, readonly TableColumn[]>()
  for (const delivery of deliveries) {
    const kept = rowsTaken(delivery) > 0 ? await findTable(session, keptName(delivery.runId)) : null
    if (kept === null) continue
    await placeFor(session, delivery, kept)
    back.set(delivery.runId, kept)
  }
  const first = deliveries[0]?.runId ?? ''
  await inTurnThere(session, `undo_${first}`, first, async () => {
    for (const { runId, table } of deliveries) {
      if ((await findTable(session, table)) !== null)
        await session.rows(`DELETE FROM ${named(table)} WHERE ${runColumn} = ?`, [runId])
      const columns = back.get(runId)
      if (columns !== undefined) {
        const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
        await session.rows(
          `INSERT INTO ${named(table)} (${names}) SELECT ${names} FROM ${named(keptName(runId))}`,
        )
      }
      await session.rows(`UPDATE ${named(ledgerTable)} SET UNDONE_AT = ? WHERE RUN_ID = ?`, [
        at,
        runId,
      ])
    }
    beforeCommit()
    return 'commit'
  })
  for (const runId of back.keys())
    await session.rows(`DROP TABLE IF EXISTS ${named(keptName(runId))}`)
}

/** A table that rows can come back to. Throws `cannot-undo` where there is one with other columns. */
async function placeFor(
  session: Session,
  delivery: Delivery,
  kept: readonly TableColumn[],
): Promise<void> {
  const { runId, table } = delivery
  const existing = await findTable(session, table)
  if (existing === null)
    await session.rows(`CREATE TABLE IF NOT EXISTS ${named(table)} LIKE ${named(keptName(runId))}`)
  else if (!canTake(existing, kept)) throw otherColumns(delivery, named(keptName(runId)))
}
