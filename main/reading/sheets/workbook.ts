/** What every kind of workbook can do, whatever its program. */
import type { Numbers } from '../../../shared/domain/files/reading.ts'

/** A row with what is in it: `cells[i]` stands in the column `columns[i]`, counted from 0, from left to right; blank ones are left out. */
export interface Row {
  /** As the program numbers it, from 1. */
  row: number
  columns: readonly number[]
  cells: readonly string[]
}

/** What a person should know of a sheet, gathered on the way through it. */
export class Met {
  /** How far the way has gone, from 0 to 1. */
  share = 0
  hiddenRows = 0
  hiddenColumns = 0
  /** Cells with a formula whose result is not in the file, and the first of them. */
  uncalculated = 0
  firstUncalculated = ''
  /** Numbers whose format could not be applied, where they are to be as shown. */
  unshown = 0
  /** What stands before the fraction of numbers as they are shown; only the file itself knows it where it has their text. */
  decimalMark: '.' | ',' = '.'
  /** Merged cells of more than one row: where they begin, and what they cover. */
  readonly merged: { row: number; range: string }[] = []
}

export interface Workbook {
  /** In their order; those that hold no cells, like charts, left out. */
  readonly sheets: readonly { name: string; isHidden: boolean }[]
  /** The rows that are not blank, some at a time. Throws an `Error` where the workbook is damaged. */
  rows(sheet: string, met: Met, signal: AbortSignal, numbers: Numbers): AsyncGenerator<Row[]>
  close(): Promise<void>
}

/** No program has more rows, and none has more columns. */
export const maxRows = 1_048_576
export const maxColumns = 16_384
/** Merged cells that are remembered. */
export const mostMerged = 1000
