/** What makes UTF-8 of an encoding. */
import { type Encoding, isPairEncoding, type Transcoder, Utf16Transcoder } from './encoding.ts'
import { PairTranscoder, Utf32Transcoder } from './multiByte.ts'

/** Null: the bytes of this encoding are read as they are. */
export function transcoderOf(encoding: Encoding): Transcoder | null {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return new Utf16Transcoder(encoding)
  if (encoding === 'utf-32le' || encoding === 'utf-32be') return new Utf32Transcoder(encoding)
  return isPairEncoding(encoding) ? new PairTranscoder(encoding) : null
}
