import type { Question, QueryOutput } from '../../runs/ports/warehouse.ts'
import type { Control } from '../../runs/ports/control.ts'
import { checkReads, firstRows, unanswerable } from '../remote/answer.ts'
import { Refusal } from './problems.ts'
import { openSession } from './session.ts'
import type { DatabricksAccess } from './workspace.ts'

/**
 * Answers one SELECT with text. Databricks takes one statement a request; one that begins with WITH may change something there, so it is
 * asked for as a part of another, where only a query can stand. Throws `sql`.
 */
export async function query(
  access: DatabricksAccess,
  { sql, limit }: Question,
  { signal }: Pick<Control<never>, 'signal'>,
): Promise<QueryOutput> {
  const asked = checkReads(sql) === 'with' ? `SELECT * FROM (${sql.replace(/[;\s]+$/, '')}\n)` : sql
  try {
    const answer = await openSession(access, signal, 'answering a query').stream(asked, limit)
    const first = await firstRows(answer, limit, signal)
    return { ...first, truncated: first.truncated || answer.truncated }
  } catch (error) {
    signal.throwIfAborted()
    const refusal = error instanceof Error ? error.cause : null
    if (!(refusal instanceof Refusal) || !refusal.sqlState.startsWith('42')) throw error
    throw unanswerable(refusal, refusal.message)
  }
}
