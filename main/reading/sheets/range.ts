/** The part of a sheet that is read, where a person has named one. */
import { plural } from '../../../shared/domain/sizes.ts'
import { columnName, columnOf } from './values.ts'
import { type Row, maxColumns, maxRows } from './workbook.ts'

/** Takes the part out of the rows of a sheet, and counts what it leaves out. */
export class Range {
  readonly #name: string | undefined
  /** Rows from 1, columns from 0, all of them inside. */
  readonly #rows: { from: number; to: number }
  readonly #columns: { from: number; to: number }
  #outside = 0
  #beside = 0

  /** `name`: a `SheetRange`, whichever of its corners comes first; absent: all of the sheet. */
  constructor(name: string | undefined) {
    this.#name = name
    const corners = (name ?? `A:${columnName(maxColumns - 1)}`).split(':')
    const columns = corners.map(columnOf)
    const [first, last] = corners.map((corner) => /\d+$/.exec(corner)?.[0])
    const [one, other] = [Number(first ?? 1), Number(last ?? maxRows)]
    this.#rows = { from: Math.min(one, other), to: Math.max(one, other) }
    this.#columns = { from: Math.min(...columns), to: Math.max(...columns) }
  }

  take(rows: Row[]): Row[] {
    if (this.#name === undefined) return rows
    return rows.flatMap((row) => this.#within(row) ?? [])
  }

  /** What was left out so far, for a person to look at. */
  told(): string[] {
    const left = [
      ...(this.#outside > 0 ? [`${plural(this.#outside, 'row')} outside of it`] : []),
      ...(this.#beside > 0 ? [`what stands beside it in ${plural(this.#beside, 'row')}`] : []),
    ]
    if (left.length === 0) return []
    return [
      `Only ${this.#name} of the sheet is read, as chosen. Left out: ${left.join(', and ')}. Check that no row is among it.`,
    ]
  }

  #within({ row, columns, cells }: Row): Row | null {
    const { from, to } = this.#columns
    const isIn = (column: number): boolean => column >= from && column <= to
    if (row < this.#rows.from || row > this.#rows.to || !columns.some(isIn)) {
      this.#outside += 1
      return null
    }
    if (columns.every(isIn)) return { row, columns, cells }
    this.#beside += 1
    return {
      row,
      columns: columns.filter(isIn),
      cells: cells.filter((_, nth) => isIn(columns[nth] ?? -1)),
    }
  }
}
