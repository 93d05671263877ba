/**
 * Which of the encodings with one byte a character a text is in: the one in which its letters beyond ASCII are those of
 * one language, and its signs stand where signs stand.
 */
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { singleByteMap, undefinedByte } from './encoding.ts'

type Encoding = Dialect['encoding']

/** Where a byte beyond ASCII stands: `alone`, at the `start` of a word, or `inside` of one or at its end. */
type Place = 'alone' | 'start' | 'inside'
const places: readonly Place[] = ['alone', 'start', 'inside']

/** How often bytes beyond ASCII were met, each at its places, with and without an ASCII letter beside it. */
export class StrayBytes {
  readonly #counts = new Map<number, number>()

  add(text: Uint8Array, at: number): void {
    const [before, byte, after] = [text[at - 1] ?? 0, text[at] ?? 0, text[at + 1] ?? 0]
    const place: Place = isLetter(before) ? 'inside' : isLetter(after) ? 'start' : 'alone'
    const besideAscii = isAsciiLetter(before) || isAsciiLetter(after)
    const key = (byte * places.length + places.indexOf(place)) * 2 + (besideAscii ? 1 : 0)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  *[Symbol.iterator](): Generator<{
    byte: number
    place: Place
    besideAscii: boolean
    count: number
  }> {
    for (const [key, count] of this.#counts) {
      const [byte, place] = [
        Math.floor(key / 2 / places.length),
        Math.floor(key / 2) % places.length,
      ]
      yield { byte, place: places[place] ?? 'alone', besideAscii: key % 2 === 1, count }
    }
  }
}

function isAsciiLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
}
function isLetter(byte: number): boolean {
  return byte >= 0x80 || isAsciiLetter(byte)
}

/** Most letters of Turkish are Icelandic in windows-1252; but Icelandic hardly goes without vowels that bear an accent. */
const icelandic = { letters: /[áðéíóúýþæö]/i, needs: /[áéíóúæ]/i }
const leastNeeded = 0.1

/** Letters beyond ASCII, by language; of the scripts that are not Latin, all. */
const alphabets: readonly RegExp[] = [
  /[äöüßÄÖÜẞ]/,
  /[àâæçéèêëîïôœùûüÿ]/i,
  /[áéíñóúüªº]/i,
  /[áâãàçéêíóôõúªº]/i,
  /[àèéìíòóù]/i,
  /[åäöæøéü]/i,
  /[ëïéèöüĳ]/i,
  /[ąćęłńóśźż]/i,
  /[áčďéěíňóřšťúůýž]/i,
  /[áäčďéíĺľňóôŕšťúýž]/i,
  /[áéíóöőúüű]/i,
  /[čćđšž]/i,
  /[ăâîşţ]/i,
  /[çğöşüâîûıİ]/i,
  /[ąčęėįšųūž]/i,
  /[āčēģīķļņšūž]/i,
  /[äöõüšž]/i,
]
/** Several languages in one file, as names of people and goods are. */
const mixtures: readonly RegExp[] = [
  /[àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ]/i,
  /[áäąćčďđéęěíĺľłńňóôöőŕřśšťúůüűýźżž]/i,
]
const otherScripts: readonly RegExp[] = [/\p{Script=Cyrillic}/u, /\p{Script=Greek}/u]
const mixtureWorth = 0.9
const capitalInside = 0.5
/** What letters are worth that stand among those of a language. */
const languages: readonly {
  letters: RegExp
  worth: number
  isLatin: boolean
  /** A tenth of its letters at least are of these. */
  needs?: RegExp
}[] = [
  ...alphabets.map((letters) => ({ letters, worth: 1, isLatin: true })),
  { ...icelandic, worth: 1, isLatin: true },
  ...mixtures.map((letters) => ({ letters, worth: mixtureWorth, isLatin: true })),
  ...otherScripts.map((letters) => ({ letters, worth: 1, isLatin: false })),
]
const apostrophes = /[’‘´]/
const signs = /[€‚„…“”•–—™\u00a0£§©«®°±²³´·»¼½¾¿¡×÷¢¥]/

/** In the order in which one is believed before another that explains the text as well. */
const candidates = [
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-2',
  'ibm850',
  'ibm437',
  'macintosh',
] as const satisfies readonly Encoding[]

export interface SingleByteGuess {
  encoding: Encoding
  /** 0–1: how much of the text beyond ASCII it explains. */
  share: number
}

/** So much more must be explained. */
const margin = 0.05

/** `windows-1252` unless another one explains more. */
export function guessSingleByte(stray: StrayBytes): SingleByteGuess {
  let best: SingleByteGuess = { encoding: 'windows-1252', share: 0 }
  for (const encoding of candidates) {
    const share = explained(stray, encoding)
    if (share > best.share + margin) best = { encoding, share }
  }
  return best
}

function explained(stray: StrayBytes, encoding: Encoding): number {
  const map = singleByteMap(encoding)
  const read = [...stray].map(({ byte, ...met }) => {
    const point = map?.[byte] ?? undefinedByte
    return { ...met, letter: point === undefinedByte ? '' : String.fromCharCode(point) }
  })
  const sumOf = (worth: (one: (typeof read)[number]) => number): number =>
    read.reduce((sum, one) => sum + one.count * worth(one), 0)
  const total = sumOf(() => 1)
  const bySigns = sumOf(({ letter, place }) => signWorth(letter, place))
  const byLetters = languages.map(({ letters, worth, isLatin, needs }) => {
    const needed = needs === undefined ? 1 : sumOf(({ letter }) => (needs.test(letter) ? 1 : 0))
    const met = needs === undefined ? 1 : sumOf(({ letter }) => (letters.test(letter) ? 1 : 0))
    if (needed < met * leastNeeded) return 0
    return sumOf(({ letter, place, besideAscii }) => {
      // No word is in two scripts.
      if (!letters.test(letter) || (besideAscii && !isLatin)) return 0
      // Few have a capital inside, as the one script read as the other has.
      if (!isLatin && place === 'inside' && /\p{Lu}/u.test(letter)) return capitalInside
      return place === 'alone' ? worth / 2 : worth
    })
  })
  return total === 0 ? 1 : Math.min(1, (bySigns + Math.max(...byLetters)) / total)
}

function signWorth(sign: string, place: Place): number {
  if (apostrophes.test(sign)) return 0.9
  if (!signs.test(sign)) return 0
  return place === 'inside' ? 0.3 : place === 'start' ? 0.9 : 1
}
