/** How columns and tables get their names: from what people wrote to names that every warehouse takes. */

/** Longest name, in UTF-16 code units: far below what any warehouse refuses, and still read at a glance. */
const maxNameLength = 63

const spelt: Record<string, string> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  œ: 'oe',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** What NFKD takes off a Latin letter. Marks of other scripts are part of the word. */
export const latinMarks = /(?<=\p{Script=Latin}\p{M}*)\p{M}/gu

/**
 * A text as a name: letters and digits of every script in lower case, in NFC, with underscores between them, not
 * beginning with a digit; Latin letters without their marks. '' when it has no letter or digit.
 */
export function plainName(text: string): string {
  const words = text
    .normalize('NFC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[äöüßæøœłđðþı]/g, (letter) => spelt[letter] ?? letter)
    .normalize('NFKD')
    .toLowerCase()
    .replace(latinMarks, '')
    .normalize('NFC')
    // Joiners and marks of direction are seen by nobody.
    .replace(/\p{Cf}/gu, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replace(/^[_\p{M}]+|_+$/gu, '')
  return cut(/^\p{N}/u.test(words) ? `_${words}` : words, maxNameLength).replace(/_+$/, '')
}

/** The beginning of a text, without half a character at its end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Cs}$/u, '')
}

function withSuffix(name: string, suffix: string): string {
  return cut(name, maxNameLength - suffix.length) + suffix
}

/** All different, in order: a second one gets `_2`, or the next number that no other has. Equal is what folds to the same. */
function numbered(
  wanted: readonly string[],
  fold: (name: string) => string,
  suffixed: (name: string, suffix: string) => string,
): string[] {
  const reserved = new Set(wanted.map(fold))
  const taken = new Set<string>()
  const tried = new Map<string, number>()
  return wanted.map((name) => {
    let unique = name
    let count = tried.get(fold(name)) ?? 2
    for (; taken.has(fold(unique)); count += 1) {
      const next = suffixed(name, `_${count}`)
      if (!reserved.has(fold(next)) && !taken.has(fold(next))) unique = next
    }
    tried.set(fold(name), count)
    taken.add(fold(unique))
    return unique
  })
}

/**
 * One name per label, in order, as `plainName` writes them, at most 63 characters, all different.
 * `Straße Nr.` becomes `strasse_nr`, `Сумма (₽)` `сумма`, a blank third label `column3`, a second `Price` `price_2`.
 */
export function nameColumns(labels: readonly string[]): string[] {
  return numbered(
    labels.map((label, index) => plainName(label) || `column${index + 1}`),
    (name) => name,
    withSuffix,
  )
}

/** Labels as they stand in the header, trimmed, never blank (`column3`) and never twice (`Price_2`), case ignored. */
export function uniqueLabels(labels: readonly string[]): string[] {
  return numbered(
    labels.map((label, index) => label.trim() || `column${index + 1}`),
    (label) => label.toLowerCase(),
    (label, suffix) => label + suffix,
  )
}
