/** Tables below the first one of a file: their rows are none of it, and are counted apart. */
import { canonical, cellsOf } from '../canonical.ts'
import { kindOf } from './header.ts'
import { outOfBytes, outOfBytesInQuotes, stands } from './scan.ts'
import type { RecordScanner } from './scan.ts'
import { maxRecordBytes } from './window.ts'
import type { InputWindow } from './window.ts'

const { lf } = canonical
const cr = 0x0d

/** So many of them are told one by one. */
const tablesTold = 3

export interface OtherTable {
  /** Physical line on which its labels stand. */
  line: number
  labels: string[]
  /** Below its labels. */
  rows: number
}

/**
 * Whether a row of another width than the table's begins another table: it stands after a blank line or says at least half
 * of its labels again, holds text, all different, and the rows below (two, where the file has so many) are as wide and hold
 * a number or a date.
 */
export function beginsTable(
  labels: readonly string[],
  below: readonly (readonly string[])[],
  { afterBlank, known }: { afterBlank: boolean; known: readonly string[] },
): boolean {
  const again = labels.filter((label) => known.includes(label)).length
  if (!afterBlank && again * 2 < labels.length) return false
  return (
    labels.length > 1 &&
    labels.every((label) => kindOf(label) === 'text') &&
    new Set(labels).size === labels.length &&
    below.length > 0 &&
    below.every((row) => row.length === labels.length) &&
    below.some((row) => row.some((cell) => ['number', 'date'].includes(kindOf(cell))))
  )
}

/**
 * The cells of the record at the window's start and of the two below it that scan before `limit`; null: more bytes are needed
 * to know. Writes over `output` from `cellsAt` on, and leaves the scanner at the last of them.
 */
export function rowsAhead(
  { window, scanner, output }: { window: InputWindow; scanner: RecordScanner; output: Buffer },
  limit: number,
  cellsAt: number,
): string[][] | null {
  const whole = limit === window.end && window.final
  const mayGoOn = limit === window.end && !window.final && limit < window.start + maxRecordBytes
  const rows: string[][] = []
  for (let from = window.start; rows.length < 3;) {
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
  #current: OtherTable | null = null

  begin(line: number, labels: string[]): void {
    this.#current = { line, labels, rows: 0 }
    this.count += 1
    if (this.told.length < tablesTold) this.told.push(this.#current)
  }

  /** Counts a row of the table's width that was reached last; false: it is none of it. */
  take(cells: number): boolean {
    if (this.#current === null || this.#current.labels.length !== cells) return false
    this.#current.rows += 1
    this.rows += 1
    return true
  }
}
