/** What a cell is, as far as its first byte tells. */
import { isDigit, mayBeginBoolean, mayBeginNumber } from './kinds.ts'
import { isWrapped } from './watch.ts'
import type { Watch } from './watch.ts'
import { beginsLetter } from './whiteSpace.ts'

/** Of one that ends with a visible character: a number or date, a word; a word if it is long. */
export const startsAs = { number: 1, word: 2, longWord: 3 } as const

/** By byte: `startsAs`, or 0 where it must be looked at. */
export function startsOf(watch: Watch): Uint8Array {
  const starts = new Uint8Array(256)
  for (let byte = 0; byte < 256; byte += 1) {
    const mayBeToken = watch.mayBeginToken(byte)
    if (!(isVisible(byte) || beginsLetter(byte)) || isWrapped(byte)) continue
    if (isDigit(byte)) starts[byte] = mayBeToken ? 0 : startsAs.number
    else if (!mayBeginNumber(byte))
      starts[byte] = mayBeToken || mayBeginBoolean(byte) ? startsAs.longWord : startsAs.word
  }
  return starts
}

/** Visible ASCII, which is never white space. */
export const isVisible = (byte = 0): boolean => byte > 0x20 && byte < 0x7f

/** What begins a character of two bytes, which is no white space: none of these does but 0xc2. */
export const twoByteLetters = { least: 0xc3, most: 0xdf } as const

/** Whether the bytes before `end` are a visible character for sure. */
export function endsVisibly(bytes: Buffer, end: number): boolean {
  const before = bytes[end - 2] ?? 0
  return (
    isVisible(bytes[end - 1]) || (before >= twoByteLetters.least && before <= twoByteLetters.most)
  )
}
