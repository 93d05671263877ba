import { z } from 'zod'
import { ColumnType } from '../datasets/dataset.ts'
import { formatCount } from '../sizes.ts'

const count = z.int().min(0)

/** What the cells of one column add up to: the same texts of a file and of a warehouse that has its rows. */
export const ColumnTotals = z.object({
  name: z.string(),
  type: ColumnType,
  /** Cells that are not empty. */
  filled: count,
  /** Of numbers and durations their sum, of text the characters in all, of yes or no how many are yes; null: there is none. */
  sum: z.string().nullable(),
  /** Of numbers, days and times; null: the column is empty, or of another type. */
  least: z.string().nullable(),
  greatest: z.string().nullable(),
})
export type ColumnTotals = z.infer<typeof ColumnTotals>

/** What rows add up to, so that two places can be held to have the same ones. */
export const ControlTotals = z.object({
  rows: count,
  columns: z.array(ColumnTotals),
  /** Over the cells that tell the rows apart, in whatever order these are; null: no columns do, or none that can be compared. */
  keys: z.object({ of: z.array(z.string()), hash: z.string() }).nullable(),
})
export type ControlTotals = z.infer<typeof ControlTotals>

/** What was sent, and what the warehouse said of it after the commit. */
export const ComparedTotals = z.object({ sent: ControlTotals, there: ControlTotals })
export type ComparedTotals = z.infer<typeof ComparedTotals>

/** One number of both sides, beside each other. */
export interface Figure {
  /** '': of all columns. */
  column: string
  what: string
  sent: string
  there: string
  isSame: boolean
}

/** Every number that was compared, in the order of the columns. */
export function figuresOf({ sent, there }: ComparedTotals): Figure[] {
  const figure = (
    column: string,
    what: string,
    one: string | null,
    other: string | null,
  ): Figure => ({
    column,
    what,
    sent: one ?? 'none',
    there: other ?? 'none',
    isSame: one === other,
  })
  const ofColumn = (column: ColumnTotals): Figure[] => {
    const other = there.columns.find(({ name }) => name === column.name)
    if (other === undefined) return [figure(column.name, 'column', 'there', 'not as it was')]
    const words = wordsOf[column.type]
    const figures = [
      figure(column.name, 'filled', formatCount(column.filled), formatCount(other.filled)),
    ]
    if (words.sum !== null && (column.sum !== null || other.sum !== null))
      figures.push(figure(column.name, words.sum, column.sum, other.sum))
    if (words.ends !== null && (column.filled > 0 || other.filled > 0))
      figures.push(
        figure(column.name, words.ends[0], column.least, other.least),
        figure(column.name, words.ends[1], column.greatest, other.greatest),
      )
    return figures
  }
  const rows = figure('', 'rows', formatCount(sent.rows), formatCount(there.rows))
  // For a file without rows nobody made a table.
  if (sent.rows === 0) return [rows]
  return [
    rows,
    ...sent.columns.flatMap(ofColumn),
    ...(sent.keys === null || there.keys === null
      ? []
      : [figure(sent.keys.of.join(', '), 'hash of keys', sent.keys.hash, there.keys.hash)]),
  ]
}

const ofNumbers = { sum: 'sum', ends: ['smallest', 'largest'] } as const
const ofTimes = { sum: null, ends: ['first', 'last'] } as const
const wordsOf: Record<
  ColumnType,
  { sum: string | null; ends: readonly [least: string, greatest: string] | null }
> = {
  text: { sum: 'characters', ends: null },
  integer: ofNumbers,
  decimal: ofNumbers,
  duration: ofNumbers,
  boolean: { sum: 'yes', ends: null },
  date: ofTimes,
  timestamp: ofTimes,
  time: ofTimes,
}

/** So many differences are named; a table that has lost its rows has one in every column. */
const named = 4

/** What is different in the warehouse, as a clause: “rows: 100 were sent, 95 are there; …”; null: nothing is. */
export function differenceOf(totals: ComparedTotals): string | null {
  const other = figuresOf(totals).filter(({ isSame }) => !isSame)
  if (other.length === 0) return null
  const told = other
    .slice(0, named)
    .map(
      ({ column, what, sent, there }) =>
        `${column === '' ? '' : `${column}, `}${what}: ${sent} sent, ${there} there`,
    )
  const more = other.length - told.length
  return [...told, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])].join('; ')
}
