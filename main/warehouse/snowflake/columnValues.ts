import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { standing } from '../../../shared/domain/delivery.ts'
import { openEngine } from '../../duckdb/engine.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import type { ColumnValuesInput, ColumnValuesOutput } from '../../runs/ports/warehouse.ts'
import type { TableColumn } from '../columns.ts'
import { forWriting } from '../duckdb/open.ts'
import { entriesOf } from './ledger.ts'
import { folded, named } from './names.ts'
import { type Row, type SnowflakeAccess, withSession } from './session.ts'
import { countTable, findTable } from './table.ts'

/** Each combination of the columns once, as DuckDB writes their values; they pass through, however many they are. */
export async function columnValues(
  access: SnowflakeAccess,
  { table, keys, columns, file }: Omit<ColumnValuesInput, 'warehouse'>,
  signal: AbortSignal,
): Promise<ColumnValuesOutput | null> {
  const doing = `reading the table ${table}`
  const part = `${file}.lines`
  return await withSession(access, signal, doing, async (session) => {
    const there = (await findTable(session, table)) ?? []
    const wanted = [...keys, ...columns].map((name) =>
      there.find((one) => one.name === folded(name)),
    )
    const known = wanted.filter((column) => column !== undefined)
    if (known.length < wanted.length) return null
    const places = [
      ...keys.map((_, nth) => `k${nth + 1}`),
      ...columns.map((_, nth) => `v${nth + 1}`),
    ]
    const whole = known.slice(0, keys.length).map((key) => `COALESCE(${asText(key)}, '') <> ''`)
    try {
      const { rows } = await session.stream(
        `SELECT DISTINCT ${known.map(asText).join(', ')} FROM ${named(table)} WHERE ${whole.join(' AND ')}`,
      )
      await pipeline(Readable.from(lines(rows, known, places)), createWriteStream(part), { signal })
      const engine = await openEngine(
        { file: ':memory:', tempFolder: `${file}.tmp`, ...forWriting(known.length) },
        signal,
      )
      const k = places.slice(0, keys.length)
      const v = places.slice(keys.length)
      const several = v.map((name) => `count(DISTINCT coalesce(${name}, '')) > 1`)
      try {
        await engine.run(
          `COPY (SELECT ${[...k, ...v.map((name) => `min(${name}) AS ${name}`)].join(', ')}, ${several.join(' OR ') || 'false'} AS several
           FROM read_json(${quoteLiteral(part)}, format = 'newline_delimited', columns = {${places.map((name) => `${name}: 'VARCHAR'`).join(', ')}}, maximum_object_size = 67108864)
           GROUP BY ${k.join(', ')}) TO ${quoteLiteral(file)} (FORMAT parquet)`,
        )
      } finally {
        engine.close()
      }
      const last = standing(await entriesOf(session, table)).at(-1)
      return { rows: await countTable(session, table), deliveredAt: last?.loadedAt ?? null }
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, doing, file)
    } finally {
      await rm(part, { force: true })
      await rm(`${file}.tmp`, { recursive: true, force: true })
    }
  })
}

const withParts = ['TIMESTAMP_NTZ', 'TIME']

function asText({ name, type }: TableColumn): string {
  const cell = quoteIdentifier(name)
  if (!withParts.includes(type)) return `CAST(${cell} AS VARCHAR)`
  const day = type === 'TIME' ? '' : 'YYYY-MM-DD '
  return `TO_VARCHAR(${cell}, '${day}HH24:MI:SS.FF6')`
}

async function* lines(
  rows: AsyncIterable<Row>,
  columns: readonly TableColumn[],
  places: readonly string[],
): AsyncGenerator<string> {
  for await (const row of rows) {
    const cells = columns.map(({ type }, nth): [string, string | null] => {
      const text = row[nth] ?? null
      // DuckDB writes of a second only as much as there is.
      const value = withParts.includes(type) ? text?.replace(/\.0+$|(\.\d*?)0+$/, '$1') : text
      return [places[nth] ?? '', value ?? null]
    })
    yield `${JSON.stringify(Object.fromEntries(cells))}\n`
  }
}
