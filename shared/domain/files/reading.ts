import { z } from 'zod'
import { Dialect, encodings, fieldsOfDialect, maxHeaderRows } from './dialect.ts'
import { recordsLayout } from './records.ts'
import { plural } from '../sizes.ts'

/**
 * Of every kind: which file of an archive is taken; absent where there is nothing to choose. That a file is packed, and how, is
 * seen by its content: packed or not, files of a dataset are read alike.
 */
const inArchive = { entry: z.string().optional() }

/** Rows that end before their last column: filled up with empty cells, or held back, as where nothing is said. */
const filling = { ragged: z.enum(['pad', 'hold']).optional() }

/** Where a column of fixed width stands, in characters of a line from 1, both included; null: to the end of the line. */
export const FixedColumn = z
  .object({ from: z.int().min(1), to: z.int().min(1).nullable() })
  .refine(({ from, to }) => to === null || to >= from, { error: 'A column ends before it begins.' })
export type FixedColumn = z.infer<typeof FixedColumn>

/** From left to right, none in another; only the last goes to the end. */
export const FixedColumns = z
  .array(FixedColumn)
  .min(1)
  .max(recordsLayout.maxColumns)
  .refine(
    (columns) =>
      columns.every(({ from }, index) => {
        const before = columns[index - 1]
        return before === undefined || (before.to !== null && before.to < from)
      }),
    { error: 'The columns must follow one another.' },
  )

/** A part of a sheet, by two of its corners: `B3:F200`; `B:F` has every row, `B3:F` those from the third on. */
export const SheetRange = z.string().regex(/^[A-Z]{1,3}([1-9]\d{0,6})?:[A-Z]{1,3}([1-9]\d{0,6})?$/)

/** The same as people write it; null: it is none. */
export function sheetRange(text: string): string | null {
  return SheetRange.safeParse(text.trim().replaceAll('$', '').toUpperCase()).data ?? null
}

/** Numbers and dates of a sheet: as they are stored, or as their format shows them. */
export const numberWays = ['stored', 'shown'] as const
export type Numbers = (typeof numberWays)[number]

/**
 * How a file is read, by the kind of file it is. A kind to come is one line here, a reader in
 * `main/reading`, a bar in `renderer/features/preview`; nobody else looks into a reading.
 */
export const Reading = z.discriminatedUnion('kind', [
  /** Text whose cells stand between delimiters. */
  z.object({ ...inArchive, ...filling, kind: z.literal('delimited'), dialect: Dialect }),
  /** Text whose cells stand at the same places in every line; where is found in each file anew where it is null. */
  z.object({
    ...inArchive,
    ...filling,
    kind: z.literal('fixed'),
    encoding: z.enum(encodings),
    columns: FixedColumns.nullable(),
    headerRows: z.int().min(0).max(maxHeaderRows),
    /** Physical lines before the header. */
    skipLines: z.int().min(0),
  }),
  /**
   * Objects written as JSON, each a record: of a list that stands under these names, or of the whole file. With `names`, columns that
   * are there whether a record has them or not, each line is one, whatever it holds.
   */
  z.object({
    ...inArchive,
    kind: z.literal('records'),
    path: z.array(z.string()),
    names: z.array(z.string()).optional(),
  }),
  /** Columns that say their own names and types. */
  z.object({ ...inArchive, kind: z.literal('parquet') }),
  /** A sheet of a workbook. Rows count as its program numbers them; what is null is found in each file anew. */
  z.object({
    ...inArchive,
    kind: z.literal('sheet'),
    sheet: z.string(),
    /** What is outside of it is none of the table; absent: all of the sheet is looked at. */
    range: SheetRange.optional(),
    /** Absent: as they are stored. */
    numbers: z.enum(numberWays).optional(),
    skipLines: z.int().min(0).nullable(),
    headerRows: z.int().min(0).max(maxHeaderRows).nullable(),
  }),
])
export type Reading = z.infer<typeof Reading>
export type ReadingKind = Reading['kind']
export type ReadingOf<Kind extends ReadingKind> = Extract<Reading, { kind: Kind }>

/** How a dataset remembers that its files are read, and the labels that it expects in them: none where it expects none yet. */
export const Remembered = z.object({ reading: Reading, labels: z.array(z.string()) })
export type Remembered = z.infer<typeof Remembered>

/** What files of a kind are called, without the dot. */
export const extensions: Readonly<Record<ReadingKind, readonly string[]>> = {
  delimited: ['csv', 'tsv', 'txt', 'tab', 'dat'],
  fixed: ['prn', 'asc', 'lst'],
  records: ['json', 'ndjson', 'jsonl', 'geojson'],
  sheet: ['xlsx', 'xlsm', 'xls', 'ods'],
  parquet: ['parquet'],
}

/** Rows with fewer or more cells than the table has columns: kept as they are, short ones filled up (long ones held back), or held back. */
export const raggedWays = ['keep', 'pad', 'hold'] as const
export type Ragged = (typeof raggedWays)[number]

/** What files are called in which others are packed. */
export const packedExtensions = ['gz', 'zip'] as const

/** How sure it is which encoding a text is in, and one sentence that gives the evidence. */
export const EncodingEvidence = z.object({
  confidence: z.enum(['certain', 'likely', 'guessed']),
  evidence: z.string(),
})
export type EncodingEvidence = z.infer<typeof EncodingEvidence>

/** What detection proposes. */
export const DetectedReading = z.object({
  reading: Reading,
  /** Sentences that ask the person to look; none means sure. */
  doubts: z.array(z.string()),
  /** Of a text whose encoding was detected, and not chosen or remembered. */
  encoding: EncodingEvidence.optional(),
  /** Of a text whose delimiter was found: that one, and if there is one the runner-up; how many columns it makes, and in which share (0–1) of the rows. */
  weighed: z
    .array(z.object({ reading: Reading, columns: z.int(), share: z.number() }))
    .min(1)
    .max(2)
    .optional(),
})
export type DetectedReading = z.infer<typeof DetectedReading>

/** The runner-up where it is a rival: what makes more columns of every row is sure. */
export function rivalOf([taken, next]: NonNullable<DetectedReading['weighed']> | []):
  | NonNullable<DetectedReading['weighed']>[number]
  | null {
  if (taken === undefined || next === undefined) return null
  return taken.share < 1 || next.columns >= taken.columns ? next : null
}

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
      const { encoding, delimiter, headerRows, repeats } = reading.dialect
      const between = repeats === true ? 'blanks' : (delimiterNames[delimiter] ?? delimiter)
      return `${encoding}, separated by ${between}, ${headerWords(headerRows)}`
    }
    case 'fixed': {
      const { encoding, columns, headerRows } = reading
      const many = columns === null ? 'columns' : plural(columns.length, 'column')
      return `${encoding}, ${many} of fixed width, ${headerWords(headerRows)}`
    }
    case 'records':
      return reading.path.length === 0
        ? 'records as JSON'
        : `records as JSON, of the list “${reading.path.join('.')}”`
    case 'parquet':
      return 'Parquet'
    case 'sheet': {
      const { sheet, range, headerRows, numbers } = reading
      const shown = numbers === 'shown' ? ', numbers as shown' : ''
      return `sheet “${sheet}”${range === undefined ? '' : `, ${range}`}${headerRows === null ? '' : `, ${headerWords(headerRows)}`}${shown}`
    }
  }
}

/** What a person may say of how a file is read; each kind of file has its own of it. */
export type ReadingChoices = Partial<Dialect> & {
  sheet?: string
  range?: string
  numbers?: Numbers
  path?: string[]
  columns?: FixedColumn[]
  ragged?: 'pad' | 'hold'
}

const choicesOf: Readonly<Record<ReadingKind, ReadonlySet<string>>> = {
  delimited: new Set([...fieldsOfDialect, 'ragged']),
  fixed: new Set(['encoding', 'columns', 'headerRows', 'skipLines', 'ragged']),
  records: new Set(['path']),
  parquet: new Set([]),
  sheet: new Set(['sheet', 'range', 'numbers', 'skipLines', 'headerRows']),
}

/** Lines that are cut at the same places, where they were cut at delimiters. */
export function asFixed(
  { kind: _kind, dialect, ...rest }: ReadingOf<'delimited'>,
  columns: FixedColumn[] | null,
): ReadingOf<'fixed'> {
  const { encoding, headerRows, skipLines } = dialect
  return { ...rest, kind: 'fixed', encoding, columns, headerRows, skipLines }
}

/** The other way round; any line end is taken. */
export function asDelimited(
  { kind: _kind, columns: _columns, encoding, headerRows, skipLines, ...rest }: ReadingOf<'fixed'>,
  delimiter: string,
): ReadingOf<'delimited'> {
  const quotes = { quote: '"', escape: '"' }
  const dialect = { encoding, delimiter, ...quotes, lineEnd: '\n' as const, headerRows, skipLines }
  return { ...rest, kind: 'delimited', dialect }
}

/** Text is cut as what was chosen of it says. */
function ofChosenKind(reading: Reading, { columns, delimiter }: ReadingChoices): Reading {
  if (reading.kind === 'delimited' && columns !== undefined) return asFixed(reading, columns)
  if (reading.kind === 'fixed' && delimiter !== undefined) return asDelimited(reading, delimiter)
  return reading
}

/** The same with some of it chosen; null: files of this kind do not have such a choice. */
export function withChoices(given: Reading, choices: ReadingChoices): Reading | null {
  const reading = ofChosenKind(given, choices)
  if (!Object.keys(choices).every((name) => choicesOf[reading.kind].has(name))) return null
  switch (reading.kind) {
    case 'delimited': {
      const { ragged = reading.ragged, ...dialect } = choices
      const chosen = { ...reading, dialect: { ...reading.dialect, ...dialect } }
      return ragged === undefined ? chosen : { ...chosen, ragged }
    }
    case 'fixed':
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
