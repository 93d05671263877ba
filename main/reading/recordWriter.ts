/** Canonical records (see `recordsLayout`) of a source that is no text. */
import type { HeldRow, Reason } from '../../shared/domain/files/quarantine.ts'
import { recordsLayout } from '../../shared/domain/files/records.ts'
import { canonical, cellText } from './canonical.ts'
import type { Sink } from './reader.ts'

/** To be flushed when so much has been gathered. */
const fullAt = 1024 * 1024
/** Of the text of a record that is held back, so much is kept. */
const maxRawCharacters = 64 * 1024
const { maxLineBytes } = recordsLayout

export class RecordWriter {
  /** Met so far, and those of them that were held back. */
  records = 0
  quarantined = 0
  readonly #sink: Sink
  readonly #width: number
  /** Bytes of the records file that have been written. */
  #position = 0
  #lines = Buffer.allocUnsafe(fullAt + maxLineBytes + 64)
  #end = 0
  #held: string[] = []
  #heldCharacters = 0

  /** `width`: cells of a record; shorter ones are filled up with empty ones. */
  constructor(sink: Sink, width: number) {
    this.#sink = sink
    this.#width = width
  }

  get isFull(): boolean {
    return this.#end >= fullAt || this.#heldCharacters >= fullAt
  }

  /**
   * Adds a record; `line` is the row as its program numbers it. Holds it back where no table can hold
   * it: for NUL characters, or because it is longer than a line may be.
   */
  add(line: number, cells: readonly string[]): void {
    const text = cells.map(cellText).join(',')
    this.write(line, text + ','.repeat(Math.max(0, this.#width - Math.max(1, cells.length))))
  }

  /** The same of cells that are canonical text already, with the record's own place in the source where it has one. */
  write(
    line: number,
    text: string,
    source: { offset: number; length: number } | null = null,
  ): void {
    const bytes = text.length * 3 < maxLineBytes ? 0 : Buffer.byteLength(text)
    if (bytes > maxLineBytes - 64)
      return this.hold(line, text, 'This row is longer than 2 MB when written as UTF-8.')
    if (text.includes('\0'))
      return this.hold(line, text, 'This row contains NUL characters, which no table can hold.')
    this.records += 1
    const start = `${this.records},${line},`
    if (source !== null) {
      const { offset, length } = source
      this.#end += this.#lines.write(`${start}${offset},${length},${text}\n`, this.#end)
      return
    }
    // The cells are written first: how many bytes they have stands before them.
    const room = this.#end + 64
    const length = this.#lines.write(text, room)
    const at = this.#position + this.#end
    const upTo = (digits: number) => at + start.length + digits + 1 + `${length},`.length
    const digits = String(upTo(String(at).length)).length
    const lineage = `${start}${upTo(digits)},${length},`
    this.#end += this.#lines.write(lineage, this.#end, 'latin1')
    this.#lines.copyWithin(this.#end, room, room + length)
    this.#end += length
    this.#lines[this.#end++] = canonical.lf
  }

  /** Holds a record back; `message` is one sentence for the person. */
  hold(line: number, raw: string, message: string, code: Reason['code'] = 'structure-error'): void {
    this.records += 1
    this.quarantined += 1
    const row: HeldRow = {
      record: this.records,
      line,
      raw: raw.slice(0, maxRawCharacters),
      reasons: [{ code, column: '', value: '', message }],
    }
    const json = `${JSON.stringify(row)}\n`
    this.#held.push(json)
    this.#heldCharacters += json.length
  }

  async flush(): Promise<void> {
    if (this.#end > 0) await this.#sink.records(this.#lines.subarray(0, this.#end))
    this.#position += this.#end
    this.#end = 0
    if (this.#held.length > 0) await this.#sink.held(Buffer.from(this.#held.join('')))
    this.#held = []
    this.#heldCharacters = 0
  }
}
