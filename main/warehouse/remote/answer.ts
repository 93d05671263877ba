import { Problem } from '../../../shared/domain/problem.ts'
import type { QueryOutput } from '../../runs/ports/warehouse.ts'
import type { Row } from './statements.ts'

/** An answer is held in memory and travels to the window in one message; in characters. */
const mostCharacters = 16 * 1024 * 1024
/** What a cell takes besides its text, counted in characters. */
const cellCharacters = 8

/** The first rows of an answer: at most `limit`, and never more than `mostCharacters`. Throws `sql` where not even the first fits. */
export async function firstRows(
  { columns, rows: all }: { columns: string[]; rows: AsyncIterable<Row> },
  limit: number,
  signal: AbortSignal,
): Promise<QueryOutput> {
  const rows: Row[] = []
  let characters = 0
  let truncated = false
  for await (const row of all) {
    signal.throwIfAborted()
    characters += row.reduce((sum, cell) => sum + cellCharacters + (cell?.length ?? 0), 0)
    truncated = rows.length >= limit || characters > mostCharacters
    if (truncated) break
    rows.push(row)
  }
  if (truncated && rows.length === 0) throw refused('its first row is too large to show')
  return { columns, rows, truncated }
}

/** The word that a statement begins with. Throws `sql` where it is not one of those that read. */
export function checkReads(sql: string): 'select' | 'with' {
  const [, word] = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[^]*?\*\/|\()*(select|with)\b/i.exec(sql) ?? []
  if (word === undefined) throw refused('it is not a SELECT, and a query can only read')
  return word.toLowerCase() === 'with' ? 'with' : 'select'
}

/** What the warehouse says of a statement that it cannot answer, as a sentence. */
export function unanswerable(error: unknown, message: string): Problem {
  return new Problem(
    {
      code: 'sql',
      what: `The warehouse cannot answer this statement: ${message.replace(/\s+/g, ' ').replace(/[.!]+$/, '')}.`,
      did: 'Nothing was changed.',
      advice: 'Correct it and ask again.',
    },
    { cause: error },
  )
}

function refused(why: string): Problem {
  return new Problem({
    code: 'sql',
    what: `Pallet did not run this statement: ${why}.`,
    advice: 'Ask with one SELECT.',
  })
}
