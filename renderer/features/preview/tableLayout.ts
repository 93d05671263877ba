import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { LookRow } from '../../../shared/domain/files/look.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'

/** The first rows of a file as the whole-file view has them: records and broken records, in the order of the file. */
export function headRows({
  rows: standing,
  broken,
  estimatedRecords,
}: Pick<Preview, 'rows' | 'broken' | 'estimatedRecords'>): LookRow[] {
  // Of broken ones there may be some from further down.
  const isAll = estimatedRecords <= standing.length + broken.length
  const last = isAll ? Infinity : (standing.at(-1)?.line ?? Infinity)
  const rows: Omit<LookRow, 'record'>[] = [
    ...standing.map(({ line, cells, repaired }) => ({
      line,
      cells,
      ...(repaired === undefined ? {} : { repaired }),
      longer: {},
      fate: { kind: 'stands' as const },
    })),
    ...broken
      .filter(({ line }) => line <= last)
      .map(({ line, raw, reason }) => ({
        line,
        cells: [],
        longer: {},
        fate: { kind: 'broken' as const, raw, reason },
      })),
  ]
  return rows
    .sort((one, other) => one.line - other.line)
    .map((row, index) => ({ ...row, record: index + 1 }))
}

const characterPx = 7.2
const boldCharacterPx = 8.6
const narrowestPx = 92
const widestPx = 340
const sampledRows = 60

/**
 * A width in px for each column: what its label and first cells need; the word for its type may be cut, within limits. `twice`: labels
 * of columns whose cells are shown as they were and as they are.
 */
export function columnWidths(
  columns: readonly Pick<Column, 'label'>[],
  rows: readonly Pick<LookRow, 'cells'>[],
  twice: ReadonlySet<string> = new Set(),
): number[] {
  return columns.map((column, index) => {
    let longest = 0
    for (const row of rows.slice(0, sampledRows))
      longest = Math.max(longest, row.cells[index]?.length ?? 0)
    // A label is bold, and the button that orders by its column stands beside it.
    const labelPx = column.label.length * boldCharacterPx + 56
    // What stands there now is bold.
    const asWellPx = twice.has(column.label) ? (longest + 1) * boldCharacterPx + 8 : 0
    const neededPx = Math.max(labelPx, longest * characterPx + asWellPx + 28)
    return Math.round(Math.min(widestPx, Math.max(narrowestPx, neededPx)))
  })
}
