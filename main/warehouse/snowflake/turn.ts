import { turnTable } from '../remote/statements.ts'
import { named } from './names.ts'
import type { Session } from './session.ts'

/** How long it is waited for others who change the tables, in seconds; `snowflakeProblem` says so. */
const lockSeconds = 600

/** What a transaction of a run is called, so that one that nobody ends any more can be found. */
const nameOf = (runId: string): string => `pallet_${runId.replace(/\W/g, '_')}`

/**
 * Works in one transaction, alone in its schema: who changes the one row of `_pallet_turn` first, the others wait
 * for. What `work` throws takes all of it back. A transaction of the same name that a Pallet has left behind when it
 * was killed is ended before, for it would hold that row for hours.
 */
export async function inTurnThere(
  session: Session,
  name: string,
  tag: string,
  work: () => Promise<'commit' | 'nothing'>,
): Promise<void> {
  session.tag(tag)
  await endLeft(session, name)
  await session.rows(`ALTER SESSION SET LOCK_TIMEOUT = ${lockSeconds}`)
  await session.rows(`BEGIN TRANSACTION NAME ${nameOf(name)}`)
  try {
    await session.rows(`UPDATE ${named(turnTable)} SET RUN_ID = ?`, [tag])
    const outcome = await work()
    await session.decided.rows(outcome === 'commit' ? 'COMMIT' : 'ROLLBACK')
  } catch (error) {
    await session.decided.rows('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** Ends what a Pallet that is gone has begun under this name: it is either committed by then, or undone. */
export async function endLeft(session: Session, name: string): Promise<void> {
  const running = await session.decided.rows('SHOW TRANSACTIONS')
  for (const [id, , , called] of running)
    if (called === nameOf(name) && id !== null && id !== undefined && /^\d+$/.test(id))
      await session.decided.rows(`SELECT SYSTEM$ABORT_TRANSACTION(${id})`)
}
