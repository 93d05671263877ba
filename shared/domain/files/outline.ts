/** What a delivered file held, column by column, in so few numbers that they are kept with its run: the next file is held beside them. */
import { z } from 'zod'
import type { Column } from '../datasets/dataset.ts'
import { formatCount, plural } from '../sizes.ts'

const count = z.int().min(0)

export const ColumnOutline = z.object({
  /** In the table, and in the file. */
  name: z.string(),
  label: z.string(),
  type: z.string(),
  /** Of the rows that were looked at. */
  empty: count,
  distinct: count,
  /** Of numbers, and how far they stand from it (standard deviation); null where there is none. */
  mean: z.number().nullable(),
  deviation: z.number().nullable(),
  /** All values of a column of text, or of yes or no, that has few; null: there are more, or not every row was looked at. */
  values: z.array(z.string()).nullable(),
})
export type ColumnOutline = z.infer<typeof ColumnOutline>

export const Outline = z.object({
  /** Clean rows, and how many of them were looked at: the first. */
  rows: count,
  looked: count,
  columns: z.array(ColumnOutline),
})
export type Outline = z.infer<typeof Outline>

/** So many cells are looked at, of whole rows, so that a file of any size and width takes no longer. */
const cellsLooked = 2_000_000
export function rowsLooked(columns: number): number {
  return Math.max(1_000, Math.floor(cellsLooked / Math.max(1, columns)))
}

/** A column with more values than that is not one of few. */
export const fewValues = 20
/** So many rows have to stand for one value of it. */
const rowsOfValue = 5
/** What is said of values that are new, or gone. */
const listed = 5

/** What differs less than this is as usual: shares of what it was, points of 1 for empty cells, and deviations for a mean. */
const usual = { empty: 0.1, distinct: 0.5, deviations: 0.5, mean: 0.1 }
/** Of fewer rows nothing but columns and types is said: that two of ten are empty says nothing. */
const leastRows = 20

/** What is not as in the file before, a sentence for each; none while nothing is unusual. */
export interface Drift {
  /** Columns that are new, gone or of another type. */
  columns: string[]
  /** What the columns hold. */
  values: string[]
}

export function driftOf(now: Outline, before: Outline): Drift {
  const columns: string[] = []
  const values: string[] = []
  const hasEnough = Math.min(now.rows, before.rows) >= leastRows
  const named = (outlines: Outline) => new Map(outlines.columns.map((one) => [one.name, one]))
  const [then, there] = [named(before), named(now)]
  for (const one of now.columns) {
    const was = then.get(one.name)
    if (was === undefined) columns.push(`“${one.label}” is new.`)
    else if (was.type !== one.type)
      columns.push(`“${one.label}” is read as ${one.type}, and was as ${was.type}.`)
    else if (hasEnough) values.push(...driftOfColumn(one, was, now, before))
  }
  for (const was of before.columns)
    if (!there.has(was.name)) columns.push(`“${was.label}” is not there any more.`)
  return { columns, values }
}

function driftOfColumn(
  one: ColumnOutline,
  was: ColumnOutline,
  now: Outline,
  before: Outline,
): string[] {
  const said: string[] = []
  const label = `“${one.label}”`
  const [is, share] = [one.empty / now.looked, was.empty / before.looked]
  if (Math.abs(is - share) >= usual.empty)
    said.push(`${label} is empty in ${percent(is)} of the rows, and was in ${percent(share)}.`)
  const areFew =
    one.values !== null &&
    was.values !== null &&
    Math.max(one.distinct, was.distinct) * rowsOfValue <= Math.min(now.looked, before.looked)
  if (areFew) {
    const fresh = missingIn(was.values, one.values)
    const lost = missingIn(one.values, was.values)
    if (fresh.length > 0) said.push(`${label} has ${list(fresh)}, which it had not.`)
    if (lost.length > 0) said.push(`${label} has no ${list(lost, 'or')} any more.`)
  } else if (one.mean === null && now.looked === now.rows && before.looked === before.rows) {
    // Twice as many rows may well have twice as many articles.
    const [per, wasPer] = [one.distinct / now.rows, was.distinct / before.rows]
    const [other, fewest] = [Math.abs(per - wasPer), Math.abs(one.distinct - was.distinct)]
    if (other > wasPer * usual.distinct && fewest > was.distinct * usual.distinct)
      said.push(
        `${label} has ${plural(one.distinct, 'different value')}, and had ${formatCount(was.distinct)}.`,
      )
  }
  const far = isRunning(one, now) && isRunning(was, before) ? null : meanIsFar(one, was)
  if (far !== null) said.push(`The mean of ${label} is ${far.is}, and was ${far.was}.`)
  return said
}

/** Whole numbers of which every row has its own: they name the rows, and those of the next file go on where these end. */
function isRunning({ type, distinct, empty }: ColumnOutline, { looked }: Outline): boolean {
  return type === 'integer' && distinct === looked - empty
}

/** By more than the values themselves differ among each other. */
function meanIsFar(
  { mean: is }: ColumnOutline,
  { mean: was, deviation }: ColumnOutline,
): { is: string; was: string } | null {
  if (is === null || was === null) return null
  const away = Math.abs(is - was)
  return away > (deviation ?? 0) * usual.deviations && away > Math.abs(was) * usual.mean
    ? { is: short(is), was: short(was) }
    : null
}

function missingIn(before: readonly string[] | null, now: readonly string[] | null): string[] {
  return (now ?? []).filter((value) => before?.includes(value) === false)
}

function list(values: readonly string[], last: 'and' | 'or' = 'and'): string {
  const said = values.slice(0, listed).map((value) => `“${value}”`)
  if (values.length > listed) said.push(`${formatCount(values.length - listed)} others`)
  const end = said.pop() ?? ''
  return said.length === 0 ? end : `${said.join(', ')} ${last} ${end}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** Whether its values can be few: of numbers and days they hardly are the same in the next file. */
export function mayHaveFew(type: Column['type']): boolean {
  return type === 'text' || type === 'boolean'
}
