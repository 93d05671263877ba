/** Records cut out of their file as they stand there, with what stands above them. */
import { writeFile } from 'node:fs/promises'
import type { Control } from '../runs/ports/control.ts'
import type { CutInput, CutOutput } from '../runs/ports/effects.ts'
import { OpenFile, RecordLines, lineageOf, openIfThere } from './lookFiles.ts'
import { offsetFor } from './recordIndex.ts'

export async function cut(
  { files, records, above, target }: CutInput,
  { signal }: Control<never>,
): Promise<CutOutput> {
  signal.throwIfAborted()
  const pieces = piecesOf(records, above)
  await writeFile(target, linesOf(files, pieces), { signal })
  return pieces.map(({ from }) => from)
}

interface Piece {
  from: number
  to: number
}

function piecesOf(records: readonly number[], above: number): Piece[] {
  const pieces: Piece[] = []
  for (const record of records) {
    const from = Math.max(1, record - above)
    const last = pieces.at(-1)
    if (last !== undefined && from <= last.to + 1) last.to = record
    else pieces.push({ from, to: record })
  }
  return pieces
}

function* linesOf(files: CutInput['files'], pieces: readonly Piece[]): Generator<Buffer> {
  using records = openIfThere(files.records, (path) => new RecordLines(path))
  using index = openIfThere(files.index, (path) => new OpenFile(path))
  if (records === null || index === null) return
  for (const { from, to } of pieces) {
    const offset = offsetFor(index.file, index.size, 'record', from)
    if (offset === null) return
    records.seek(offset)
    for (let line = records.next(); line !== null; line = records.next()) {
      const { record } = lineageOf(line)
      if (record > to) break
      if (record >= from) yield line
    }
  }
}
