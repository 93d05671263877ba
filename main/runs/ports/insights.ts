import type {
  Board,
  InsightFilter,
  InsightTables,
  Picture,
  SalesTable,
} from '../../../shared/domain/warehouse/insights.ts'

/** The days that are looked at, `2026-11-22`, both included. */
export interface Period {
  first: string
  last: string
  /** The first of as many days before; null, where the sales do not go back so far. */
  before: string | null
}

/** What is asked together as one statement, which answers one row; null, where all pictures lack something. */
export interface AskedPictures {
  sql: string | null
  read: (cells: readonly (string | null)[]) => Picture[]
}

/** The rows that a topic has brought into a table. */
export interface TopicRows {
  topic: string
  table: SalesTable
  /** Names of all columns of the table. */
  known: ReadonlySet<string>
  /** UTC. What was sold long after it is a slip. */
  now: Date
}

/** The questions behind the pictures, in the words of the built-in warehouse. */
export interface InsightQuestions {
  /** Table, column and type of every table that Pallet has made, in the order of the columns. */
  readonly columns: string
  /** The first day of all, the last that is no later than `today`, and the last; empty, where there is no row. */
  ends(tables: InsightTables, today: string): string
  /** One row, if any sale ever is of this store or product; else none. */
  isSold(tables: InsightTables, role: 'store' | 'product', value: string): string
  /** All pictures of a board. */
  board(
    board: Exclude<Board, 'quality'>,
    tables: InsightTables,
    filter: InsightFilter,
    period: Period,
  ): AskedPictures
  /** Of the last hour that there are sales of, by minute, store and product; of all rows, how many came late. */
  topic(rows: TopicRows): AskedPictures
  /** Sales that a filter lets through, newest first, with the runs that brought them. */
  rows(tables: InsightTables, filter: InsightFilter, period: Period): string
}
