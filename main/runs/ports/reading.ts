import type { HeldRow } from '../../../shared/domain/quarantine.ts'
import type {
  DetectedReading,
  Ragged,
  Reading,
  TableFacts,
} from '../../../shared/domain/reading.ts'

export interface PreviewInput {
  /** The file, or what has arrived of it. */
  path: string
  name: string
  /** Size of the whole file, which may be larger than what `path` holds yet. */
  bytes: number
  /** null: detect. */
  reading: Reading | null
  rows: number
}

export interface ReadInput {
  path: string
  /** null: detect. Detection that has doubts still reads; the doubts come back. */
  reading: Reading | null
  /** Canonical records, see `recordsLayout`. */
  recordsFile: string
  /** Records whose structure is broken: one `HeldRow` a line, as JSON. */
  quarantineFile: string
}

export interface ReadOutput extends TableFacts {
  detected: DetectedReading
  /** Column labels in file order, made unique and never blank. */
  labels: string[]
  /** Records found, the header not counted: written + quarantined. */
  records: number
  quarantined: number
}

export interface ReadReport {
  bytesDone: number
  rowsDone: number
  quarantined: number
}

/** A file read for other programs. */
export interface PlainCopyInput {
  path: string
  /** UTF-8, comma, doubled quotes, LF; the text of the cells as it is; a header row where the file has one. */
  outFile: string
  /** Rows that were held back, one `HeldRow` a line as JSON; not there where none were. */
  heldFile: string
  ragged: Ragged
}

export interface PlainCopy extends DetectedReading {
  /** As they stand in the file; null where none do. */
  header: string[] | null
  columns: number
  /** Found, the header not counted: written + held. */
  records: number
  held: number
}

/** Reads a page of a quarantine file. */
export interface HeldRows {
  total: number
  rows: HeldRow[]
}

/** Reads quarantine files; the reading room knows their layout. */
export interface RejectsReader {
  page(files: readonly string[], offset: number, limit: number): Promise<HeldRows>
  csv(files: readonly string[]): ReadableStream<Uint8Array>
}
