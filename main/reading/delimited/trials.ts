/** Which delimiter, quote and escape: each is tried with the tokenizer that reads the file later, never counted. */
import Papa from 'papaparse'
import { type Dialect, quotePairs } from '../../../shared/domain/files/dialect.ts'
import type { CanonicalRecord } from '../canonical.ts'
import { findHeader, kindOf } from './header.ts'
import { readBytes } from './head.ts'
import { commonWidth } from './layout.ts'

const delimiters = [',', ';', '\t', '|'] as const
/** Tried where none of the usual ones splits anything. */
const rareDelimiters = [' ', ':', '#', '*', '/', '^', '~', '&', '!', '\x1f', '\x01'] as const
/** Of several characters. `, ` is one where a comma alone cuts numbers. */
const longDelimiters = [
  '|||',
  '||',
  ';;',
  '::',
  '~|~',
  '|~|',
  '^|^',
  '~~',
  '^^',
  '##',
  '@@',
  '$$',
  ', ',
] as const
const delimiterNames: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
}

export interface Trial {
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
const linesWeighed = 1000

/** Reads the bytes as told, and weighs what comes of it. */
export function tryDialect(bytes: Buffer, dialect: Dialect): Trial {
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
    if (delimiter.includes(other) || !cell.includes(other)) continue
    // Sentences go on after a comma and a semicolon.
    if (other === ';' && !/(?<![\p{L})]);|;(?! \p{L})/u.test(cell)) continue
    if (other !== ',') return false
    if (!/^[-+]?[\d.]*,\d+$|^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$|, /.test(cell)) return false
  }
  return true
}

/** What splits fewer rows alike is no second choice. */
const leastShareOfNext = 0.5

/** The usual delimiter that makes most of the file; where none splits it, a rare one. `next`: the usual one that comes closest to it. */
export function chooseDelimiter(
  text: string,
  base: Dialect,
  attempt: (dialect: Dialect) => Trial,
  doubts: string[],
): { taken: Trial; next: Trial | null } {
  const trials = delimiters.map((delimiter) => attempt({ ...base, delimiter }))
  const best = trials.reduce((one, other) => (other.score > one.score ? other : one))
  const long = longTrial(best, attempt, text)
  const unusual = long ?? (best.width <= 1 ? rareTrial(base, attempt, text) : null)
  const with2nd = (taken: Trial): { taken: Trial; next: Trial | null } => {
    const others = trials.filter(
      ({ dialect, width, share }) =>
        dialect.delimiter !== taken.dialect.delimiter && width > 1 && share >= leastShareOfNext,
    )
    const [next = null] = others.toSorted((one, other) => other.score - one.score)
    return { taken, next }
  }
  if (unusual !== null) {
    doubts.push(
      unusual.dialect.repeats === true
        ? 'Pallet takes blanks, one or several, as the delimiter. Check the columns.'
        : `Pallet takes the ${long === null ? 'character' : 'characters'} “${unusual.dialect.delimiter}” as the delimiter. Check the columns.`,
    )
    return with2nd(unusual)
  }
  if (best.width <= 1 || isOneColumn(text, best)) {
    // One column: take the delimiter that splits nothing.
    const absent = trials.find((trial) => !text.includes(trial.dialect.delimiter))
    return with2nd(absent ?? best)
  }
  const vote = papaVote(text)
  if (vote !== null && vote !== best.dialect.delimiter)
    doubts.push(
      `Pallet takes the ${delimiterNames[best.dialect.delimiter]} as the delimiter, but the ${delimiterNames[vote]} is possible too. Check the columns.`,
    )
  return with2nd(best)
}

/**
 * Whether a lone label stands over lines in which the delimiter is part of what they say: the mark of a decimal number, or of a
 * sentence, where a word is before it and a blank behind. Between short texts it is that only in names, `Smith, Anna`.
 */
function isOneColumn(text: string, { dialect: { delimiter }, width }: Trial): boolean {
  if (delimiter !== ',' && delimiter !== ';') return false
  const [label = '', ...lines] = text.split(/\r\n|\n|\r/)
  const filled = lines.filter((line) => line.trim() !== '').slice(0, linesWeighed)
  const isNumber = (line: string) => delimiter === ',' && kindOf(line) === 'number'
  const isSentence = (line: string) =>
    line.split(delimiter).every((part, nth, { length }) => {
      const isAfter = nth === 0 || /^ \S/.test(part)
      return isAfter && (nth === length - 1 || /[\p{L}.)]$/u.test(part))
    })
  const parts = filled.flatMap((line) => line.split(delimiter))
  const words = parts.reduce((sum, part) => sum + part.trim().split(/\s+/).length, 0)
  const isProse = words >= parts.length * 3 || (width === 2 && !/\s/.test(label.trim()))
  return (
    label.trim() !== '' &&
    lines[0]?.trim() !== '' &&
    !label.includes(delimiter) &&
    kindOf(label) === 'text' &&
    filled.some((line) => line.includes(delimiter)) &&
    (filled.every(isNumber) || (isProse && filled.every(isSentence)))
  )
}

/** Every row agrees, and labels that are sure stand over them. */
function isLabelled({ width, share, records }: Trial): boolean {
  if (width < 2 || share < 1 || records.length < 3) return false
  const { header, doubt } = findHeader(records)
  return header && doubt === ''
}

/**
 * A delimiter of several characters, where every row agrees, and either its single character (`best`) stands nowhere else, or
 * labels that are sure stand over the rows, which is not so with the single one that was best.
 */
function longTrial(best: Trial, attempt: (dialect: Dialect) => Trial, text: string): Trial | null {
  const single = best.dialect.delimiter
  const timesIn = (whole: string, part: string) => whole.split(part).length - 1
  for (const delimiter of longDelimiters) {
    const times = timesIn(text, delimiter)
    if (times === 0) continue
    const isPart = best.width > 1 && delimiter.includes(single)
    if (best.width > 1 && !isPart && isLabelled(best)) continue
    const isAlways =
      isPart && delimiter !== ', ' && timesIn(text, single) === times * timesIn(delimiter, single)
    if (!isAlways && isPart && best.share === 1) continue
    const plain = attempt({ ...best.dialect, delimiter })
    const trial = plain.share < 1 ? chooseQuote(text, plain, attempt, []) : plain
    if (
      isLabelled(trial) ||
      (isAlways && trial.width > 1 && trial.share === 1 && trial.records.length > 1)
    )
      return trial
  }
  return null
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
    if (isLabelled(trial)) return trial
  }
  if (!text.includes('  ')) return null
  const blanks = attempt({ ...base, delimiter: ' ', repeats: true })
  return isLabelled(blanks) || isTyped(blanks) ? blanks : null
}

/** Every row agrees, and every cell is a number or a date. */
function isTyped({ width, share, records }: Trial): boolean {
  const isValue = (cell: string): boolean => ['number', 'date'].includes(kindOf(cell))
  return (
    width > 1 &&
    share === 1 &&
    records.length > 2 &&
    records.every(({ cells }) => cells.every(isValue))
  )
}

/**
 * The same with lines that begin with `#` left out, where they plainly are comments: each of them holds another number of
 * cells than the table, and reads like one. `titles`: records before the table.
 */
export function withComments(
  best: Trial,
  titles: number,
  attempt: (dialect: Dialect) => Trial,
): Trial {
  const below = best.records.slice(titles + 1)
  const signed = best.records.filter(({ cells }) => cells[0]?.startsWith('#') === true)
  const isPlain = signed.every(
    ({ cells }) => cells.length !== best.width && /^#+(\s|\p{L}|$)/u.test(cells[0] ?? ''),
  )
  if (best.width < 2 || !isPlain || !below.some((record) => signed.includes(record))) return best
  const without = attempt({ ...best.dialect, comment: '#' })
  return without.width === best.width && without.share > best.share ? without : best
}

/** Quotes of typesetters are text of the cells, unless more rows agree where they enclose them. */
function pairTrial(
  text: string,
  opened: (quote: string) => number,
  best: Trial,
  attempt: (dialect: Dialect) => Trial,
  doubts: string[],
): Trial | null {
  for (const quote of Object.keys(quotePairs)) {
    if (!text.includes(quote) || opened(quote) < 2) continue
    const trial = attempt({ ...best.dialect, quote, escape: '' })
    if (trial.share <= best.share || trial.faults > best.faults || trial.width < 2) continue
    doubts.push(
      `Pallet takes ${quote} and ${quotePairs[quote]?.[0] ?? ''} for the quotes around cells. Check the columns.`,
    )
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
export function chooseQuote(
  text: string,
  plain: Trial,
  attempt: (dialect: Dialect) => Trial,
  doubts: string[],
): Trial {
  let best = plain
  const literal = plain.dialect.delimiter.replace(/[^\w]/g, String.raw`\$&`)
  const edge = `(?:[\\r\\n]|${literal})`
  const opened = (quote: string) =>
    text.match(new RegExp(`(?:^|${edge})${quote}`, 'g'))?.length ?? 0
  // In a cell of one line, an apostrophe does not close it.
  const closed = (quote: string) =>
    text.match(
      new RegExp(`(?:^|${edge})${quote}(?:[^\\r\\n]*?|[^${quote}]*)${quote}(?=${edge}|$)`, 'g'),
    )?.length ?? 0
  if (opened('"') === 0) {
    const apostrophes = opened("'")
    if (apostrophes >= 2 && closed("'") >= apostrophes * 0.9) {
      const escapes = text.includes("\\'") ? ["'", '\\'] : ["'"]
      const singles = escapes.map((escape) => attempt({ ...plain.dialect, quote: "'", escape }))
      const single = singles.reduce((one, other) =>
        other.strictFaults < one.strictFaults ? other : one,
      )
      if (single.share >= best.share && single.faults <= best.faults) best = single
    }
    return pairTrial(text, opened, best, attempt, doubts) ?? best
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
