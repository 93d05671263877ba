import { Problem } from '../../../shared/domain/problem.ts'
import type { Question, QueryOutput } from '../../runs/ports/warehouse.ts'
import type { Control } from '../../runs/ports/control.ts'
import { checkReads, firstRows, unanswerable } from '../remote/answer.ts'
import { codeOf, snowflakeProblem } from './problems.ts'
import { type SnowflakeAccess, withSession } from './session.ts'

/**
 * Answers one SELECT with text. Snowflake takes one statement at a time from a session, and none that begins with SELECT or WITH
 * changes anything. Throws `sql`.
 */
export async function query(
  access: SnowflakeAccess,
  { sql, limit }: Question,
  { signal }: Pick<Control<never>, 'signal'>,
): Promise<QueryOutput> {
  checkReads(sql)
  return await withSession(access, signal, 'answering a query', async (session) => {
    try {
      const answer = await session.stream(sql)
      const first = await firstRows(answer, limit, signal)
      if (first.truncated) answer.end()
      return first
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Problem) throw error
      const known = snowflakeProblem(error, access, 'answering a query')
      if (!/^0*(1\d{3}|2\d{3}|1000\d{2})$/.test(codeOf(error))) throw known
      throw unanswerable(error, error instanceof Error ? error.message : String(error))
    }
  })
}
