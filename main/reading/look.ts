/** Rows of a file that has been read, or is being read, from any place of it. */
import { HeldRow } from '../../shared/domain/files/quarantine.ts'
import { Repair } from '../../shared/domain/files/preview.ts'
import { type LookRow, type RowFate, pageCellCharacters } from '../../shared/domain/files/look.ts'
import type { Control } from '../runs/ports/control.ts'
import type { FindInput, LookFiles, PageInput } from '../runs/ports/looking.ts'
import { parseCanonical } from './canonical.ts'
import {
  ChosenRecords,
  OpenFile,
  RecordLines,
  SortedLines,
  lineageOf,
  openIfThere,
} from './lookFiles.ts'
import { offsetFor } from './recordIndex.ts'

const recordLines = (path: string): RecordLines => new RecordLines(path)
const sortedLines = (path: string): SortedLines => new SortedLines(path)
const chosenRecords = (path: string): ChosenRecords => new ChosenRecords(path)
const openFile = (path: string): OpenFile => new OpenFile(path)

/** A page of rows, in their order; fewer where the file ends, or has not been read so far. */
export async function page(input: PageInput, { signal }: Control<never>): Promise<LookRow[]> {
  signal.throwIfAborted()
  const { from, limit, files } = input
  using chosen = openIfThere(files.chosen, chosenRecords)
  const wanted =
    chosen?.page(from, limit) ?? Array.from({ length: limit }, (_, nth) => from + nth + 1)
  const inOrder = wanted.toSorted((one, other) => one - other)
  const rows = new Map<number, LookRow>()
  for (const row of standing(files, inOrder)) rows.set(row.record, row)
  for (const { record, text } of linesOf(files.repaired, inOrder)) {
    const row = rows.get(record)
    if (row !== undefined) row.repaired = Repair.parse(secondOf(text))
  }
  for (const { record, text } of linesOf(files.broken, inOrder)) {
    const { line, raw, reasons } = HeldRow.parse(JSON.parse(text))
    const reason = reasons.map(({ message }) => message).join(' ')
    const fate: RowFate = { kind: 'broken', raw: raw.slice(0, pageCellCharacters), reason }
    rows.set(record, { record, line, cells: [], longer: {}, fate })
  }
  for (const { record, text } of linesOf(files.held, inOrder)) {
    const row = rows.get(record)
    if (row !== undefined)
      row.fate = { kind: 'held', reasons: HeldRow.parse(JSON.parse(text)).reasons }
  }
  for (const { record, text } of linesOf(files.dropped, inOrder)) {
    const row = rows.get(record)
    if (row !== undefined) row.fate = { kind: 'dropped', rule: secondOf(text) }
  }
  return wanted.flatMap((record) => rows.get(record) ?? [])
}

/** Of `record,word`. */
const secondOf = (line: string): string => line.slice(line.indexOf(',') + 1).trim()

/** Those of the records, in ascending order, that are in the records file. */
function* standing(files: LookFiles, wanted: readonly number[]): Generator<LookRow> {
  using records = openIfThere(files.records, recordLines)
  using index = openIfThere(files.index, openFile)
  if (records === null || index === null) return
  let place = -1
  let bytes: Buffer | null = null
  for (const record of wanted) {
    const offset = offsetFor(index.file, index.size, 'record', record)
    if (offset === null) return
    if (offset > place) {
      place = offset
      records.seek(offset)
      bytes = records.next()
    }
    while (bytes !== null && lineageOf(bytes).record < record) bytes = records.next()
    if (bytes === null || lineageOf(bytes).record > record) continue
    for (const { line, cells } of parseCanonical(bytes)) yield rowOf(record, line, cells)
  }
}

function rowOf(record: number, line: number, cells: string[]): LookRow {
  const longer: Record<string, number> = {}
  for (const [place, cell] of cells.entries()) {
    if (cell.length <= pageCellCharacters) continue
    longer[place] = cell.length
    cells[place] = cell.slice(0, pageCellCharacters)
  }
  return { record, line, cells, longer, fate: { kind: 'stands' } }
}

/** The lines of those of the records, in ascending order, that the file has. */
function* linesOf(path: string | null, wanted: readonly number[]) {
  using lines = openIfThere(path, sortedLines)
  if (lines === null) return
  let line = lines.from(wanted[0] ?? 0)
  for (const record of wanted) {
    if (line !== null && line.record < record) {
      const next = lines.after(line)
      line = next === null || next.record >= record ? next : lines.from(record)
    }
    if (line === null) return
    if (line.record === record) yield line
  }
}

/**
 * The row, from 0, in which a line of the file stands, or the last one before it; the first row for what stands
 * before all. null: the filter lets none through, or nothing has been read.
 */
export async function find(
  { line, files }: FindInput,
  { signal }: Control<never>,
): Promise<number | null> {
  signal.throwIfAborted()
  const record = recordOn(files, line)
  using chosen = openIfThere(files.chosen, chosenRecords)
  if (chosen === null) return record === 0 ? null : record - 1
  // What is in another order has to be looked through; what is not, too, and that is quick.
  let best: { row: number; record: number } | null = null
  const step = 65_536
  for (let from = 0; from < chosen.rows; from += step) {
    signal.throwIfAborted()
    for (const [nth, one] of chosen.page(from, step).entries())
      if (best === null || (one <= record && (one > best.record || best.record > record)))
        best = { row: from + nth, record: one }
  }
  return best?.row ?? null
}

/** The last record that begins on the line or before it, or the first of all; 0: there is none. */
function recordOn(files: LookFiles, line: number): number {
  using records = openIfThere(files.records, recordLines)
  using index = openIfThere(files.index, openFile)
  using broken = openIfThere(files.broken, sortedLines)
  let found = 0
  let first = Infinity
  const offset = index === null ? null : offsetFor(index.file, index.size, 'line', line)
  if (records !== null && offset !== null) {
    records.seek(offset)
    for (let bytes = records.next(); bytes !== null; bytes = records.next()) {
      const at = lineageOf(bytes)
      first = Math.min(first, at.record)
      if (at.line > line) break
      found = at.record
    }
  }
  for (
    let held = broken?.from(found + 1) ?? null;
    held !== null;
    held = broken?.after(held) ?? null
  ) {
    first = Math.min(first, held.record)
    if (HeldRow.parse(JSON.parse(held.text)).line > line) break
    found = held.record
  }
  return found > 0 || first === Infinity ? found : first
}
