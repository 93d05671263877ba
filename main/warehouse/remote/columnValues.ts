import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { standing } from '../../../shared/domain/runs/delivery.ts'
import { openEngine } from '../../duckdb/engine.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import type { ColumnValuesInput, ColumnValuesOutput } from '../../runs/ports/warehouse.ts'
import type { TableColumn } from '../columns.ts'
import { forWriting } from '../duckdb/open.ts'
import { entriesOf } from './ledger.ts'
import { type Row, type Statements, countTable } from './statements.ts'

/**
 * Of a row: cells of a line of 4 MiB, with every character escaped, and some more. The engine takes twice as much for each of its threads,
 * and has 256 MiB.
 */
const mostLineBytes = 32 * 1024 * 1024

/**
 * Each combination of the columns once, as DuckDB writes their values; they pass through, however many they are. `there`: the columns of
 * the table; `asText`: a cell in the words of the warehouse; `cellOf`: what DuckDB would write for it.
 */
export async function columnValues(
  statements: Statements & {
    stream(sql: string): Promise<{ rows: AsyncIterable<Row> }>
  },
  { table, keys, columns, file }: Omit<ColumnValuesInput, 'warehouse'>,
  there: readonly TableColumn[],
  words: {
    asText: (column: TableColumn) => string
    cellOf: (column: TableColumn, text: string | null) => string | null
  },
  signal: AbortSignal,
): Promise<ColumnValuesOutput | null> {
  const part = `${file}.lines`
  const { named } = statements
  const wanted = [...keys, ...columns].map((name) =>
    there.find((one) => one.name.toLowerCase() === name.toLowerCase()),
  )
  const known = wanted.filter((column) => column !== undefined)
  if (known.length < wanted.length) return null
  const places = [...keys.map((_, nth) => `k${nth + 1}`), ...columns.map((_, nth) => `v${nth + 1}`)]
  const whole = known.slice(0, keys.length).map((key) => `COALESCE(${words.asText(key)}, '') <> ''`)
  try {
    const { rows } = await statements.stream(
      `SELECT DISTINCT ${known.map(words.asText).join(', ')} FROM ${named(table)} WHERE ${whole.join(' AND ')}`,
    )
    await pipeline(
      Readable.from(lines(rows, known, places, words.cellOf)),
      createWriteStream(part),
      { signal },
    )
    const engine = await openEngine(
      { file: ':memory:', tempFolder: `${file}.tmp`, ...forWriting(known.length), threads: 1 },
      signal,
    )
    const k = places.slice(0, keys.length)
    const v = places.slice(keys.length)
    const several = v.map((name) => `count(DISTINCT coalesce(${name}, '')) > 1`)
    try {
      await engine.run(
        `COPY (SELECT ${[...k, ...v.map((name) => `min(${name}) AS ${name}`)].join(', ')}, ${several.join(' OR ') || 'false'} AS several
         FROM read_json(${quoteLiteral(part)}, format = 'newline_delimited', columns = {${places.map((name) => `${name}: 'VARCHAR'`).join(', ')}}, maximum_object_size = ${mostLineBytes})
         GROUP BY ${k.join(', ')}) TO ${quoteLiteral(file)} (FORMAT parquet)`,
      )
    } finally {
      engine.close()
    }
    const last = standing(await entriesOf(statements, table)).at(-1)
    return { rows: await countTable(statements, table), deliveredAt: last?.loadedAt ?? null }
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, `reading the table ${table}`, file)
  } finally {
    await rm(part, { force: true })
    await rm(`${file}.tmp`, { recursive: true, force: true })
  }
}

async function* lines(
  rows: AsyncIterable<Row>,
  columns: readonly TableColumn[],
  places: readonly string[],
  cellOf: (column: TableColumn, text: string | null) => string | null,
): AsyncGenerator<string> {
  for await (const row of rows) {
    const cells = columns.map((column, nth): [string, string | null] => [
      places[nth] ?? '',
      cellOf(column, row[nth] ?? null),
    ])
    yield `${JSON.stringify(Object.fromEntries(cells))}\n`
  }
}
