/** Whether a text is in one of the encodings of East Asia: its bytes are all characters, and nearly all of them common ones. */
import { type PairEncoding, pairEncodings } from './encoding.ts'
import { lengthAt, pairTable } from './multiByte.ts'

/** In the order in which one is believed before another that explains the text as well. */
const candidates = ['shift_jis', 'euc-kr', 'euc-jp', 'big5', 'gb18030'] as const
/** So much more must be explained. */
const margin = 0.05
/** Share of the characters that must be common ones. */
const enough = 0.85
/** So many different characters: words of another script that all have an even number of letters are fewer. */
const fewest = 12
/** Share of the characters of Japanese that are syllables at least: without any, its pairs in EUC are as common in Chinese. */
const fewestSyllables = 0.03
/** Share of the characters that may stand beside a Latin letter, as those of a word in the West do. */
const mostBesideLatin = 0.25
/** Bytes of the file that are looked at: evenly spread pieces, the first of which are enough to know. */
const mostBytes = 2 * 1024 * 1024
const lf = 0x0a

interface Count {
  characters: number
  common: number
  errors: number
  besideLatin: number
  /** Of EUC-JP. */
  syllables: number
  /** The first of them that differ. */
  different: Set<number>
}

export class PairTally {
  readonly #counts = new Map<PairEncoding, Count>(
    pairEncodings.map((encoding) => [
      encoding,
      { characters: 0, common: 0, errors: 0, besideLatin: 0, syllables: 0, different: new Set() },
    ]),
  )
  #bytes = 0

  /** Adds the whole lines of a piece of the file: in none of these encodings is a line feed part of a character. */
  add(piece: Uint8Array, isWhole: boolean): void {
    if (this.#bytes >= mostBytes) return
    const from = isWhole ? 0 : piece.indexOf(lf) + 1
    const to = isWhole ? piece.length : piece.lastIndexOf(lf) + 1
    this.#bytes += Math.max(0, to - from)
    for (const [encoding, count] of this.#counts)
      if (!isHopeless(count)) addTo(count, encoding, piece.subarray(from, to))
  }

  /** Null: none of them. */
  guess(): PairEncoding | null {
    let best: { encoding: PairEncoding; share: number } | null = null
    for (const encoding of candidates) {
      const count = this.#counts.get(encoding)
      if (count === undefined || isHopeless(count) || count.different.size < fewest) continue
      if (count.besideLatin > count.characters * mostBesideLatin) continue
      if (count.errors * 200 > count.characters) continue
      if (encoding === 'euc-jp' && count.syllables < count.characters * fewestSyllables) continue
      const share = count.common / count.characters
      if (share >= enough && share > (best === null ? 0 : best.share + margin))
        best = { encoding, share }
    }
    return best?.encoding ?? null
  }
}

function isHopeless({ characters, errors }: Count): boolean {
  return errors > 20 && errors * 50 > characters
}

function addTo(count: Count, encoding: PairEncoding, bytes: Uint8Array): void {
  const { points, decode } = pairTable(encoding)
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) {
      at += 1
      continue
    }
    const trail = bytes[at + 1] ?? 0
    const length = lengthAt(encoding, lead, trail)
    const point =
      length < 3
        ? points[length === 1 ? lead : lead * 256 + trail]
        : decode(bytes.subarray(at, at + length))
    if (point === undefined || point === 0) {
      count.errors += 1
      at += 1
      if (isHopeless(count)) return
      continue
    }
    count.characters += 1
    if (count.different.size < fewest) count.different.add(point)
    if (isLatin(bytes[at - 1]) || isLatin(bytes[at + length])) count.besideLatin += 1
    if (encoding === 'euc-jp' && (lead === 0xa4 || lead === 0xa5)) count.syllables += 1
    // Half as wide a letter is one byte: much that is no Japanese reads as such.
    count.common += length === 1 ? 0.5 : isCommon(encoding, lead, trail) ? 1 : 0
    at += length
  }
}

function isLatin(byte = 0): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
}

/** Signs and syllables, and the characters that each standard puts first because they are the usual ones. */
function isCommon(encoding: PairEncoding, lead: number, trail: number): boolean {
  switch (encoding) {
    case 'shift_jis':
      return lead <= 0x83 || (lead >= 0x88 && lead <= 0x98)
    case 'euc-jp':
      return lead <= 0xa5 || (lead >= 0xb0 && lead <= 0xcf)
    case 'gb18030':
      return trail >= 0xa1 && ((lead >= 0xa1 && lead <= 0xa3) || (lead >= 0xb0 && lead <= 0xd7))
    case 'big5':
      return lead >= 0xa1 && lead <= 0xc6
    case 'euc-kr':
      return trail >= 0xa1 && ((lead >= 0xa1 && lead <= 0xa3) || (lead >= 0xb0 && lead <= 0xc8))
  }
}
