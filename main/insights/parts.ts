/**
 * What the questions of all boards are made of. They are asked of `ever`, a row a line of a receipt, and of `sale`, those of the
 * period, of as many days before, and of `daysAhead` before that.
 */
import type { InsightFilter, SalesTable } from '../../shared/domain/warehouse/insights.ts'
import type { Period } from '../runs/ports/insights.ts'
import { quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'

export interface PictureQuestion {
  id: string
  title: string
  note: string
  columns: string[]
  /** Roles that no column has. */
  lacks: string[]
  body: string
  /** Of the rows, in names of columns. */
  order: string
}

/** What a board asks, and what several of its pictures are asked of besides: `name AS (…)`. */
export interface BoardParts {
  sources: string[]
  pictures: PictureQuestion[]
}

export const date = (day: string): string => `DATE ${quoteLiteral(day)}`

export const inPeriod = ({ first, last }: Period): string =>
  `day BETWEEN ${date(first)} AND ${date(last)}`

/** The column of a role; NULL, where there is none. */
export function cellOf(columns: SalesTable['columns'], role: keyof SalesTable['columns']): string {
  const name = columns[role]
  return name === undefined ? 'NULL' : quoteIdentifier(name)
}

/** Of one line of a receipt. */
export const amountOf = (columns: SalesTable['columns']): string =>
  columns.amount === undefined
    ? `${cellOf(columns, 'price')} * ${cellOf(columns, 'quantity')}`
    : cellOf(columns, 'amount')

/** When it was sold, by the clock of its zone. */
export function timeOf({ columns, zone }: SalesTable): string {
  const time = cellOf(columns, 'time')
  return zone === null
    ? time
    : `timezone(${quoteLiteral(zone)}, timezone('UTC', CAST(${time} AS TIMESTAMP)))`
}

/** The day of a sale, by the calendar of its zone. */
export const dayOf = (table: SalesTable): string => `CAST(${timeOf(table)} AS DATE)`

/** The condition for one value of a column; none, if it is not asked for. */
export function matches(column: string, value: string | null | undefined): string[] {
  if (value === undefined) return []
  return [
    value === null ? `${column} IS NULL` : `CAST(${column} AS VARCHAR) = ${quoteLiteral(value)}`,
  ]
}

/** What a filter leaves, but for the column whose values a picture shows side by side. */
export function chosen(filter: InsightFilter, but?: 'store' | 'product'): string {
  return (['store', 'product'] as const)
    .filter((role) => role !== but)
    .flatMap((role) => matches(role, filter[role]))
    .map((condition) => ` AND ${condition}`)
    .join('')
}

/** A month that the period begins in, or a week and the week before it. */
export const daysAhead = 31

/** One basket: a number may come again on another day or at another store. */
export const basket = 'store, day, receipt'
