/**
 * One pass over the canonical records before any engine sees them: what every column holds, of which the
 * contract is proposed, what the recipe changes where, and which records have to be judged at all. A record in which
 * everything is plain needs no judge: it stands, and its cells become values without a look at patterns.
 *
 * Nothing here decides about a record. What is not plain is a suspect, which the engine judges by the statements
 * that hold for all records; a suspect too many costs time, and one too few would fail the cast of its cell.
 */
import { open } from 'node:fs/promises'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { structureOver } from '../../wasm/structure.ts'
import type { Structure } from '../../wasm/structure.ts'
import { eachChunk } from '../recordChunks.ts'
import { always, expect, isCastable, isPlain } from './expected.ts'
import type { Expected } from './expected.ts'
import { CellKind, kind, kinds, longestBoolean } from './kinds.ts'
import type { AmountFacts, ColumnFacts, Facts } from './facts.ts'
import { PlainRun, plainRunBytes } from './plainRun.ts'
import { endsVisibly, isVisible, startsAs, startsOf } from './starts.ts'
import { isWrapped } from './watch.ts'
import type { Watch } from './watch.ts'
import { spaceAt, spaceBefore } from './whiteSpace.ts'

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
      const tableBytes = plainRunBytes(options.width)
      const marked = structureOver(bytes, 0, [comma, quote, lineEnd], false, tableBytes)
      scan.lookFaster(marked)
      const use = async (filled: number) => {
        const used = scan.look(marked, filled)
        // At once: a write costs more than looking at a hundred records.
        const pieces = scan.takeSuspects().map(([from, to]) => marked.input.subarray(from, to))
        if (pieces.length > 0) await suspects?.writeFile(Buffer.concat(pieces))
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

const { number, word, longWord } = startsAs

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

/** Of a file in which hardly a record is usual, so many are looked at before it is tried again. */
const mostPatience = 1024

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
  /** Looks at what is usual. */
  #run: PlainRun | null = null
  /** Records that are looked at here before it is tried again, and how many the next time that it gets nowhere. */
  #wait = 0
  #patience = 1

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

  /** The usual records are looked at where they were marked, if that can be. What words are is told here only. */
  lookFaster({ tables }: Structure): void {
    if (tables === null || this.#limit !== Infinity) return
    this.#run = new PlainRun(tables, {
      expected: this.#expected,
      starts: this.#starts,
      mayDrop: this.#watch.mayDrop,
      emptyFirstDrops: this.#watch.mayBeHeader(Buffer.alloc(0), 0, 0, kind.empty),
      shortBytes: this.#shortBytes,
    })
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
      if (this.#runOn(start)) {
        last = this.#run?.lastStart ?? last
        start = (marked.positions[this.#next - 1] ?? 0) + 1
      }
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
    this.#takeRun()
    if (last >= 0)
      this.#lastRecord = Number.parseInt(marked.input.toString('latin1', last, last + 16), 10)
    this.#bytes += start
    return start
  }

  /** Whether usual records came next; they have been looked at. */
  #runOn(start: number): boolean {
    const run = this.#run
    if (run === null) return false
    if (this.#wait > 0) {
      this.#wait -= 1
      return false
    }
    this.#next = run.run(this.#next, this.#found, start)
    const { handled } = run
    this.records += handled
    this.#patience = handled > 0 ? 1 : Math.min(2 * this.#patience, mostPatience)
    if (handled === 0) this.#wait = this.#patience
    return handled > 0
  }

  /** What was found of the usual records. */
  #takeRun(): void {
    if (this.#run === null) return
    for (const [cell, column] of this.#columns.entries()) {
      const { fraction, castable, withSeconds } = this.#run.take(cell, (is, records) =>
        this.#count(cell, is, records),
      )
      column.withSeconds += withSeconds
      column.fraction['.'] = Math.max(column.fraction['.'], fraction)
      if (!castable) column.castable = false
    }
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
            if (endsVisibly(bytes, end)) is = kind.word
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

  #count(cell: number, is: number, by: number): void {
    const place = cell * kinds + is
    this.#kinds[place] = (this.#kinds[place] ?? 0) + by
  }
}
