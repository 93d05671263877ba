/** Quotes of typesetters, which open with one character and close with another, as bytes. */
import { type Dialect, quotePairs } from '../../../shared/domain/files/dialect.ts'

export interface QuotePair {
  /** What opens: its first byte (−1: the encoding has no such character), and those behind it. */
  first: number
  rest: Buffer
  closes: Buffer[]
}

/** `map`: of an encoding of one byte a character; null where the bytes are UTF-8. null: the quote of the dialect is no such. */
export function pairOf({ quote }: Dialect, map: Uint16Array | null): QuotePair | null {
  const closings = quotePairs[quote]
  if (closings === undefined) return null
  const bytesOf = (character: string): Buffer => {
    if (map === null) return Buffer.from(character)
    const byte = map.indexOf(character.charCodeAt(0))
    return byte < 0 ? Buffer.alloc(0) : Buffer.of(byte)
  }
  const opens = bytesOf(quote)
  const closes = closings.map(bytesOf).filter(({ length }) => length > 0)
  return { first: opens[0] ?? -1, rest: opens.subarray(1), closes }
}
