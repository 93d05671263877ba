/** One record: from the bytes of a dialect to canonical cells. */
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { canonical } from '../canonical.ts'
import { encodePoint, singleByteMap, undefinedByte } from './encoding.ts'
import { type QuotePair, pairOf } from './quotePair.ts'
import { onlyCut } from './stray.ts'
import { maxRecordBytes, type InputWindow } from './window.ts'

/** Line breaks that a quoted cell may contain. */
export const maxQuotedLines = 50

const { comma, doubleQuote, lf } = canonical
const cr = 0x0d
const space = 0x20
const tab = 0x09

/** What a byte means inside a cell; everything else is copied as it is. */
const plain = 0
const ends = 1
const delimits = 2
const returns = 3
const needsQuotes = 4
const isNul = 5
const isHigh = 6
const quotes = 7
const escapes = 8
/** The first byte of a delimiter of several. */
const mayDelimit = 9

/** The first byte of what may close a quote of `quotePairs`. */
const mayClose = 10

/** How the scan of one record ended. */
export const stands = 0
export const outOfBytes = 1
export const outOfBytesInQuotes = 2
export const neverCloses = 3
export const textAfterQuote = 4

export class RecordScanner {
  // what the last scan found
  textEnd = 0
  terminator = 0
  cells = 0
  innerLines = 0
  lastCellEmpty = false
  hasNul = false
  hasUndefined = false
  writtenTo = 0
  openedAt = 0
  openedLine = 0

  private readonly window: InputWindow
  private readonly output: Buffer
  private readonly map: Uint16Array | null
  /** The first byte of the delimiter, and those after it. */
  private readonly delimiter: number
  private readonly delimiterRest: Buffer
  private readonly quote: number
  /** null: a quote is one byte, which opens and closes. */
  private readonly pair: QuotePair | null
  private readonly escape: number
  private readonly loneCr: boolean
  private readonly repeats: boolean
  private readonly unquotedClass = new Uint8Array(256)
  private readonly quotedClass = new Uint8Array(256)

  constructor(dialect: Dialect, loneCr: boolean, window: InputWindow, output: Buffer) {
    this.window = window
    this.output = output
    this.delimiter = dialect.delimiter.charCodeAt(0)
    this.delimiterRest = Buffer.from(dialect.delimiter.slice(1))
    this.loneCr = loneCr
    this.repeats = dialect.repeats === true
    this.map = singleByteMap(dialect.encoding)
    this.pair = pairOf(dialect, this.map)
    const { quote, escape } = this.pair === null ? dialect : { quote: '', escape: '' }
    this.quote = this.pair?.first ?? (quote === '' ? -1 : quote.charCodeAt(0))
    this.escape = escape === '' ? -1 : escape.charCodeAt(0)
    const { unquotedClass, quotedClass } = this
    if (this.map !== null) {
      unquotedClass.fill(isHigh, 128)
      quotedClass.fill(isHigh, 128)
    }
    unquotedClass[comma] = needsQuotes
    unquotedClass[doubleQuote] = needsQuotes
    unquotedClass[cr] = returns
    unquotedClass[lf] = ends
    unquotedClass[0] = isNul
    unquotedClass[this.delimiter] = this.delimiterRest.length === 0 ? delimits : mayDelimit
    quotedClass[doubleQuote] = needsQuotes
    quotedClass[lf] = ends
    if (this.loneCr) quotedClass[cr] = returns
    quotedClass[0] = isNul
    if (this.escape >= 0) quotedClass[this.escape] = escapes
    if (this.quote >= 0 && this.pair === null) quotedClass[this.quote] = quotes
    for (const [first] of this.pair?.closes ?? [])
      if (first !== undefined) quotedClass[first] = mayClose
  }

  /** Scans one record from `from` and writes its cells to `output` from `at`. Looks no further than `limit`. */
  scan(from: number, limit: number, at: number): number {
    const { bytes } = this.window
    // A line feed as sentinel at the limit spares the scan a comparison per byte.
    const covered = bytes[limit] ?? 0
    bytes[limit] = lf
    const outcome = this.cellsOf(from, limit, at)
    bytes[limit] = covered
    return outcome
  }

  /** The byte at `limit` is a line feed that does not belong to the file. */
  private cellsOf(from: number, limit: number, at: number): number {
    const input = this.window.bytes
    const out = this.output
    const { unquotedClass, quotedClass, delimiter, quote, pair, escape, map, loneCr, repeats } =
      this
    let i = from
    if (repeats) while (input[i] === delimiter) i += 1
    let o = at
    let cells = 0
    let lines = 0
    let byte = 0
    const restLength = this.delimiterRest.length
    const isWhole = this.window.final && limit === this.window.end
    /** Where a cell begins whose quote, after blanks, turned out to be text. */
    let textFrom = -1
    this.hasNul = false
    this.hasUndefined = false

    record: for (;;) {
      const cellFrom = i
      const cellAt = o
      byte = input[i] ?? 0
      if (isBlank(byte, delimiter) && cellFrom !== textFrom) {
        let first = i + 1
        while (isBlank(input[first] ?? 0, delimiter)) first += 1
        if (input[first] === quote) {
          i = first
          byte = quote
        }
      }
      if (byte === quote && (pair === null || this.standsAt(pair.rest, i + 1, limit))) {
        const afterBlanks = i > cellFrom
        const hadNul: boolean = this.hasNul
        const hadUndefined: boolean = this.hasUndefined
        i += pair === null ? 1 : 1 + pair.rest.length
        out[o++] = doubleQuote
        const linesBefore = lines
        this.openedAt = cellFrom
        this.openedLine = linesBefore
        let failed = stands
        for (;;) {
          byte = input[i] ?? 0
          const kind = quotedClass[byte]
          if (kind === plain) {
            out[o++] = byte
            i += 1
            continue
          }
          if (kind === quotes) {
            if (escape >= 0 && input[i + 1] === quote && i + 1 < limit) {
              out[o++] = byte
              if (byte === doubleQuote) out[o++] = byte
              i += 2
              continue
            }
            break
          }
          if (kind === mayClose) {
            const closing = pair?.closes.find((one) => this.standsAt(one, i, limit))
            if (closing !== undefined) {
              i += closing.length - 1
              break
            }
            out[o++] = byte
            i += 1
            continue
          }
          if (kind === escapes) {
            const next = input[i + 1] ?? 0
            if ((next === quote || next === escape) && i + 1 < limit) {
              out[o++] = next
              if (next === doubleQuote) out[o++] = next
              i += 2
            } else {
              out[o++] = byte
              i += 1
            }
            continue
          }
          if (kind === ends) {
            if (i >= limit) failed = outOfBytesInQuotes
            else lines += 1
            if (lines - linesBefore > maxQuotedLines) failed = neverCloses
            if (failed !== stands) break
          } else if (kind === returns) {
            // The line feed after it counts; at the limit this scan counts for nothing.
            if (input[i + 1] !== lf) {
              lines += 1
              if (lines - linesBefore > maxQuotedLines) {
                failed = neverCloses
                break
              }
            }
          } else if (kind === isNul) {
            this.hasNul = true
          } else if (kind === isHigh) {
            o = this.writeHigh(map, byte, o)
            i += 1
            continue
          } else {
            // A double quote that is not this dialect's quote.
            out[o++] = byte
          }
          out[o++] = byte
          i += 1
        }
        if (failed === stands) {
          out[o++] = doubleQuote
          i += 1
          byte = input[i] ?? 0
          while (isBlank(byte, delimiter)) {
            i += 1
            byte = input[i] ?? 0
          }
          if (byte === cr && i + 1 >= limit && !isWhole) return outOfBytes
          if (byte === delimiter && restLength > 0 && !this.delimitsAt(i, limit)) {
            if (i + restLength >= limit && !isWhole) return outOfBytes
            failed = textAfterQuote
          } else if (byte !== delimiter && byte !== lf) {
            const lineEnds = byte === cr && (loneCr || input[i + 1] === lf)
            if (!lineEnds) failed = textAfterQuote
          }
        }
        if (failed !== stands) {
          const mayClose =
            failed === outOfBytesInQuotes && !isWhole && limit - from < maxRecordBytes
          this.innerLines = lines
          if (!afterBlanks || mayClose) return failed
          // A quote after blanks that encloses nothing is text, as any in the middle of a cell.
          textFrom = cellFrom
          i = cellFrom
          o = cellAt
          lines = linesBefore
          this.hasNul = hadNul
          this.hasUndefined = hadUndefined
          continue record
        }
        this.lastCellEmpty = false
      } else {
        let requote = false
        for (;;) {
          const kind = unquotedClass[byte]
          if (kind === plain) {
            out[o++] = byte
            i += 1
            byte = input[i] ?? 0
            continue
          }
          if (kind === delimits || kind === ends) break
          if (kind === returns) {
            if (i + 1 >= limit) {
              if (isWhole) break
              return outOfBytes
            }
            if (loneCr || input[i + 1] === lf) break
            requote = true
          } else if (kind === needsQuotes) {
            requote = true
          } else if (kind === mayDelimit) {
            if (this.delimitsAt(i, limit)) break
            if (byte === comma) requote = true
          } else if (kind === isNul) {
            this.hasNul = true
          } else {
            o = this.writeHigh(map, byte, o)
            i += 1
            byte = input[i] ?? 0
            continue
          }
          out[o++] = byte
          i += 1
          byte = input[i] ?? 0
        }
        if (requote) o = this.requote(cellFrom, i, cellAt)
        this.lastCellEmpty = i === cellFrom
      }

      cells += 1
      if (byte !== delimiter) break
      i += 1 + restLength
      if (repeats) {
        while (input[i] === delimiter) i += 1
        byte = input[i] ?? 0
        if (byte === cr && i + 1 >= limit && !isWhole) return outOfBytes
        if (byte === lf || (byte === cr && (loneCr || i + 1 >= limit || input[i + 1] === lf))) break
      }
      out[o++] = comma
    }

    this.textEnd = i
    if (i >= limit) this.terminator = 0
    else if (byte === cr && input[i + 1] === lf && i + 1 < limit) this.terminator = 2
    else this.terminator = 1
    this.cells = cells
    this.innerLines = lines
    this.writtenTo = o
    return stands
  }

  /**
   * Cuts a line with a stray quote at [from, to), where only one way gives `width` cells, and writes them to `output`
   * from `at`. Answers with where they end, null when it was left alone.
   */
  mend(from: number, to: number, at: number, width: number): number | null {
    const { delimiter, quote } = this
    const isSimple = this.escape === quote && this.delimiterRest.length === 0 && !this.repeats
    if (quote < 0 || !isSimple) return null
    const cuts = onlyCut(this.window.bytes, [from, to], { delimiter, quote }, width)
    if (cuts === null) return null
    this.hasUndefined = false
    let o = at
    for (const [index, cut] of cuts.entries()) {
      if (index > 0) this.output[o++] = comma
      const cell = this.window.bytes.subarray(cut.from, cut.to)
      const needs = cell.includes(comma) || cell.includes(doubleQuote) || cell.includes(cr)
      o = cut.quoted ? this.unquote(cut.from, cut.to, o) : this.requote(cut.from, cut.to, o, needs)
    }
    return o
  }

  /** Writes an unquoted cell again, in quotes unless it does without. */
  private requote(from: number, to: number, at: number, inQuotes = true): number {
    const { output, map } = this
    const input = this.window.bytes
    let o = at
    if (inQuotes) output[o++] = doubleQuote
    for (let i = from; i < to; i += 1) {
      const byte = input[i] ?? 0
      if (byte >= 128 && map !== null) o = this.writeHigh(map, byte, o)
      else {
        if (byte === doubleQuote) output[o++] = byte
        output[o++] = byte
      }
    }
    if (inQuotes) output[o++] = doubleQuote
    return o
  }

  /** Writes a cell that stands between quotes, in which a doubled quote is one and any other is text. */
  private unquote(from: number, to: number, at: number): number {
    const { output, map, quote } = this
    const input = this.window.bytes
    let o = at
    output[o++] = doubleQuote
    for (let i = from; i < to; i += 1) {
      const byte = input[i] ?? 0
      if (byte >= 128 && map !== null) {
        o = this.writeHigh(map, byte, o)
        continue
      }
      if (byte === quote && input[i + 1] === quote && i + 1 < to) i += 1
      if (byte === doubleQuote) output[o++] = byte
      output[o++] = byte
    }
    output[o++] = doubleQuote
    return o
  }

  /** Whether the rest of a delimiter of several bytes follows. */
  private delimitsAt(at: number, limit: number): boolean {
    return this.standsAt(this.delimiterRest, at + 1, limit)
  }

  private standsAt(text: Buffer, at: number, limit: number): boolean {
    const end = at + text.length
    return end <= limit && text.compare(this.window.bytes, at, end) === 0
  }

  private writeHigh(map: Uint16Array | null, byte: number, at: number): number {
    const point = map?.[byte] ?? undefinedByte
    if (point === undefinedByte) this.hasUndefined = true
    return encodePoint(point, this.output, at)
  }
}

function isBlank(byte: number, delimiter: number): boolean {
  return (byte === space || byte === tab) && byte !== delimiter
}
