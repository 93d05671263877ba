/**
 * Records that stand as they are: as many cells as the file has columns, quoted as the canonical records are, or not at
 * all. From mark to mark, without a look at the bytes between; whatever else a record may be, the tokenizer decides.
 */
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { structureOver } from '../../wasm/structure.ts'
import type { Structure } from '../../wasm/structure.ts'
import { canonical } from '../canonical.ts'
import { encodePoint, singleByteMap, undefinedByte } from './encoding.ts'
import type { LineageWriter } from './lineage.ts'
import { maxRecordBytes } from './window.ts'
import type { InputWindow } from './window.ts'

const { comma, doubleQuote, lf } = canonical
const cr = 0x0d

/** What of a tokenizer's options matters here. */
interface Options {
  dialect: Dialect
  width: number | null
}

/** The buffers of a tokenizer, with their marks; null: records of this dialect are never as the canonical ones. */
export function plainStructure(
  { dialect, width }: Options,
  inputBytes: number,
  outputBytes: number,
): Structure | null {
  const { encoding, delimiter, quote, escape, lineEnd, repeats = false } = dialect
  const isSingleByte = singleByteMap(encoding) !== null
  const isCanonical = (quote === '"' && escape === '"') || quote === ''
  const isLine = lineEnd === '\n' || lineEnd === '\r\n'
  if (delimiter.length > 1 || repeats) return null
  if (width === null || !isCanonical || !isLine || !(isSingleByte || encoding === 'utf-8'))
    return null
  const marks = [delimiter.charCodeAt(0), comma, doubleQuote, lf, cr, 0]
  return structureOver(inputBytes, outputBytes, marks, isSingleByte)
}

export class PlainRecords {
  /** Where the last `take` ended to write. */
  outputEnd = 0

  readonly #structure: Structure
  readonly #window: InputWindow
  readonly #lineage: LineageWriter
  readonly #delimiter: number
  readonly #quote: number
  readonly #width: number
  /** What the bytes from 0x80 on stand for; null: they are UTF-8, and copied. */
  readonly #map: Uint16Array | null
  /** Whether the record that was passed last has some of them. */
  #isHigh = false
  /** -1: no line is one. */
  readonly #comment: number
  /** Where the cells of a record end. */
  readonly #ends: Int32Array
  /** Marks that were found; -1: the window has changed since. */
  #found = -1
  /** Of these, the first that was not passed. */
  #next = 0

  constructor(
    { dialect, width }: Options,
    structure: Structure,
    window: InputWindow,
    lineage: LineageWriter,
  ) {
    this.#structure = structure
    this.#window = window
    this.#lineage = lineage
    this.#delimiter = dialect.delimiter.charCodeAt(0)
    this.#quote = dialect.quote === '' ? -1 : doubleQuote
    this.#width = width ?? 0
    this.#map = singleByteMap(dialect.encoding)
    this.#comment = dialect.comment?.charCodeAt(0) ?? -1
    this.#ends = new Int32Array(this.#width + 1)
  }

  /** Something was added to the window. */
  forget(): void {
    this.#found = -1
  }

  /**
   * Writes the plain records from the start of the window on to the output from `at`, until one is not, none is left or the
   * output goes beyond `full`. Answers how many they are. `records`, `line`: how many came before, and the line of the first.
   */
  take(at: number, full: number, records: number, line: number): number {
    const window = this.#window
    const { output, copy } = this.#structure
    if (this.#found < 0) {
      this.#found = this.#structure.find(window.start, Math.max(window.start, window.validTo))
      this.#next = 0
    }
    const isTranslated = this.#delimiter !== comma
    const first = window.start
    const offset = window.position - first
    let start = first
    let taken = 0
    let out = at
    while (out <= full && window.bytes[start] !== this.#comment && this.#pass(start)) {
      const end = this.#ends[this.#width - 1] ?? 0
      out = this.#lineage.write(out, records + taken + 1, line + taken, offset + start, end - start)
      if (this.#isHigh) out = this.#transcode(start, out)
      else {
        copy(start, end, out)
        if (isTranslated)
          for (let cell = 0; cell < this.#width - 1; cell += 1)
            output[out + (this.#ends[cell] ?? 0) - start] = comma
        out += end - start
      }
      output[out++] = lf
      start = this.#ends[this.#width] ?? 0
      taken += 1
    }
    window.advance(start - first)
    this.outputEnd = out
    return taken
  }

  /** Writes the record at `start` as UTF-8 from `at` on; answers with its end. */
  #transcode(start: number, at: number): number {
    const { bytes } = this.#window
    const { output } = this.#structure
    const map = this.#map
    let out = at
    let from = start
    for (let cell = 0; cell < this.#width; cell += 1) {
      const end = this.#ends[cell] ?? 0
      if (cell > 0) output[out++] = comma
      for (; from < end; from += 1) {
        const byte = bytes[from] ?? 0
        if (byte < 0x80) output[out++] = byte
        else out = encodePoint(map?.[byte] ?? undefinedByte, output, out)
      }
      from += 1
    }
    return out
  }

  /** The first mark from the mark `next` on that is ASCII, or no character of the encoding; `found` where there is none. */
  #passHigh(next: number): number {
    const { bytes } = this.#window
    const { positions } = this.#structure
    const [map, found, delimiter] = [this.#map, this.#found, this.#delimiter]
    let at = next
    for (; at < found; at += 1) {
      const byte = bytes[positions[at] ?? 0] ?? 0
      if (byte < 0x80 || byte === delimiter || map?.[byte] === undefinedByte) break
      this.#isHigh = true
    }
    return at
  }

  /** Passes the record at `start` if it is plain: its cells end at `#ends`, and the next record begins at the last of these. */
  #pass(start: number): boolean {
    const bytes = this.#window.bytes
    const { positions } = this.#structure
    const found = this.#found
    const [delimiter, quote, width, ends] = [this.#delimiter, this.#quote, this.#width, this.#ends]
    let next = this.#next
    while (next < found && (positions[next] ?? 0) < start) next += 1
    this.#next = next
    this.#isHigh = false
    let cellFrom = start
    for (let cell = 0; next < found; cell += 1) {
      if (this.#map !== null) next = this.#passHigh(next)
      if (next >= found) return false
      let at = positions[next] ?? 0
      if (bytes[at] === quote && at === cellFrom) {
        next = this.#closingQuote(next)
        at = (positions[next] ?? 0) + 1
        next += 1
        // The cell must end right after the quote.
        if (next >= found || positions[next] !== at) return false
      }
      const byte = bytes[at]
      ends[cell] = at
      next += 1
      if (byte === delimiter) {
        if (cell === width - 1) return false
        cellFrom = at + 1
        continue
      }
      if (cell !== width - 1 || at === start || at - start >= maxRecordBytes) return false
      // As UTF-8 it may be three times as long, which the tokenizer has limits for.
      if (this.#isHigh && (at - start) * 3 > maxRecordBytes) return false
      if (byte === cr && next < found && positions[next] === at + 1 && bytes[at + 1] === lf) at += 1
      else if (byte !== lf) return false
      ends[width] = at + 1
      return true
    }
    return false
  }

  /** Which mark closes the quote at the mark `opening`; the number of marks where none does on the same line. */
  #closingQuote(opening: number): number {
    const bytes = this.#window.bytes
    const { positions } = this.#structure
    const found = this.#found
    for (let next = opening + 1; next < found; next += 1) {
      const at = positions[next] ?? 0
      const byte = bytes[at] ?? 0
      if (byte === this.#quote) {
        if (next + 1 >= found || positions[next + 1] !== at + 1 || bytes[at + 1] !== byte)
          return next
        next += 1
      } else if (byte !== this.#delimiter && byte !== comma) {
        const after = this.#passHigh(next)
        if (after === next) return found
        next = after - 1
      }
    }
    return found
  }
}
