import type {
  Board,
  InsightFilter,
  InsightTables,
  Picture,
} from '../../../shared/domain/insights.ts'

/** The days that are looked at, `2026-11-22`, both included. */
export interface Period {
  first: string
  last: string
  /** The first of as many days before; null, where the sales do not go back so far. */
  before: string | null
}

/** The questions behind the pictures, in the words of the built-in warehouse. */
export interface InsightQuestions {
  /** Table, column and type of every table that Pallet has made, in the order of the columns. */
  readonly columns: string
  /** The first day of all, the last that is no later than `today`, and the last; empty, where there is no row. */
  ends(tables: InsightTables, today: string): string
  /** One row, if any sale ever is of this store or product; else none. */
  isSold(tables: InsightTables, role: 'store' | 'product', value: string): string
  /** All pictures of a board as one statement, which answers one row; null, where all of them lack something. */
  board(
    board: Exclude<Board, 'quality'>,
    tables: InsightTables,
    filter: InsightFilter,
    period: Period,
  ): { sql: string | null; read: (cells: readonly (string | null)[]) => Picture[] }
  /** Sales that a filter lets through, newest first, with the runs that brought them. */
  rows(tables: InsightTables, filter: InsightFilter, period: Period): string
}
