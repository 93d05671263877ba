/**
 * Proposes how a file is to be read, and says in sentences what it is not sure of. It never decides
 * by counting characters: every candidate is tried with the tokenizer that reads the file later.
 */
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import type { EncodingEvidence } from '../../../shared/domain/files/reading.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { decoderOf } from '../../files/decoding.ts'
import type { CanonicalRecord } from '../canonical.ts'
import { refuseBinary } from './binary.ts'
import { detectEncoding, unitBytes, wideEncoding } from './detectEncoding.ts'
import { countGroupRows, countHeaderRows, findHeader, findPreamble, joinLabels } from './header.ts'
import { tooWide } from './layout.ts'
import { probeFile } from './probe.ts'
import type { Probe } from './probe.ts'
import { type Trial, chooseDelimiter, chooseQuote, tryDialect, withComments } from './trials.ts'

export interface DetectedDialect {
  dialect: Dialect
  /** Sentences that ask the person to look; none means sure. */
  doubts: string[]
  /** The most common number of cells, the share of the records that have it, and whether labels that are sure stand over them. */
  width: number
  share: number
  isLabelled: boolean
  encoding: EncodingEvidence
  /** The one most like it, with another delimiter; null: no other splits half of the rows alike. */
  next: Pick<DetectedDialect, 'dialect' | 'width' | 'share'> | null
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
  const { encoding, ...evidence } = detectEncoding(probe, doubts)
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
      ends.lone > ends.lf + ends.crlf
        ? ends.lf + ends.crlf === 0
          ? '\r'
          : 'mixed'
        : ends.crlf > ends.lf
          ? '\r\n'
          : '\n',
    headerRows: 0,
    skipLines: announced === undefined ? 0 : 1,
  }
  const attempt = (dialect: Dialect) => tryDialect(bytes, dialect)

  const bestOf = (from: Dialect): { best: Trial; next: Trial | null; doubts: string[] } => {
    const said: string[] = []
    const cut =
      announced === undefined
        ? chooseDelimiter(text, from, attempt, said)
        : { taken: attempt({ ...from, delimiter: announced }), next: null }
    return { best: chooseQuote(text, cut.taken, attempt, said), next: cut.next, doubts: said }
  }
  let decided = bestOf(base)
  if (ends.lone > 0 && base.lineEnd !== '\r' && base.lineEnd !== 'mixed') {
    // Which delimiter is clear may only be seen once the line ends are.
    const mixed = bestOf({ ...base, lineEnd: 'mixed' })
    if (mixed.best.score > decided.best.score) decided = mixed
  }
  const { next } = decided
  doubts.push(...decided.doubts)
  const best = withComments(
    decided.best,
    findPreamble(decided.best.records, decided.best.width),
    attempt,
  )
  if (best.records.length === 0 && best.faults === 0) throw empty()

  // One more may come of a delimiter at the end of every line; the layout knows.
  if (best.width > recordsLayout.maxColumns + 1) throw tooWide()
  return {
    ...topOf(best, text, doubts),
    doubts,
    encoding: evidence,
    next: next === null ? null : topOf(next, text, []),
  }
}

/** Where the table begins and which of its rows carry the labels. */
function topOf(
  tried: Trial,
  text: string,
  doubts: string[],
): Pick<DetectedDialect, 'dialect' | 'width' | 'share' | 'isLabelled'> {
  let best = tried
  const titles = findPreamble(best.records, best.width)
  const preamble =
    titles - countGroupRows(best.records.slice(0, titles), best.records.slice(titles), best.width)
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
  const headerRows = isFirstBroken ? 0 : countHeaderRows(records, best.width)
  const header = findHeader(
    records.filter((record) => record.cells.length === best.width || record === records[0]),
  )
  if (isFirstBroken)
    doubts.push(
      'The first row of the table cannot be read, so Pallet holds it back and names the columns column1, column2 … If it carries the labels, mend it in the file.',
    )
  else if (headerRows > 1) {
    const rows = records.slice(0, headerRows).map(({ cells }) => cells)
    const alone = rows.flat().map((cell) => cell.trim())
    const joined = joinLabels(rows).find((label) => !alone.includes(label))
    doubts.push(
      `The first ${headerRows} rows of the table carry its labels together (“${joined ?? ''}”). If one of them is data, choose fewer header rows.`,
    )
  } else if (header.doubt !== '') doubts.push(header.doubt)
  const only = header.header && !isFirstBroken ? 1 : 0
  return {
    dialect: { ...best.dialect, headerRows: headerRows > 1 ? headerRows : only },
    width: best.width,
    share: best.share,
    isLabelled: only === 1 && header.doubt === '' && records[0]?.cells.length === best.width,
  }
}

function empty(): Problem {
  return new Problem({
    code: 'source-empty',
    what: 'The file is empty.',
    advice: 'Export it again.',
  })
}

/** The head up to its last line end, unless it is the whole file. */
function wholeLines(probe: Probe): Buffer {
  const { head, whole } = probe
  if (whole) return head
  const lastLf = head.lastIndexOf(0x0a)
  const last = lastLf >= 0 ? lastLf : head.lastIndexOf(0x0d)
  if (last < 0) return head
  // The other bytes of a line feed may stand after it.
  const unit = unitBytes(wideEncoding(head) ?? 'utf-8')
  return head.subarray(0, Math.ceil((last + 1) / unit) * unit)
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
