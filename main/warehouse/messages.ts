import { basename } from 'node:path'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { wrongKey } from '../../shared/domain/streams/topic.ts'
import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { Control } from '../runs/ports/control.ts'
import type { MessagesInput } from '../runs/ports/warehouse.ts'
import { forWriting } from './duckdb/open.ts'
import { asWritten, outputReader } from './duckdb/stage.ts'

/**
 * The rows of an output file in their order, a line each: `{"key":…,"value":"{…}"}`. A value is JSON by the contract: numbers with all
 * their digits, days and times as ISO 8601. The key is the text of one column, or of several as a JSON array. Throws `usage` for a key
 * of columns that are not there.
 */
export async function messages(
  { file, format, columns, key, target }: MessagesInput,
  { signal }: Control<never>,
): Promise<void> {
  const wrong = wrongKey(
    key,
    columns.map(({ name }) => name),
  )
  if (wrong !== null)
    throw new Problem({
      code: 'usage',
      what: wrong,
      did: 'Nothing was published.',
      advice: 'Publish the file again with a key of these columns.',
    })
  await inTurn(heavyWork, signal, async () => {
    const engine = await openEngine(
      { file: ':memory:', tempFolder: `${target}.tmp`, ...forWriting(columns.length) },
      signal,
    )
    try {
      await asWritten(file, () =>
        engine.run(
          `COPY (SELECT ${keyOf(key)} AS key, ${valueOf(columns)} AS value FROM ${outputReader({ file, format, columns })}) TO ${quoteLiteral(target)} (FORMAT json)`,
        ),
      )
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, `writing the messages of ${basename(file)}`, file)
    } finally {
      engine.close()
    }
  })
}

const textOf = (name: string): string => `CAST(${quoteIdentifier(name)} AS VARCHAR)`
const orNull = (text: string): string => `coalesce(${text}, 'null')`
const quoted = (text: string): string => orNull(`CAST(to_json(${text}) AS VARCHAR)`)

function keyOf(key: readonly string[]): string {
  const [first, ...more] = key
  if (first === undefined) return 'CAST(NULL AS VARCHAR)'
  if (more.length === 0) return textOf(first)
  return `'[' || ${key.map((name) => quoted(textOf(name))).join(` || ',' || `)} || ']'`
}

function valueOf(columns: readonly Column[]): string {
  const fields = columns.map(
    (column) => `${quoteLiteral(`${JSON.stringify(column.name)}:`)} || ${cellOf(column)}`,
  )
  return `'{' || ${fields.join(` || ',' || `)} || '}'`
}

function cellOf({ name, type }: Column): string {
  switch (type) {
    case 'integer':
    case 'decimal':
    case 'duration':
    case 'boolean':
      return orNull(textOf(name))
    case 'text':
    case 'date':
    case 'time':
      return quoted(textOf(name))
    case 'timestamp':
      return quoted(`replace(${textOf(name)}, ' ', 'T')`)
  }
}
