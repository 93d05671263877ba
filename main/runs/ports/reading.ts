import type { Parts } from '../../../shared/domain/files/preview.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'
import type {
  DetectedReading,
  Ragged,
  RawText,
  Reading,
  ReadingChoices,
  Remembered,
  TableFacts,
} from '../../../shared/domain/files/reading.ts'

export interface PreviewInput {
  /** The file, or what has arrived of it. */
  path: string
  name: string
  /** Size of the whole file, which may be larger than what `path` holds yet. */
  bytes: number
  /** null: as remembered, else detect. */
  reading: Reading | null
  remembered?: Remembered | undefined
  /** Another file of the archive than the reading says; then all else is detected. */
  entry: string | null
  /** Where the beginning of a packed file is unpacked to; removed again. */
  unpackedFile: string
  rows: number
  /** Whether the whole file is to be looked through for tables, and not its head alone. */
  everyTable?: boolean
}

export interface ReadInput {
  path: string
  /** null: as remembered, else detect. Detection that has doubts still reads; the doubts come back. */
  reading: Reading | null
  remembered?: Remembered | undefined
  /** Where a packed file is unpacked to; not there afterwards where none is. */
  unpackedFile: string
  /** Canonical records, see `recordsLayout`. */
  recordsFile: string
  /** Records whose structure is broken: one `HeldRow` a line, as JSON. */
  quarantineFile: string
  /** For whoever looks at the records. Absent: nobody does. */
  look?: {
    /** Where the records stand in their file; grows with it. */
    indexFile: string
    /** `record,repair` a line, of those that were mended. */
    repairedFile: string
  }
}

export interface ReadOutput extends TableFacts {
  /** Whether the source was packed: lineage then counts in `unpackedFile`. */
  isUnpacked: boolean
  detected: DetectedReading
  /** Column labels in file order, made unique and never blank. */
  labels: string[]
  /** Records found, the header not counted: written + quarantined. */
  records: number
  quarantined: number
}

/** What a look shows besides. */
export interface LookOutput extends ReadOutput {
  /** Records that were mended. */
  repaired: number
  /** What could be read instead, as only the whole file shows it; null: nothing else. */
  parts: Parts | null
}

export interface ReadReport {
  doing: string
  /** Of the packed file while it is unpacked, then of what was in it. */
  bytesDone: number
  bytesTotal: number
  rowsDone: number
  quarantined: number
}

/** A file read for other programs. */
export interface PlainCopyInput {
  path: string
  /** Which file of an archive; null: the first that is called like data. */
  entry: string | null
  /** Which of several tables of a text, from 1; absent: the first. */
  table?: number | undefined
  /** What is chosen; the rest is detected. */
  choices: ReadingChoices
  /** UTF-8, comma, doubled quotes, LF; the text of the cells as it is; a header row where the file has one. */
  outFile: string
  /** Rows that were held back, one `HeldRow` a line as JSON; not there where none were. */
  heldFile: string
  /** Where not as the reading says. */
  ragged: Ragged | undefined
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

/** Where a held-back row stands, and what is wrong with it. */
export interface HeldEntry {
  record: number
  /** Which of the files, and where in it. */
  file: number
  offset: number
  bytes: number
  isCut: boolean
  /** What its problems have in common with others (`groupOf`), as places in `HeldIndex.groups`; each once. */
  groups: readonly number[]
}

/** All held-back rows of a run without their text: any of them can be read without the others. */
export interface HeldIndex {
  groups: readonly string[]
  /** In file order, some at a time; memory does not grow with their number. */
  entries(): AsyncIterable<HeldEntry[]>
  read(entries: readonly HeldEntry[]): Promise<HeldRow[]>
}

/** What it takes to cut the text of a held-back row into cells. */
export interface HeldLayout {
  reading: Reading
  labels: readonly string[]
  raw: RawText
}

/** What every spreadsheet can cut by; which of them one does cut by is a setting of its computer. */
export type TableDelimiter = ',' | ';' | '\t'

/** Reads quarantine files; the reading room knows their layout. */
export interface RejectsReader {
  page(files: readonly string[], offset: number, limit: number): Promise<HeldRows>
  /** All of them, in file order. */
  rows(files: readonly string[]): AsyncIterable<HeldRow>
  /** Where they stand, kept in `indexFile` from the first time on. Throws `disk-full` or `home-unusable`. */
  index(files: readonly string[], indexFile: string): Promise<HeldIndex>
  /** What cuts the text of one; of many this is most of the work. */
  cellsOf(layout: HeldLayout): Promise<(row: HeldRow) => string[]>
  /** Whether its text was too long to be kept whole. */
  isCut(row: HeldRow): boolean
  /** A table for other programs. */
  csv(
    rows: AsyncIterable<readonly string[]>,
    delimiter?: TableDelimiter,
  ): ReadableStream<Uint8Array>
  /** The same as a sheet of texts, within `sheetLimits`. */
  workbook(rows: AsyncIterable<readonly string[]>): ReadableStream<Uint8Array>
  /** Writes rows as a file that is read as UTF-8, with commas, doubled quotes and a header row. Answers its size in bytes. */
  write(
    file: string,
    labels: readonly string[],
    rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  ): Promise<number>
  /** Leaves of these records their number, their line and why they were held back, and nothing that stood in them. */
  erase(file: string, records: readonly number[]): Promise<void>
  /** The records that reading has written. */
  records(recordsFile: string): AsyncIterable<{ line: number; cells: string[] }>
}
