/** Where the records of a JSON file begin and end. */
import type { FileHandle } from 'node:fs/promises'

/** How records stand in a file: one a line; one after the other, in lists or not; or in one list, behind which is something else. */
export type Form = 'lines' | 'values' | 'list'

/** A record's place in the source, in bytes. */
export interface Extent {
  offset: number
  length: number
  /** On which it begins, from 1. */
  line: number
  /** Until the next `next`; of a record that is too long, its beginning. */
  bytes: Buffer
  isTooLong: boolean
}

/** Longer records are held back, as those of other text are. */
const maxRecordBytes = 1024 * 1024
const keptBytes = 64 * 1024
const windowBytes = 4 * maxRecordBytes
/** Deeper, nobody writes by hand or program; brackets are only counted so far. */
const maxDepth = 4096
const lf = 0x0a
const quote = 0x22
const backslash = 0x5c

/** Memory depends neither on the size of the file nor of a record. */
export class Splitter {
  /** Lists that were opened and not closed. */
  openLists = 0
  readonly #form: Form
  readonly #window: Buffer
  /** Offset of the window's first byte in the file, and how much of the window is filled. */
  #start: number
  #end = 0
  #line: number
  /** All of the file is in the window or was. */
  #isLast = false
  /** Of the window: where the present record begins, and how far it was looked. */
  #from = 0
  #at = 0
  /** Brackets that are open in the present record. */
  readonly #open = new Uint8Array(maxDepth)
  #depth = 0
  #inString = false
  /** Of a record that is too long, once its beginning has left the window. */
  #long: Pick<Extent, 'offset' | 'line' | 'bytes'> | null = null
  #longLines = 0

  /** @param offset where the records begin, on `line` */
  constructor(form: Form, offset: number, line: number, sizeBytes: number) {
    this.#form = form
    this.openLists = form === 'list' ? 1 : 0
    this.#start = offset
    this.#line = line
    this.#window = Buffer.allocUnsafe(Math.min(windowBytes, Math.max(1, sizeBytes - offset) + 1))
  }

  /** How much of the file has been split. */
  get position(): number {
    return this.#start + this.#from
  }

  /** Takes more of the file, up to `sizeBytes`. */
  async fill(file: FileHandle, sizeBytes: number): Promise<void> {
    const window = this.#window
    if (this.#from === 0 && this.#end === window.length) this.#letGo()
    window.copyWithin(0, this.#from, this.#end)
    this.#start += this.#from
    this.#end -= this.#from
    this.#at -= this.#from
    this.#from = 0
    const wanted = Math.min(window.length - this.#end, sizeBytes - this.#start - this.#end)
    const { bytesRead } =
      wanted > 0
        ? await file.read(window, this.#end, wanted, this.#start + this.#end)
        : { bytesRead: 0 }
    this.#end += bytesRead
    this.#isLast = bytesRead === 0 || this.#start + this.#end >= sizeBytes
  }

  /** The next record; 'more' when the window must be filled before; null at the end. */
  next(): Extent | 'more' | null {
    return this.#form === 'lines' ? this.#nextLine() : this.#nextValue()
  }

  /**
   * A record that makes no sense may have swallowed others, by a quote or a bracket that is missing: it ends before the
   * next line that begins as records do, where there is one in it.
   */
  cutShort(extent: Extent): Extent {
    const from = extent.offset - this.#start
    const next = extent.isTooLong ? -1 : this.#nextStart(from, from + extent.length)
    if (next < 0) return extent
    const bytes = trimmed(this.#window.subarray(from, next))
    this.#line = extent.line + linesIn(this.#window.subarray(from, next))
    this.#begin(next)
    return { ...extent, length: bytes.length, bytes }
  }

  #nextLine(): Extent | 'more' | null {
    for (;;) {
      const found = this.#window.subarray(0, this.#end).indexOf(lf, this.#at)
      this.#at = found < 0 ? this.#end : found
      if (found < 0 && !this.#isLast) return 'more'
      if (found < 0 && this.#from === this.#end && this.#long === null) return null
      const extent = this.#extentTo(this.#at)
      this.#line += found < 0 ? 0 : 1
      this.#begin(found < 0 ? this.#end : found + 1)
      if (extent.length > 0) return extent
    }
  }

  #nextValue(): Extent | 'more' | null {
    if (this.#form === 'list' && this.openLists === 0) return null
    if (this.#at === this.#from && this.#long === null && !this.#toNextStart())
      return this.#isLast || (this.#form === 'list' && this.openLists === 0) ? null : 'more'
    const state = this.#toItsEnd()
    if (state === 'more' && !this.#isLast) return 'more'
    if (state !== 'whole' && this.#long === null) {
      // Its end is missing, or another bracket is where it should be.
      const next = this.#nextStart(this.#from, this.#end)
      if (next < 0 && !this.#isLast && this.#end - this.#from < maxRecordBytes) return 'more'
      this.#at = next < 0 ? this.#end : next
    }
    this.#at = Math.min(this.#at, this.#end)
    const extent = this.#extentTo(this.#at)
    this.#line = extent.line + this.#linesOf(extent)
    this.#begin(this.#at)
    return extent
  }

  #begin(at: number): void {
    this.#from = at
    this.#at = at
    this.#depth = 0
    this.#inString = false
    this.#long = null
    this.#longLines = 0
  }

  #linesOf({ isTooLong }: Extent): number {
    const here = linesIn(this.#window.subarray(this.#from, this.#at))
    return isTooLong ? this.#longLines + here : here
  }

  #letGo(): void {
    const { offset, line, bytes } = this.#long ?? {
      offset: this.#start,
      line: this.#line,
      bytes: Buffer.from(this.#window.subarray(0, keptBytes)),
    }
    this.#long = { offset, line, bytes }
    this.#from = Math.min(this.#at, this.#end)
    this.#longLines += linesIn(this.#window.subarray(0, this.#from))
  }

  #extentTo(end: number): Extent {
    const long = this.#long
    if (long !== null) {
      const length = this.#start + end - long.offset
      return { ...long, length, isTooLong: true }
    }
    const whole = this.#window.subarray(this.#from, end)
    const bytes = trimmed(whole)
    const isTooLong = bytes.length > maxRecordBytes
    return {
      offset: this.#start + this.#from + (bytes.byteOffset - whole.byteOffset),
      length: bytes.length,
      line: this.#line,
      bytes: isTooLong ? bytes.subarray(0, keptBytes) : bytes,
      isTooLong,
    }
  }

  /** Over white space and commas; false where the window or the list ends before a record begins. */
  #toNextStart(): boolean {
    for (; this.#at < this.#end; this.#at += 1) {
      const byte = this.#window[this.#at]
      if (byte === lf) this.#line += 1
      else if (byte === 0x5b && this.#form === 'values') this.openLists += 1
      else if (byte === 0x5d && this.openLists > 0) {
        this.openLists -= 1
        if (this.#form === 'values') continue
        this.#begin(this.#at + 1)
        return false
      } else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09 && byte !== 0x2c) {
        this.#begin(this.#at)
        return true
      }
    }
    this.#begin(this.#at)
    return false
  }

  /** Over one value; 'broken' where a bracket closes what another one has opened. */
  #toItsEnd(): 'whole' | 'more' | 'broken' {
    const window = this.#window
    const end = this.#end
    let at = this.#at
    let depth = this.#depth
    let state: 'whole' | 'more' | 'broken' = 'more'
    scan: for (; at < end; at += 1) {
      const byte = window[at] ?? 0
      if (this.#inString) {
        // What a backslash escapes may come with the next bytes.
        if (byte === backslash) at += 1
        else if (byte === quote) this.#inString = false
        continue
      }
      switch (byte) {
        case quote:
          this.#inString = true
          break
        case 0x7b:
        case 0x5b:
          state = depth === maxDepth ? 'broken' : 'more'
          if (state === 'broken') break scan
          // The byte that closes it: } or ].
          this.#open[depth++] = byte + 2
          break
        case 0x7d:
        case 0x5d:
          if (depth > 0 && this.#open[depth - 1] === byte) {
            depth -= 1
            if (depth > 0) break
            at += 1
            state = 'whole'
          } else state = depth === 0 && at > this.#from ? 'whole' : 'broken'
          break scan
        case 0x2c:
        case lf:
          if (depth > 0) break
          state = 'whole'
          break scan
      }
    }
    this.#at = at
    this.#depth = depth
    return state === 'more' && depth === 0 && !this.#inString && this.#isLast ? 'whole' : state
  }

  /** The next line behind `from` that begins with an object, indented no deeper than the record at `from`; -1: none. */
  #nextStart(from: number, end: number): number {
    const window = this.#window.subarray(0, end)
    const lineStart = window.lastIndexOf(lf, from - 1) + 1
    const indent = isBlank(window.subarray(lineStart, from)) ? from - lineStart : 0
    for (let at = window.indexOf(lf, from); at >= 0; at = window.indexOf(lf, at + 1)) {
      let first = at + 1
      while (window[first] === 0x20 || window[first] === 0x09) first += 1
      if (window[first] === 0x7b && first - at - 1 <= indent) return first
    }
    return -1
  }
}

function linesIn(bytes: Buffer): number {
  let lines = 0
  for (let at = bytes.indexOf(lf); at >= 0; at = bytes.indexOf(lf, at + 1)) lines += 1
  return lines
}

const isWhite = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === lf

const isBlank = (bytes: Buffer): boolean => bytes.every(isWhite)

function trimmed(bytes: Buffer): Buffer {
  let [from, to] = [0, bytes.length]
  while (from < to && isWhite(bytes[from])) from += 1
  while (to > from && isWhite(bytes[to - 1])) to -= 1
  return bytes.subarray(from, to)
}
