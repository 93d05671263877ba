/** Tables below the first one of a file: their rows are none of it, and are counted apart. */
import { kindOf } from './header.ts'

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
