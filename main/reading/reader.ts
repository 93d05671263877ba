/** What every reader of a kind of file can do. Which readers there are stands in `readers.ts`. */
import type { Parts, Preview, PreviewRow } from '../../shared/domain/files/preview.ts'
import type { HeldRow } from '../../shared/domain/files/quarantine.ts'
import type {
  DetectedReading,
  Ragged,
  ReadingKind,
  ReadingOf,
  TableFacts,
} from '../../shared/domain/files/reading.ts'
import type { Control } from '../runs/ports/control.ts'
import type { ReadReport } from '../runs/ports/reading.ts'

/** What there is of a file. */
export interface Arrived {
  path: string
  /** Bytes that are there, and bytes of the whole file: more while it is still arriving. */
  size: number
  bytes: number
}

export interface Table extends TableFacts {
  /** In file order, made unique and never blank. */
  labels: string[]
  /** The labels as they stand in the file; null where none do. */
  header: string[] | null
  /** What only showed when the file was read as detected: sentences that ask the person to look. */
  doubts: string[]
}

/** The first records of a file, as `read` will yield them. */
export interface Sample extends Table {
  records: PreviewRow[]
  held: HeldRow[]
  /** What could be read instead; null where there is nothing to choose. */
  parts: Parts | null
  /** Of text of fixed width. */
  ruler?: Preview['ruler']
  /** Records in the whole file; exact when the sample is the file. */
  estimatedRecords: number
}

/** Null where there is no second one. */
export function partsOf(of: Parts['of'], choices: Parts['choices'], taken: string): Parts | null {
  const index = choices.findIndex(({ name }) => name === taken)
  return choices.length < 2 ? null : { of, choices, taken: Math.max(0, index) }
}

export interface Counted extends Table {
  /** What could be read instead, where only the whole file shows it; null where there is nothing to choose. */
  parts: Parts | null
  records: number
  quarantined: number
}

/** Where a reader writes, whole lines each time: canonical records, and `HeldRow`s as JSON. */
export interface Sink {
  records(lines: Uint8Array): Promise<void>
  held(lines: Uint8Array): Promise<void>
  /** `record,repair` a line, of those records that were mended. */
  repaired?: (lines: Uint8Array) => Promise<void>
}

export type ReaderReport = Pick<ReadReport, 'bytesDone' | 'rowsDone' | 'quarantined'>

/** Where the labels of a file could stand instead: the reading from there, and the lines before them; null: found in each file anew. */
export interface Beginning<Kind extends ReadingKind> {
  reading: ReadingOf<Kind>
  linesBefore: number | null
}

/** Memory depends on no size: neither the file's nor a record's. */
export interface Reader<Kind extends ReadingKind> {
  /** Any text can be read so: another kind of text is no other kind of file. */
  takesAnyText?: true
  /**
   * How the file is to be read, decided by its content; null: it is of another kind. Throws `source-empty`,
   * `source-binary` and `source-too-wide`.
   */
  detect(
    file: Arrived,
    signal: AbortSignal,
  ): Promise<(DetectedReading & { reading: ReadingOf<Kind> }) | null>
  /** Throws as `read` does. A record that has not arrived whole is left out. */
  sample(file: Arrived, reading: ReadingOf<Kind>, signal: AbortSignal): Promise<Sample>
  /**
   * The same file and reading write the same. Rows of another width are held back unless said. Throws `source-empty`,
   * `source-too-wide` and `dialect-unclear`.
   */
  read(
    file: Arrived,
    reading: ReadingOf<Kind>,
    sink: Sink,
    control: Pick<Control<ReaderReport>, 'signal' | 'report'>,
    ragged?: Ragged,
  ): Promise<Counted>
  /**
   * Of a kind whose labels can stand elsewhere in the next file: where else labels are there that `areMeant`, in the order of
   * trying; null: the reading expects none.
   */
  beginnings?(
    file: Arrived,
    reading: ReadingOf<Kind>,
    areMeant: (cells: readonly string[]) => boolean,
    signal: AbortSignal,
  ): Promise<Beginning<Kind>[] | null>
  /** Of a kind whose records are text of the source: the cells of one that was held back; null: it cannot be cut into them. */
  cellsOf?(
    raw: string,
    reading: ReadingOf<Kind>,
    labels: readonly string[],
  ): readonly string[] | null
}
