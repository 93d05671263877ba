/** Where the table of a sheet is: its rows, its columns, its labels. Decided once, from the first rows. Pure. */
import { uniqueLabels } from '../../../shared/domain/columns/columnNames.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { ReadingOf } from '../../../shared/domain/files/reading.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import type { CanonicalRecord } from '../canonical.ts'
import {
  countGroupRows,
  countHeaderRows,
  findHeader,
  findPreamble,
  joinLabels,
} from '../delimited/header.ts'
import { commonWidth } from '../delimited/layout.ts'
import { columnName } from './values.ts'
import type { Row } from './workbook.ts'

export interface Layout {
  /** Of the first record, as the program numbers it. */
  firstRow: number
  /** The first of its columns, counted from 0, and how many they are. */
  left: number
  width: number
  labels: string[]
  /** The labels as they stand in the sheet; null where none do. */
  header: string[] | null
  doubts: string[]
}

/** A column without a label is one of the table where so large a share of the rows has something in it. */
const filled = 0.1

/** What is null in `chosen` is found. Throws `source-empty` and `source-too-wide`. */
export function decideLayout(
  rows: readonly Row[],
  chosen: Pick<ReadingOf<'sheet'>, 'skipLines' | 'headerRows'>,
): Layout {
  const doubts: string[] = []
  const table = rows.slice(titlesIn(rows, chosen.skipLines, doubts))
  const headerRows = chosen.headerRows ?? headerRowsOf(table, doubts)
  const labelRows = table.slice(0, headerRows)
  const body = table.slice(headerRows)
  const [last] = labelRows.slice(-1)
  const [first] = body
  if (last === undefined && first === undefined) throw noRows()
  const counts = new Map<number, number>()
  for (const { columns } of body)
    for (const column of columns) counts.set(column, (counts.get(column) ?? 0) + 1)
  const taken = [...counts]
    .filter(([, count]) => count >= body.length * filled)
    .map(([column]) => column)
  for (const { columns } of labelRows) taken.push(...columns)
  if (taken.length === 0) taken.push(...counts.keys())
  const left = taken.reduce((one, other) => Math.min(one, other), Infinity)
  const width = taken.reduce((one, other) => Math.max(one, other), 0) - left + 1
  if (width > recordsLayout.maxColumns) throw tooWide()
  const header =
    last === undefined ? null : joinLabels(labelRows.map((row) => dense(row, left, width)))
  return {
    firstRow: last === undefined ? (first?.row ?? 1) : last.row + 1,
    left,
    width,
    labels: uniqueLabels(header ?? Array<string>(width).fill('')),
    header,
    doubts,
  }
}

/** The cells of a row from a column on, blank ones as ''. */
export function dense({ columns, cells }: Row, left: number, width: number): string[] {
  const all = Array<string>(width).fill('')
  for (const [index, column] of columns.entries())
    if (column >= left && column < left + width) all[column - left] = cells[index] ?? ''
  return all
}

/** The first cell outside of the table: what it is called, or null. */
export function outside({ columns }: Row, { left, width }: Layout): string | null {
  const first = columns.find((column) => column < left || column >= left + width)
  return first === undefined ? null : columnName(first)
}

/** How many of the rows stand above the table. */
function titlesIn(rows: readonly Row[], skipLines: number | null, doubts: string[]): number {
  if (skipLines !== null) {
    const first = rows.findIndex(({ row }) => row > skipLines)
    return first < 0 ? rows.length : first
  }
  const { records, width } = asRecords(rows)
  const titles = findPreamble(records, width)
  const skipped = titles - countGroupRows(records.slice(0, titles), records.slice(titles), width)
  if (skipped > 0)
    doubts.push(
      `${skipped === 1 ? 'The first row that is not blank does' : `The first ${skipped} rows that are not blank do`} not belong to the table and ${skipped === 1 ? 'is' : 'are'} skipped (“${shown(records[0]?.cells)}”). Check that no row is among them.`,
    )
  return skipped
}

function headerRowsOf(table: readonly Row[], doubts: string[]): number {
  const { records, width } = asRecords(table)
  const together = countHeaderRows(records, width)
  if (together > 1) {
    doubts.push(
      `The first ${together} rows of the table carry its labels together. If one of them is data, choose fewer header rows.`,
    )
    return together
  }
  const { header, doubt } = findHeader(records)
  if (doubt !== '') doubts.push(doubt)
  return header ? 1 : 0
}

/** Rows as those of a text file are: as many cells as the row is long. `width`: what most of them have. */
function asRecords(rows: readonly Row[]): { records: CanonicalRecord[]; width: number } {
  const left = rows.reduce((least, { columns }) => Math.min(least, columns[0] ?? 0), Infinity)
  const records = rows.map((row, index) => {
    const length = Math.min((row.columns.at(-1) ?? left) - left + 1, recordsLayout.maxColumns + 1)
    return { record: index + 1, line: row.row, cells: dense(row, left, length) }
  })
  return { records, width: commonWidth(records.map(({ cells }) => cells.length)) }
}

function shown(cells: readonly string[] = []): string {
  const text = cells.filter((cell) => cell !== '').join(' ')
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

export function noRows(): Problem {
  return new Problem({
    code: 'source-empty',
    what: 'The sheet has no rows.',
    advice: 'Choose another sheet, or another row with the labels.',
  })
}

function tooWide(): Problem {
  return new Problem({
    code: 'source-too-wide',
    what: `The sheet has more than ${formatCount(recordsLayout.maxColumns)} columns, which is more than Pallet takes.`,
    did: 'Nothing was read.',
    advice:
      'Save fewer columns, or turn the table so that what stands side by side stands in rows.',
  })
}
