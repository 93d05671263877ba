/** The cells of held-back rows, cut from the text that was kept of them; and rows written to be read again. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { HeldRow } from '../../shared/domain/quarantine.ts'
import type { HeldLayout } from '../runs/ports/reading.ts'
import { canonical, cellText, cellsOf, parseCanonical } from './canonical.ts'
import { maxRawBytes } from './delimited/window.ts'
import { writeAll } from './read.ts'
import { readerOf } from './readers.ts'

/** A character at the limit may have been left out, and a line's end. */
const nearlyMaxRawBytes = maxRawBytes - 8

/** Whether more of the row stood in the file than was kept. */
export function isCut({ raw }: HeldRow): boolean {
  return raw.length * 4 >= nearlyMaxRawBytes && Buffer.byteLength(raw) >= nearlyMaxRawBytes
}

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

/** How much text is gathered before it is written. */
const pieceLength = 64 * 1024

/** Rows as a file that `fixedReading` reads. */
export async function writeRows(
  target: string,
  labels: readonly string[],
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<number> {
  const file = await open(target, 'w', 0o600)
  try {
    // A line of nothing would be no record.
    const line = (cells: readonly string[]): string =>
      `${cells.map((cell) => (cells.length === 1 && cell === '' ? '""' : cellText(cell))).join(',')}\n`
    await writeAll(file, Buffer.from(line(labels)))
    let piece = ''
    for await (const cells of rows) {
      piece += line(cells)
      if (piece.length < pieceLength) continue
      await writeAll(file, Buffer.from(piece))
      piece = ''
    }
    await writeAll(file, Buffer.from(piece))
    await file.sync()
    return (await file.stat()).size
  } finally {
    await file.close()
  }
}

/** The records of a canonical file, a chunk of them in memory at a time. */
export async function* readRecords(
  recordsFile: string,
): AsyncGenerator<{ line: number; cells: string[] }> {
  let left: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(recordsFile) as AsyncIterable<Buffer>) {
    left = Buffer.concat([left, chunk])
    let end = 0
    let isQuoted = false
    for (const [index, byte] of left.entries()) {
      if (byte === canonical.doubleQuote) isQuoted = !isQuoted
      else if (byte === canonical.lf && !isQuoted) end = index + 1
    }
    yield* parseCanonical(left.subarray(0, end))
    left = left.subarray(end)
  }
}
