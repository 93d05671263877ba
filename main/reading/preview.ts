/** The first rows of a file, exactly as reading will yield them. */
import { rm, stat } from 'node:fs/promises'
import { undecidedOrder } from '../../shared/domain/columns/columnDoubts.ts'
import { nameColumns } from '../../shared/domain/columns/columnNames.ts'
import { examineColumn, isTotal, settleOrders } from '../../shared/domain/columns/columns.ts'
import type { Preview } from '../../shared/domain/files/preview.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Control } from '../runs/ports/control.ts'
import type { PreviewInput } from '../runs/ports/reading.ts'
import { openReading } from './opened.ts'
import { fileProblem } from './read.ts'
import { partsOf } from './reader.ts'
import { everyTable, readerOf } from './readers.ts'

/** More broken rows than this tell nothing new. */
const maxBroken = 100

/** Of a packed file. As much of most exports is all of them, and the preview reads them as the run will. */
const enoughBytes = 8 * 1024 * 1024

/** Throws as `read` does. Works on a file that is still arriving: a row cut at its end is left out. */
export async function preview(input: PreviewInput, control: Control<never>): Promise<Preview> {
  try {
    return await previewFile(input, control.signal)
  } catch (thrown) {
    control.signal.throwIfAborted()
    throw fileProblem(thrown)
  } finally {
    await rm(input.unpackedFile, { force: true })
  }
}

async function previewFile(input: PreviewInput, signal: AbortSignal): Promise<Preview> {
  const { path, name, bytes, unpackedFile } = input
  const look = async (upTo: number) => {
    const { reading: given, remembered, entry } = input
    const opened = await openReading(
      { path, bytes, reading: given, remembered, entry, unpackedFile, enoughBytes: upTo },
      signal,
    )
    const sample = await readerOf(opened.reading).sample(opened.file, opened.reading, signal)
    const tables = input.everyTable ? await everyTable(opened.file, opened.reading, signal) : null
    return { ...opened, sample: { ...sample, parts: tables ?? sample.parts } }
  }
  const { reading, entries, sample, ...opened } = await look(
    input.everyTable ? Infinity : enoughBytes,
  ).catch(async (thrown: unknown) => {
    // What is packed may be of a kind that is read from its end.
    const isHere = (await stat(path)).size >= bytes
    if (!isHere || Problem.from(thrown).code !== 'source-arriving') throw thrown
    return await look(Infinity)
  })

  const { labels, records, conventions } = sample
  const names = nameColumns(labels)
  const columnDoubts: Preview['columnDoubts'] = []
  // Sums are written otherwise than what they sum up.
  const counted = records.filter(({ cells }) => !isTotal(cells))
  const ties = new Set<string>()
  const offers: Preview['offers'] = {}
  const proposed = labels.map((label, index) => {
    const proposal = examineColumn(
      names[index] ?? label,
      label,
      counted.map((record) => record.cells[index] ?? ''),
      conventions.decimalMark,
    )
    columnDoubts.push(...proposal.doubts.map((sentence) => ({ label, sentence })))
    if (proposal.isTie) ties.add(label)
    if (proposal.offer !== undefined) offers[label] = proposal.offer
    return proposal.column
  })
  const { columns, undecided } = settleOrders(proposed, ties, conventions.decimalMark)
  return {
    name,
    bytes,
    detected: {
      reading,
      doubts: [...opened.doubts, ...sample.doubts],
      ...(opened.encoding === undefined ? {} : { encoding: opened.encoding }),
      ...(opened.weighed === undefined ? {} : { weighed: opened.weighed }),
    },
    columnDoubts: [
      ...columnDoubts,
      ...undecided.map((label) => ({ label, sentence: undecidedOrder(label) })),
    ],
    undecided,
    offers,
    columns,
    rows: records.slice(0, input.rows),
    broken: sample.held.slice(0, maxBroken).map(({ line, raw, reasons }) => ({
      line,
      raw,
      reason: reasons.map((reason) => reason.message).join(' '),
    })),
    parts: [
      partsOf(
        'entry',
        entries.map((entry) => ({ name: entry, reading: null })),
        reading.entry ?? '',
      ),
      sample.parts,
    ].filter((parts) => parts !== null),
    ruler: sample.ruler ?? null,
    estimatedRecords: sample.estimatedRecords,
  }
}
