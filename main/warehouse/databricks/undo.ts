import { type Delivery, rowsTaken } from '../../../shared/domain/runs/delivery.ts'
import { canTake } from '../columns.ts'
import type { Bound } from '../remote/ledger.ts'
import { ledgerTable, runColumn } from '../remote/statements.ts'
import { otherColumns } from '../remote/tables.ts'
import { keptName, named } from './names.ts'
import { given, inTurnThere } from './publish.ts'
import type { Session } from './session.ts'
import { createLedger, findTable, likeDefinition } from './table.ts'

/** Rows out, rows back, and the ledger's word, one delivery after the other, in one transaction. */
export async function takeBack(
  session: Session,
  deliveries: readonly Delivery[],
  at: string,
  beforeCommit: () => void,
): Promise<void> {
  await createLedger(session)
  const [first] = deliveries
  if (first === undefined) return
  const script: Bound[] = []
  const done: string[] = []
  for (const delivery of deliveries) {
    const { runId, table } = delivery
    const kept = rowsTaken(delivery) > 0 ? await findTable(session, keptName(runId)) : null
    const back: Bound[] = []
    if (kept !== null) {
      const existing = await findTable(session, table)
      if (existing === null) await session.rows(likeDefinition(table, kept))
      else if (!canTake(existing, kept)) throw otherColumns(delivery, keptName(runId))
      const names = kept.map(({ name }) => named(name)).join(', ')
      back.push({
        sql: `INSERT INTO ${named(table)} (${names}) SELECT ${names} FROM ${named(keptName(runId))}`,
        values: [],
      })
      done.push(keptName(runId))
    }
    const isThere = kept !== null || (await findTable(session, table)) !== null
    script.push(
      given(
        'RUN_ID = ? AND UNDONE_AT IS NULL',
        1,
        [runId],
        [
          ...(isThere
            ? [{ sql: `DELETE FROM ${named(table)} WHERE ${runColumn} = ?`, values: [runId] }]
            : []),
          ...back,
          {
            sql: `UPDATE ${named(ledgerTable)} SET UNDONE_AT = ? WHERE RUN_ID = ?`,
            values: [at, runId],
          },
        ],
      ),
    )
  }
  await inTurnThere(session, first.table, first.runId, () => {
    beforeCommit()
    return Promise.resolve(script)
  })
  for (const kept of done) await session.rows(`DROP TABLE IF EXISTS ${named(kept)}`)
}
