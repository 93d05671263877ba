/**
 * Encodings of one to four bytes a character: Shift-JIS, EUC-JP, GB18030, Big5, EUC-KR, and UTF-32. What a pair of bytes means
 * is asked of `TextDecoder` once; whatever is no character becomes 0xFF, which is no UTF-8, so that its record is known to be
 * broken and the count of source bytes stays exact.
 */
import { encodePoint, type PairEncoding, type Transcoder } from './encoding.ts'

/** Two code points of one pair of bytes (a letter of Big5 with its accent) are kept as one number. */
const second = 0x20_0000

interface PairTable {
  /** Code points by byte, or by first and second byte; 0: none. */
  points: Uint32Array
  /** Bytes of the source by code point below U+10000. */
  lengths: Uint8Array
  decode: (bytes: Uint8Array) => number
}

const tables = new Map<PairEncoding, PairTable>()

export function pairTable(encoding: PairEncoding): PairTable {
  const known = tables.get(encoding)
  if (known !== undefined) return known
  const decoder = new TextDecoder(encoding)
  const decode = (bytes: Uint8Array): number => {
    const [first = '', then, more] = decoder.decode(bytes)
    const [point = 0, accent = 0] = [first.codePointAt(0), then?.codePointAt(0)]
    if (first === '\uFFFD' || then === '\uFFFD' || more !== undefined) return 0
    // Bytes that it passes as controls mean nothing.
    const isControl = (point >= 0x80 && point < 0xa0) || (then !== undefined && accent < 0xa0)
    return isControl ? 0 : point + accent * second
  }
  const points = new Uint32Array(0x1_0000)
  const lengths = new Uint8Array(0x1_0000).fill(encoding === 'gb18030' ? 4 : 3)
  lengths.fill(1, 0, 0x80)
  const learn = (bytes: number[], at: number) => {
    const point = decode(Uint8Array.from(bytes))
    points[at] = point
    if (point > 0 && point < 0x1_0000) lengths[point] = bytes.length
    if (point >= second) {
      lengths[point % second] = bytes.length
      lengths[Math.floor(point / second)] = 0
    }
  }
  // Where one byte and two mean the same, the two are believed.
  for (let lead = 0x80; lead < 0xff; lead += 1)
    if (lengthAt(encoding, lead, 0x40) === 1) learn([lead], lead)
  for (let lead = 0x80; lead < 0xff; lead += 1)
    for (let trail = 0x40; trail < 0xff; trail += 1)
      if (lengthAt(encoding, lead, trail) === 2) learn([lead, trail], lead * 256 + trail)
  const table = { points, lengths, decode }
  tables.set(encoding, table)
  return table
}

/** Bytes of the character that begins with `lead`, which is beyond ASCII; the second one decides in GB18030. */
export function lengthAt(encoding: PairEncoding, lead: number, trail: number): number {
  switch (encoding) {
    case 'shift_jis':
      return lead === 0x80 || (lead >= 0xa0 && lead < 0xe0) || lead > 0xfc ? 1 : 2
    case 'euc-jp':
      return lead === 0x8f ? 3 : lead === 0x8e || lead >= 0xa1 ? 2 : 1
    case 'gb18030':
      return lead === 0x80 || lead === 0xff ? 1 : trail >= 0x30 && trail <= 0x39 ? 4 : 2
    case 'big5':
    case 'euc-kr':
      return lead === 0x80 || lead === 0xff ? 1 : 2
  }
}

export class PairTranscoder implements Transcoder {
  readonly #encoding: PairEncoding
  readonly #table: PairTable
  /** The first bytes of a character whose others have not arrived. */
  #rest = Buffer.alloc(0)

  constructor(encoding: PairEncoding) {
    this.#encoding = encoding
    this.#table = pairTable(encoding)
  }

  push(chunk: Uint8Array, target: Uint8Array, at: number): number {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    const { points, lengths, decode } = this.#table
    let out = at
    let next = 0
    while (next < bytes.length) {
      const lead = bytes[next] ?? 0
      if (lead < 0x80) {
        target[out++] = lead
        next += 1
        continue
      }
      const isSingle = lengthAt(this.#encoding, lead, 0x40) === 1
      if (!isSingle && next + 1 >= bytes.length) break
      const trail = isSingle ? 0 : (bytes[next + 1] ?? 0)
      const length = isSingle ? 1 : lengthAt(this.#encoding, lead, trail)
      if (next + length > bytes.length) break
      let point = 0
      if (length < 3) point = points[isSingle ? lead : lead * 256 + trail] ?? 0
      else point = decode(bytes.subarray(next, next + length))
      const counted = point < 0x1_0000 ? lengths[point] : length
      if (point === 0 || counted !== length) {
        target[out++] = 0xff
        next += 1
        continue
      }
      out = writePoint(point % second, target, out)
      if (point >= second) out = writePoint(Math.floor(point / second), target, out)
      next += length
    }
    this.#rest = Buffer.from(bytes.subarray(next))
    return out
  }

  finish(target: Uint8Array, at: number): number {
    target.fill(0xff, at, at + this.#rest.length)
    return at + this.#rest.length
  }

  sourceBytes(bytes: Uint8Array, from: number, to: number): number {
    const beyond = this.#encoding === 'gb18030' ? 4 : 2
    let count = 0
    for (let at = from; at < to;) {
      const lead = bytes[at] ?? 0
      if (lead < 0x80 || lead === 0xff) {
        count += 1
        at += 1
      } else if (lead >= 0xf0) {
        count += beyond
        at += 4
      } else {
        const [one = 0, two = 0] = [bytes[at + 1], bytes[at + 2]]
        const isLong = lead >= 0xe0
        const point = isLong
          ? ((lead & 15) << 12) | ((one & 63) << 6) | (two & 63)
          : ((lead & 31) << 6) | (one & 63)
        count += this.#table.lengths[point] ?? 0
        at += isLong ? 3 : 2
      }
    }
    return count
  }
}

export class Utf32Transcoder implements Transcoder {
  readonly #bigEndian: boolean
  #rest = Buffer.alloc(0)

  constructor(encoding: 'utf-32le' | 'utf-32be') {
    this.#bigEndian = encoding === 'utf-32be'
  }

  push(chunk: Uint8Array, target: Uint8Array, at: number): number {
    const bytes = Buffer.concat([this.#rest, chunk])
    let out = at
    let next = 0
    for (; next + 4 <= bytes.length; next += 4) {
      const point = this.#bigEndian ? bytes.readUInt32BE(next) : bytes.readUInt32LE(next)
      if (point > 0x10_ffff || (point >= 0xd800 && point < 0xe000)) {
        target.fill(0xff, out, out + 4)
        out += 4
      } else out = writePoint(point, target, out)
    }
    this.#rest = bytes.subarray(next)
    return out
  }

  finish(target: Uint8Array, at: number): number {
    target.fill(0xff, at, at + this.#rest.length)
    return at + this.#rest.length
  }

  sourceBytes(bytes: Uint8Array, from: number, to: number): number {
    let count = 0
    for (let at = from; at < to; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte === 0xff) count += 1
      else if (byte < 0x80 || byte >= 0xc0) count += 4
    }
    return count
  }
}

function writePoint(point: number, target: Uint8Array, at: number): number {
  if (point < 0x1_0000) return encodePoint(point, target, at)
  target[at] = 0xf0 | (point >> 18)
  target[at + 1] = 0x80 | ((point >> 12) & 0x3f)
  target[at + 2] = 0x80 | ((point >> 6) & 0x3f)
  target[at + 3] = 0x80 | (point & 0x3f)
  return at + 4
}
