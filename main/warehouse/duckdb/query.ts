import { access } from 'node:fs/promises'
import { StatementType } from '@duckdb/node-api'
import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Engine } from '../../duckdb/engine.ts'
import { interruptible } from '../../duckdb/engine.ts'
import { engineProblem, firstLine } from '../../duckdb/problem.ts'
import type { Control } from '../../runs/ports/control.ts'
import type { AccessOf, Question, QueryOutput } from '../../runs/ports/warehouse.ts'
import { withWarehouse } from './open.ts'

/**
 * Answers one read-only statement with text, at most `limit` rows of it and never more than
 * `mostCharacters`. The file is opened
 * read-only and nothing else can be reached. Throws `not-found` when nothing was ever
 * loaded, `sql` for a statement that is wrong, would change something or has a row too large to show, `warehouse-in-use`.
 */
export async function query(
  { file }: AccessOf<'duckdb'>,
  question: Question,
  control: Control<never>,
): Promise<QueryOutput> {
  const { signal } = control
  await access(file).catch(() => {
    throw new Problem({
      code: 'not-found',
      what: 'Nothing has been loaded into the built-in warehouse yet, so there is nothing to ask.',
      advice: 'Send a file first.',
    })
  })
  return withWarehouse(file, 'read-only', signal, 'answering a query', async (engine) => {
    try {
      return await answer(engine, question, signal)
    } catch (error) {
      signal.throwIfAborted()
      throw queryProblem(error, file)
    }
  })
}

async function answer(
  engine: Engine,
  { sql, limit }: Question,
  signal: AbortSignal,
): Promise<QueryOutput> {
  if (sql.trim() === '') throw refused('it is empty')
  return interruptible(engine.connection, signal, async () => {
    const statements = await engine.connection.extractStatements(sql)
    if (statements.count !== 1)
      throw refused(`it has ${statements.count} statements, and only one can be asked at a time`)
    const statement = await statements.prepare(0)
    try {
      if (!readingStatements.has(statement.statementType))
        throw refused('it is not a SELECT, and a query can only read')
      if (statement.parameterCount > 0)
        throw refused('it has parameters, which have no values here')
      const result = await statement.stream()
      return await firstRows(result, limit, signal)
    } finally {
      statement.destroySync()
    }
  })
}

const readingStatements: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.EXPLAIN,
])

/** An answer is held in memory and travels to the window in one message. */
const mostCharacters = 16 * 1024 * 1024

async function firstRows(
  result: DuckDBResult,
  limit: number,
  signal: AbortSignal,
): Promise<QueryOutput> {
  const rows: (string | null)[][] = []
  const answer = (truncated: boolean): QueryOutput => ({
    columns: result.deduplicatedColumnNames(),
    rows,
    truncated,
  })
  let characters = 0
  for (;;) {
    signal.throwIfAborted()
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return answer(false)
    for (let index = 0; index < chunk.rowCount; index += 1) {
      if (rows.length >= limit) return answer(true)
      const row = chunk.getRowValues(index).map(asText)
      characters += row.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
      if (characters > mostCharacters) {
        if (rows.length === 0) throw refused('its first row is too large to show')
        return answer(true)
      }
      rows.push(row)
    }
  }
}

function asText(value: DuckDBValue): string | null {
  return value === null ? null : String(value)
}

function refused(why: string): Problem {
  return new Problem({
    code: 'sql',
    what: `Pallet did not run this statement: ${why}.`,
    advice: 'Ask with one SELECT.',
  })
}

/** The engine's complaint about the statement is what the person needs; trouble with the file is told as everywhere. */
function queryProblem(error: unknown, warehouse: string): Problem {
  const known = engineProblem(error, 'answering a query', warehouse)
  if (/^permission error|file system operations are disabled/i.test(firstLine(error)))
    return refused('it reaches for other files, and a query can only read the tables here')
  const detail = firstLine(error).replace(/^Failed to extract statements: /, '')
  if (known.code !== 'internal') return known
  return new Problem(
    {
      code: 'sql',
      what: `The warehouse cannot answer this statement: ${detail.replace(/[.!]+$/, '')}.`,
      did: 'Nothing was changed.',
      advice: 'Correct it and ask again.',
    },
    { cause: error },
  )
}
