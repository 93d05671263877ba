/** White space that exports put around cells; the engines' own `trim` know blanks only. */
export const whiteSpace =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

const wide = new Set(
  whiteSpace
    .split('')
    .filter((character) => character > '\u007f')
    .map((character) => Buffer.from(character).toString('latin1')),
)
const leads = new Set([...wide].map((bytes) => bytes.charCodeAt(0)))

/** Whether a byte begins a character outside of ASCII that is no white space. */
export const beginsLetter = (byte: number): boolean => byte >= 0xc2 && !leads.has(byte)

/** Bytes of the white space that begins at `at`; 0 where none does. */
export function spaceAt(bytes: Buffer, at: number, end: number): number {
  const byte = bytes[at] ?? 0
  if (byte < 0x80) return isSpace(byte) ? 1 : 0
  if (!leads.has(byte)) return 0
  for (const length of [2, 3])
    if (at + length <= end && wide.has(bytes.toString('latin1', at, at + length))) return length
  return 0
}

/** Bytes of the white space that ends before `end`; 0 where none does. */
export function spaceBefore(bytes: Buffer, from: number, end: number): number {
  const byte = bytes[end - 1] ?? 0
  if (byte < 0x80) return isSpace(byte) ? 1 : 0
  for (const length of [2, 3])
    if (end - length >= from && wide.has(bytes.toString('latin1', end - length, end))) return length
  return 0
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
