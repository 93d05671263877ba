import {
  type ColumnOutline,
  type Outline,
  fewValues,
  mayHaveFew,
  rowsLooked,
} from '../../shared/domain/files/outline.ts'
import type { Measures } from '../../shared/domain/rules/wholeRules.ts'
import { type Engine, openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier } from '../duckdb/sql.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import { DuckDBListValue } from '@duckdb/node-api'
import type { Control } from '../runs/ports/control.ts'
import type { MeasureInput, MeasureOutput } from '../runs/ports/warehouse.ts'
import { forWriting } from './duckdb/open.ts'
import { outputReader } from './duckdb/stage.ts'

/** Characters of a value that are kept. */
const keptCharacters = 60

/** Counts what the rows of an output file are: in some of its columns exactly, and in all as far as its first rows show. */
export async function measure(
  input: MeasureInput,
  { signal }: Control<never>,
): Promise<MeasureOutput> {
  const { file, columns, rows, measured } = input
  return await inTurn(heavyWork, signal, async () => {
    const tempFolder = `${file}.measure.tmp`
    const room = forWriting(columns.length)
    const engine = await openEngine({ file: ':memory:', tempFolder, ...room }, signal)
    try {
      const outline = await outlineOf(engine, input)
      if (measured === null) return { outline, measures: null }
      if (measured.length === 0) return { outline, measures: { rows, columns: [] } }
      return { outline, measures: await measuresOf(engine, input, measured) }
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, 'measuring its rows', file)
    } finally {
      engine.close()
    }
  })
}

async function measuresOf(
  engine: Engine,
  { file, format, columns }: MeasureInput,
  measured: readonly string[],
): Promise<Measures> {
  const wanted = columns.filter(({ name }) => measured.includes(name))
  const counts = wanted.flatMap((column) => {
    const isDay = column.type === 'date' || column.type === 'timestamp'
    const cell = quoteIdentifier(column.name)
    return [
      emptyCells(column),
      `count(DISTINCT ${cell})`,
      isNumber(column) ? `avg(${cell})` : 'NULL',
      isDay ? `CAST(CAST(max(${cell}) AS DATE) AS VARCHAR)` : 'NULL',
    ]
  })
  const [row = []] = await engine.rows(
    `SELECT ${['count(*)', ...counts].join(', ')} FROM ${outputReader({ file, format, columns })}`,
  )
  return {
    rows: Number(row[0]),
    columns: wanted.map(({ name }, index) => {
      const [empty, distinct, mean, newest] = row.slice(1 + 4 * index, 5 + 4 * index)
      return {
        name,
        empty: Number(empty),
        distinct: Number(distinct),
        mean: numberOf(mean),
        newest: newest === null || newest === undefined ? null : String(newest),
      }
    }),
  }
}

async function outlineOf(
  engine: Engine,
  { file, format, columns, rows }: MeasureInput,
): Promise<Outline> {
  const counts = columns.flatMap((column) => {
    const cell = quoteIdentifier(column.name)
    return [
      emptyCells(column),
      `count(DISTINCT ${cell})`,
      isNumber(column) ? `avg(${cell})` : 'NULL',
      isNumber(column) ? `stddev_pop(${cell}::DOUBLE)` : 'NULL',
    ]
  })
  const limit = rowsLooked(columns.length)
  const looked = `(SELECT * FROM ${outputReader({ file, format, columns })} LIMIT ${limit})`
  const [row = []] = await engine.rows(
    `SELECT ${['count(*)', ...counts].join(', ')} FROM ${looked}`,
  )
  const outlines = columns.map(({ name, label, type }, index): ColumnOutline => {
    const [empty, distinct, mean, deviation] = row.slice(1 + 4 * index, 5 + 4 * index)
    return {
      name,
      label,
      type,
      empty: Number(empty),
      distinct: Number(distinct),
      mean: numberOf(mean),
      deviation: numberOf(deviation),
      values: null,
    }
  })
  const few = columns.flatMap(({ type }, index) => {
    const one = outlines[index]
    return rows <= limit && one !== undefined && mayHaveFew(type) && one.distinct <= fewValues
      ? [one]
      : []
  })
  if (few.length > 0) {
    const values = few.map(({ name }) => {
      const value = `left(CAST(${quoteIdentifier(name)} AS VARCHAR), ${keptCharacters})`
      return `list(DISTINCT ${value} ORDER BY ${value}) FILTER (WHERE ${value} <> '')`
    })
    const [lists = []] = await engine.rows(`SELECT ${values.join(', ')} FROM ${looked}`)
    for (const [index, one] of few.entries()) {
      const found = lists[index]
      one.values = found instanceof DuckDBListValue ? found.items.map(String) : []
    }
  }
  return { rows, looked: Number(row[0]), columns: outlines }
}

function isNumber({ type }: MeasureInput['columns'][number]): boolean {
  return type === 'integer' || type === 'decimal' || type === 'duration'
}

function emptyCells({ name, type }: MeasureInput['columns'][number]): string {
  const cell = quoteIdentifier(name)
  return `count(*) - count(${type === 'text' ? `nullif(${cell}, '')` : cell})`
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined || Number.isNaN(Number(value)) ? null : Number(value)
}
