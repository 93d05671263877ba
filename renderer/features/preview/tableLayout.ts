import type { Column } from '../../../shared/domain/dataset.ts'
import type { Preview } from '../../../shared/domain/preview.ts'

/** One line of the table: a record as it will be read, or one that is broken. */
export type TableLine =
  | { kind: 'record'; line: number; cells: readonly string[] }
  | { kind: 'broken'; line: number; raw: string; reason: string }

/** Records and broken records together, in the order of the file. */
export function tableLines(preview: Pick<Preview, 'rows' | 'broken'>): TableLine[] {
  const lines: TableLine[] = [
    ...preview.rows.map((row) => ({ kind: 'record' as const, ...row })),
    ...preview.broken.map((row) => ({ kind: 'broken' as const, ...row })),
  ]
  return lines.sort((a, b) => a.line - b.line)
}

const characterPx = 7.2
const narrowestPx = 92
const widestPx = 340
const sampledRows = 60

/** A width in px for each column: what its label and first cells need; the word for its type may be cut, within limits. */
export function columnWidths(columns: readonly Column[], rows: Preview['rows']): number[] {
  return columns.map((column, index) => {
    let longest = column.label.length
    for (const row of rows.slice(0, sampledRows))
      longest = Math.max(longest, row.cells[index]?.length ?? 0)
    return Math.round(Math.min(widestPx, Math.max(narrowestPx, longest * characterPx + 24)))
  })
}
