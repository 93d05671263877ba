/** The cells of held-back rows, cut from the text that was kept of them. */
import type { HeldRow } from '../../shared/domain/files/quarantine.ts'
import type { HeldLayout } from '../runs/ports/reading.ts'
import { cellText, cellsOf } from './canonical.ts'
import { readerOf } from './readers.ts'

/**
 * As many cells as the file has columns, and one more for what stands beyond the last of them, where something does. A
 * text that cannot be cut stands there whole.
 */
export function heldCells({ raw }: HeldRow, { reading, labels, raw: kept }: HeldLayout): string[] {
  const width = labels.length
  const uncut = (): string[] => [...labels.map(() => ''), raw]
  const fitted = (cells: readonly string[]): string[] => {
    const beyond = cells.slice(width)
    return [
      ...labels.map((_, index) => cells[index] ?? ''),
      ...(beyond.every((cell) => cell === '') ? [] : [beyond.map(cellText).join(',')]),
    ]
  }
  if (kept.in === 'records') return fitted(cellsOf(Buffer.from(raw)))
  const cells = readerOf(reading).cellsOf?.(raw, reading, labels) ?? null
  return cells === null ? uncut() : fitted(cells)
}
