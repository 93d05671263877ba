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
import { scaleOf } from '../../duckdb/types.ts'
import { eachChunk } from '../recordChunks.ts'
import { CellKind, kind, kinds } from './kinds.ts'
import { isWrapped } from './watch.ts'
import type { Watch } from './watch.ts'
import { spaceAt, spaceBefore } from './whiteSpace.ts'

/** What is known of a column. */
export interface ColumnFacts {
  /** How many cells are of each kind (`kind`), of the records that no step for totals or headers may take. */
  kinds: number[]
  /** The most digits after a mark. */
  fraction: { '.': number; ',': number }
  /** Dates with dots between their parts that can be read day first and month first. */
  dottedTies: number
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
  report?: (records: number) => void
}

const zero = 48
const plus = 43
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
    await eachChunk(recordsFile, signal, async (bytes, filled) => {
      const used = scan.look(bytes, filled)
      for (const [from, to] of scan.takeSuspects())
        await suspects?.writeFile(bytes.subarray(from, to))
      report?.(scan.records)
      return scan.records < limit ? used : null
    })
    return scan.facts
  } finally {
    await suspects?.close()
  }
}

/** Plain numbers have at most so many digits before the mark: with six after it they fit eight bytes. */
const plainWhole = 12

/** What a plain cell of a column is. */
interface Expected {
  type: Column['type'] | null
  /** By kind: whether it is plain as far as the kind says. */
  plain: Uint8Array
  /** By kind: whether the engine's own cast makes its value. */
  castable: Uint8Array
  order: Column['order']
  scale: number
  required: boolean
}

/** In `Expected.plain`: whatever its length; if it is not too long; if its fraction is not too long either. */
const [always, ifShort, ifShortFraction] = [1, 2, 3]

function expect(column: Column | undefined): Expected {
  const plain = new Uint8Array(kinds)
  const castable = new Uint8Array(kinds)
  const set = (how: number, ...of: number[]): void => {
    for (const one of of) plain[one] = how
  }
  const expected: Expected = {
    type: column?.type ?? null,
    plain,
    castable,
    order: column?.order ?? 'ymd',
    scale: column === undefined ? 0 : scaleOf(column),
    required: column?.required === true,
  }
  switch (expected.type) {
    case null:
    case 'text':
      break
    case 'boolean':
      set(always, kind.boolean)
      break
    case 'integer':
      set(always, kind.integer, kind.gtin8, kind.identifier)
      if (column?.decimalMark === '.') set(ifShort, kind.eitherComma, kind.commaGroups)
      if (column?.decimalMark === ',') set(ifShort, kind.eitherDot, kind.dotGroups)
      break
    case 'decimal':
      set(ifShort, kind.integer, kind.gtin8, kind.identifier)
      if (column?.decimalMark === ',') {
        set(ifShortFraction, kind.commaFraction, kind.eitherComma)
        set(ifShort, kind.eitherDot, kind.dotGroups)
      } else {
        set(ifShortFraction, kind.dotFraction, kind.eitherDot)
        set(ifShort, kind.eitherComma, kind.commaGroups)
      }
      break
    case 'timestamp':
    case 'date':
      if (expected.order === 'ymd') set(always, kind.ymd)
      else set(always, kind.dmyOrMdy, expected.order === 'dmy' ? kind.dmy : kind.mdy)
      if (expected.type === 'date') break
      for (const date of [kind.dmy, kind.mdy, kind.dmyOrMdy, kind.ymd])
        set(plain[date] ?? 0, date + (kind.timedDmy - kind.dmy))
  }
  for (const one of castableKinds(column)) castable[one] = 1
  return expected
}

function castableKinds(column: Column | undefined): number[] {
  const whole = [kind.integer, kind.gtin8, kind.identifier]
  switch (column?.type) {
    case undefined:
    case 'text':
    case 'boolean':
      return []
    case 'integer':
      return whole
    case 'decimal':
      return column.decimalMark === ',' ? whole : [...whole, kind.dotFraction, kind.eitherDot]
    case 'date':
    case 'timestamp':
      return [kind.ymd, kind.timedYmd]
  }
}

/** In the kinds of a record: a cell that is not counted. */
const uncounted = 255

/** Visible ASCII, which is never white space. */
const isVisible = (byte = 0): boolean => byte > 0x20 && byte < 0x7f

class RecordScan {
  readonly #width: number
  readonly #limit: number
  readonly #watch: Watch
  readonly #expected: Expected[]
  readonly #columns: Omit<ColumnFacts, 'kinds'>[]
  readonly #cell = new CellKind()
  readonly #kinds: Float64Array
  #suspects: [from: number, to: number][] = []
  #suspected = 0
  records = 0
  #lastRecord = 0
  // Of the record at hand.
  readonly #row: Uint8Array
  #isSuspect = false
  #counts = true
  #filled = false

  constructor({ width, watch, expected, limit }: ScanOptions) {
    this.#width = width
    this.#limit = limit
    this.#watch = watch
    this.#kinds = new Float64Array(width * kinds)
    this.#row = new Uint8Array(width)
    this.#expected = Array.from({ length: width }, (_, cell) => expect(expected?.[cell]))
    this.#columns = Array.from({ length: width }, () => ({
      fraction: { '.': 0, ',': 0 },
      dottedTies: 0,
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
      suspects: this.#suspected,
    }
  }

  /** The suspects' lines since the last call, as ranges of the bytes that were looked at; neighbours as one. */
  takeSuspects(): [from: number, to: number][] {
    const taken = this.#suspects
    this.#suspects = []
    return taken
  }

  /** Looks at every whole record; answers with the bytes of these. */
  look(bytes: Buffer, end: number): number {
    let start = 0
    while (this.records < this.#limit) {
      const next = this.#record(bytes, start, end)
      if (next < 0) break
      this.records += 1
      if (this.#isSuspect) {
        this.#suspected += 1
        const last = this.#suspects.at(-1)
        if (last !== undefined && last[1] === start) last[1] = next
        else this.#suspects.push([start, next])
      }
      start = next
    }
    return start
  }

  /**
   * Looks at the record at `start`; answers where the next one begins, or -1 where this one is not whole: nothing of it is
   * counted then, and what was noted of its cells will be noted again.
   */
  #record(bytes: Buffer, start: number, end: number): number {
    let at = start
    let record = 0
    for (let field = 0; field < recordsLayout.lineage.length; field += 1) {
      for (; at < end && bytes[at] !== comma; at += 1)
        if (field === 0) record = record * 10 + (bytes[at] ?? zero) - zero
      at += 1
    }
    this.#isSuspect = false
    this.#counts = true
    this.#filled = false
    for (let cell = 0; cell < this.#width; cell += 1) {
      const isQuoted = bytes[at] === quote
      const from = isQuoted ? at + 1 : at
      let hasQuotes = false
      at = from
      if (isQuoted) {
        for (; at < end; at += 1) {
          if (bytes[at] !== quote) continue
          if (at + 1 >= end || bytes[at + 1] !== quote) break
          hasQuotes = true
          at += 1
        }
        if (at + 1 >= end) return -1
        this.#look(cell, bytes, from, at, true, hasQuotes)
        at += 2
      } else {
        let byte = bytes[at]
        while (at < end && byte !== comma && byte !== lineEnd) {
          at += 1
          byte = bytes[at]
        }
        if (at >= end) return -1
        this.#look(cell, bytes, from, at, false, false)
        at += 1
      }
    }
    this.#lastRecord = record
    if (!this.#filled && this.#watch.blankRows) this.#isSuspect = true
    for (let cell = 0; cell < this.#width; cell += 1) {
      const is = this.#row[cell] ?? uncounted
      if (is === uncounted) continue
      const place = cell * kinds + is
      this.#kinds[place] = (this.#kinds[place] ?? 0) + 1
    }
    return at
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
    if (!this.#isPlain(expected, is)) {
      column.irregular = true
      this.#isSuspect = true
    } else if (column.castable) column.castable = this.#isCastable(expected, is, bytes[from])
    if (!this.#counts) return
    this.#row[cell] = is
    const { fraction } = this.#cell
    if (is === kind.dotFraction || is === kind.eitherDot) {
      if (fraction > column.fraction['.']) column.fraction['.'] = fraction
    } else if (is === kind.commaFraction || is === kind.eitherComma) {
      if (fraction > column.fraction[',']) column.fraction[','] = fraction
    } else if ((is === kind.dmyOrMdy || is === kind.timedDmyOrMdy) && this.#cell.dotted)
      column.dottedTies += 1
  }

  #isCastable({ castable }: Expected, is: number, first: number | undefined): boolean {
    if (castable[is] !== 1 || first === plus) return false
    if (is === kind.dotFraction) return !this.#cell.grouped
    return (is !== kind.ymd && is !== kind.timedYmd) || this.#cell.hyphens
  }

  #isPlain({ type, plain, order, scale }: Expected, is: number): boolean {
    if (type === null || type === 'text') return true
    const how = plain[is]
    if (how === 0) return false
    const cell = this.#cell
    switch (type) {
      case 'boolean':
        return true
      case 'integer':
      case 'decimal':
        if (how === always) return true
        return cell.whole <= plainWhole && (how === ifShort || cell.fraction <= scale)
      case 'date':
      case 'timestamp':
        if (order === 'ymd') return cell.regularYmd
        return order === 'dmy' ? cell.regularDmy : cell.regularMdy
    }
  }
}
