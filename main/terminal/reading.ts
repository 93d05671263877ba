/** What a command is to read, and how: the file, its dialect, the types of its columns. */
import { resolve } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type Dialect,
  encodings,
  maxDelimiterLength,
  maxHeaderRows,
} from '../../shared/domain/files/dialect.ts'
import { Problem } from '../../shared/domain/problem.ts'
import {
  type FixedColumn,
  type Numbers,
  type Ragged,
  type Reading,
  type ReadingChoices,
  FixedColumns,
  delimiterNames,
  numberWays,
  sheetRange,
  withChoices,
} from '../../shared/domain/files/reading.ts'
import { tableOf } from '../../shared/domain/files/preview.ts'
import { wholeNumber } from './grammar.ts'
import type { CommandCore } from './session.ts'

/** As an argument of a command: what others pipe into it. */
export const standardInput = '-'

/** A path, an address, or standard input under the given name, which is read to its end. */
export async function openLocation(
  core: CommandCore,
  location: string,
  name: string,
  signal: AbortSignal,
): Promise<{ source: string; name: string }> {
  if (location !== standardInput)
    return core.sources.open(/^https?:\/\//i.test(location) ? location : resolve(location))
  const { source } = await core.sources.announce(name, null)
  await core.sources.receive(source, addAbortSignal(signal, process.stdin), signal)
  return { source, name }
}

export interface DialectOptions {
  entry?: string
  path?: string[]
  encoding?: Dialect['encoding']
  delimiter?: string
  quote?: string
  escape?: string
  headerRows?: number
  /** False: --no-header. */
  header?: boolean
  skipLines?: number
  sheet?: string
  range?: string
  numbers?: Numbers
  columns?: FixedColumn[]
  widths?: FixedColumn[]
  onRagged?: Ragged
  fileTable?: number
  comment?: string
}

/** Of a file that holds more than one table. */
export const partGrammar = (command: Command): Command =>
  command
    .option('--entry <name>', 'which file of an archive (default: the first that holds data)')
    .option(
      '--path <names>',
      'which list of records in a JSON document: data.items (default: the longest)',
      (text: string) => (text === '.' ? [] : text.split('.')),
    )
    .option(
      '--file-table <n>',
      'which of several tables that stand below one another in a text (default: the first)',
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--sheet <name>', 'which sheet of a workbook (default: the first with a table)')
    .option(
      '--range <B3:F200>',
      'which part of a sheet; B:F has every row, B3:F those from the third on (default: found)',
      parseRange,
    )
    .addOption(
      new Option(
        '--numbers <how>',
        'numbers and dates of a workbook: as they are stored, or as their format shows them (default: stored)',
      ).choices(numberWays),
    )

/** What `run`, `preview` and `read` are told alike. */
export const dialectGrammar = (
  command: Command,
  raggedWays: readonly Ragged[] = ['pad', 'hold'],
): Command =>
  partGrammar(command)
    .addOption(
      new Option(
        '--on-ragged <what>',
        'rows with fewer or more cells than there are columns (default: hold)',
      ).choices(raggedWays),
    )
    .addOption(
      new Option(
        '--columns <from-to,…>',
        'text of fixed width: the characters of each column, 1-10,11-20,21- (default: found)',
      )
        .argParser(parseColumns)
        .conflicts('delimiter'),
    )
    .addOption(
      new Option('--widths <n,…>', 'text of fixed width: how wide each column is, 10,10,8')
        .argParser(parseWidths)
        .conflicts(['columns', 'delimiter']),
    )
    .addOption(
      new Option('--encoding <name>', 'of the file (default: detected)').choices(encodings),
    )
    .option(
      '--delimiter <characters>',
      'between cells: one or several characters, or comma, semicolon, tab, pipe, or blanks for one or several (default: detected)',
      parseDelimiter,
    )
    .option(
      '--quote <character>',
      'around cells: one character, or none (default: detected)',
      parseCharacter,
    )
    .option(
      '--escape <character>',
      'before a quote inside of a cell (default: the quote, doubled)',
      parseCharacter,
    )
    .option(
      '--comment <character>',
      'lines that begin with it are none of the table; none: no line is a comment (default: detected)',
      parseCharacter,
    )
    .option(
      '--header-rows <n>',
      'how many rows carry the labels together (default: detected)',
      wholeNumber(0, maxHeaderRows),
    )
    .option('--no-header', 'no row carries labels')
    .option(
      '--skip-lines <n>',
      'lines before the labels or the first row (default: detected)',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )

function parseColumns(text: string): FixedColumn[] {
  return followingColumns(
    text.split(',').map((range) => {
      const [, from, dash, to] = /^(\d+)(-?)(\d*)$/.exec(range.trim()) ?? []
      if (from === undefined) return null
      return { from: Number(from), to: to ? Number(to) : dash ? null : Number(from) }
    }),
  )
}

function parseWidths(text: string): FixedColumn[] {
  let from = 1
  return followingColumns(
    text.split(',').map((width) => {
      if (!/^[1-9]\d{0,5}$/.test(width.trim())) return null
      from += Number(width)
      return { from: from - Number(width), to: from - 1 }
    }),
  )
}

function followingColumns(columns: (FixedColumn | null)[]): FixedColumn[] {
  const { data } = FixedColumns.safeParse(columns)
  if (data !== undefined) return data
  throw new InvalidArgumentError(
    'Columns one after another are expected, like 1-10,11-20,21- or, of widths, 10,10,8.',
  )
}

function parseRange(text: string): string {
  const range = sheetRange(text)
  if (range !== null) return range
  throw new InvalidArgumentError('Two corners are expected, like B3:F200 or B:F.')
}

function parseCharacter(text: string): string {
  if (text === 'none') return ''
  if (text.length === 1) return text
  throw new InvalidArgumentError('One character, or none, is expected.')
}

/** In place of a delimiter: one blank or several. */
const blanksName = 'blanks'

function parseDelimiter(text: string): string {
  if (text === blanksName) return text
  const named = Object.entries(delimiterNames).find(([, name]) => name === text)
  const delimiter = named?.[0] ?? (text === String.raw`\t` ? '\t' : text)
  // Several letters are a name, and none that is known.
  const isWord = delimiter.length > 1 && /[\p{L}\p{N}]/u.test(delimiter)
  if (delimiter.length >= 1 && delimiter.length <= maxDelimiterLength && !isWord) return delimiter
  throw new InvalidArgumentError(
    `One to ${maxDelimiterLength} characters, no letters among several, or a name are expected.`,
  )
}

/** What was said of how it is read. */
export function chosenWays(options: DialectOptions): ReadingChoices {
  const {
    encoding,
    delimiter,
    quote,
    escape = quote,
    comment,
    skipLines,
    sheet,
    range,
    numbers,
    path,
  } = options
  const headerRows = options.header === false ? 0 : options.headerRows
  const columns = options.columns ?? options.widths
  // Kept as they are only by `read`, which writes no table.
  const ragged = options.onRagged === 'keep' ? undefined : options.onRagged
  const blanks = delimiter === blanksName ? { delimiter: ' ', repeats: true } : { delimiter }
  const dialect = { encoding, ...blanks, comment, quote, escape, headerRows, skipLines }
  return given({ ...dialect, sheet, range, numbers, path, columns, ragged }) ?? {}
}

/** What was said of it; undefined when nothing was, so that what is remembered counts. */
export function given<Part extends object>(
  part: Part,
): { [Key in keyof Part]?: Exclude<Part[Key], undefined> } | undefined {
  const said = Object.entries(part).filter(([, value]) => value !== undefined)
  return said.length === 0 ? undefined : (Object.fromEntries(said) as never)
}

/** How a file is read when something of it was chosen; else null: as remembered or detected. */
export async function chosenReading(
  core: CommandCore,
  source: string,
  options: DialectOptions,
  remembered: Reading | null,
  signal: AbortSignal,
): Promise<Reading | null> {
  const { entry, fileTable: table } = options
  const choices = chosenWays(options)
  const isChosen = Object.keys(choices).length > 0
  if (entry === undefined && table === undefined && !isChosen) return null
  const known = entry === undefined ? remembered : null
  const reading =
    known ?? (await core.sources.preview({ source, entry, rows: 1 }, signal)).detected.reading
  const chosen = isChosen ? withChoices(reading, choices) : reading
  if (chosen !== null && table === undefined) return chosen
  if (chosen !== null && table !== undefined) {
    const wanted = { source, rows: 1, reading: chosen, everyTable: true }
    const { parts } = await core.sources.preview(wanted, signal)
    return tableOf(parts, table) ?? chosen
  }
  throw new Problem({
    code: 'usage',
    what: 'What was chosen of how the file is read, files of its kind do not have.',
    did: 'Nothing was done.',
    advice:
      'Leave out --sheet, --range and --numbers where it is no workbook, --path where it has no lists, and --encoding, --delimiter, --quote, --escape, --columns, --widths and --on-ragged where it is no text.',
  })
}
