/** What keys and the clipboard do to held-back rows on screen. Pure. */
import Papa from 'papaparse'
import type { FixChange, FixableRow, HeldPage } from '../../../shared/domain/fixing/fixing.ts'

export interface Place {
  row: number
  column: number
}

/** `active` has the keyboard; the cells between it and `anchor` are chosen. */
export interface Selection {
  active: Place
  anchor: Place
}

/** What a row's cells become. */
export interface Edit {
  record: number
  cells: string[]
}

export const isEditable = ({ state, isCut }: FixableRow): boolean =>
  !isCut && (state === 'held' || state === 'edited')

export function bounds({ active, anchor }: Selection): { from: Place; to: Place } {
  const [top, bottom] = [active.row, anchor.row].toSorted((a, b) => a - b)
  const [left, right] = [active.column, anchor.column].toSorted((a, b) => a - b)
  return {
    from: { row: top ?? 0, column: left ?? 0 },
    to: { row: bottom ?? 0, column: right ?? 0 },
  }
}

export function isChosen(selection: Selection, { row, column }: Place): boolean {
  const { from, to } = bounds(selection)
  return row >= from.row && row <= to.row && column >= from.column && column <= to.column
}

/** Where a key leads; null: it leads nowhere. */
export function moved(
  { row, column }: Place,
  key: string,
  size: { rows: number; columns: number },
): Place | null {
  const at = (nextRow: number, nextColumn: number): Place => ({
    row: Math.max(0, Math.min(size.rows - 1, nextRow)),
    column: Math.max(0, Math.min(size.columns - 1, nextColumn)),
  })
  switch (key) {
    case 'ArrowUp':
      return at(row - 1, column)
    case 'ArrowDown':
      return at(row + 1, column)
    case 'ArrowLeft':
      return at(row, column - 1)
    case 'ArrowRight':
      return at(row, column + 1)
    case 'Home':
      return at(row, 0)
    case 'End':
      return at(row, size.columns - 1)
    case 'PageUp':
      return at(row - 10, column)
    case 'PageDown':
      return at(row + 10, column)
    default:
      return null
  }
}

/** Cells put in place; rows that do not change, and rows that cannot, are left out. `left`: cells that found no place. */
export function put(
  rows: readonly FixableRow[],
  columns: number,
  cells: readonly (Place & { value: string })[],
): { edits: Edit[]; left: number } {
  const edited = new Map<number, string[]>()
  let left = 0
  for (const { row: at, column, value } of cells) {
    const row = rows[at]
    if (row === undefined || column >= columns || !isEditable(row)) {
      left += 1
      continue
    }
    const before =
      edited.get(row.record) ??
      Array.from({ length: columns }, (_, index) => row.cells[index] ?? '')
    edited.set(row.record, before.with(column, value))
  }
  const changed = rows.filter(({ record, cells: before }) =>
    edited.get(record)?.some((cell, index) => cell !== (before[index] ?? '')),
  )
  return {
    edits: changed.map(({ record }) => ({ record, cells: edited.get(record) ?? [] })),
    left,
  }
}

/** The same value into every chosen cell. */
export function filled(selection: Selection, value: string): (Place & { value: string })[] {
  return placesIn(selection).map((place) => ({ ...place, value }))
}

/** The first chosen row's cells into those below them. */
export function filledDown(
  rows: readonly FixableRow[],
  selection: Selection,
): (Place & { value: string })[] {
  const { from } = bounds(selection)
  return placesIn(selection)
    .filter(({ row }) => row > from.row)
    .map((place) => ({ ...place, value: rows[from.row]?.cells[place.column] ?? '' }))
}

/** A table from a spreadsheet, from the first chosen cell on; a single value goes into all that are chosen. */
export function pasted(selection: Selection, text: string): (Place & { value: string })[] {
  // What was copied ends with a line's end; an empty cell of one column is a line of nothing.
  const { data } = Papa.parse<string[]>(text.replace(/\r?\n$/, ''), { delimiter: '\t' })
  const [[only = ''] = []] = data
  if (data.length === 1 && data[0]?.length === 1) return filled(selection, only)
  const { from } = bounds(selection)
  return data.flatMap((cells, row) =>
    cells.map((value, column) => ({ row: from.row + row, column: from.column + column, value })),
  )
}

/** The chosen cells as a spreadsheet takes them. */
export function copied(rows: readonly FixableRow[], selection: Selection): string {
  const { from, to } = bounds(selection)
  const table = rows
    .slice(from.row, to.row + 1)
    .map(({ cells }) =>
      Array.from({ length: to.column - from.column + 1 }, (_, at) => cells[from.column + at] ?? ''),
    )
  return Papa.unparse(table, { delimiter: '\t', newline: '\r\n' })
}

function placesIn(selection: Selection): Place[] {
  const { from, to } = bounds(selection)
  const places: Place[] = []
  for (let row = from.row; row <= to.row; row += 1)
    for (let column = from.column; column <= to.column; column += 1) places.push({ row, column })
  return places
}

/** A single cell that was wrong in its row and has become another; null: it was more than that, or nothing was wrong with it. */
export function fixedByHand(
  rows: readonly FixableRow[],
  cells: readonly (Place & { value: string })[],
  columns: HeldPage['columns'],
): { column: number; before: string; after: string } | null {
  const [only] = cells
  if (only === undefined || cells.length > 1) return null
  const row = rows[only.row]
  const { name = '' } = columns[only.column] ?? {}
  const isWrong = row?.problems?.some(({ column }) => name !== '' && column === name) === true
  const before = row?.cells[only.column] ?? ''
  return isWrong && before !== only.value
    ? { column: only.column, before, after: only.value }
    : null
}

/** What makes rows again what they are now. */
export function inverse(rows: readonly FixableRow[]): FixChange[] {
  return rows.flatMap(({ record, state, cells, dropped }): FixChange[] => {
    const records = [record]
    switch (state) {
      case 'held':
        return [{ records, to: { kind: 'restore' } }]
      case 'edited':
        return [{ records, to: { kind: 'cells', cells } }]
      case 'dropped':
        return [{ records, to: { kind: 'drop', reason: dropped } }]
      case 'sent':
      case 'delivered':
        return []
    }
  })
}
