import { Problem } from '../../../shared/domain/problem.ts'
import { type Statements, turnTable } from '../remote/statements.ts'
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
 *
 * If that Pallet lives, it goes on in its session, in which no transaction is under way any more. So nothing commits by itself there:
 * what it changes from then on is a transaction of another number, which is seen before COMMIT and taken back. Throws `warehouse-in-use`.
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
  await session.rows('ALTER SESSION SET AUTOCOMMIT = FALSE')
  await session.rows(`BEGIN TRANSACTION NAME ${nameOf(name)}`)
  const begun = await transactionOf(session.decided)
  const isOurs = async (): Promise<boolean> =>
    begun !== null && (await transactionOf(session.decided)) === begun
  try {
    await session.rows(`UPDATE ${named(turnTable)} SET RUN_ID = ?`, [tag])
    const outcome = await work()
    if (!(await isOurs())) throw ended()
    await session.decided.rows(outcome === 'commit' ? 'COMMIT' : 'ROLLBACK')
    await session.decided.rows('ALTER SESSION SET AUTOCOMMIT = TRUE')
  } catch (error) {
    // Where nobody answers any more the failure stays the one it was.
    const wasOurs = await isOurs().catch(() => true)
    await session.decided.rows('ROLLBACK').catch(() => undefined)
    throw wasOurs ? error : ended()
  }
}

/** The number of the transaction that is under way in a session; null: none is. */
async function transactionOf(statements: Statements): Promise<string | null> {
  const [row] = await statements.rows('SELECT CURRENT_TRANSACTION()')
  return row?.[0] ?? null
}

/** Another Pallet took this one for dead. */
export function ended(): Problem {
  return new Problem({
    code: 'warehouse-in-use',
    what: 'Another Pallet sends the same run to Snowflake and has ended the transaction of this one.',
    did: 'What this one had changed was taken back. The run waits, and then looks into the ledger.',
    advice: '',
  })
}

/** Ends what a Pallet that is gone has begun under this name: it is either committed by then, or undone. */
export async function endLeft(session: Session, name: string): Promise<void> {
  const running = await session.decided.rows('SHOW TRANSACTIONS')
  for (const [id, , , called] of running)
    if (called === nameOf(name) && id !== null && id !== undefined && /^\d+$/.test(id))
      await session.decided.rows(`SELECT SYSTEM$ABORT_TRANSACTION(${id})`)
}
