/** Held-back rows as people see them: a page of them on screen, all of them as a CSV file. */
import { ReadableStream } from 'node:stream/web'
import { harmless } from '../../shared/domain/fixing/fixing.ts'
import type { HeldRow } from '../../shared/domain/files/quarantine.ts'
import type { HeldLayout, HeldRows, TableDelimiter } from '../runs/ports/reading.ts'
import { eraseHeld, isCut, placedRows } from './heldFiles.ts'
import { heldIndex } from './heldIndex.ts'
import { workbookOf } from './sheets/write.ts'
import { readRecords, writeRows } from './plainRows.ts'

/** All rows of some files, in file order. */
export async function* heldRows(files: readonly string[]): AsyncGenerator<HeldRow> {
  for await (const { row } of placedRows(files)) yield row
}

/** A page of the rows that the steps of a run held back, in file order, and how many there are in all. */
export async function readHeldRows(
  files: readonly string[],
  offset: number,
  limit: number,
): Promise<HeldRows> {
  const rows: HeldRow[] = []
  let total = 0
  for await (const row of heldRows(files)) {
    if (total >= offset && rows.length < limit) rows.push(row)
    total += 1
  }
  return { total, rows }
}

/** How much text is gathered before it is passed on. */
const pieceLength = 64 * 1024

async function* csvPieces(
  rows: AsyncIterable<readonly string[]>,
  delimiter: TableDelimiter,
): AsyncGenerator<Uint8Array> {
  const line = (cells: readonly string[]): string => `${cells.map(quoted).join(delimiter)}\r\n`
  let piece = '\uFEFF'
  for await (const cells of rows) {
    piece += line(cells)
    if (piece.length < pieceLength) continue
    yield Buffer.from(piece)
    piece = ''
  }
  yield Buffer.from(piece)
}

/**
 * Rows as CSV. UTF-8 with a byte-order mark and CRLF, so that Excel shows letters rightly by a double click. Reads as fast
 * as the stream is drained, and no further when it is cancelled.
 */
export function tableCsv(
  rows: AsyncIterable<readonly string[]>,
  delimiter: TableDelimiter = ',',
): ReadableStream<Uint8Array> {
  return ReadableStream.from(csvPieces(rows, delimiter))
}

async function* heldTable(files: readonly string[]): AsyncGenerator<string[]> {
  yield ['line', 'record', 'reasons', 'raw']
  for await (const { line, record, reasons, raw } of heldRows(files)) {
    const why = reasons.map(({ message }) => message).join(' ')
    yield [`${line}`, `${record}`, why, raw].map(harmless)
  }
}

/** Every held-back row as CSV: line, record, reasons, raw. What a spreadsheet would run as a formula is made harmless. */
export function heldRowsCsv(files: readonly string[]): ReadableStream<Uint8Array> {
  return tableCsv(heldTable(files))
}

/** Only now: whoever opens a core needs no reader of files before somebody looks at held-back rows. */
async function cellsOf(layout: HeldLayout): Promise<(row: HeldRow) => string[]> {
  const { heldCells } = await import('./heldCells.ts')
  return (row) => heldCells(row, layout)
}

/** All of it, as the use cases ask for it. */
export const rejectsReader = {
  page: readHeldRows,
  rows: heldRows,
  cellsOf,
  isCut,
  index: heldIndex,
  csv: tableCsv,
  workbook: workbookOf,
  write: writeRows,
  erase: eraseHeld,
  records: readRecords,
}

function quoted(text: string): string {
  return /[",;\t\r\n' ]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
