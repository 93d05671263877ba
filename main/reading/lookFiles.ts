/** The files of a look, read at any place. A page is a few milliseconds of work on a thread, so it is read at once. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { canonical } from './canonical.ts'
import { integerAt } from './recordIndex.ts'

const windowBytes = 256 * 1024

export class OpenFile {
  readonly file: number
  /** As it was when it was opened. */
  readonly size: number

  constructor(path: string) {
    this.file = openSync(path, 'r')
    this.size = fstatSync(this.file).size
  }

  [Symbol.dispose](): void {
    closeSync(this.file)
  }
}

/** null: there is no such file yet. */
export function openIfThere<File extends OpenFile>(
  path: string | null,
  open: (path: string) => File,
): File | null {
  try {
    return path === null ? null : open(path)
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

/** Canonical records, a line at a time from any line's beginning on. */
export class RecordLines extends OpenFile {
  #window = Buffer.allocUnsafe(windowBytes)
  #filled = 0
  /** In the window: where the next line begins. */
  #at = 0
  /** In the file: what comes after the window. */
  #next = 0

  seek(offset: number): void {
    this.#next = offset
    this.#filled = 0
    this.#at = 0
  }

  /** The bytes of the next line, valid until the one after it is asked for; null: no other one is there as a whole. */
  next(): Buffer | null {
    let isQuoted = false
    for (let at = this.#at; ; at += 1) {
      if (at === this.#filled) {
        at -= this.#at
        if (!this.#fill()) return null
      }
      const byte = this.#window[at]
      if (byte === canonical.doubleQuote) isQuoted = !isQuoted
      else if (byte === canonical.lf && !isQuoted) {
        const line = this.#window.subarray(this.#at, at + 1)
        this.#at = at + 1
        return line
      }
    }
  }

  /** What has not been given out moves to the front. */
  #fill(): boolean {
    const rest = this.#filled - this.#at
    const larger = rest === this.#window.length ? Buffer.allocUnsafe(2 * rest) : this.#window
    this.#window.copy(larger, 0, this.#at, this.#filled)
    this.#window = larger
    const read = readSync(this.file, larger, rest, larger.length - rest, this.#next)
    this.#next += read
    this.#at = 0
    this.#filled = rest + read
    return read > 0
  }
}

/** The record and the line of a canonical line. */
export function lineageOf(line: Buffer): { record: number; line: number } {
  const [record, lineAt] = integerAt(line, 0)
  return { record, line: integerAt(line, lineAt)[0] }
}

const probeBytes = 4096

/** Lines of text in the order of their records; the first number of each line is its record. */
export class SortedLines extends OpenFile {
  /** The first line whose record is not below the wanted one; null: there is none. */
  from(record: number): SortedLine | null {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const line = this.#lineAt(middle === low ? low : this.#lineEnd(middle - 1))
      if (line === null || line.at >= high) high = middle
      else if (line.record < record) low = line.end
      else high = middle
    }
    return this.#lineAt(low)
  }

  after({ end }: SortedLine): SortedLine | null {
    return this.#lineAt(end)
  }

  /** Behind the first line end at or after a place. */
  #lineEnd(place: number): number {
    const bytes = Buffer.allocUnsafe(probeBytes)
    for (let at = place; ; at += probeBytes) {
      const read = readSync(this.file, bytes, 0, probeBytes, at)
      if (read === 0) return this.size
      const end = bytes.subarray(0, read).indexOf(canonical.lf)
      if (end >= 0) return at + end + 1
    }
  }

  /** null: at the end, or what stands there has not been written as a whole. */
  #lineAt(at: number): SortedLine | null {
    const end = this.#lineEnd(at)
    const bytes = Buffer.alloc(end - at)
    if (end <= at) return null
    readSync(this.file, bytes, 0, bytes.length, at)
    if (bytes.at(-1) !== canonical.lf) return null
    const text = bytes.toString('utf8')
    return { at, end, record: Number(/\d+/.exec(text)?.[0]), text }
  }
}

export interface SortedLine {
  at: number
  end: number
  record: number
  text: string
}

/** The records that a filter or an order has chosen: numbers of eight bytes, row by row. */
export class ChosenRecords extends OpenFile {
  get rows(): number {
    return Math.floor(this.size / 8)
  }

  page(from: number, limit: number): number[] {
    const bytes = Buffer.alloc(8 * Math.max(0, Math.min(limit, this.rows - from)))
    readSync(this.file, bytes, 0, bytes.length, from * 8)
    return Array.from({ length: bytes.length / 8 }, (_, nth) => bytes.readDoubleLE(nth * 8))
  }
}
