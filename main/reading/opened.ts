import { stat } from 'node:fs/promises'
import type { DetectedReading, Reading, Remembered } from '../../shared/domain/files/reading.ts'
import { unpack } from './packed/unpack.ts'
import { inQuotes } from './packed/zip.ts'
import type { Arrived } from './reader.ts'
import { detectReading } from './readers.ts'
import { fitting } from './remembered.ts'

export interface OpenInput {
  path: string
  /** Of the whole file, where it is still arriving. */
  bytes?: number
  /** null: as remembered, else detect. */
  reading: Reading | null
  remembered?: Remembered | undefined
  /** Which file of an archive, where not the one of the reading; null: that, or the first that is called like data. */
  entry: string | null
  /** Where what is packed is unpacked to, and how much of it is wanted. */
  unpackedFile: string
  enoughBytes: number
}

/** A file as readers take it, and how. */
export interface Opened extends DetectedReading {
  file: Arrived
  /** Whether `file` is the unpacked one. */
  isUnpacked: boolean
  entries: string[]
}

/**
 * Unpacks what is packed, and finds out how it is to be read. Throws `source-empty`, `source-binary`, `source-too-wide`,
 * `source-truncated`, `source-arriving`, `usage`, `disk-full`.
 */
export async function openReading(
  input: OpenInput,
  signal: AbortSignal,
  onUnpacking: (progress: { bytesDone: number; bytesTotal: number }) => void = () => {},
): Promise<Opened> {
  const { path, unpackedFile: target, enoughBytes } = input
  const { size } = await stat(path)
  const source = { path, size, bytes: input.bytes ?? size }
  const remembered = (input.reading ?? input.remembered?.reading)?.entry ?? null
  const name = input.entry ?? remembered
  const wanted = name === null ? null : { name, isExact: input.entry !== null }
  const unpacked = await unpack(
    { file: source, target, wanted, enoughBytes },
    signal,
    (bytesDone) => onUnpacking({ bytesDone, bytesTotal: source.bytes }),
  )
  const { file, entry, entries } = unpacked ?? { file: source, entry: null, entries: [] }
  const { reading, doubts, ...evidence }: DetectedReading =
    input.reading !== null && input.entry === null
      ? { reading: input.reading, doubts: [] }
      : input.remembered !== undefined && input.entry === null
        ? await fitting(file, input.remembered, signal)
        : await detectReading(file, signal)
  const said = { ...evidence, file, isUnpacked: unpacked !== null, entries }
  if (entry === null) return { ...said, reading, doubts }
  const others = entries.filter((other) => other !== entry)
  const which = `Of the archive “${entry}” is read, and not ${inQuotes(others)}. Check that it is the right one.`
  return {
    ...said,
    reading: { ...reading, entry },
    doubts: wanted === null ? [which, ...doubts] : doubts,
  }
}
