/**
 * Bytes to records. The tokenizer is fed chunks of a file and writes canonical records (see
 * `recordsLayout`) into a buffer; records whose structure is broken go out by `held` with their raw text.
 * What it makes of a file never depends on where the chunks end.
 *
 * Every decision about a record looks at most `maxRecordBytes` ahead, so memory is bounded for any
 * file. A quote that does not close within that distance, within `maxQuotedLines` or before the file ends,
 * or that closes in the middle of a cell, was no opening quote: the record up to the end of the line on
 * which it stands is held back and reading goes on with the next line, so that it cannot swallow the rows below.
 * Where a quote closes in the middle of a cell, and only one way of cutting the line gives as many cells as the file has
 * columns, it is cut so, and counted.
 *
 * Lenient where nothing can be lost: `\n` and `\r\n` both end a line in every dialect, blanks between a delimiter
 * and a quote are dropped, a quote inside an unquoted cell is text.
 */
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import type { HeldRow, Reason } from '../../../shared/domain/files/quarantine.ts'
import type { Ragged } from '../../../shared/domain/files/reading.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { canonical } from '../canonical.ts'
import { Mended } from '../mended.ts'
import { checkDialect } from './checkDialect.ts'
import { LineageWriter } from './lineage.ts'
import { OtherTables } from './otherTables.ts'
import { plainStructure, PlainRecords } from './plainRecords.ts'
import { outOfBytes, outOfBytesInQuotes, RecordScanner, stands, textAfterQuote } from './scan.ts'
import { InputWindow, maxRawBytes, maxRecordBytes, windowBytesFor } from './window.ts'

/** `run` pauses when this much has been written … */
const pauseAtBytes = 1024 * 1024
/** … or so many rows have been held back since it was called … */
const pauseAtHeld = 1000
/** … or so much of their text. */
const pauseAtRawBytes = 256 * 1024
/** Room for what one `run` holds back, as JSON: six bytes for a control character, 1000 for the rest of a row. */
export const heldJsonBytes = (pauseAtRawBytes + maxRawBytes) * 6 + pauseAtHeld * 1000
const { comma, lf } = canonical
const cr = 0x0d

export interface TokenizerOptions {
  dialect: Dialect
  /** Cells that a record has; null takes records of any width. */
  width: number | null
  /** Records may end in one more delimiter: many exports write one at the end of every line. */
  trailingDelimiter: boolean
  /** Where a width is given: what becomes of records of another one. */
  ragged?: Ragged
  /** As they stand in the file, for telling where another table begins. */
  header?: readonly string[] | null
  /** No more than this will be pushed in all: small files take small buffers. */
  inputBytes?: number
  held(row: HeldRow): void
}

export class Tokenizer {
  /** Canonical records wait in `output[0, outputEnd)`; the caller writes them and sets `outputEnd` to 0. */
  readonly output: Buffer
  outputEnd = 0
  /** Records met so far, the header not counted. */
  records = 0
  /** Of these, the ones held back. */
  quarantined = 0
  /** Rows with a stray quote that could be cut in one way only. */
  readonly mended = new Mended()
  /** Rows that were filled up with empty cells. */
  readonly filled = new Mended()
  /** Lines that are comments. */
  readonly comments = new Mended()
  readonly others = new OtherTables()

  private readonly options: TokenizerOptions
  private readonly window: InputWindow
  private readonly scanner: RecordScanner
  private readonly lineage: LineageWriter
  private readonly plain: PlainRecords | null
  private readonly loneCr: boolean
  /** -1: no line is one. */
  private readonly comment: number
  private readonly pauseAtOutput: number

  private line = 1
  private linesToSkip: number
  private headerRowsToSkip: number
  /** A record that is too long was held back; its rest is passed over to the next line end. */
  private passingOver = false
  private afterBlank = false
  private heldInRun = 0
  private rawInRun = 0

  constructor(options: TokenizerOptions) {
    const { dialect, inputBytes = Infinity } = options
    checkDialect(dialect)
    this.options = options
    this.loneCr = dialect.lineEnd === '\r' || dialect.lineEnd === 'mixed'
    this.comment = dialect.comment?.charCodeAt(0) ?? -1
    this.pauseAtOutput = Math.min(pauseAtBytes, inputBytes)
    // Of one more record, a byte grows to three at most; the rest is for its lineage, and the cells it lacks.
    const outputBytes =
      this.pauseAtOutput + Math.min(maxRecordBytes, inputBytes * 1.5) * 3 + 2 * 4096
    const inputWindowBytes = windowBytesFor(inputBytes)
    const structure = plainStructure(options, inputWindowBytes, outputBytes)
    const input = structure?.input ?? Buffer.allocUnsafe(inputWindowBytes)
    this.window = new InputWindow(dialect.encoding, this.loneCr, input)
    this.output = structure?.output ?? Buffer.allocUnsafe(outputBytes)
    this.scanner = new RecordScanner(dialect, this.loneCr, this.window, this.output)
    this.lineage = new LineageWriter(this.output)
    this.plain =
      structure === null ? null : new PlainRecords(options, structure, this.window, this.lineage)
    this.linesToSkip = dialect.skipLines
    this.headerRowsToSkip = dialect.headerRows
  }

  /** Bytes of the source that have been turned into records, line ends included. */
  get position(): number {
    return this.window.position
  }

  /** Adds at most `maxChunkBytes`. Only when the last `run` has answered false. */
  push(chunk: Uint8Array): void {
    this.window.push(chunk)
    this.plain?.forget()
  }

  /** No more chunks come. Call `run` afterwards. */
  finish(): void {
    this.window.finish()
    this.plain?.forget()
  }

  /** Tokenizes. True: it paused, the output must be taken and `run` be called again; false: it needs the next chunk. */
  run(): boolean {
    if (!this.window.open()) return false
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
      } else if (!this.takePlain() && !this.step()) return false
    }
  }

  /** Passes over the rest of a line; false when its end has not arrived yet. */
  private passLine(): boolean {
    const { window } = this
    const at = window.lineEndFrom(window.start, window.end)
    if (at < 0) {
      // A return at the very end may be the first half of a line end.
      const mayGoOn =
        !window.final && window.end > window.start && window.bytes[window.end - 1] === cr
      const rest = window.end - (mayGoOn ? 1 : 0) - window.start
      if (window.final && rest > 0) {
        this.linesToSkip = Math.max(0, this.linesToSkip - 1)
        this.passingOver = false
      }
      window.advance(rest)
      return false
    }
    window.advance(at + window.terminatorAt(at) - window.start)
    this.line += 1
    if (this.passingOver) this.passingOver = false
    else this.linesToSkip -= 1
    return true
  }

  /** Writes the records that stand as they are, up to one that is to be looked at; false where this is the next. */
  private takePlain(): boolean {
    if (this.plain === null || this.headerRowsToSkip > 0) return false
    // Another table may begin here, or be as wide.
    if (this.afterBlank || this.others.mayHold(this.options.width)) return false
    const { outputEnd, pauseAtOutput, records, line } = this
    const taken = this.plain.take(outputEnd, pauseAtOutput, records, line)
    if (taken === 0) return false
    this.afterBlank = false
    this.outputEnd = this.plain.outputEnd
    this.records += taken
    this.line += taken
    return true
  }

  /** Deals with one record or blank line; false when more bytes are needed or none are left. */
  private step(): boolean {
    const { window, scanner } = this
    const { bytes, start, end, final } = window
    if (start >= end) return false
    const first = bytes[start]
    if (first === this.comment) {
      this.comments.add(this.line, null)
      this.passingOver = true
      return true
    }
    if (first === lf) {
      window.advance(1)
      this.line += 1
      this.afterBlank = true
      return true
    }
    if (first === cr) {
      if (start + 1 >= end && !final) return false
      const pair = start + 1 < end && bytes[start + 1] === lf
      if (pair || this.loneCr || start + 1 >= end) {
        window.advance(pair ? 2 : 1)
        this.line += 1
        this.afterBlank = true
        return true
      }
    }

    const limit = Math.min(end, start + maxRecordBytes)
    const cellsAt = this.lineage.begin(this.outputEnd, this.records + 1, this.line, window.position)
    const outcome = scanner.scan(start, limit, cellsAt)

    const whole = limit === end && final
    if (outcome === stands) {
      if (scanner.textEnd >= limit && !whole) return this.outOfBytes(limit)
      // Blanks alone.
      if (this.options.dialect.repeats === true && scanner.cells === 1 && scanner.lastCellEmpty) {
        this.pass()
        this.afterBlank = true
        return true
      }
      const elsewhere = this.isElsewhere(limit, cellsAt)
      if (elsewhere === null) return false
      if (elsewhere) this.pass()
      else this.settle(cellsAt)
      return true
    }
    if (outcome === outOfBytes) return this.outOfBytes(limit)
    const mayClose = limit === end && !final && limit < start + maxRecordBytes
    if (outcome === outOfBytesInQuotes && mayClose) return false
    return this.recover(outcome, limit, cellsAt)
  }

  /** No line end up to the limit, outside of quotes. */
  private outOfBytes(limit: number): boolean {
    const { window } = this
    if (limit === window.end && (!window.final || limit < window.start + maxRecordBytes))
      return false
    this.hold(limit, [structure(`This row is longer than ${maxRecordBytes / 1024 / 1024} MiB.`)])
    window.advance(limit - window.start)
    this.passingOver = true
    return true
  }

  /**
   * A quote that was none: what came up to the end of its line is cut if there is only one way, else held back; goes on
   * with the next line.
   */
  private recover(outcome: number, limit: number, cellsAt: number): boolean {
    const { window } = this
    const { openedAt, openedLine } = this.scanner
    const quote = this.options.dialect.quote
    const reason =
      outcome === textAfterQuote
        ? structure(`Text follows a closing quote (${quote}) before the next delimiter.`)
        : structure(`A quote (${quote}) opens on this line and does not close.`)
    let at = window.lineEndFrom(openedAt, limit)
    if (at < 0) {
      const whole = limit === window.end && window.final
      if (!whole) {
        if (limit < window.start + maxRecordBytes) return false
        this.hold(limit, [reason])
        window.advance(limit - window.start)
        this.line += openedLine
        this.passingOver = true
        return true
      }
      at = limit
    }
    // One that closes nowhere may be a long text whose other lines follow: half of it is no cell.
    const isStray = outcome === textAfterQuote && this.scanner.innerLines === 0
    if (!isStray || !this.mend(at, cellsAt)) this.hold(at, [reason])
    window.advance(at + window.terminatorAt(at) - window.start)
    this.line += openedLine + 1
    return true
  }

  private mend(to: number, cellsAt: number): boolean {
    const { window, scanner } = this
    const { width, trailingDelimiter } = this.options
    if (width === null || this.headerRowsToSkip > 0 || to - window.start > maxRawBytes) return false
    if (!window.isText(to) || window.bytes.subarray(window.start, to).includes(0)) return false
    let end: number | null = null
    if (trailingDelimiter && window.bytes[to - 1] === this.options.dialect.delimiter.charCodeAt(0))
      end = scanner.mend(window.start, to - 1, cellsAt, width)
    end ??= scanner.mend(window.start, to, cellsAt, width)
    if (end === null || scanner.hasUndefined) return false
    if (!this.keep(to, cellsAt, end)) return false
    this.mended.add(this.line, this.records)
    return true
  }

  /** Whether a record that scans is a row of another table, its labels or its title; null: more bytes are needed to know. */
  private isElsewhere(limit: number, cellsAt: number): boolean | null {
    const { window, scanner, output, line, afterBlank } = this
    const { width, trailingDelimiter, header } = this.options
    const { cells, lastCellEmpty } = scanner
    if (width === null || this.headerRowsToSkip > 0) return false
    if (trailingDelimiter && cells === width + 1 && lastCellEmpty) return false
    const isTable = width > 1 && this.records > this.quarantined
    return this.others.holds(
      { window, scanner, output, limit, cellsAt },
      { line, width, afterBlank, isTable, known: header ?? [] },
    )
  }

  /** A record that scans: counts its cells, checks its text, keeps or holds it. */
  private settle(cellsAt: number): void {
    const { window, scanner } = this
    const { textEnd } = scanner
    const { width, trailingDelimiter } = this.options
    let { cells, writtenTo } = scanner
    if (trailingDelimiter && width !== null && cells === width + 1 && scanner.lastCellEmpty) {
      cells -= 1
      writtenTo -= 1
    }
    const isText = window.isText(textEnd)
    const isFilled = width !== null && cells < width && this.options.ragged === 'pad'
    if (isFilled) {
      this.output.fill(comma, writtenTo, writtenTo + width - cells)
      writtenTo += width - cells
      cells = width
    }
    const fits = width === null || cells === width || this.options.ragged === 'keep'
    const sound = fits && isText && !scanner.hasNul && !scanner.hasUndefined
    if (sound && this.headerRowsToSkip === 0) {
      if (!this.keep(textEnd, cellsAt, writtenTo))
        this.hold(textEnd, [structure('This row is longer than 2 MB when written as UTF-8.')])
      else if (isFilled) this.filled.add(this.line, this.records)
    } else if (this.headerRowsToSkip > 0) {
      this.headerRowsToSkip -= 1
    } else {
      this.hold(textEnd, this.faults(cells, isText))
    }
    this.pass()
  }

  /** Goes on behind the record that was scanned. */
  private pass(): void {
    const { window, scanner } = this
    this.afterBlank = false
    window.advance(scanner.textEnd + scanner.terminator - window.start)
    this.line += scanner.innerLines + 1
  }

  /** Ends the line of a record whose cells are written; false where it is too long. */
  private keep(textEnd: number, cellsAt: number, writtenTo: number): boolean {
    const end = this.lineage.finish(this.window.sourceBytes(textEnd), cellsAt, writtenTo)
    if (end + 1 - this.outputEnd > recordsLayout.maxLineBytes) return false
    this.output[end] = lf
    this.outputEnd = end + 1
    this.records += 1
    return true
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
    if (!isText || this.scanner.hasUndefined)
      whole(
        'encoding-error',
        `This row has bytes that are no text in the encoding ${dialect.encoding}.`,
      )
    if (this.scanner.hasNul)
      reasons.push(structure('This row contains NUL characters, which no table can hold.'))
    return reasons
  }

  /** Holds back the text from the start of the record to `to`. */
  private hold(to: number, reasons: Reason[]): void {
    if (this.headerRowsToSkip > 0) {
      this.headerRowsToSkip -= 1
      return
    }
    this.records += 1
    this.quarantined += 1
    const raw = this.window.rawText(to)
    this.heldInRun += 1
    this.rawInRun += raw.length
    this.options.held({ record: this.records, line: this.line, raw, reasons })
  }
}

function structure(message: string): Reason {
  return { code: 'structure-error', column: '', value: '', message }
}
