/**
 * Proposes how a file is to be read, and says in sentences what it is not sure of. It never decides
 * by counting characters: every candidate is tried with the tokenizer that reads the file later.
 */
import Papa from 'papaparse'
import { type Dialect, encodingNames } from '../../../shared/domain/dialect.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { recordsLayout } from '../../../shared/domain/records.ts'
import { decoderOf } from '../../files/decoding.ts'
import type { CanonicalRecord } from '../canonical.ts'
import { refuseBinary } from './binary.ts'
import { findHeader, findPreamble } from './header.ts'
import { readBytes } from './head.ts'
import { commonWidth, tooWide } from './layout.ts'
import { probeFile } from './probe.ts'
import type { Probe } from './probe.ts'
import { guessSingleByte } from './singleByte.ts'

export const delimiters = [',', ';', '\t', '|'] as const
/** Tried where none of the usual ones splits anything. */
const rareDelimiters = [' ', ':', '#', '*', '/', '^', '~', '&', '!', '\x1f', '\x01'] as const
const delimiterNames: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
}

export interface DetectedDialect {
  dialect: Dialect
  /** Sentences that ask the person to look; none means sure. */
  doubts: string[]
}

/** Reads the probe and detects; throws `source-empty`, `source-binary` and `source-too-wide`. */
export async function detectFile(
  path: string,
  bytes: number,
  signal: AbortSignal,
): Promise<DetectedDialect> {
  return detect(await probeFile(path, bytes, signal))
}

export function detect(probe: Probe): DetectedDialect {
  if (probe.head.length === 0) throw empty()
  refuseBinary(probe.head, wideEncoding(probe.head) !== null)
  const doubts: string[] = []
  const encoding = detectEncoding(probe, doubts)
  const text = decoderOf(encoding)
    .decode(probe.head)
    .replace(/^\uFEFF/, '')
  if (text.trim() === '') throw empty()

  const ends = countLineEnds(text, decoderOf(encoding).decode(probe.tail))
  const said = /^(?:"sep=(.)"|sep=(.)) *(?:\r\n|\n|\r|$)/i.exec(text)
  const announced = said?.[1] ?? said?.[2]
  const bytes = wholeLines(probe)
  const base: Dialect = {
    encoding,
    delimiter: ',',
    quote: '"',
    escape: '"',
    lineEnd:
      ends.lone > 0 && ends.lf === 0 && ends.crlf === 0
        ? '\r'
        : ends.crlf > ends.lf
          ? '\r\n'
          : '\n',
    header: false,
    skipLines: announced === undefined ? 0 : 1,
  }
  const attempt = (dialect: Dialect) => tryDialect(bytes, dialect)

  let best =
    announced === undefined
      ? chooseDelimiter(text, base, attempt, doubts)
      : attempt({ ...base, delimiter: announced })
  best = chooseQuote(text, best, attempt, doubts)
  if (base.lineEnd !== '\r' && ends.lone > 0) {
    const mixed = attempt({ ...best.dialect, lineEnd: 'mixed' })
    if (mixed.score > best.score) best = mixed
  }
  if (best.records.length === 0 && best.faults === 0) throw empty()

  // One more may come of a delimiter at the end of every line; the layout knows.
  if (best.width > recordsLayout.maxColumns + 1) throw tooWide()

  const preamble = findPreamble(best.records, best.width)
  const first = best.records[preamble]
  let records = best.records
  let isFirstBroken = false
  if (first !== undefined) {
    records = records.slice(preamble)
    // A row that cannot be read is no title: the table begins with it.
    const lastTitle = best.records[preamble - 1]?.line ?? 0
    const broken = best.brokenLines.find((line) => line > lastTitle && line < first.line)
    isFirstBroken = broken !== undefined
    const begins = broken ?? first.line
    const skipLines = preamble > 0 || startsBlank(text) ? begins - 1 : best.dialect.skipLines
    if (preamble > 0)
      doubts.push(
        `${skipLines === 1 ? 'The first line does' : `The first ${skipLines} lines do`} not belong to the table and ${skipLines === 1 ? 'is' : 'are'} skipped (“${shorten(best.records[0])}”). Check that no row is among them.`,
      )
    best = { ...best, dialect: { ...best.dialect, skipLines } }
  }
  if (best.width <= 1)
    doubts.push(
      'The file seems to have only one column. If that is wrong, choose another delimiter.',
    )
  else if (best.share < 0.5)
    doubts.push('The rows have very different numbers of cells. Check the delimiter and the quote.')
  const header = findHeader(
    records.filter((record) => record.cells.length === best.width || record === records[0]),
  )
  if (isFirstBroken)
    doubts.push(
      'The first row of the table cannot be read, so Pallet holds it back and names the columns column1, column2 … If it carries the labels, mend it in the file.',
    )
  else if (header.doubt !== '') doubts.push(header.doubt)
  return { dialect: { ...best.dialect, header: header.header && !isFirstBroken }, doubts }
}

function empty(): Problem {
  return new Problem({
    code: 'source-empty',
    what: 'The file is empty.',
    advice: 'Export it again.',
  })
}

// ---------------------------------------------------------------- bytes

/** UTF-16 by its byte-order mark, or by zero bytes that stand at one place of the pairs only. */
function wideEncoding(head: Buffer): 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const pairs = Math.floor(Math.min(head.length, 8192) / 2)
  let evenZeros = 0
  let oddZeros = 0
  for (let pair = 0; pair < pairs; pair += 1) {
    if (head[pair * 2] === 0) evenZeros += 1
    if (head[pair * 2 + 1] === 0) oddZeros += 1
  }
  const many = pairs * 0.2
  if (pairs >= 2 && oddZeros > many && evenZeros * 20 <= oddZeros) return 'utf-16le'
  if (pairs >= 2 && evenZeros > many && oddZeros * 20 <= evenZeros) return 'utf-16be'
  return null
}

/** Share of the letters beyond ASCII that must make sense for an encoding to be believed. */
const sure = 0.7

function detectEncoding(probe: Probe, doubts: string[]): Dialect['encoding'] {
  const wide = wideEncoding(probe.head)
  if (wide !== null) return wide
  if (probe.ascii || probe.invalid === 0) return 'utf-8'
  if (probe.multibyte > probe.invalid * 4) {
    doubts.push(
      'The file is UTF-8, but some of its bytes are no text: rows that contain them will be held back.',
    )
    return 'utf-8'
  }
  // Text of one byte a letter hardly ever holds what reads as UTF-8: such lines would be garbled without a word.
  if (probe.multibyte * 3 > probe.invalid) {
    doubts.push(
      'The file mixes UTF-8 with another encoding: rows whose letters are not UTF-8 will be held back. Export it again in one encoding.',
    )
    return 'utf-8'
  }
  if (probe.multibyte * 50 > probe.invalid)
    doubts.push(
      'A few of its letters are UTF-8, the others are not: those few would come out wrong, like “MÃ¼ller”. Export it again in one encoding.',
    )
  const { encoding, share } = guessSingleByte(probe.stray)
  if (share < sure)
    doubts.push(
      `Pallet reads the file as ${encodingNames[encoding]}, which makes the most sense of its letters, though not of all. Check that letters with accents look right.`,
    )
  else if (encoding !== 'windows-1252')
    doubts.push(
      `By its letters the file is in ${encodingNames[encoding]}. Check that letters with accents look right.`,
    )
  return encoding
}

/** The head up to its last line end, unless it is the whole file. */
function wholeLines(probe: Probe): Buffer {
  const { head, whole } = probe
  if (whole) return head
  const lastLf = head.lastIndexOf(0x0a)
  const last = lastLf >= 0 ? lastLf : head.lastIndexOf(0x0d)
  if (last < 0) return head
  // The second byte of a UTF-16LE line feed stands after it.
  const odd = (last + 1) % 2
  return head.subarray(0, last + 1 + (wideEncoding(head) === null ? 0 : odd))
}

function countLineEnds(...texts: string[]): { crlf: number; lf: number; lone: number } {
  const count = { crlf: 0, lf: 0, lone: 0 }
  for (const text of texts)
    for (const [end] of text.matchAll(/\r\n|\n|\r(?!$)/g)) {
      if (end === '\r\n') count.crlf += 1
      else if (end === '\n') count.lf += 1
      else count.lone += 1
    }
  return count
}

// ---------------------------------------------------------------- trials

interface Trial {
  dialect: Dialect
  records: CanonicalRecord[]
  /** Rows that break by the rules. */
  strictFaults: number
  /** Rows that break, but for those with a stray quote that can be cut in one way only. */
  faults: number
  /** Where rows that break begin. */
  brokenLines: number[]
  /** Most common number of cells, and the share of the records that have it. */
  width: number
  share: number
  /** 0–1: records of equal width, more than one column, cells that hold no delimiter of another kind. */
  score: number
}

const cellsWeighed = 2000

function tryDialect(bytes: Buffer, dialect: Dialect): Trial {
  const any = readBytes(bytes, dialect)
  const width = commonWidth(any.records.map((record) => record.cells.length))
  const { records, held } =
    any.held.length > 0 && width > 1 ? withMended(bytes, dialect, any, width) : any
  const total = records.length + held.length
  const fitting = records.filter((record) => record.cells.length === width)
  const share = total === 0 ? 0 : fitting.length / total
  let weighed = 0
  let clean = 0
  for (const { cells } of fitting) {
    for (const cell of cells) {
      weighed += 1
      if (isClean(cell, dialect.delimiter)) clean += 1
    }
    if (weighed >= cellsWeighed) break
  }
  const tidy = weighed === 0 ? 0 : clean / weighed
  const score = width <= 1 ? share * 0.05 : share * (1 - 1 / (width + 1)) * (0.4 + 0.6 * tidy)
  const brokenLines = held.map(({ line }) => line)
  const strictFaults = any.held.length
  return { dialect, records, strictFaults, faults: held.length, brokenLines, width, share, score }
}

/** The same with the rows that have a stray quote and can be cut once the width is known. */
function withMended(
  bytes: Buffer,
  dialect: Dialect,
  { records, held }: ReturnType<typeof readBytes>,
  width: number,
): ReturnType<typeof readBytes> {
  const broken = new Set(held.map(({ line }) => line))
  const mended = readBytes(bytes, dialect, width).records.filter(({ line }) => broken.has(line))
  if (mended.length === 0) return { records, held }
  const lines = new Set(mended.map(({ line }) => line))
  return {
    records: [...records, ...mended].sort((one, other) => one.line - other.line),
    held: held.filter(({ line }) => !lines.has(line)),
  }
}

/** A cell that looks as if another delimiter should have split it is not; numbers and prose may have commas. */
function isClean(cell: string, delimiter: string): boolean {
  for (const other of delimiters) {
    if (other === delimiter || !cell.includes(other)) continue
    if (other !== ',') return false
    if (!/^[-+]?[\d.]*,\d+$|^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$|, /.test(cell)) return false
  }
  return true
}

function chooseDelimiter(
  text: string,
  base: Dialect,
  attempt: (dialect: Dialect) => Trial,
  doubts: string[],
): Trial {
  const trials = delimiters.map((delimiter) => attempt({ ...base, delimiter }))
  const best = trials.reduce((one, other) => (other.score > one.score ? other : one))
  if (best.width <= 1) {
    const rare = rareTrial(base, attempt, text)
    if (rare !== null) {
      doubts.push(
        `Pallet takes the character “${rare.dialect.delimiter}” as the delimiter. Check the columns.`,
      )
      return rare
    }
    // One column: take the delimiter that splits nothing.
    const absent = trials.find((trial) => !text.includes(trial.dialect.delimiter))
    return absent ?? best
  }
  const vote = papaVote(text)
  if (vote !== null && vote !== best.dialect.delimiter)
    doubts.push(
      `Pallet takes the ${delimiterNames[best.dialect.delimiter]} as the delimiter, but the ${delimiterNames[vote]} is possible too. Check the columns.`,
    )
  return best
}

/** Words, dates and paths are split by these as well: only a row of labels over typed columns is proof enough. */
function rareTrial(
  base: Dialect,
  attempt: (dialect: Dialect) => Trial,
  text: string,
): Trial | null {
  for (const delimiter of rareDelimiters) {
    if (!text.includes(delimiter)) continue
    const trial = attempt({ ...base, delimiter })
    const { header, doubt } = findHeader(trial.records)
    if (trial.width > 1 && trial.share === 1 && trial.records.length > 2 && header && doubt === '')
      return trial
  }
  return null
}

/** papaparse's guess, for a second opinion; null when it has none. */
function papaVote(text: string): string | null {
  const { meta, errors } = Papa.parse<string[]>(text.slice(0, 64 * 1024), {
    preview: 100,
    delimitersToGuess: [...delimiters],
    skipEmptyLines: true,
  })
  if (errors.some((error) => error.code === 'UndetectableDelimiter')) return null
  return meta.delimiter in delimiterNames ? meta.delimiter : null
}

/** Whether another quote, none, or a backslash as escape reads the file better than `"`. */
function chooseQuote(
  text: string,
  plain: Trial,
  attempt: (dialect: Dialect) => Trial,
  doubts: string[],
): Trial {
  let best = plain
  const edge = `[\\r\\n${plain.dialect.delimiter === '|' ? '\\|' : plain.dialect.delimiter}]`
  const opened = (quote: string) =>
    text.match(new RegExp(`(?:^|${edge})${quote}`, 'g'))?.length ?? 0
  const closed = (quote: string) =>
    text.match(new RegExp(`(?:^|${edge})${quote}[^${quote}]*${quote}(?=${edge}|$)`, 'g'))?.length ??
    0
  if (opened('"') === 0) {
    const apostrophes = opened("'")
    if (apostrophes >= 2 && closed("'") >= apostrophes * 0.9) {
      const single = attempt({ ...plain.dialect, quote: "'", escape: "'" })
      if (single.share >= best.share && single.faults <= best.faults) best = single
    }
    return best
  }
  if (text.includes('\\"')) {
    const backslash = attempt({ ...plain.dialect, escape: '\\' })
    if (backslash.strictFaults < best.strictFaults && backslash.score >= best.score)
      best = backslash
  }
  if (best.faults > 0) {
    const none = attempt({ ...plain.dialect, quote: '', escape: '' })
    if (none.score > best.score * 1.05 && none.share > 0.9) {
      best = none
      doubts.push(
        'Quotes (") in this file do not enclose cells, so Pallet takes them as text. Check the columns.',
      )
    }
  }
  return best
}

/** Whether blank lines stand before everything else. */
function startsBlank(text: string): boolean {
  return /^\uFEFF?[\r\n]/.test(text)
}

function shorten(record: CanonicalRecord | undefined): string {
  const text = (record?.cells ?? [])
    .filter((cell) => cell.trim() !== '')
    .join(' ')
    .trim()
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
