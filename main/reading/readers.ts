/** The kinds of file that Pallet reads. */
import type { Parts } from '../../shared/domain/files/preview.ts'
import type {
  DetectedReading,
  Reading,
  ReadingKind,
  ReadingOf,
} from '../../shared/domain/files/reading.ts'
import { delimited } from './delimited/reader.ts'
import { fixed } from './fixed/reader.ts'
import { parquet } from './parquet/reader.ts'
import { records } from './records/reader.ts'
import type { Arrived, Reader } from './reader.ts'
import { sheet } from './sheets/reader.ts'

/** In the order in which they are asked; delimited text is the last, for it takes any text. */
const readers: { [Kind in ReadingKind]: Reader<Kind> } = {
  records,
  sheet,
  parquet,
  fixed,
  delimited,
}

export function readerOf<Kind extends ReadingKind>({ kind }: ReadingOf<Kind>): Reader<Kind> {
  return readers[kind]
}

/** The kind of a file that its content names; null: it is text. */
export async function kindOfContent(
  file: Arrived,
  signal: AbortSignal,
): Promise<ReadingKind | null> {
  for (const reader of Object.values(readers)) {
    if (reader.takesAnyText === true) continue
    const found = await reader.detect(file, signal)
    if (found !== null) return found.reading.kind
  }
  return null
}

/** The tables of a file, of all of it; null: it has one, or is of a kind that has no such. Throws as `Reader.read` does. */
export async function everyTable(
  file: Arrived,
  reading: Reading,
  signal: AbortSignal,
): Promise<Parts | null> {
  if (reading.kind !== 'delimited') return null
  const nowhere = () => Promise.resolve()
  const sink = { records: nowhere, held: nowhere }
  return (await delimited.read(file, reading, sink, { signal, report: () => {} })).parts
}

/** Throws `source-empty`, `source-binary` and `source-too-wide`. */
export async function detectReading(file: Arrived, signal: AbortSignal): Promise<DetectedReading> {
  for (const reader of Object.values(readers)) {
    const found = await reader.detect(file, signal)
    if (found !== null) return found
  }
  throw new Error('The last reader takes or refuses every file.')
}
