/** What rows add up to, in the words of an engine and asked in one statement: the same texts of a file and of a table. */
import { basename } from 'node:path'
import type { DuckDBValue } from '@duckdb/node-api'
import type { ColumnTotals, ControlTotals } from '../../shared/domain/runs/controlTotals.ts'
import type { Column } from '../../shared/domain/datasets/dataset.ts'
import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier } from '../duckdb/sql.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import { isWide, scaleOf } from '../duckdb/types.ts'
import type { Control } from '../runs/ports/control.ts'
import type { FileTotalsInput } from '../runs/ports/warehouse.ts'
import { forWriting } from './duckdb/open.ts'
import { asWritten, outputReader } from './duckdb/stage.ts'

/** How an engine says what another one says otherwise. Cells are quoted already. */
export interface TotalWords {
  cell: (name: string) => string
  /** A decimal number with so many digits behind its mark, as text. */
  number: (value: string, scale: number) => string
  yes: (cell: string) => string
  /** Days since 1970-01-01; microseconds since then; microseconds since midnight; or any of these as it is written. */
  day: (value: string) => string
  instant: (value: string) => string
  time: (value: string) => string
  /** The lower eight bytes of the MD5 of a text, as a number (RFC 1321); null: the keys are not compared there. */
  hash: ((text: string) => string) | null
}

export const inDuckdb: TotalWords = {
  cell: quoteIdentifier,
  number: (value, scale) => `CAST(CAST(${value} AS DECIMAL(38,${scale})) AS VARCHAR)`,
  yes: (cell) => `count_if(${cell})`,
  day: (value) => `date_diff('day', DATE '1970-01-01', ${value})`,
  instant: (value) => `epoch_us(${value})`,
  time: (value) => `date_diff('microsecond', TIME '00:00:00', ${value})`,
  hash: (text) => `CAST('0x' || substr(md5(${text}), 17) AS UBIGINT)`,
}

/** Of a column with more digits behind the mark a sum might not fit the 38 digits of any engine. */
const mostSummedScale = 18
/** So does a cell of a wide column from here on; the least and the greatest tell of it all the same. */
const mostSummed = 1_000_000_000

/** Of a table that is not there. */
export const noRows: ControlTotals = { rows: 0, columns: [], keys: null }

/** What is asked of the rows: `SELECT` these. */
export function totalsOf(
  columns: readonly Column[],
  keys: readonly string[],
  words: TotalWords,
): string {
  const ofColumn = (column: Column): string[] => {
    const cell = words.cell(column.name)
    const scale = scaleOfSum(column)
    const ends = (of: (value: string) => string): string[] => [
      of(`MIN(${cell})`),
      of(`MAX(${cell})`),
    ]
    switch (column.type) {
      case 'text':
        return [words.number(`SUM(LENGTH(${cell}))`, 0), 'NULL', 'NULL']
      case 'integer':
      case 'decimal':
      case 'duration': {
        const summed = isWide(column)
          ? `CASE WHEN ABS(${cell}) < ${mostSummed} THEN ${cell} END`
          : cell
        const sum = scale > mostSummedScale ? 'NULL' : words.number(`SUM(${summed})`, scale)
        return [sum, ...ends((value) => words.number(value, scale))]
      }
      case 'boolean':
        return [words.number(words.yes(cell), 0), 'NULL', 'NULL']
      case 'date':
        return ['NULL', ...ends(words.day)]
      case 'timestamp':
        return ['NULL', ...ends(words.instant)]
      case 'time':
        return ['NULL', ...ends(words.time)]
    }
  }
  const asked = columns.flatMap((column) => [
    `COUNT(${words.cell(column.name)})`,
    ...ofColumn(column),
  ])
  const hash = hashed(columns, keys, words)
  return ['COUNT(*)', ...asked, ...(hash === null ? [] : [hash])].join(', ')
}

/** What was answered, each cell as text. */
export function totalsFrom(
  row: readonly DuckDBValue[],
  columns: readonly Pick<Column, 'name' | 'type'>[],
  keys: readonly string[],
): ControlTotals {
  const text = (value: DuckDBValue | undefined): string | null =>
    value === null || value === undefined ? null : String(value)
  const ofColumn = ({ name, type }: Pick<Column, 'name' | 'type'>, nth: number): ColumnTotals => {
    const [filled, sum, least, greatest] = row.slice(1 + 4 * nth, 5 + 4 * nth).map(text)
    return {
      name,
      type,
      filled: Number(filled),
      sum: trimmed(sum ?? null),
      least: written(type, least ?? null),
      greatest: written(type, greatest ?? null),
    }
  }
  const of = comparable(columns, keys).map(({ name }) => name)
  const at = 1 + 4 * columns.length
  const hash = row.length > at ? text(row[at]) : undefined
  return {
    rows: Number(row[0]),
    columns: columns.map(ofColumn),
    keys: of.length === 0 || hash === undefined ? null : { of, hash: hash ?? '0' },
  }
}

/** What an output file adds up to. Throws `source-missing`, and `integrity` where it is not what cleaning wrote. */
export async function fileTotals(
  { file, format, columns, keys }: FileTotalsInput,
  { signal }: Control<never>,
): Promise<ControlTotals> {
  return await inTurn(heavyWork, signal, async () => {
    const room = forWriting(columns.length)
    const engine = await openEngine(
      { file: ':memory:', tempFolder: `${file}.totals.tmp`, ...room },
      signal,
    )
    try {
      const [row = []] = await asWritten(file, () =>
        engine.rows(
          `SELECT ${totalsOf(columns, keys, inDuckdb)} FROM ${outputReader({ file, format, columns })}`,
        ),
      )
      return totalsFrom(row, columns, keys)
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, `adding up ${basename(file)}`, file)
    } finally {
      engine.close()
    }
  })
}

const scaleOfSum = (column: Column): number =>
  column.type === 'integer' ? 0 : column.type === 'duration' ? 6 : scaleOf(column)

/** All else is written by each engine in its own way; its sums, or its least and greatest, are compared. */
function comparable(
  columns: readonly Pick<Column, 'name' | 'type'>[],
  keys: readonly string[],
): Pick<Column, 'name' | 'type'>[] {
  return columns.filter(
    ({ name, type }) => keys.includes(name) && (type === 'text' || type === 'integer'),
  )
}

/** A sum of hashes is the same in whatever order the rows are; null: there are no keys. */
function hashed(
  columns: readonly Column[],
  keys: readonly string[],
  words: TotalWords,
): string | null {
  const { hash } = words
  const cells = comparable(columns, keys).map(({ name }) => {
    const text = `CAST(${words.cell(name)} AS VARCHAR)`
    // With its length, so that no two rows of several keys become one text.
    return `COALESCE(CAST(LENGTH(${text}) AS VARCHAR) || ':' || ${text}, '-')`
  })
  return hash === null || cells.length === 0
    ? null
    : words.number(`SUM(${hash(cells.join(' || '))})`, 0)
}

/** Some engines write the digits behind the mark that are nothing, some do not. */
const trimmed = (number: string | null): string | null =>
  number === null || !number.includes('.') ? number : number.replace(/\.?0+$/, '')

const dayMs = 24 * 3600_000

/** A day or a time as a person writes it; what no calendar has stays the number that it is. */
function written(type: Column['type'], value: string | null): string | null {
  if (value === null) return null
  const at = (ms: number): string | null =>
    Math.abs(ms) <= 8_640_000_000_000_000 ? new Date(ms).toISOString() : null
  const isCounted = /^-?\d+$/.test(value)
  switch (type) {
    case 'date':
      return isCounted ? (at(Number(value) * dayMs)?.slice(0, -14) ?? value) : value
    case 'timestamp':
    case 'time': {
      if (!isCounted) return trimmed(value)
      const micros = BigInt(value)
      const inSecond = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
      const iso = at(Number(micros - inSecond) / 1000)
      if (iso === null) return value
      const [day = '', time = ''] = iso.split('T')
      const clock = trimmed(`${time.slice(0, 8)}.${String(inSecond).padStart(6, '0')}`)
      return type === 'time' ? clock : `${day} ${clock}`
    }
    case 'text':
    case 'integer':
    case 'decimal':
    case 'duration':
    case 'boolean':
      return trimmed(value)
  }
}
