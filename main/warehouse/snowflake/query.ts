import { Problem } from '../../../shared/domain/problem.ts'
import type { Question, QueryOutput } from '../../runs/ports/warehouse.ts'
import type { Control } from '../../runs/ports/control.ts'
import { codeOf, snowflakeProblem } from './problems.ts'
import { type SnowflakeAccess, withSession } from './session.ts'

/** An answer is held in memory and travels to the window in one message; in characters. */
const mostCharacters = 16 * 1024 * 1024
/** What a cell takes besides its text, counted in characters. */
const cellCharacters = 8

/**
 * Answers one SELECT with text, at most `limit` rows of it and never more than `mostCharacters`. Snowflake takes one
 * statement at a time from a session, and none that begins with SELECT or WITH changes anything. Throws `sql`.
 */
export async function query(
  access: SnowflakeAccess,
  { sql, limit }: Question,
  { signal }: Pick<Control<never>, 'signal'>,
): Promise<QueryOutput> {
  if (!/^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/|\()*(?:select|with)\b/i.test(sql))
    throw refused('it is not a SELECT, and a query can only read')
  return await withSession(access, signal, 'answering a query', async (session) => {
    const rows: (string | null)[][] = []
    try {
      const answer = await session.stream(sql)
      let characters = 0
      let truncated = false
      for await (const row of answer.rows) {
        signal.throwIfAborted()
        characters += row.reduce((sum, cell) => sum + cellCharacters + (cell?.length ?? 0), 0)
        truncated = rows.length >= limit || characters > mostCharacters
        if (truncated) break
        rows.push(row)
      }
      if (truncated) answer.end()
      if (truncated && rows.length === 0) throw refused('its first row is too large to show')
      return { columns: answer.columns, rows, truncated }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Problem) throw error
      const known = snowflakeProblem(error, access.account, 'answering a query')
      if (!/^0*(1\d{3}|2\d{3}|1000\d{2})$/.test(codeOf(error))) throw known
      throw new Problem(
        {
          code: 'sql',
          what: `The warehouse cannot answer this statement: ${messageOf(error)}.`,
          did: 'Nothing was changed.',
          advice: 'Correct it and ask again.',
        },
        { cause: error },
      )
    }
  })
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/\s+/g, ' ').replace(/[.!]+$/, '')
}

function refused(why: string): Problem {
  return new Problem({
    code: 'sql',
    what: `Pallet did not run this statement: ${why}.`,
    advice: 'Ask with one SELECT.',
  })
}
