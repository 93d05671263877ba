/** Cells that are written in a form, as what they say: every row of them at once. `shared/domain/cells/parsedCells.ts` says the same of one cell. */
import {
  type DateField,
  type DateFormat,
  readFormat,
  usualTwoDigitYearsFrom,
} from '../../../shared/domain/cells/dateFormat.ts'
import {
  type ParseStep,
  groupPattern,
  neededUnit,
  numberParts,
  numberPattern,
} from '../../../shared/domain/cells/parsedCells.ts'
import { givenBy } from '../../../shared/domain/cells/parsedDates.ts'
import type { StepOf } from '../../../shared/domain/recipe/recipe.ts'
import type { FittedStep } from '../../../shared/domain/recipe/recipeFit.ts'
import { monthNumbers, weekdayNumbers } from '../../../shared/domain/cells/writtenDates.ts'
import { quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { isEmpty } from './recipe.ts'
import { foundValue, isThere, nameOf } from './stepCells.ts'

/** Why a record is held back: a cell is not written so, or its forms say different things of it. */
export const parseFaults = ['not-written-so', 'written-both-ways'] as const

interface Parsed {
  /** What is to be worked before, each behind the one before it. */
  parts: { name: string; is: string }[]
  /** NULL: the cell is not written so. */
  value: string
  /** Whether its forms say different things; null: they cannot. */
  differs: string | null
}

/** The records with what each cell of the step's columns becomes, as `foundValue` names it; a record with a cell that is not written so fails. */
export function parsed(
  step: ParseStep,
  { index, on }: Pick<FittedStep, 'index' | 'on'>,
  records: string,
): string {
  const levels: string[][] = []
  const failed: string[] = []
  for (const [nth, column] of on.entries()) {
    const cell = nameOf(column)
    const value = foundValue(index, nth)
    const { parts, value: is, differs } = parse(step, cell, `${value}_`)
    const all = [...parts, { name: value, is }]
    for (const [level, part] of all.entries())
      (levels[level] ??= []).push(`${part.is} AS ${part.name}`)
    const check =
      differs === null
        ? quoteLiteral(parseFaults[0])
        : `CASE WHEN ${differs} THEN ${quoteLiteral(parseFaults[1])} ELSE ${quoteLiteral(parseFaults[0])} END`
    const label = `{'check': ${check}, 'nth': ${index}, 'value': left(${cell}, 1000), 'first': ${nth}::BIGINT}`
    failed.push(`WHEN NOT ${isEmpty(cell)} AND ${value} IS NULL THEN ${label}`)
  }
  const worked = levels.reduce(
    (from, named) => `SELECT *, ${named.join(', ')} FROM (${from})`,
    records,
  )
  const fault = `CASE WHEN NOT ${isThere} THEN failed ${failed.join(' ')} ELSE failed END`
  return `SELECT * REPLACE (${fault} AS failed) FROM (${worked})`
}

function parse(step: ParseStep, cell: string, prefix: string): Parsed {
  switch (step.kind) {
    case 'parse-date':
      return parseDate(step, cell, prefix)
    case 'parse-number':
      return parseNumber(step, cell, `${prefix}n`)
    case 'parse-boolean': {
      const is = (words: readonly string[]): string =>
        `lower(${cell}) IN (${quoteLiterals(words.map((word) => word.toLowerCase()))})`
      const value = `CASE WHEN ${is(step.trueWords)} THEN 'true' WHEN ${is(step.falseWords)} THEN 'false' END`
      return { parts: [], value, differs: null }
    }
  }
}

function parseNumber(step: StepOf<'parse-number'>, cell: string, x: string): Parsed {
  const pattern = quoteLiteral(numberPattern(step))
  const unit = neededUnit(step)
  const hasUnit = unit === null ? '' : ` AND contains(${cell}, ${quoteLiteral(unit)})`
  const group = groupPattern(step)
  const digits =
    group === null ? `${x}.n` : `regexp_replace(${x}.n, ${quoteLiteral(group)}, '', 'g')`
  const point = `regexp_replace(replace(${digits}, ',', '.'), '[.]$', '')`
  const plain = `regexp_replace(regexp_replace(${point}, '^0+([0-9])', '\\1'), '^[.]', '0.')`
  const signs = `${x}.open || ${x}.s1 || ${x}.s2 || ${x}.s3`
  const isOneSign = `(${x}.open = '') = (${x}.close = '') AND length(${signs}) <= 1`
  return {
    parts: [
      {
        name: x,
        is: `CASE WHEN regexp_full_match(${cell}, ${pattern})${hasUnit} THEN regexp_extract(${cell}, ${pattern}, [${quoteLiterals(numberParts)}]) END`,
      },
    ],
    value: `CASE WHEN ${isOneSign} THEN CASE WHEN ${signs} IN ('', '+') THEN '' ELSE '-' END || ${plain} END`,
    differs: null,
  }
}

function parseDate(step: StepOf<'parse-date'>, cell: string, prefix: string): Parsed {
  const formats = step.formats.map(readFormat)
  const gives = givenBy(formats)
  const all = formats.map((format, nth) => {
    const { part, value } = dateOf(format, cell, `${prefix}${nth + 1}`, step.twoDigitYearsFrom)
    const isDay = gives === 'timestamp' && format.gives === 'date'
    return { part, value: isDay ? `${value} || ' 00:00:00'` : value }
  })
  const parts = all.flatMap(({ part }) => (part === null ? [] : [part]))
  const [only] = all
  if (all.length === 1 && only !== undefined) return { parts, value: only.value, differs: null }
  // Each is worked once, beside the others, behind its parts.
  const said = `${prefix}said`
  const list = `list_distinct([${all.map(({ value }) => value).join(', ')}])`
  return {
    parts: [...parts, { name: said, is: list }],
    value: `CASE WHEN len(${said}) = 1 THEN ${said}[1] END`,
    differs: `len(${said}) > 1`,
  }
}

const mapOf = (numbers: ReadonlyMap<string, string>): string =>
  `MAP {${[...numbers].map((entry) => entry.map(quoteLiteral).join(': ')).join(', ')}}`
const months = mapOf(monthNumbers)
const weekdays = mapOf(weekdayNumbers)

/** The parts of a date, as `x`, and what they say as a text. */
function dateOf(
  format: DateFormat,
  cell: string,
  x: string,
  twoDigitYearsFrom = usualTwoDigitYearsFrom,
): { part: Parsed['parts'][number] | null; value: string } {
  const pattern = quoteLiteral(format.pattern)
  const fits = `regexp_full_match(${cell}, ${pattern})`
  if (format.counts !== null) {
    const value = counted(format, cell)
    return { part: null, value: `CASE WHEN ${fits} THEN ${value} END` }
  }
  const part = {
    name: x,
    is: `CASE WHEN ${fits} THEN regexp_extract(${cell}, ${pattern}, [${quoteLiterals(format.fields)}]) END`,
  }
  const has = (field: DateField): boolean => format.fields.includes(field)
  const of = (field: DateField): string => `${x}.${field}`
  const clock = clockOf(has, of)
  if (format.gives === 'time') return { part, value: `CAST(TRY_CAST(${clock} AS TIME) AS VARCHAR)` }
  const day = dayOf(has, of, twoDigitYearsFrom)
  if (format.gives === 'date') return { part, value: `CAST(TRY_CAST(${day} AS DATE) AS VARCHAR)` }
  const local = `TRY_CAST(${day} || ' ' || ${clock} AS TIMESTAMP)`
  return { part, value: instant(has('zone') ? earlier(local, of('zone')) : local, format) }
}

/** A timestamp as a text; NULL where its year has not four digits. */
function instant(timestamp: string, { isZoned }: DateFormat): string {
  const text = `CAST(t AS VARCHAR)${isZoned ? " || 'Z'" : ''}`
  return `list_transform([${timestamp}], lambda t: CASE WHEN year(t) BETWEEN 1000 AND 9999 THEN ${text} END)[1]`
}

type Has = (field: DateField) => boolean
type Of = (field: DateField) => string

/** `YYYY-MM-DD`, of a day that there need not be. */
function dayOf(has: Has, of: Of, twoDigitYearsFrom: number): string {
  if (has('week')) {
    const day = has('dayOfWeek') ? of('dayOfWeek') : "'1'"
    const week = `${of('weekYear')} || '-W' || lpad(${of('week')}, 2, '0')`
    const date = `try_strptime(${week} || '-' || ${day}, '%G-W%V-%u')`
    // A year without a 53rd week has none.
    return `list_transform([${date}], lambda t: CASE WHEN strftime(t, '%G-W%V') = ${week} THEN strftime(t, '%Y-%m-%d') END)[1]`
  }
  const month = has('monthName') ? `${months}[lower(${of('monthName')})]` : of('month')
  const day = has('day') ? `lpad(${of('day')}, 2, '0')` : "'01'"
  const date = `${yearOf(has, of, twoDigitYearsFrom)} || '-' || lpad(${month}, 2, '0') || '-' || ${day}`
  if (!has('weekday')) return date
  const said = `CAST(${weekdays}[lower(${of('weekday')})] AS BIGINT)`
  return `CASE WHEN isodow(TRY_CAST(${date} AS DATE)) = ${said} THEN ${date} END`
}

function yearOf(has: Has, of: Of, from: number): string {
  if (!has('year2')) return of('year')
  const short = String(from % 100).padStart(2, '0')
  const century = Math.floor(from / 100)
  return `CASE WHEN ${of('year2')} >= '${short}' THEN '${century}' ELSE '${century + 1}' END || ${of('year2')}`
}

function clockOf(has: Has, of: Of): string {
  const twelve = `CAST(CAST(${of('hour12')} AS INTEGER) % 12 + CASE WHEN lower(${of('half')}) = 'p' THEN 12 ELSE 0 END AS VARCHAR)`
  const two = (text: string): string => `lpad(${text}, 2, '0')`
  const minute = has('minute') ? two(of('minute')) : "'00'"
  const second = has('second') ? two(of('second')) : "'00'"
  const fraction = has('fraction') ? ` || '.' || left(${of('fraction')}, 6)` : ''
  return `${two(has('half') ? twelve : of('hour'))} || ':' || ${minute} || ':' || ${second}${fraction}`
}

/** In UTC; clocks on Earth differ from it by at most 14 hours. */
function earlier(local: string, zone: string): string {
  const hours = `TRY_CAST(substr(${zone}, 2, 2) AS INTEGER)`
  const minutes = `CASE WHEN length(${zone}) = 3 THEN 0 ELSE TRY_CAST(right(${zone}, 2) AS INTEGER) END`
  const size = `CASE WHEN ${hours} <= 14 AND ${minutes} < 60 THEN ${hours} * 60 + ${minutes} END`
  const offset = `${size} * CASE WHEN left(${zone}, 1) = '-' THEN -1 ELSE 1 END`
  return `CASE WHEN lower(${zone}) = 'z' THEN ${local} ELSE ${local} - to_minutes(${offset}) END`
}

/** The text of a cell that its pattern fits. */
function counted(format: DateFormat, cell: string): string {
  const micros = (perUnit: number): string =>
    `make_timestamp(TRY_CAST(trunc(TRY_CAST(${cell} AS DECIMAL(38,9)) * ${perUnit}) AS BIGINT))`
  const number = `TRY_CAST(replace(${cell}, ',', '.') AS DECIMAL(38,18))`
  // Excel believes that there was a 29 February 1900, its day 60, so that days before it are one later.
  const day = (n: string): string => {
    const whole = `CAST(trunc(${n}) AS INTEGER)`
    return `CASE WHEN ${n} >= 1 AND ${whole} <> 60 AND ${whole} <= 2958465 THEN DATE '1899-12-30' + ${whole} + CASE WHEN ${whole} < 60 THEN 1 ELSE 0 END END`
  }
  const bound = (use: string): string => `list_transform([${number}], lambda n: ${use})[1]`
  switch (format.counts) {
    case 'unix-seconds':
      return instant(micros(1e6), format)
    case 'unix-milliseconds':
      return instant(micros(1e3), format)
    case 'excel-days-and-time':
      return instant(
        bound(
          `CAST(${day('n')} AS TIMESTAMP) + to_seconds(CAST(round((n - trunc(n)) * 86400) AS BIGINT))`,
        ),
        format,
      )
    case 'excel-days':
    case null:
      return `CAST(${bound(day('n'))} AS VARCHAR)`
  }
}
