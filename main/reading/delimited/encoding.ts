/** Bytes to UTF-8, a chunk at a time and without losing count of the bytes of the source. */
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { decoderOf } from '../../files/decoding.ts'

export type Encoding = Dialect['encoding']

/** Those of East Asia: of one to four bytes a character, mostly two. */
export const pairEncodings = ['shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr'] as const
export type PairEncoding = (typeof pairEncodings)[number]

export function isPairEncoding(encoding: Encoding): encoding is PairEncoding {
  return pairEncodings.some((one) => one === encoding)
}

/** In a single-byte map: the byte means nothing in this encoding. */
export const undefinedByte = 0xff_ff

/** Code point (all below U+FFFF) of each of the 256 bytes; null for encodings that are not single-byte. */
export function singleByteMap(encoding: Encoding): Uint16Array | null {
  if (encoding.startsWith('utf-') || isPairEncoding(encoding)) return null
  const decoder = decoderOf(encoding)
  const map = new Uint16Array(256)
  for (let byte = 0; byte < 256; byte += 1)
    map[byte] = decoder.decode(Uint8Array.of(byte)).charCodeAt(0)
  // What Windows leaves undefined, WHATWG's decoder passes as controls; we do not.
  for (let byte = 0x80; byte < 256; byte += 1) {
    const point = map[byte] ?? 0
    if (point === 0xfffd || (encoding.startsWith('windows-') && point < 0xa0))
      map[byte] = undefinedByte
  }
  return map
}

/** To UTF-8, a chunk at a time. */
export interface Transcoder {
  /** Writes at `at` and returns the end of what was written: at most three bytes per byte of the chunk, and 6 more. */
  push(chunk: Uint8Array, target: Uint8Array, at: number): number
  /** What is left over at the end of the file. */
  finish(target: Uint8Array, at: number): number
  /** How many bytes of the source the transcoded bytes `[from, to)` stood for. */
  sourceBytes(bytes: Uint8Array, from: number, to: number): number
}

/**
 * UTF-16 to UTF-8. A surrogate without its partner becomes its three generalised UTF-8 bytes and an odd
 * last byte becomes 0xFF: neither is valid UTF-8, so that the record is recognised as broken
 * and the count of source bytes (`sourceBytes`) stays exact.
 */
export class Utf16Transcoder implements Transcoder {
  private readonly bigEndian: boolean
  /** An odd byte left from the last chunk, or -1. */
  private half = -1
  /** A high surrogate that waits for its partner, or 0. */
  private high = 0

  constructor(encoding: 'utf-16le' | 'utf-16be') {
    this.bigEndian = encoding === 'utf-16be'
  }

  /** Writes at `at` and returns the end of what was written: at most 1.5 bytes per byte of the chunk, and 6 more. */
  push(chunk: Uint8Array, target: Uint8Array, at: number): number {
    let out = at
    let next = 0
    if (this.half >= 0 && chunk.length > 0) {
      out = this.unit(this.join(this.half, chunk[0] ?? 0), target, out)
      this.half = -1
      next = 1
    }
    const { bigEndian } = this
    for (; next + 1 < chunk.length; next += 2) {
      const first = chunk[next] ?? 0
      const second = chunk[next + 1] ?? 0
      const unit = bigEndian ? (first << 8) | second : (second << 8) | first
      if (unit < 0x80 && this.high === 0) target[out++] = unit
      else out = this.unit(unit, target, out)
    }
    if (next < chunk.length) this.half = chunk[next] ?? 0
    return out
  }

  /** What is left over at the end of the file. */
  finish(target: Uint8Array, at: number): number {
    let out = at
    if (this.high !== 0) out = threeBytes(this.high, target, out)
    this.high = 0
    if (this.half >= 0) target[out++] = 0xff
    this.half = -1
    return out
  }

  sourceBytes(bytes: Uint8Array, from: number, to: number): number {
    let count = 0
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte < 0x80 || (byte >= 0xc0 && byte < 0xf0)) count += 2
      else if (byte === 0xff) count += 1
      else if (byte >= 0xf0) count += 4
    }
    return count
  }

  private join(first: number, second: number): number {
    return this.bigEndian ? (first << 8) | second : (second << 8) | first
  }

  private unit(unit: number, target: Uint8Array, at: number): number {
    let out = at
    if (this.high !== 0) {
      const high = this.high
      this.high = 0
      if (unit >= 0xdc00 && unit <= 0xdfff) {
        const point = 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00)
        target[out++] = 0xf0 | (point >> 18)
        target[out++] = 0x80 | ((point >> 12) & 0x3f)
        target[out++] = 0x80 | ((point >> 6) & 0x3f)
        target[out++] = 0x80 | (point & 0x3f)
        return out
      }
      out = threeBytes(high, target, out)
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
      this.high = unit
      return out
    }
    return encodePoint(unit, target, out)
  }
}

function threeBytes(point: number, target: Uint8Array, at: number): number {
  target[at] = 0xe0 | (point >> 12)
  target[at + 1] = 0x80 | ((point >> 6) & 0x3f)
  target[at + 2] = 0x80 | (point & 0x3f)
  return at + 3
}

/** Writes a code point below U+10000 as UTF-8 and returns the end. */
export function encodePoint(point: number, target: Uint8Array, at: number): number {
  if (point < 0x80) {
    target[at] = point
    return at + 1
  }
  if (point < 0x800) {
    target[at] = 0xc0 | (point >> 6)
    target[at + 1] = 0x80 | (point & 0x3f)
    return at + 2
  }
  return threeBytes(point, target, at)
}
