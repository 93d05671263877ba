import { z } from 'zod'
import { Dialect, fieldsOfDialect, maxHeaderRows } from './dialect.ts'

/**
 * Of every kind: which file of an archive is taken; absent where there is nothing to choose. That a file is packed, and how, is
 * seen by its content: packed or not, files of a dataset are read alike.
 */
const inArchive = { entry: z.string().optional() }

/**
 * How a file is read, by the kind of file it is. A kind to come is one line here, a reader in
 * `main/reading`, a bar in `renderer/features/preview`; nobody else looks into a reading.
 */
export const Reading = z.discriminatedUnion('kind', [
  /** Text whose cells stand between delimiters. */
  z.object({ ...inArchive, kind: z.literal('delimited'), dialect: Dialect }),
  /** Objects written as JSON, each a record: of a list that stands under these names, or of the whole file. */
  z.object({ ...inArchive, kind: z.literal('records'), path: z.array(z.string()) }),
  /** Columns that say their own names and types. */
  z.object({ ...inArchive, kind: z.literal('parquet') }),
  /** A sheet of a workbook. Rows count as its program numbers them; what is null is found in each file anew. */
  z.object({
    ...inArchive,
    kind: z.literal('sheet'),
    sheet: z.string(),
    skipLines: z.int().min(0).nullable(),
    headerRows: z.int().min(0).max(maxHeaderRows).nullable(),
  }),
])
export type Reading = z.infer<typeof Reading>
export type ReadingKind = Reading['kind']
export type ReadingOf<Kind extends ReadingKind> = Extract<Reading, { kind: Kind }>

/** What files of a kind are called, without the dot. */
export const extensions: Readonly<Record<ReadingKind, readonly string[]>> = {
  delimited: ['csv', 'tsv', 'txt', 'tab', 'dat'],
  records: ['json', 'ndjson', 'jsonl', 'geojson'],
  sheet: ['xlsx', 'xlsm', 'ods'],
  parquet: ['parquet'],
}

/** Rows with fewer or more cells than the table has columns: kept as they are, short ones filled up (long ones held back), or held back. */
export const raggedWays = ['keep', 'pad', 'hold'] as const
export type Ragged = (typeof raggedWays)[number]

/** What files are called in which others are packed. */
export const packedExtensions = ['gz', 'zip'] as const

/** What detection proposes. `doubts` are sentences that ask the person to look; none means sure. */
export const DetectedReading = z.object({ reading: Reading, doubts: z.array(z.string()) })
export type DetectedReading = z.infer<typeof DetectedReading>

/** What a reader knows of a table besides its cells. */
export interface TableFacts {
  /** Whether the labels of the columns stood in the file. */
  labelled: boolean
  /** How it most likely writes numbers, where a cell by itself can be read in two ways. */
  conventions: { decimalMark: '.' | ',' }
  raw: RawText
}

/**
 * Where the text of a record can be had again, at the bytes of its lineage: in the source, which is in this encoding; or, of
 * a source that is no text, as its cells in the canonical records.
 */
export const RawText = z.discriminatedUnion('in', [
  z.object({ in: z.literal('source'), encoding: z.string() }),
  z.object({ in: z.literal('records') }),
])
export type RawText = z.infer<typeof RawText>

/** What a dialect says of its table. */
export function factsOf(dialect: Dialect): TableFacts {
  return {
    labelled: dialect.headerRows > 0,
    // `;` stands between cells where the comma is taken.
    conventions: { decimalMark: dialect.delimiter === ';' ? ',' : '.' },
    raw: { in: 'source', encoding: dialect.encoding },
  }
}

/** Whether both read a file alike. */
export function sameReading(one: Reading, other: Reading): boolean {
  // Parsed, so that both name their fields in one order.
  return JSON.stringify(Reading.parse(one)) === JSON.stringify(Reading.parse(other))
}

/** As people call them. */
export const delimiterNames: Partial<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
}

function headerWords(rows: number): string {
  if (rows === 0) return 'without header'
  return rows === 1 ? 'with header' : `with ${rows} header rows`
}

/** `windows-1252, separated by semicolon, with header`. */
export function inWords(reading: Reading): string {
  return kindInWords(reading) + (reading.entry === undefined ? '' : `, from “${reading.entry}”`)
}

function kindInWords(reading: Reading): string {
  switch (reading.kind) {
    case 'delimited': {
      const { encoding, delimiter, headerRows } = reading.dialect
      return `${encoding}, separated by ${delimiterNames[delimiter] ?? delimiter}, ${headerWords(headerRows)}`
    }
    case 'records':
      return reading.path.length === 0
        ? 'records as JSON'
        : `records as JSON, of the list “${reading.path.join('.')}”`
    case 'parquet':
      return 'Parquet'
    case 'sheet': {
      const { sheet, headerRows } = reading
      return `sheet “${sheet}”${headerRows === null ? '' : `, ${headerWords(headerRows)}`}`
    }
  }
}

/** What a person may say of how a file is read; each kind of file has its own of it. */
export type ReadingChoices = Partial<Dialect> & { sheet?: string; path?: string[] }

const choicesOf: Readonly<Record<ReadingKind, ReadonlySet<string>>> = {
  delimited: new Set(fieldsOfDialect),
  records: new Set(['path']),
  parquet: new Set([]),
  sheet: new Set(['sheet', 'skipLines', 'headerRows']),
}

/** The same with some of it chosen; null: files of this kind do not have such a choice. */
export function withChoices(reading: Reading, choices: ReadingChoices): Reading | null {
  if (!Object.keys(choices).every((name) => choicesOf[reading.kind].has(name))) return null
  switch (reading.kind) {
    case 'delimited':
      return { ...reading, dialect: { ...reading.dialect, ...choices } }
    case 'records':
    case 'sheet':
    case 'parquet':
      return { ...reading, ...choices }
  }
}

// ---------------------------------------------------------------- what older versions stored

/** A plan or dataset of the time when every file was delimited: its `dialect` becomes a `reading`. */
export function withReading(stored: object): object {
  if (!('dialect' in stored)) return stored
  const { dialect, ...rest } = stored
  return { ...rest, reading: dialect === null ? null : { kind: 'delimited', dialect } }
}

const OldCheckpoint = z.looseObject({
  detected: z.object({ dialect: Dialect, doubts: z.array(z.string()) }),
})

/** The checkpoint of a `read` step of that time, or any other as it is. */
export function withTableFacts(stored: unknown): unknown {
  const { data } = OldCheckpoint.safeParse(stored)
  if (data === undefined) return stored
  const { dialect, doubts } = data.detected
  const reading: Reading = { kind: 'delimited', dialect }
  return { ...data, detected: { reading, doubts }, ...factsOf(dialect) }
}
