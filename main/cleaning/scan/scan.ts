/**
 * One pass over the canonical records before any engine sees them: what every column holds, of which the
 * contract is proposed, what the recipe changes where, and which records have to be judged at all. A record in which
 * everything is plain needs no judge: it stands, and its cells become values without a look at patterns.
 *
 * Nothing here decides about a record. What is not plain is a suspect, which the engine judges by the statements
 * that hold for all records; a suspect too many costs time, and one too few would fail the cast of its cell.
 */
import { open } from 'node:fs/promises'
import type { Column } from '../../../shared/domain/dataset.ts'
import { recordsLayout } from '../../../shared/domain/records.ts'
import { structureOver } from '../../wasm/structure.ts'
import type { Structure } from '../../wasm/structure.ts'
import { eachChunk } from '../recordChunks.ts'
import { always, expect, isCastable, isPlain } from './expected.ts'
import type { Expected } from './expected.ts'
import {
  CellKind,
  isDigit,
  kind,
  kinds,
  longestBoolean,
  mayBeginBoolean,
  mayBeginNumber,
} from './kinds.ts'
import { isWrapped } from './watch.ts'
import type { Watch } from './watch.ts'
import { spaceAt, spaceBefore } from './whiteSpace.ts'

/** What is known of the numbers of amounts; `kinds` of theirs. One that two chunks share may be counted twice. */
export type AmountFacts = Pick<ColumnFacts, 'kinds' | 'fraction'>

/** What is known of a column. */
export interface ColumnFacts {
  /** How many cells are of each kind (`kind`), of the records that no step for totals or headers may take. */
  kinds: number[]
  /** The most digits after a mark; see `CellKind.fraction`. */
  fraction: { '.': number; ',': number }
  /** Dates with dots between their parts that can be read day first and month first. */
  dottedTies: number
  /** Times of day and durations that say seconds. */
  withSeconds: number
  /** By unit: the numbers of the amounts, looked at where a limit was set or a unit is expected, for it takes time. */
  amounts: Map<string, AmountFacts>
  /** Whether `trim` and `unwrap-formulas` change a cell. */
  trims: boolean
  unwraps: boolean
  /** The tokens that `empty-tokens` finds, in lower case. */
  tokens: Set<string>
  /** Whether a filled cell is not plain for the type that was expected. */
  irregular: boolean
  /** Whether the engine's own cast makes the value of every filled cell that is plain, without a look at it. */
  castable: boolean
}

export interface Facts {
  columns: ColumnFacts[]
  records: number
  /** Of these in the records file. */
  bytes: number
  /** `rec` of the last record. */
  lastRecord: number
  /** Records that are not plain. */
  suspects: number
}

export interface ScanOptions {
  recordsFile: string
  width: number
  watch: Watch
  /** What the cells should be, in the order of the file; null: nobody knows yet, and nobody is a suspect. */
  expected: readonly Column[] | null
  /** Receives the suspects, line by line as they stand; null: they are counted only. */
  suspectsFile: string | null
  /** Records at most. */
  limit: number
  signal: AbortSignal
  report?: (records: number, suspects: number) => void
}

const [comma, quote, lineEnd] = [
  recordsLayout.delimiter,
  recordsLayout.quote,
  recordsLayout.lineEnd,
].map((character) => character.charCodeAt(0)) as [number, number, number]

export async function scanRecords(options: ScanOptions): Promise<Facts> {
  const { recordsFile, suspectsFile, limit, signal, report } = options
  const suspects = suspectsFile === null ? null : await open(suspectsFile, 'w')
  try {
    const scan = new RecordScan(options)
    await eachChunk(recordsFile, signal, (bytes) => {
      const marked = structureOver(bytes, 0, [comma, quote, lineEnd])
      const use = async (filled: number) => {
        const used = scan.look(marked, filled)
        for (const [from, to] of scan.takeSuspects())
          await suspects?.writeFile(marked.input.subarray(from, to))
        report?.(scan.records, scan.suspected)
        return scan.records < limit ? used : null
      }
      return { buffer: marked.input, use }
    })
    return scan.facts
  } finally {
    await suspects?.close()
  }
}

/** In the kinds of a record: a cell that is not counted. */
const uncounted = 255

/** What a cell is that begins with a byte and ends with a visible one, as far as that tells: a number or date, a word; a word if it is long. */
const [number, word, longWord] = [1, 2, 3]

function startsOf(watch: Watch): Uint8Array {
  const starts = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte += 1) {
    const mayBeToken = watch.mayBeginToken(byte)
    if (!isVisible(byte) || isWrapped(byte)) continue
    if (isDigit(byte)) starts[byte] = mayBeToken ? 0 : number
    else if (!mayBeginNumber(byte))
      starts[byte] = mayBeToken || mayBeginBoolean(byte) ? longWord : word
  }
  return starts
}

/** Visible ASCII, which is never white space. */
const isVisible = (byte = 0): boolean => byte > 0x20 && byte < 0x7f

const noFraction = (): AmountFacts['fraction'] => ({ '.': 0, ',': 0 })

/** What stands before a number's fraction; null: nothing that is one for sure. */
function markOf(is: number): '.' | ',' | null {
  if (is === kind.dotFraction || is === kind.eitherDot) return '.'
  return is === kind.commaFraction || is === kind.eitherComma ? ',' : null
}

/** No amount and no date is longer. */
const longestWordsBytes = 128

/** Whether day and month may change places. */
const isTie = (is: number): boolean =>
  is === kind.dmyOrMdy || is === kind.timedDmyOrMdy || is === kind.zonedDmyOrMdy

class RecordScan {
  readonly #width: number
  readonly #limit: number
  readonly #watch: Watch
  readonly #expected: Expected[]
  readonly #columns: Omit<ColumnFacts, 'kinds'>[]
  readonly #cell = new CellKind()
  readonly #kinds: Float64Array
  #suspects: [from: number, to: number][] = []
  suspected = 0
  records = 0
  #bytes = 0
  #lastRecord = 0
  // Of the marks of the bytes at hand.
  #found = 0
  #next = 0
  // Of the record at hand.
  readonly #row: Uint8Array
  #isSuspect = false
  #counts = true
  #filled = false
  readonly #starts: Uint8Array
  /** Tokens and words for yes and no are not longer. */
  readonly #shortBytes: number

  constructor({ width, watch, expected, limit }: ScanOptions) {
    this.#width = width
    this.#limit = limit
    this.#watch = watch
    this.#starts = startsOf(watch)
    this.#shortBytes = Math.max(longestBoolean, watch.longestTokenBytes)
    this.#kinds = new Float64Array(width * kinds)
    this.#row = new Uint8Array(width)
    this.#expected = Array.from({ length: width }, (_, cell) => expect(expected?.[cell]))
    this.#columns = Array.from({ length: width }, () => ({
      fraction: noFraction(),
      dottedTies: 0,
      withSeconds: 0,
      amounts: new Map<string, AmountFacts>(),
      trims: false,
      unwraps: false,
      tokens: new Set<string>(),
      irregular: false,
      castable: true,
    }))
  }

  get facts(): Facts {
    const columns = this.#columns.map((column, cell) => ({
      ...column,
      kinds: [...this.#kinds.subarray(cell * kinds, (cell + 1) * kinds)],
    }))
    return {
      columns,
      records: this.records,
      lastRecord: this.#lastRecord,
      suspects: this.suspected,
      bytes: this.#bytes,
    }
  }

  /** The suspects' lines since the last call, as ranges of the bytes that were looked at; neighbours as one. */
  takeSuspects(): [from: number, to: number][] {
    const taken = this.#suspects
    this.#suspects = []
    return taken
  }

  /** Looks at every whole record of the bytes `[0, end)`; answers with the bytes of these. */
  look(marked: Structure, end: number): number {
    let start = 0
    let last = -1
    this.#found = marked.find(0, end)
    this.#next = 0
    while (this.records < this.#limit) {
      const next = this.#record(marked.input, marked.positions)
      if (next < 0) break
      last = start
      this.records += 1
      if (this.#isSuspect) {
        this.suspected += 1
        const latest = this.#suspects.at(-1)
        if (latest !== undefined && latest[1] === start) latest[1] = next
        else this.#suspects.push([start, next])
      }
      start = next
    }
    if (last >= 0)
      this.#lastRecord = Number.parseInt(marked.input.toString('latin1', last, last + 16), 10)
    this.#bytes += start
    return start
  }

  /**
   * Looks at the record of which the next marks are; answers where the one after it begins, or -1 where this one is not whole:
   * nothing of it is counted then, and what was noted of its cells will be noted again.
   */
  #record(bytes: Buffer, marks: Int32Array): number {
    const found = this.#found
    // One mark ends each of the lineage.
    let next = this.#next + recordsLayout.lineage.length
    if (next >= found) return -1
    let at = (marks[next - 1] ?? 0) + 1
    this.#isSuspect = false
    this.#counts = true
    this.#filled = false
    for (let cell = 0; cell < this.#width; cell += 1) {
      if (next >= found) return this.#takeBack(cell)
      let end = marks[next] ?? 0
      const first = bytes[at] ?? 0
      if (first === quote && end === at) {
        let hasQuotes = false
        for (next += 1; next < found; next += 1) {
          end = marks[next] ?? 0
          if (bytes[end] !== quote) continue
          if (bytes[end + 1] !== quote || marks[next + 1] !== end + 1) break
          hasQuotes = true
          next += 1
        }
        // After the quote stands what ends the cell.
        next += 1
        if (next >= found) return this.#takeBack(cell)
        this.#look(cell, bytes, at + 1, end, true, hasQuotes)
        end += 1
      } else {
        let is = -1
        if (this.#filled && end > at) {
          const start = this.#starts[first]
          if (start === number) is = this.#cell.atOnce(bytes, at, end)
          else if (start === word || (start === longWord && end - at > this.#shortBytes))
            if (isVisible(bytes[end - 1])) is = kind.word
        }
        if (is < 0) this.#look(cell, bytes, at, end, false, false)
        else this.#note(cell, is, bytes, at, end)
      }
      at = end + 1
      next += 1
    }
    this.#next = next
    if (!this.#filled && this.#watch.blankRows) this.#isSuspect = true
    return at
  }

  /** The record at hand is not whole: its first `cells` are not counted. */
  #takeBack(cells: number): -1 {
    for (let cell = 0; cell < cells; cell += 1) {
      const is = this.#row[cell] ?? uncounted
      if (is !== uncounted) this.#count(cell, is, -1)
    }
    return -1
  }

  #look(
    cell: number,
    bytes: Buffer,
    start: number,
    end: number,
    isQuoted: boolean,
    hasQuotes: boolean,
  ): void {
    const watch = this.#watch
    const column = this.#columns[cell]
    const expected = this.#expected[cell]
    if (column === undefined || expected === undefined) return
    let from = start
    let to = end
    if (watch.trims && from < to && !(isVisible(bytes[from]) && isVisible(bytes[to - 1]))) {
      for (let space = 1; from < to && space > 0; from += space) space = spaceAt(bytes, from, to)
      for (let space = 1; from < to && space > 0; to -= space) space = spaceBefore(bytes, from, to)
      if (to - from !== end - start) column.trims = true
    }
    let is: number = kind.empty
    if (from === to) {
      // Quoted and empty, or cut to nothing: a text without a character, until a token says that it is nothing.
      if (isQuoted || end > start) {
        column.castable = false
        if (watch.emptiesEmpty) column.tokens.add('')
      }
    } else if (watch.unwraps && isWrapped(bytes[from] ?? 0)) {
      column.unwraps = true
      is = kind.wrapped
    } else {
      const token = watch.tokenAt(bytes, from, to)
      if (token === null) is = hasQuotes ? kind.word : this.#cell.of(bytes, from, to)
      else column.tokens.add(token)
    }
    this.#row[cell] = uncounted
    if (cell === 0 && watch.mayBeHeader(bytes, from, to, is)) {
      this.#isSuspect = true
      this.#counts = is === kind.empty
    }
    // What comes out of a wrapper may be nothing.
    if (expected.required && (is === kind.empty || is === kind.wrapped)) this.#isSuspect = true
    if (is === kind.empty) return
    if (!this.#filled) {
      // What comes out of a wrapper may be nothing, or a word for totals.
      if (is === kind.wrapped) this.#isSuspect ||= watch.blankRows || watch.totals
      else {
        this.#filled = true
        if (watch.mayBeTotal(bytes, from, to)) {
          this.#isSuspect = true
          this.#counts = false
        }
      }
    }
    this.#note(cell, is, bytes, from, to)
  }

  /** Counts a filled cell, the bytes `[from, to)`, and tells whether it is plain. */
  #note(cell: number, looked: number, bytes: Buffer, from: number, to: number): void {
    const column = this.#columns[cell]
    const expected = this.#expected[cell]
    if (column === undefined || expected === undefined) return
    const asksWords = expected.readsWords || this.#limit !== Infinity
    const is =
      looked === kind.word && asksWords && to - from <= longestWordsBytes
        ? this.#cell.ofWords(bytes.toString('utf8', from, to))
        : looked
    if (expected.plain[is] !== always && !isPlain(expected, is, this.#cell)) {
      column.irregular = true
      this.#isSuspect = true
    } else if (column.castable)
      column.castable = isCastable(expected, is, this.#cell, bytes[from] ?? 0)
    if (!this.#counts) return
    this.#row[cell] = is
    this.#count(cell, is, 1)
    const { fraction } = this.#cell
    const mark = markOf(is)
    if (mark !== null) {
      if (fraction > column.fraction[mark]) column.fraction[mark] = fraction
    } else if (isTie(is) && this.#cell.dotted) column.dottedTies += 1
    else if (is === kind.amount) this.#countAmount(column.amounts)
    else if (is >= kind.clock && this.#cell.seconds) column.withSeconds += 1
  }

  #countAmount(amounts: Map<string, AmountFacts>): void {
    const { unit, number: is, fraction } = this.#cell
    const facts = amounts.get(unit) ?? {
      kinds: Array<number>(kinds).fill(0),
      fraction: noFraction(),
    }
    amounts.set(unit, facts)
    facts.kinds[is] = (facts.kinds[is] ?? 0) + 1
    const mark = markOf(is)
    if (mark !== null) facts.fraction[mark] = Math.max(facts.fraction[mark], fraction)
  }

  #count(cell: number, is: number, by: 1 | -1): void {
    const place = cell * kinds + is
    this.#kinds[place] = (this.#kinds[place] ?? 0) + by
  }
}
