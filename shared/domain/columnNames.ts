/** How columns get their names: from the labels in the file to names that every warehouse takes. */

/** Longest identifier that every warehouse takes (PostgreSQL's 63 bytes is the shortest). */
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

/** The name a label asks for by itself; '' when it has no letter or digit we can write. */
function plainName(label: string): string {
  const words = label
    .normalize('NFC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[äöüßæøœłđðþı]/g, (letter) => spelt[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
  const name = /^[0-9]/.test(words) ? `_${words}` : words
  return name.slice(0, maxNameLength).replace(/_+$/, '')
}

function withSuffix(name: string, suffix: string): string {
  return name.slice(0, maxNameLength - suffix.length) + suffix
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
 * One name per label, in order: `[a-z_][a-z0-9_]*`, at most 63 characters, all different.
 * `Straße Nr.` becomes `strasse_nr`, a blank third label `column3`, a second `Price` `price_2`.
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
