/**
 * How the text of a cell becomes a value. Every cast stands behind a pattern and takes its
 * parts from explicit places, because what a bare cast accepts differs from engine to
 * engine: here '12.5' would be the integer 13, '3/2/24' the year 24, and 't' true.
 */
import {
  amountPattern,
  needsUnit,
  negativePattern,
  notOfNumber,
} from '../../../shared/domain/cells/amounts.ts'
import {
  datePattern,
  decimalPattern,
  falseWords,
  integerPattern,
  timePattern,
  timestampPattern,
  trueWords,
} from '../../../shared/domain/cells/cellPatterns.ts'
import type { DecimalMark } from '../../../shared/domain/cells/cellPatterns.ts'
import {
  clockDurationPattern,
  isoDurationEnd,
  isoDurationPattern,
  timeOfDayPattern,
} from '../../../shared/domain/cells/clocks.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import {
  monthNumbers,
  writtenParts,
  writtenPattern,
} from '../../../shared/domain/cells/writtenDates.ts'
import { isOneOf, quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { castOf, scaleOf } from '../../duckdb/types.ts'

/** The statement's parts for one column: named intermediate results, and the value that may use them. NULL is no value. */
export interface ValueSql {
  parts: string[]
  value: string
}

/** Accepted besides the words that are proposed on, when a person has said that the column is yes or no. */
export const trueTokens = [...trueWords, 't', '1']
export const falseTokens = [...falseWords, 'f', '0']

/** Two-digit years from here on belong to the last century (POSIX `%y` draws the same line at 69). */
export const firstYearOfLastCentury = '70'

export function emitValue(column: Column, cell: string): ValueSql {
  switch (column.type) {
    case 'text':
      return { parts: [], value: cell }
    case 'integer':
      return { parts: amountParts(column, cell), value: integer(column, numberName(column, cell)) }
    case 'decimal':
      return { parts: amountParts(column, cell), value: decimal(column, numberName(column, cell)) }
    case 'boolean':
      return {
        parts: [],
        value: `CASE WHEN ${isOneOf(`lower(${cell})`, trueTokens)} THEN true WHEN ${isOneOf(`lower(${cell})`, falseTokens)} THEN false END`,
      }
    case 'date':
      return date(column, cell)
    case 'timestamp':
      return timestamp(column, cell)
    case 'time':
      return timeOfDay(cell)
    case 'duration':
      return duration(cell)
  }
}

/** Where the number of a cell is: the cell itself, or of a column with a unit the part that `amountParts` makes of it. */
export function numberName({ unit }: Column, cell: string): string {
  return unit === undefined ? cell : `${cell}_number`
}

function amountParts(column: Column, cell: string): string[] {
  const { unit } = column
  if (unit === undefined) return []
  const hasUnit = needsUnit(unit) ? ` AND contains(${cell}, ${quoteLiteral(unit)})` : ''
  const number = `CASE WHEN ${matches(cell, amountPattern(column))}${hasUnit} THEN ${bareNumber(unit, cell)} END`
  return [`${number} AS ${numberName(column, cell)}`]
}

/** The number of an amount as plain columns have it: without its unit, and with the sign before it. */
export function bareNumber(unit: string, cell: string): string {
  const bare = unit === '' ? cell : `replace(${cell}, ${quoteLiteral(unit)}, '')`
  return `CASE WHEN regexp_matches(${bare}, ${quoteLiteral(negativePattern)}) THEN '-' ELSE '' END || regexp_replace(${bare}, ${quoteLiteral(notOfNumber)}, '', 'g')`
}

function matches(cell: string, pattern: string): string {
  return `regexp_full_match(${cell}, ${quoteLiteral(pattern)})`
}

function integer(column: Column, cell: string): string {
  const plain = column.decimalMark === undefined ? cell : plainNumber(cell, column.decimalMark)
  return `CASE WHEN ${matches(cell, integerPattern(column.decimalMark))} THEN TRY_CAST(${plain} AS BIGINT) END`
}

/** A fraction longer than the scale is no value: the cast would round it without a word. */
function decimal(column: Column, cell: string): string {
  const mark = column.decimalMark ?? '.'
  return `CASE WHEN ${matches(cell, decimalPattern(mark))} AND NOT ${isTooFine(column, cell)} THEN ${castOf(plainNumber(cell, mark), column, 'TRY_CAST')} END`
}

/** Without marks between groups, and with a point before the fraction. */
export function plainNumber(cell: string, mark: DecimalMark = '.'): string {
  return mark === '.' ? `replace(${cell}, ',', '')` : `replace(replace(${cell}, '.', ''), ',', '.')`
}

/** Whether a cell that looks like a decimal has other digits than 0 beyond the column's scale. */
export function isTooFine(column: Column, cell: string): string {
  const mark = column.decimalMark ?? '.'
  return `(${matches(cell, decimalPattern(mark))} AND ${matches(cell, tooFinePattern(column))})`
}

export function tooFinePattern(column: Column): string {
  const mark = column.decimalMark ?? '.'
  return `[^A-Za-z]*[${mark}][0-9]{${scaleOf(column)}}0*[1-9][0-9]*`
}

/** Where the parts of a date stand in its pattern. */
export const datePart = {
  dmy: ['d', 'm', 'y'],
  mdy: ['m', 'd', 'y'],
  ymd: ['y', 'm', 'd'],
} as const

function extracted(cell: string, pattern: string, parts: readonly string[], name: string): string {
  return `CASE WHEN ${matches(cell, pattern)} THEN regexp_extract(${cell}, ${quoteLiteral(pattern)}, [${quoteLiterals(parts)}]) END AS ${name}`
}

const wordName = (cell: string): string => `${cell}_words`

/** The parts of a date in figures, as `name`, and of one with its month in words. */
function dateParts({ order = 'ymd', type }: Column, cell: string, name: string): string[] {
  const isTimed = type === 'timestamp'
  const pattern = isTimed ? timestampPattern(order) : datePattern(order)
  return [
    extracted(cell, pattern, datePart[order], name),
    extracted(cell, writtenPattern(order, isTimed), writtenParts[order], wordName(cell)),
  ]
}

const months = `MAP {${[...monthNumbers].map((entry) => entry.map(quoteLiteral).join(': ')).join(', ')}}`

function dayOf(cell: string, parts: string): string {
  const words = wordName(cell)
  return `coalesce(${isoDate(parts)}, ${isoDate(words, `${months}[lower(${words}.m)]`)})`
}

/** `YYYY-MM-DD` from the parts; NULL for years before 1000, which are slips of the pen. */
export function isoDate(parts: string, month = `${parts}.m`): string {
  const year = `CASE WHEN length(${parts}.y) = 2 THEN CASE WHEN ${parts}.y >= '${firstYearOfLastCentury}' THEN '19' ELSE '20' END || ${parts}.y WHEN ${parts}.y >= '1000' THEN ${parts}.y END`
  return `(${year}) || '-' || lpad(${month}, 2, '0') || '-' || lpad(${parts}.d, 2, '0')`
}

function date(column: Column, cell: string): ValueSql {
  const parts = `${cell}_date`
  return {
    parts: dateParts(column, cell, parts),
    value: `TRY_CAST(${dayOf(cell, parts)} AS DATE)`,
  }
}

/** `HH:MM:SS` of the parts of a time; NULL where its hour does not go with the half of the day. */
function clockOf(time: string): string {
  const hour = `CASE WHEN ${time}.half = '' THEN ${time}.h WHEN TRY_CAST(${time}.h AS INTEGER) BETWEEN 1 AND 12 THEN CAST(TRY_CAST(${time}.h AS INTEGER) % 12 + CASE WHEN lower(${time}.half) = 'p' THEN 12 ELSE 0 END AS VARCHAR) END`
  const second = `CASE WHEN ${time}.s = '' THEN '00' ELSE ${time}.s END`
  const fraction = `CASE WHEN ${time}.f = '' THEN '' ELSE '.' || substr(${time}.f, 2, 6) END`
  return `lpad(${hour}, 2, '0') || ':' || ${time}.mi || ':' || ${second} || ${fraction}`
}

function timeOfDay(cell: string): ValueSql {
  const time = `${cell}_time`
  const parts = ['h', 'mi', 'colon', 's', 'f', 'half_word', 'half']
  return {
    parts: [extracted(cell, timeOfDayPattern, parts, time)],
    value: `TRY_CAST(${clockOf(time)} AS TIME)`,
  }
}

/** In seconds. */
function duration(cell: string): ValueSql {
  const [clock, iso, end] = [`${cell}_clock`, `${cell}_iso`, `${cell}_seconds`]
  const isIso = `${matches(cell, isoDurationPattern)} AND regexp_matches(${cell}, ${quoteLiteral(isoDurationEnd)})`
  const isoParts = ['sign', 'days', 'd', 'of_day', 'hours', 'h', 'minutes', 'mi']
  const number = (part: string): string =>
    `coalesce(CAST(nullif(replace(${part}, ',', '.'), '') AS DECIMAL(18,6)), 0)`
  const signed = (name: string, size: string): string =>
    `CASE WHEN ${name}.sign = '-' THEN -1 ELSE 1 END * (${size})`
  const ofClock = `${number(`${clock}.h`)} * 3600 + ${number(`${clock}.mi`)} * 60 + ${number(`${clock}.s || ${clock}.f`)}`
  const ofIso = `${number(`${iso}.d`)} * 86400 + ${number(`${iso}.h`)} * 3600 + ${number(`${iso}.mi`)} * 60 + ${number(end)}`
  return {
    parts: [
      extracted(cell, clockDurationPattern, ['sign', 'h', 'mi', 'colon', 's', 'f'], clock),
      `CASE WHEN ${isIso} THEN regexp_extract(${cell}, ${quoteLiteral(isoDurationPattern)}, [${quoteLiterals(isoParts)}]) END AS ${iso}`,
      `regexp_extract(${cell}, '([0-9]+([.,][0-9]+)?)S$', 1) AS ${end}`,
    ],
    value: `TRY_CAST(CASE WHEN ${clock} IS NOT NULL THEN ${signed(clock, ofClock)} WHEN ${iso} IS NOT NULL THEN ${signed(iso, ofIso)} END AS DECIMAL(18,6))`,
  }
}

/**
 * Without a time it is midnight; digits after the microsecond are cut off; with a zone it
 * becomes the same instant in UTC, without one it stays as the till's clock showed it.
 */
function timestamp(column: Column, cell: string): ValueSql {
  const day = `${cell}_date`
  const time = `${cell}_time`
  const clock = `CASE WHEN ${time}.h = '' THEN '00:00:00' ELSE ${clockOf(time)} END`
  const local = `TRY_CAST(${dayOf(cell, day)} || ' ' || ${clock} AS TIMESTAMP)`
  const zoneHours = `TRY_CAST(substr(${time}.z, 2, 2) AS INTEGER)`
  const zoneMinutes = `CASE WHEN length(${time}.z) = 3 THEN 0 ELSE TRY_CAST(right(${time}.z, 2) AS INTEGER) END`
  // Clocks on Earth differ from UTC by at most 14 hours.
  const offset = `CASE WHEN ${zoneHours} <= 14 AND ${zoneMinutes} < 60 THEN (${zoneHours} * 60 + ${zoneMinutes}) * CASE WHEN left(${time}.z, 1) = '-' THEN -1 ELSE 1 END END`
  return {
    parts: [
      ...dateParts(column, cell, day),
      `regexp_extract(${cell}, ${quoteLiteral(timePattern)}, ['h', 'mi', 'colon', 's', 'f', 'half_word', 'half', 'zone', 'z']) AS ${time}`,
    ],
    value: `CASE WHEN ${time}.z IN ('', 'Z', 'z', 'UTC') THEN ${local} ELSE ${local} - to_minutes(${offset}) END`,
  }
}
