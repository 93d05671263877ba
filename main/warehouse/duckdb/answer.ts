import { realpath } from 'node:fs/promises'
import { StatementType } from '@duckdb/node-api'
import type { DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import { Problem } from '../../../shared/domain/problem.ts'
import { formatBytes } from '../../../shared/domain/sizes.ts'
import { type Engine, interruptible, openEngine } from '../../duckdb/engine.ts'
import { engineProblem, firstLine } from '../../duckdb/problem.ts'
import type { Question, QueryOutput } from '../../runs/ports/warehouse.ts'
import { tooMuch } from './tooMuch.ts'

const megabyte = 1024 * 1024

/** Of the engine's own account, which does not know what the cells of one vector take. */
const engineBytes = 128 * megabyte

export interface AnswerInput extends Question {
  /** The database file. */
  file: string
  /** Folder for what does not fit the memory; whoever asks removes it. */
  tempFolder: string
  /** Of what may lie there. */
  tempBytes: number
}

/**
 * Answers one read-only statement with text, at most `limit` rows of it and never more than `mostCharacters`.
 * The file is opened read-only and nothing else can be reached. Throws `sql` for a statement that is wrong, would
 * change something or has a row too large to show, `limit-exceeded`, `warehouse-in-use`. What a statement takes of
 * memory and time is bounded by whoever ends the process it runs in.
 */
export async function answer(input: AnswerInput, signal: AbortSignal): Promise<QueryOutput> {
  let engine: Engine | null = null
  try {
    engine = await openEngine(
      {
        // Where other files are refused, the engine refuses to follow a link to this one, too.
        file: await realpath(input.file),
        tempFolder: input.tempFolder,
        tempBytes: input.tempBytes,
        access: 'read-only',
        otherFiles: 'refused',
        memoryBytes: engineBytes,
      },
      signal,
    )
    return await ask(engine, input, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw answerProblem(error, input)
  } finally {
    engine?.close()
  }
}

async function ask(
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
const mostCharacters = 16 * megabyte
/** What a cell takes besides its text, counted in characters. */
const cellCharacters = 8

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
      characters += row.reduce((sum, cell) => sum + cellCharacters + (cell?.length ?? 0), 0)
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
function answerProblem(error: unknown, { file, tempBytes }: AnswerInput): Problem {
  const detail = firstLine(error).replace(/^Failed to extract statements: /, '')
  if (/^permission error|file system operations are disabled/i.test(detail))
    return refused('it reaches for other files, and a query can only read the tables here')
  if (/failed to offload/i.test(detail))
    return tooMuch(`more than ${formatBytes(tempBytes)} of temporary space`)
  if (/out of memory/i.test(detail)) return tooMuch('more memory than Pallet allows a query')
  const known = engineProblem(error, 'answering a query', file)
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
