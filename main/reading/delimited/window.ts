/**
 * What the tokenizer sees of a file: the bytes that are not records yet, as UTF-8 or in the file's own
 * single-byte encoding, and how many bytes of the source lie behind them.
 */
import { isUtf8 } from 'node:buffer'
import { type Decoder, decoderOf } from '../../files/decoding.ts'
import type { Encoding } from './encoding.ts'
import type { Transcoder } from './encoding.ts'
import { transcoderOf } from './transcoder.ts'

/** Longest chunk that one `push` takes. */
export const maxChunkBytes = 512 * 1024
/** A record longer than this (as UTF-8 for UTF-16 files) is held back. */
export const maxRecordBytes = 1024 * 1024
/** How much of a broken record's text is kept. */
export const maxRawBytes = 64 * 1024

/** As UTF-8, a byte of the source becomes three at most (a Japanese letter of half the width). */
const growth = 3
/** What is left of the last chunk, and one more chunk. */
const windowBytes = maxRecordBytes + maxChunkBytes * growth + 64

/** Bytes of a window for an input of no more than `inputBytes`. */
export function windowBytesFor(inputBytes: number): number {
  return Math.min(windowBytes, inputBytes * growth + 64)
}
const lf = 0x0a
const cr = 0x0d
const ctrlZ = 0x1a

export class InputWindow {
  /** What is to be read lies in `bytes[start, end)`; there is room for one byte more. */
  readonly bytes: Buffer
  start = 0
  end = 0
  /** No more chunks come. */
  final = false
  /** Bytes of the source before `start`. */
  position = 0

  /** A return alone ends a line. */
  readonly #loneCr: boolean
  readonly #singleByte: boolean
  readonly #transcoder: Transcoder | null
  readonly #decoder: Decoder
  #bomDone = false
  /** Bytes up to here are known to be valid UTF-8; 0: not looked at yet, -1: some are not. */
  #validTo = 0

  /** `bytes`: as many as `windowBytesFor` says. */
  constructor(encoding: Encoding, loneCr: boolean, bytes: Buffer) {
    this.bytes = bytes
    this.#loneCr = loneCr
    this.#transcoder = transcoderOf(encoding)
    this.#singleByte = this.#transcoder === null && encoding !== 'utf-8'
    this.#decoder = decoderOf(this.#singleByte ? encoding : 'utf-8')
  }

  /** Adds at most `maxChunkBytes`. Only when everything but less than a record has been read. */
  push(chunk: Uint8Array): void {
    if (chunk.length > maxChunkBytes) throw new RangeError('A chunk must not exceed maxChunkBytes.')
    const { bytes } = this
    if (this.start > 0) {
      bytes.copyWithin(0, this.start, this.end)
      this.end -= this.start
      this.start = 0
    }
    if (this.#transcoder === null) {
      bytes.set(chunk, this.end)
      this.end += chunk.length
    } else {
      this.end = this.#transcoder.push(chunk, bytes, this.end)
    }
    this.#validTo = 0
  }

  finish(): void {
    if (this.#transcoder !== null) this.end = this.#transcoder.finish(this.bytes, this.end)
    // Programs of DOS end a text with Ctrl-Z, or fill its last sector with it.
    while (this.end > this.start && this.bytes[this.end - 1] === ctrlZ) this.end -= 1
    this.final = true
    this.#validTo = 0
  }

  /** Passes over a byte-order mark; false while too little has arrived to know one. */
  open(): boolean {
    if (!this.#bomDone && !this.#passBom()) return false
    if (this.#validTo === 0) this.#validate()
    return true
  }

  #passBom(): boolean {
    const { bytes, end } = this
    if (end < 3 && !this.final) return false
    const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
    if (end >= 3 && bom && !this.#singleByte) this.advance(3)
    this.#bomDone = true
    return true
  }

  /** One look at all whole lines of the window spares a look at each record. */
  #validate(): void {
    if (this.#singleByte) {
      this.#validTo = this.end
      return
    }
    let to = this.end
    if (!this.final) {
      // Of what is there alone: behind it lies what was read before.
      const there = this.bytes.subarray(this.start, this.end)
      const lastCr = this.#loneCr ? there.lastIndexOf(cr) : -1
      to = this.start + Math.max(there.lastIndexOf(lf), lastCr) + 1
    }
    const valid = to > this.start && isUtf8(this.bytes.subarray(this.start, to))
    this.#validTo = valid ? to : -1
  }

  /** Up to here the bytes are whole lines of valid text; -1: not all of them. Known once it is open. */
  get validTo(): number {
    return this.#validTo
  }

  /** Whether the bytes from `start` to `to` are text as far as UTF-8 can tell. */
  isText(to: number): boolean {
    return to <= this.#validTo || isUtf8(this.bytes.subarray(this.start, to))
  }

  /** The beginning of the text from `start` to `to`, at most `maxRawBytes` of it. */
  rawText(to: number): string {
    const { start } = this
    let cut = Math.min(to, start + maxRawBytes)
    // Not in the middle of a character.
    if (cut < to && !this.#singleByte)
      while (cut > start && ((this.bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1
    return this.#decoder.decode(this.bytes.subarray(start, cut))
  }

  /** Where the line that contains `from` ends (its text), or -1 when that is not known before `end`. */
  lineEndFrom(from: number, end: number): number {
    const { bytes } = this
    let newline = bytes.indexOf(lf, from)
    if (newline < 0 || newline >= end) newline = -1
    if (this.#loneCr) {
      const back = bytes.indexOf(cr, from)
      const seen = back >= 0 && back < end && (newline < 0 || back < newline)
      if (seen && (back + 1 < end || (this.final && end === this.end))) return back
      if (seen) return -1
      return newline
    }
    return newline > from && bytes[newline - 1] === cr ? newline - 1 : newline
  }

  /** Bytes of the line end at `at`. */
  terminatorAt(at: number): number {
    const { bytes, end } = this
    if (at >= end) return 0
    if (bytes[at] === lf) return 1
    return at + 1 < end && bytes[at + 1] === lf ? 2 : 1
  }

  /** Bytes of the source from `start` to `to`. */
  sourceBytes(to: number): number {
    return this.#transcoder?.sourceBytes(this.bytes, this.start, to) ?? to - this.start
  }

  advance(bytes: number): void {
    this.position += this.sourceBytes(this.start + bytes)
    this.start += bytes
  }
}
