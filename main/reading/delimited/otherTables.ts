/** Tables below the first one of a file: their rows are none of it, and are counted apart. */
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { canonical, cellsOf } from '../canonical.ts'
import { kindOf } from './header.ts'
import { outOfBytes, outOfBytesInQuotes, stands } from './scan.ts'
import type { RecordScanner } from './scan.ts'
import { maxRecordBytes } from './window.ts'
import type { InputWindow } from './window.ts'

const { lf } = canonical
const cr = 0x0d

/** So many of them can be chosen. */
const tablesKept = 50

/** A record, as it is scanned: it is looked for its end up to `limit`, and its cells are written at `cellsAt`. */
interface Place {
  window: InputWindow
  scanner: RecordScanner
  output: Buffer
  limit: number
  cellsAt: number
}

export interface OtherTable {
  /** Physical line on which its labels stand. */
  line: number
  labels: string[]
  /** The only text of the row before; null where that is none. */
  title: string | null
  /** Below its labels. */
  rows: number
}

/** Of a row that has one cell with a text and nothing else: it may be a title. */
function onlyText(cells: readonly string[]): string | null {
  const [only, ...more] = cells.filter((cell) => cell.trim() !== '')
  return only !== undefined && more.length === 0 && kindOf(only) === 'text' ? only.trim() : null
}

/** Whether a row could be labels: several texts, all different. */
function isLabels(cells: readonly string[]): boolean {
  return (
    cells.length > 1 &&
    cells.every((label) => kindOf(label) === 'text') &&
    new Set(cells).size === cells.length
  )
}

/**
 * Whether a row begins another table: it stands apart (after a blank line or a title) or, where it is of another width than
 * the table, says at least half of its labels again, could be labels, and the rows below (two, where the file has so many)
 * are as wide and hold a number or a date. A row as wide as the table says hardly one of its labels, and stands below a title or
 * over two columns of numbers or dates: else it may be a row of texts.
 */
function beginsTable(
  labels: readonly string[],
  below: readonly (readonly string[])[],
  {
    isApart,
    isTitled,
    isOwnWidth,
    known,
  }: { isApart: boolean; isTitled: boolean; isOwnWidth: boolean; known: readonly string[] },
): boolean {
  const again = labels.filter((label) => known.includes(label)).length
  if (!isApart && again * 2 < labels.length) return false
  const fits =
    isLabels(labels) && below.length > 0 && below.every((row) => row.length === labels.length)
  if (!fits) return false
  const typed = labels.filter((_, column) =>
    below.some((row) => ['number', 'date'].includes(kindOf(row[column] ?? ''))),
  ).length
  if (!isOwnWidth) return typed > 0
  return known.length > 0 && again * 2 < labels.length && typed >= (isTitled ? 1 : 2)
}

/**
 * The cells of the record at the window's start and of those below it, `most` in all, that scan before `limit`; null: more bytes are needed
 * to know. Writes over `output` from `cellsAt` on, and leaves the scanner at the last of them.
 */
function rowsAhead(
  { window, scanner, output, limit, cellsAt }: Place,
  most: number,
): string[][] | null {
  const whole = limit === window.end && window.final
  const mayGoOn = limit === window.end && !window.final && limit < window.start + maxRecordBytes
  const rows: string[][] = []
  for (let from = window.start; rows.length < most;) {
    while (from < limit && (window.bytes[from] === lf || window.bytes[from] === cr)) from += 1
    if (from >= limit) return mayGoOn ? null : rows
    const outcome = scanner.scan(from, limit, cellsAt)
    const isCut = outcome === outOfBytes || outcome === outOfBytesInQuotes
    if (isCut || (scanner.textEnd >= limit && !whole)) return mayGoOn ? null : rows
    if (outcome !== stands) return rows
    rows.push(cellsOf(output.subarray(cellsAt, scanner.writtenTo)))
    from = scanner.textEnd + scanner.terminator
  }
  return rows
}

export class OtherTables {
  /** The first of them. */
  readonly told: OtherTable[] = []
  count = 0
  /** Rows of all of them together. */
  rows = 0
  /** Of a table that follows. */
  #title: string | null = null
  #current: OtherTable | null = null

  /** Whether a row of this width could be of another table. */
  mayHold(cells: number | null): boolean {
    return this.#title !== null || this.#isCurrent(cells)
  }

  /**
   * Whether the record at the window's start, which `scanner` has scanned, is a row of another table, its labels or its title;
   * counts it then. null: more bytes are needed to know. `known`: the labels of the first table.
   */
  holds(
    { window, scanner, output, limit, cellsAt }: Place,
    {
      line,
      width,
      afterBlank,
      isTable,
      known,
    }: {
      line: number
      width: number
      afterBlank: boolean
      /** Whether the first table has rows. */
      isTable: boolean
      known: readonly string[]
    },
  ): boolean | null {
    const { cells } = scanner
    const isTitled = this.#title !== null
    const isApart = afterBlank || isTitled
    const isOwnWidth = cells === width
    if (isOwnWidth && !isApart) return this.#take(cells)
    if (!isApart && this.#take(cells)) return true
    if (!isTable || cells > recordsLayout.maxColumns) return false

    const row = cellsOf(output.subarray(cellsAt, scanner.writtenTo))
    if (isOwnWidth && row.join('\n') === known.join('\n')) {
      this.#title = null
      this.#current = null
      return false
    }
    const title = isTitled || !afterBlank ? null : onlyText(row)
    if (title === null && !isLabels(row)) {
      this.#title = null
      return this.#take(cells)
    }
    const most = title === null ? 3 : 4
    const ahead = rowsAhead({ window, scanner, output, limit, cellsAt }, most)
    scanner.scan(window.start, limit, cellsAt)
    if (ahead === null) return null
    const [labels = [], ...below] = title === null ? ahead : ahead.slice(1)
    const begins = beginsTable(labels, below, {
      isApart,
      isTitled: isTitled || title !== null,
      isOwnWidth: labels.length === width,
      known,
    })
    if (begins && title === null) this.#begin(line, labels)
    else this.#title = begins ? title : null
    return begins || this.#take(cells)
  }

  #begin(line: number, labels: string[]): void {
    this.#current = { line, labels, title: this.#title, rows: 0 }
    this.#title = null
    this.count += 1
    if (this.told.length < tablesKept) this.told.push(this.#current)
  }

  #isCurrent(cells: number | null): boolean {
    return this.#current !== null && this.#current.labels.length === cells
  }

  /** Counts a row of the width of the table that was reached last; false: it is none of it. */
  #take(cells: number): boolean {
    if (this.#current === null || !this.#isCurrent(cells)) return false
    this.#current.rows += 1
    this.rows += 1
    return true
  }
}
