/**
 * Bytes to records. The tokenizer is fed chunks of a file and writes canonical records (see
 * `recordsLayout`) into a buffer; records whose structure is broken go out by `held` with their raw text.
 * What it makes of a file never depends on where the chunks end.
 *
 * Every decision about a record looks at most `maxRecordBytes` ahead, so memory is bounded for any
 * file. A quote that does not close within that distance, within `maxQuotedLines` or before the file ends,
 * or that closes in the middle of a cell, was no opening quote: the record up to the end of the line on
 * which it stands is held back and reading goes on with the next line, so that it cannot swallow the rows below.
 *
 * Lenient where nothing can be lost: `\n` and `\r\n` both end a line in every dialect, blanks between a closing
 * quote and the delimiter are dropped, a quote inside an unquoted cell is text.
 */
import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import type { Dialect } from '../../shared/domain/dialect.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { HeldRow, Reason } from '../../shared/domain/quarantine.ts'
import { recordsLayout } from '../../shared/domain/records.ts'
import {
  encodePoint,
  singleByteMap,
  undefinedByte,
  utf16Bytes,
  Utf16Transcoder,
} from './encoding.ts'

/** Longest chunk that one `push` takes. */
export const maxChunkBytes = 512 * 1024
/** A record longer than this (as UTF-8 for UTF-16 files) is held back. */
export const maxRecordBytes = 1024 * 1024
/** Line breaks that a quoted cell may contain. */
export const maxQuotedLines = 50
/** How much of a broken record's text is kept. */
export const maxRawBytes = 64 * 1024

/** What is left of the last chunk, and one more chunk, which UTF-16 may blow up. */
const windowBytes = maxRecordBytes + maxChunkBytes * 1.5 + 64
/** `run` pauses when this much has been written … */
const pauseAtBytes = 1024 * 1024
/** … or so many rows have been held back since it was called … */
const pauseAtHeld = 1000
/** … or so much of their text. */
const pauseAtRawBytes = 256 * 1024
/** Room for what one `run` holds back, as JSON: six bytes for a control character, 1000 for the rest of a row. */
export const heldJsonBytes = (pauseAtRawBytes + maxRawBytes) * 6 + pauseAtHeld * 1000
const lf = 0x0a
const cr = 0x0d
const space = 0x20
const tab = 0x09
const comma = 0x2c
const doubleQuote = 0x22

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

/** How the scan of one record ended. */
const stands = 0
const outOfBytes = 1
const outOfBytesInQuotes = 2
const neverCloses = 3
const textAfterQuote = 4

export interface TokenizerOptions {
  dialect: Dialect
  /** Cells that a record has; null takes records of any width. */
  width: number | null
  /** Records may end in one more delimiter: many exports write one at the end of every line. */
  trailingDelimiter: boolean
  /** No more than this will be pushed in all: small files take small buffers. */
  inputBytes?: number
  held(row: HeldRow): void
}

/** Refuses dialects that cannot work, before a byte is read. */
function checkDialect({ delimiter, quote, escape }: Dialect): void {
  const ascii = (text: string) => text.length <= 1 && !/\P{ASCII}|[\0\r\n]/u.test(text)
  const clash = delimiter === quote || delimiter === escape
  if (delimiter !== '' && ascii(delimiter) && ascii(quote) && ascii(escape) && !clash) return
  throw new Problem({
    code: 'dialect-unclear',
    what: `Pallet cannot split rows with delimiter "${delimiter}", quote "${quote}" and escape "${escape}".`,
    advice:
      'Choose three plain characters; the delimiter must differ from the other two, and none may be a line end.',
  })
}

export class Tokenizer {
  /** Canonical records wait in `output[0, outputEnd)`; the caller writes them and sets `outputEnd` to 0. */
  readonly output: Buffer
  outputEnd = 0
  /** Records met so far, the header not counted. */
  records = 0
  /** Of these, the ones held back. */
  quarantined = 0
  /** Bytes of the source that have been turned into records, line ends included. */
  position = 0

  private readonly options: TokenizerOptions
  private readonly window: Buffer
  private readonly pauseAtOutput: number
  private start = 0
  private end = 0
  private final = false
  private bomDone = false
  /** Bytes of the window up to here are known to be valid UTF-8. */
  private validTo = 0

  private readonly transcoder: Utf16Transcoder | null
  private readonly map: Uint16Array | null
  private readonly decoder: TextDecoder
  private readonly delimiter: number
  private readonly quote: number
  private readonly escape: number
  private readonly loneCr: boolean
  private readonly unquotedClass = new Uint8Array(256)
  private readonly quotedClass = new Uint8Array(256)

  private line = 1
  private linesToSkip: number
  private headerToSkip: boolean
  /** A record that is too long was held back; its rest is passed over to the next line end. */
  private passingOver = false
  private heldInRun = 0
  private rawInRun = 0
  private lengthDigits = 2

  // what the last scan found
  private textEnd = 0
  private terminator = 0
  private cells = 0
  private innerLines = 0
  private lastCellEmpty = false
  private hasNul = false
  private hasUndefined = false
  private writtenTo = 0
  private openedAt = 0
  private openedLine = 0

  constructor(options: TokenizerOptions) {
    const { dialect } = options
    checkDialect(dialect)
    this.options = options
    const { inputBytes = Infinity } = options
    this.window = Buffer.allocUnsafe(Math.min(windowBytes, Math.ceil(inputBytes * 1.5) + 64))
    this.pauseAtOutput = Math.min(pauseAtBytes, inputBytes)
    // Of one more record, a byte grows to three at most; the rest is for its lineage.
    this.output = Buffer.allocUnsafe(
      this.pauseAtOutput + Math.min(maxRecordBytes, inputBytes * 1.5) * 3 + 4096,
    )
    this.linesToSkip = dialect.skipLines
    this.headerToSkip = dialect.header
    this.delimiter = dialect.delimiter.charCodeAt(0)
    this.quote = dialect.quote === '' ? -1 : dialect.quote.charCodeAt(0)
    this.escape = dialect.escape === '' ? -1 : dialect.escape.charCodeAt(0)
    this.loneCr = dialect.lineEnd === '\r' || dialect.lineEnd === 'mixed'
    this.map = singleByteMap(dialect.encoding)
    const { encoding } = dialect
    const wide = encoding === 'utf-16le' || encoding === 'utf-16be'
    this.transcoder = wide ? new Utf16Transcoder(encoding) : null
    this.decoder = new TextDecoder(wide ? 'utf-8' : encoding, { ignoreBOM: true })

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
    unquotedClass[this.delimiter] = delimits
    quotedClass[doubleQuote] = needsQuotes
    quotedClass[lf] = ends
    if (this.loneCr) quotedClass[cr] = returns
    quotedClass[0] = isNul
    if (this.escape >= 0) quotedClass[this.escape] = escapes
    if (this.quote >= 0) quotedClass[this.quote] = quotes
  }

  /** Adds at most `maxChunkBytes`. Only when the last `run` has answered false. */
  push(chunk: Uint8Array): void {
    if (chunk.length > maxChunkBytes) throw new RangeError('A chunk must not exceed maxChunkBytes.')
    const { window } = this
    if (this.start > 0) {
      window.copyWithin(0, this.start, this.end)
      this.end -= this.start
      this.start = 0
    }
    if (this.transcoder === null) {
      window.set(chunk, this.end)
      this.end += chunk.length
    } else {
      this.end = this.transcoder.push(chunk, window, this.end)
    }
    this.validTo = 0
  }

  /** No more chunks come. Call `run` afterwards. */
  finish(): void {
    if (this.transcoder !== null) this.end = this.transcoder.finish(this.window, this.end)
    this.final = true
    this.validTo = 0
  }

  /** Tokenizes. True: it paused, the output must be taken and `run` be called again; false: it needs the next chunk. */
  run(): boolean {
    if (!this.bomDone && !this.passBom()) return false
    if (this.validTo === 0) this.validate()
    this.heldInRun = 0
    this.rawInRun = 0
    for (;;) {
      if (
        this.outputEnd > this.pauseAtOutput ||
        this.heldInRun >= pauseAtHeld ||
        this.rawInRun >= pauseAtRawBytes
      )
        return true
      if (this.linesToSkip > 0 || this.passingOver) {
        if (!this.passLine()) return false
      } else if (!this.step()) return false
    }
  }

  // -------------------------------------------------------------- before the records

  private passBom(): boolean {
    const { window, end } = this
    if (end < 3 && !this.final) return false
    const bom = window[0] === 0xef && window[1] === 0xbb && window[2] === 0xbf
    if (end >= 3 && bom && this.map === null) this.advance(3)
    this.bomDone = true
    return true
  }

  /** One look at all whole lines of the window spares a look at each record. */
  private validate(): void {
    if (this.map !== null) {
      this.validTo = this.end
      return
    }
    let to = this.end
    if (!this.final) {
      const lastLf = this.window.lastIndexOf(lf, this.end - 1)
      const lastCr = this.loneCr ? this.window.lastIndexOf(cr, this.end - 1) : -1
      to = Math.max(lastLf, lastCr) + 1
    }
    const valid = to > this.start && isUtf8(this.window.subarray(this.start, to))
    this.validTo = valid ? to : -1
  }

  /** Passes over the rest of a line; false when its end has not arrived yet. */
  private passLine(): boolean {
    const at = this.lineEndFrom(this.start, this.end)
    if (at < 0) {
      // A return at the very end may be the first half of a line end.
      const keep = !this.final && this.end > this.start && this.window[this.end - 1] === cr ? 1 : 0
      const rest = this.end - keep - this.start
      if (this.final && rest > 0) {
        this.linesToSkip = Math.max(0, this.linesToSkip - 1)
        this.passingOver = false
      }
      this.advance(rest)
      return false
    }
    this.advance(at + this.terminatorAt(at) - this.start)
    this.line += 1
    if (this.passingOver) this.passingOver = false
    else this.linesToSkip -= 1
    return true
  }

  /** Where the line that contains `from` ends (its text), or -1 when that is not known before `end`. */
  private lineEndFrom(from: number, end: number): number {
    const { window } = this
    let newline = window.indexOf(lf, from)
    if (newline < 0 || newline >= end) newline = -1
    if (this.loneCr) {
      const back = window.indexOf(cr, from)
      const seen = back >= 0 && back < end && (newline < 0 || back < newline)
      if (seen && (back + 1 < end || (this.final && end === this.end))) return back
      if (seen) return -1
      return newline
    }
    return newline > from && window[newline - 1] === cr ? newline - 1 : newline
  }

  private terminatorAt(at: number): number {
    const { window, end } = this
    if (at >= end) return 0
    if (window[at] === lf) return 1
    return at + 1 < end && window[at + 1] === lf ? 2 : 1
  }

  private sourceBytes(from: number, to: number): number {
    return this.transcoder === null ? to - from : utf16Bytes(this.window, from, to)
  }

  private advance(bytes: number): void {
    this.position += this.sourceBytes(this.start, this.start + bytes)
    this.start += bytes
  }

  // -------------------------------------------------------------- one record

  /** Deals with one record or blank line; false when more bytes are needed or none are left. */
  private step(): boolean {
    const { window, start, end } = this
    if (start >= end) return false
    const first = window[start]
    if (first === lf) {
      this.advance(1)
      this.line += 1
      return true
    }
    if (first === cr) {
      if (start + 1 >= end && !this.final) return false
      const pair = start + 1 < end && window[start + 1] === lf
      if (pair || this.loneCr || start + 1 >= end) {
        this.advance(pair ? 2 : 1)
        this.line += 1
        return true
      }
    }

    const limit = Math.min(end, start + maxRecordBytes)
    // A line feed as sentinel at the limit spares the scan a comparison per byte.
    const covered = window[limit] ?? 0
    window[limit] = lf
    const lineage = this.writeLineage()
    const outcome = this.scan(start, limit, lineage)
    window[limit] = covered

    const whole = limit === end && this.final
    if (outcome === stands) {
      if (this.textEnd < limit || whole) this.settle(lineage)
      else return this.outOfBytes(limit)
      return true
    }
    if (outcome === outOfBytes) return this.outOfBytes(limit)
    if (
      outcome === outOfBytesInQuotes &&
      limit === end &&
      !this.final &&
      limit < start + maxRecordBytes
    )
      return false
    return this.recover(outcome, limit)
  }

  /** No line end up to the limit, outside of quotes. */
  private outOfBytes(limit: number): boolean {
    if (limit === this.end && (!this.final || limit < this.start + maxRecordBytes)) return false
    this.textEnd = limit
    this.hold(limit, [structure(`This row is longer than ${maxRecordBytes / 1024 / 1024} MiB.`)])
    this.advance(limit - this.start)
    this.passingOver = true
    return true
  }

  /** A quote that was none: holds back what came up to the end of its line and goes on with the next line. */
  private recover(outcome: number, limit: number): boolean {
    const { openedAt } = this
    const quote = this.options.dialect.quote
    const reason =
      outcome === textAfterQuote
        ? structure(`Text follows a closing quote (${quote}) before the next delimiter.`)
        : structure(`A quote (${quote}) opens on this line and does not close.`)
    let at = this.lineEndFrom(openedAt, limit)
    if (at < 0) {
      const whole = limit === this.end && this.final
      if (!whole) {
        if (limit < this.start + maxRecordBytes) return false
        this.hold(limit, [reason])
        this.advance(limit - this.start)
        this.line += this.openedLine
        this.passingOver = true
        return true
      }
      at = limit
    }
    this.hold(at, [reason])
    this.advance(at + this.terminatorAt(at) - this.start)
    this.line += this.openedLine + 1
    return true
  }

  /** A record that scans: counts its cells, checks its text, keeps or holds it. */
  private settle(lineage: number): void {
    const { start, textEnd } = this
    const { width, trailingDelimiter } = this.options
    let cells = this.cells
    if (trailingDelimiter && width !== null && cells === width + 1 && this.lastCellEmpty) {
      cells -= 1
      this.writtenTo -= 1
    }
    const isText = textEnd <= this.validTo || isUtf8(this.window.subarray(start, textEnd))
    const sound =
      (width === null || cells === width) && isText && !this.hasNul && !this.hasUndefined
    if (sound && !this.headerToSkip) {
      const lengthBytes = this.sourceBytes(start, textEnd)
      this.writeLength(lengthBytes, lineage)
      if (this.writtenTo + 1 - this.outputEnd <= recordsLayout.maxLineBytes) {
        this.output[this.writtenTo] = lf
        this.outputEnd = this.writtenTo + 1
        this.records += 1
      } else this.hold(textEnd, [structure('This row is longer than 2 MB when written as UTF-8.')])
    } else if (this.headerToSkip) {
      this.headerToSkip = false
    } else {
      this.hold(textEnd, this.faults(cells, isText))
    }
    this.advance(textEnd + this.terminator - start)
    this.line += this.innerLines + 1
  }

  private faults(cells: number, isText: boolean): Reason[] {
    const { width, dialect } = this.options
    const reasons: Reason[] = []
    const whole = (code: Reason['code'], message: string) =>
      reasons.push({ code, column: '', value: '', message })
    const count = `${cells} ${cells === 1 ? 'cell' : 'cells'}`
    const columns = `${width} ${width === 1 ? 'column' : 'columns'}`
    if (width !== null && cells > width)
      whole('extra-cell', `This row has ${count}, but the file has ${columns}.`)
    if (width !== null && cells < width)
      whole('missing-cell', `This row has only ${count}, but the file has ${columns}.`)
    if (!isText || this.hasUndefined)
      whole(
        'encoding-error',
        `This row has bytes that are no text in the encoding ${dialect.encoding}.`,
      )
    if (this.hasNul)
      reasons.push(structure('This row contains NUL characters, which no table can hold.'))
    return reasons
  }

  /** Holds back the text from the start of the record to `to`. */
  private hold(to: number, reasons: Reason[]): void {
    if (this.headerToSkip) {
      this.headerToSkip = false
      return
    }
    this.records += 1
    this.quarantined += 1
    const raw = this.rawText(this.start, to)
    this.heldInRun += 1
    this.rawInRun += raw.length
    this.options.held({ record: this.records, line: this.line, raw, reasons })
  }

  private rawText(from: number, to: number): string {
    let cut = Math.min(to, from + maxRawBytes)
    // Not in the middle of a character.
    if (cut < to && this.map === null)
      while (cut > from && ((this.window[cut] ?? 0) & 0xc0) === 0x80) cut -= 1
    return this.decoder.decode(this.window.subarray(from, cut))
  }

  // -------------------------------------------------------------- writing

  /** Writes `record,line,offset,` and leaves room for the length; returns where the cells begin. */
  private writeLineage(): number {
    const { output } = this
    let at = writeInteger(this.records + 1, output, this.outputEnd)
    output[at++] = comma
    at = writeInteger(this.line, output, at)
    output[at++] = comma
    at = writeInteger(this.position, output, at)
    output[at++] = comma
    at += this.lengthDigits
    output[at++] = comma
    return at
  }

  /** Fills in the length; where it needs more or fewer digits than the last record's, the cells move. */
  private writeLength(lengthBytes: number, cellsAt: number): void {
    const digits = digitsOf(lengthBytes)
    const gap = cellsAt - this.lengthDigits - 1
    if (digits !== this.lengthDigits) {
      const to = gap + digits + 1
      this.output.copyWithin(to, cellsAt, this.writtenTo)
      this.writtenTo += to - cellsAt
      this.output[to - 1] = comma
      this.lengthDigits = digits
    }
    writeInteger(lengthBytes, this.output, gap)
  }

  // -------------------------------------------------------------- the scan

  /**
   * Scans one record from `from` and writes its cells to `output` from `at`. The byte at `limit` is a
   * line feed that does not belong to the file.
   */
  private scan(from: number, limit: number, at: number): number {
    const input = this.window
    const out = this.output
    const { unquotedClass, quotedClass, delimiter, quote, escape, map, loneCr } = this
    let i = from
    let o = at
    let cells = 0
    let lines = 0
    let byte = 0
    this.hasNul = false
    this.hasUndefined = false

    for (;;) {
      const cellFrom = i
      const cellAt = o
      byte = input[i] ?? 0
      if (byte === quote) {
        i += 1
        out[o++] = doubleQuote
        const linesBefore = lines
        this.openedAt = cellFrom
        this.openedLine = linesBefore
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
            if (i >= limit) return outOfBytesInQuotes
            lines += 1
            if (lines - linesBefore > maxQuotedLines) return neverCloses
          } else if (kind === returns) {
            // The line feed after it counts; at the limit this scan counts for nothing.
            if (input[i + 1] !== lf) {
              lines += 1
              if (lines - linesBefore > maxQuotedLines) return neverCloses
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
        out[o++] = doubleQuote
        i += 1
        byte = input[i] ?? 0
        while ((byte === space || byte === tab) && byte !== delimiter) {
          i += 1
          byte = input[i] ?? 0
        }
        if (byte === cr && i + 1 >= limit && !(this.final && limit === this.end)) return outOfBytes
        if (byte !== delimiter && byte !== lf) {
          const lineEnds = byte === cr && (loneCr || input[i + 1] === lf)
          if (!lineEnds) return textAfterQuote
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
              if (this.final && limit === this.end) break
              return outOfBytes
            }
            if (loneCr || input[i + 1] === lf) break
            requote = true
          } else if (kind === needsQuotes) {
            requote = true
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
      out[o++] = comma
      i += 1
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

  /** Writes an unquoted cell again, in quotes. */
  private requote(from: number, to: number, at: number): number {
    const { window, output, map } = this
    let o = at
    output[o++] = doubleQuote
    for (let i = from; i < to; i += 1) {
      const byte = window[i] ?? 0
      if (byte >= 128 && map !== null) o = this.writeHigh(map, byte, o)
      else {
        if (byte === doubleQuote) output[o++] = byte
        output[o++] = byte
      }
    }
    output[o++] = doubleQuote
    return o
  }

  private writeHigh(map: Uint16Array | null, byte: number, at: number): number {
    const point = map?.[byte] ?? undefinedByte
    if (point === undefinedByte) this.hasUndefined = true
    return encodePoint(point, this.output, at)
  }
}

function structure(message: string): Reason {
  return { code: 'structure-error', column: '', value: '', message }
}

function digitsOf(value: number): number {
  let digits = 1
  for (let bound = 10; value >= bound; bound *= 10) digits += 1
  return digits
}

/** Writes a whole number below 2^53 in decimal and returns the end. */
function writeInteger(value: number, target: Uint8Array, at: number): number {
  const end = at + digitsOf(value)
  let rest = value
  let place = end
  // Above 31 bits division is slow: nine digits at a time.
  while (rest > 0x7fff_ffff) {
    const upper = Math.floor(rest / 1e9)
    let lower = (rest - upper * 1e9) | 0
    for (let count = 0; count < 9; count += 1) {
      const tenth = (lower / 10) | 0
      target[--place] = 48 + lower - tenth * 10
      lower = tenth
    }
    rest = upper
  }
  let small = rest | 0
  while (place > at) {
    const tenth = (small / 10) | 0
    target[--place] = 48 + small - tenth * 10
    small = tenth
  }
  return end
}
