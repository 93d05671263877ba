/** The first rows of a file, exactly as reading will yield them. */
import { stat } from 'node:fs/promises'
import { examineColumn, likelyDecimalMark, nameColumns } from '../../shared/domain/columns.ts'
import type { DetectedDialect } from '../../shared/domain/dialect.ts'
import type { Preview } from '../../shared/domain/preview.ts'
import type { Control } from '../runs/ports/control.ts'
import type { PreviewInput } from '../runs/ports/reading.ts'
import { detectFile } from './delimited/detect.ts'
import { readHead } from './delimited/head.ts'
import { decideLayout } from './delimited/layout.ts'
import { fileProblem } from './read.ts'

/** More broken rows than this tell nothing new. */
const maxBroken = 100

/** Throws as `read` does. Works on a file that is still arriving: a row cut at its end is left out. */
export async function preview(input: PreviewInput, control: Control<never>): Promise<Preview> {
  try {
    return await previewFile(input, control.signal)
  } catch (thrown) {
    control.signal.throwIfAborted()
    throw fileProblem(thrown)
  }
}

async function previewFile(input: PreviewInput, signal: AbortSignal): Promise<Preview> {
  const { path } = input
  const { size } = await stat(path)
  const complete = size >= input.bytes
  const detected: DetectedDialect =
    input.dialect === null
      ? await detectFile(path, size, signal)
      : { dialect: input.dialect, doubts: [] }
  const { dialect } = detected
  const any = {
    dialect: { ...dialect, header: false },
    width: null,
    trailingDelimiter: false,
    complete,
    signal,
  }
  const layout = decideLayout(await readHead(path, any), dialect.header)
  const { labels, width, trailingDelimiter } = layout
  const head = await readHead(path, { dialect, width, trailingDelimiter, complete, signal })

  const names = nameColumns(labels)
  const mark = likelyDecimalMark(dialect.delimiter)
  const doubts = [...detected.doubts, ...layout.doubts]
  const columns = labels.map((label, index) => {
    const proposal = examineColumn(
      names[index] ?? label,
      label,
      head.records.map((record) => record.cells[index] ?? ''),
      mark,
    )
    doubts.push(...proposal.doubts)
    return proposal.column
  })
  return {
    name: input.name,
    bytes: input.bytes,
    detected: { dialect, doubts },
    columns,
    rows: head.records.slice(0, input.rows).map(({ line, cells }) => ({ line, cells })),
    broken: head.held.slice(0, maxBroken).map(({ line, raw, reasons }) => ({
      line,
      raw,
      reason: reasons.map((reason) => reason.message).join(' '),
    })),
    estimatedRecords:
      head.whole || head.bytes === 0
        ? head.count
        : Math.round((head.count / head.bytes) * input.bytes),
  }
}
