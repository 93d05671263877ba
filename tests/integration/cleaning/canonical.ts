import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { clean } from '../../../main/cleaning/clean.ts'
import type { CleanInput, CleanOutput } from '../../../main/runs/ports/cleaning.ts'
import { HeldRow } from '../../../shared/domain/files/quarantine.ts'

/** A cell: NULL is empty, '' is quoted and empty. */
export type Cell = string | null

export function csvCell(cell: Cell): string {
  if (cell === null) return ''
  return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** Writes a source file with its canonical records beside it, as the reading room would. */
export function writeRecords(folder: string, labels: string[], rows: Cell[][]): CleanInput {
  const sourceFile = join(folder, 'source.csv')
  const recordsFile = join(folder, 'records.csv')
  let source = `${labels.map(csvCell).join(',')}\n`
  let records = ''
  let offset = Buffer.byteLength(source)
  let line = 2
  for (const [index, row] of rows.entries()) {
    const text = `${row.map(csvCell).join(',')}\n`
    const bytes = Buffer.byteLength(text)
    records += `${index + 1},${line},${offset},${bytes},${text}`
    source += text
    offset += bytes
    line += text.split('\n').length - 1
  }
  writeFileSync(sourceFile, source)
  writeFileSync(recordsFile, records)
  return {
    recordsFile,
    labels,
    labelsInFile: true,
    conventions: { decimalMark: '.' },
    sourceFile,
    raw: { in: 'source', encoding: 'utf-8' },
    recipe: [],
    contract: null,
    maxQuarantinedShare: 1,
    format: 'csv',
    workFolder: join(folder, 'work'),
    outputFile: join(folder, 'work', 'out.csv'),
    quarantineFile: join(folder, 'held.ndjson'),
  }
}

export async function runClean(
  input: CleanInput,
  signal: AbortSignal = new AbortController().signal,
  report: (doing: string) => void = () => undefined,
): Promise<CleanOutput> {
  return clean(input, {
    signal,
    report: ({ doing }) => report(doing),
    ask: () => Promise.reject(new Error('cleaning asks nothing')),
  })
}

export function readHeld(file: string): HeldRow[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => HeldRow.parse(JSON.parse(line)))
}
