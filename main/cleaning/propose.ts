import {
  booleanPattern,
  decimalPattern,
  integerPattern,
  nameColumns,
  timestampPattern,
  toleratedMisfits,
} from '../../shared/domain/columns.ts'
import type { Column, Contract } from '../../shared/domain/dataset.ts'
import { quoteLiteral } from '../duckdb/sql.ts'
import { isEmpty, notDropped } from './recipe.ts'
import { cellName } from './records.ts'

/**
 * What is counted of a column's filled cells. Kinds that only a number, a date or a word can
 * have are counted together, so that a column of names costs nothing on the whole file.
 */
const counts = {
  words: {
    boolean: (cell: string) => matching(cell, booleanPattern),
  },
  numbers: {
    integer: (cell: string) => matching(cell, integerPattern()),
    groupedDot: (cell: string) => matching(cell, integerPattern('.')),
    groupedComma: (cell: string) => matching(cell, integerPattern(',')),
    decimalDot: (cell: string) => matching(cell, decimalPattern('.')),
    decimalComma: (cell: string) => matching(cell, decimalPattern(',')),
    eitherMark: (cell: string) =>
      counted(`${matches(cell, decimalPattern('.'))} AND ${matches(cell, decimalPattern(','))}`),
    /** Leading zeros, more digits than a double keeps, GTIN-12, -13 and -14. */
    identifiers: (cell: string) => matching(cell, '[+-]?0[0-9]+|[+-]?[0-9]{16,}|[0-9]{12,14}'),
    gtin8: (cell: string) => matching(cell, '[0-9]{8}'),
    /** A spreadsheet cut the digits away. */
    scientific: (cell: string) => matching(cell, '[+-]?[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+'),
    scaleDot: (cell: string) => longestFraction(cell, '.'),
    scaleComma: (cell: string) => longestFraction(cell, ','),
  },
  dates: {
    dmy: (cell: string) => matching(cell, timestampPattern('dmy')),
    mdy: (cell: string) => matching(cell, timestampPattern('mdy')),
    ymd: (cell: string) => matching(cell, timestampPattern('ymd')),
    timed: (cell: string) => counted(`${cell} LIKE '%:%'`),
  },
} as const

type Family = keyof typeof counts
const families = Object.keys(counts) as Family[]
type CountName = { [Key in Family]: keyof (typeof counts)[Key] }[Family]
/** Filled cells, and how many of them each pattern takes (scales: the largest). What was not counted is 0. */
export type Tally = Record<CountName | 'filled', number>

const expressions = Object.assign({}, ...Object.values(counts)) as Record<
  CountName,
  (cell: string) => string
>
const allCounts = Object.keys(expressions) as CountName[]

/** What is to be counted of which cell. */
export interface Question {
  cell: number
  counts: readonly CountName[]
}
export function everything(cell: number): Question {
  return { cell, counts: allCounts }
}
export function fractionsOnly(cell: number): Question {
  return { cell, counts: ['scaleDot', 'scaleComma'] }
}

/** Counts at most a share of a part's records evenly spread over the file (`every` > 1), or all. One row comes back. */
export function emitTallies(table: string, questions: readonly Question[], every: number): string {
  const selected = questions.flatMap(({ cell, counts: asked }) => {
    const name = cellName(cell)
    return [counted(`NOT ${isEmpty(name)}`), ...asked.map((count) => expressions[count](name))]
  })
  const share = every > 1 ? ` AND rec % ${every} = 0` : ''
  return `SELECT ${selected.join(', ')} FROM ${table} WHERE ${notDropped}${share}`
}

/** Takes the one row of `emitTallies` apart, one tally a question. */
export function readTallies(questions: readonly Question[], row: readonly unknown[]): Tally[] {
  let next = 0
  const take = (): number => {
    const value = row[next]
    next += 1
    return value === null || value === undefined ? 0 : Number(value)
  }
  return questions.map(({ counts: asked }) => {
    const tally = { ...nothing, filled: take() }
    for (const name of asked) tally[name] = take()
    return tally
  })
}

const nothing: Tally = Object.assign({ filled: 0 }, ...allCounts.map((name) => ({ [name]: 0 })))

/** A pattern that fits fewer values of a sample than this cannot be what the column is. */
const hopefulShare = 0.5
/** A sample with fewer filled cells says nothing. */
const tellingSample = 200
/** What rules a type out is counted wherever its family is hopeful; the rest only where the sample fits it. */
const alwaysCounted: ReadonlySet<CountName> = new Set(['identifiers', 'scientific', 'timed'])
/** The longest fraction is worth knowing of the marks that the sample's numbers have. */
const fractionOf: Partial<Record<CountName, CountName>> = {
  scaleDot: 'decimalDot',
  scaleComma: 'decimalComma',
}

/** What is worth counting on the whole file, after a sample: nothing for a column that is text already. */
export function worthCounting(cell: number, sample: Tally): Question {
  if (sample.filled < tellingSample) return everything(cell)
  if (sample.identifiers > 0 || sample.scientific > 0) return { cell, counts: [] }
  const hopeful = (name: CountName): boolean =>
    sample[fractionOf[name] ?? name] >= sample.filled * hopefulShare
  return {
    cell,
    counts: families.flatMap((family) => {
      const names = Object.keys(counts[family]) as CountName[]
      if (!names.some(hopeful)) return []
      return names.filter((name) => alwaysCounted.has(name) || hopeful(name))
    }),
  }
}

/** The contract that a file's own content suggests. Nothing is required: an empty cell today is no promise for tomorrow. */
export function proposeContract(
  labels: readonly string[],
  tallies: readonly Tally[],
  likelyMark: '.' | ',',
  maxQuarantinedShare: number,
): Contract {
  const names = nameColumns(labels)
  const columns = labels.map((label, index) =>
    proposeFromTally(
      { name: names[index] ?? `column${index + 1}`, label },
      tallies[index] ?? nothing,
      likelyMark,
    ),
  )
  return { columns, maxQuarantinedShare }
}

export function proposeFromTally(
  named: { name: string; label: string },
  tally: Tally,
  likelyMark: '.' | ',',
): Column {
  const fits = (count: number): boolean =>
    count > 0 && tally.filled - count <= tally.filled * toleratedMisfits
  const text: Column = { ...named, type: 'text' }
  if (tally.identifiers > 0 || tally.scientific > 0 || fits(tally.gtin8)) return text
  if (fits(tally.boolean)) return { ...named, type: 'boolean' }
  const { dmy, mdy, ymd } = tally
  const type = tally.timed > 0 ? 'timestamp' : 'date'
  if (fits(ymd)) return { ...named, type, order: 'ymd' }
  if (fits(Math.max(dmy, mdy))) return { ...named, type, order: dmy >= mdy ? 'dmy' : 'mdy' }
  const onlyWhole = tally.decimalDot === tally.integer && tally.decimalComma === tally.integer
  if (fits(tally.integer) && onlyWhole) return { ...named, type: 'integer' }
  const dots = tally.decimalDot - tally.eitherMark
  const commas = tally.decimalComma - tally.eitherMark
  const mark = dots === commas ? likelyMark : dots > commas ? '.' : ','
  const matched = mark === '.' ? tally.decimalDot : tally.decimalComma
  if (!fits(matched)) return text
  const grouped = mark === '.' ? tally.groupedDot : tally.groupedComma
  if (grouped === matched) return { ...named, type: 'integer', decimalMark: mark }
  return { ...named, type: 'decimal', decimalMark: mark, scale: scaleFor(tally, mark) }
}

/**
 * Digits kept after the mark: at least two, because prices gain cents sooner or later and a
 * table cannot change its type; beyond six it is a computed fraction and gets all it can.
 */
export function scaleFor(tally: Tally, mark: '.' | ','): number {
  const seen = mark === '.' ? tally.scaleDot : tally.scaleComma
  return seen > 6 ? 18 : Math.max(2, seen)
}

function matches(cell: string, pattern: string): string {
  return `regexp_full_match(${cell}, ${quoteLiteral(pattern)})`
}

function matching(cell: string, pattern: string): string {
  return counted(matches(cell, pattern))
}

/**
 * Not `count(*) FILTER (…)`: DuckDB gives every filter a copy of all columns of the statement,
 * which is memory by the square of the columns.
 */
function counted(condition: string): string {
  return `count(CASE WHEN ${condition} THEN 1 END)`
}

function longestFraction(cell: string, mark: '.' | ','): string {
  const fraction = quoteLiteral(`[${mark}]([0-9]*)$`)
  return `max(CASE WHEN ${matches(cell, decimalPattern(mark))} THEN length(regexp_extract(${cell}, ${fraction}, 1)) END)`
}
