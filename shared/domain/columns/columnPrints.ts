/** Takes the prints of a file's columns from its first rows. */
import type { DecimalMark } from '../cells/cellPatterns.ts'
import { patternOf } from '../cells/cellShape.ts'
import type { ColumnPrint } from './columnPrint.ts'
import { examineColumn } from './columns.ts'
import type { Column, ColumnType } from '../datasets/dataset.ts'
import { personalKind } from '../privacy/personal.ts'

/** What is looked at of a file, and kept of each of its columns. */
const most = { rows: 1000, cells: 100_000, shapes: 8, values: 64 }
/** Of a file with more columns only kinds and shapes are kept. */
const fewColumns = 200

/** How many of the first rows of a file with so many columns are looked at. */
export function printedRows(columns: number): number {
  return Math.max(20, Math.min(most.rows, Math.floor(most.cells / Math.max(1, columns))))
}

/** Of the rows that a preview shows. */
export function printsOfPreview({
  columns,
  rows,
}: {
  columns: readonly Column[]
  rows: readonly { cells: readonly string[] }[]
}): ColumnPrint[] {
  return printsOf(
    columns.map(({ label }) => label),
    rows.map(({ cells }) => cells),
    columns.find(({ decimalMark }) => decimalMark !== undefined)?.decimalMark,
  )
}

/** By column. `rows`: the first of the file, their cells as they stand in it. */
export function printsOf(
  labels: readonly string[],
  rows: readonly (readonly string[])[],
  decimalMark: DecimalMark = '.',
): ColumnPrint[] {
  return labels.map((label, index) => {
    const filled = rows
      .slice(0, printedRows(labels.length))
      .map((row) => (row[index] ?? '').trim())
      .filter((cell) => cell !== '')
    const counts = new Map<string, number>()
    for (const cell of filled) {
      const shape = patternOf(cell)
      counts.set(shape, (counts.get(shape) ?? 0) + 1)
    }
    const shapes = [...counts]
      .toSorted(([one, of], [other, than]) => than - of || (one < other ? -1 : 1))
      .slice(0, most.shapes)
      .map(([shape, count]): [string, number] => [
        shape,
        Math.round((1000 * count) / filled.length) / 1000,
      ])
    const different = new Set(filled.map(hashOf))
    const personal = filled.length === 0 ? null : personalKind(label, [...new Set(filled)])
    const isSet = different.size <= most.values && different.size * 2 <= filled.length
    return {
      label,
      kind: kindOf(examineColumn(label, label, filled, decimalMark).column.type),
      shapes,
      values: isSet && labels.length <= fewColumns ? [...different] : null,
      ...(personal === null ? {} : { personal }),
    }
  })
}

function kindOf(type: ColumnType): ColumnPrint['kind'] {
  switch (type) {
    case 'integer':
    case 'decimal':
      return 'number'
    case 'date':
    case 'timestamp':
      return 'day'
    case 'text':
    case 'boolean':
      return type
    // As before there were such types: what is stored of older files is compared with it.
    case 'time':
    case 'duration':
      return 'text'
  }
}

/** FNV-1a of the characters, without regard to case. */
function hashOf(cell: string): number {
  let hash = 0x811c9dc5
  for (const character of cell.toLowerCase()) {
    hash ^= character.codePointAt(0) ?? 0
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}
