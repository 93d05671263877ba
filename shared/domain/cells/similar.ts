/**
 * Values of a column that are likely spellings of one: a question to a person. What the person says becomes a plain step
 * that maps values, so that a recipe does the same to every file, whichever values it happens to hold.
 */
import { z } from 'zod'
import { ValueCount } from '../files/profile.ts'
import { Recipe, type StepOf } from '../recipe/recipe.ts'

/**
 * `fingerprint`: they differ in capital letters, accents (ö is oe is o), punctuation, white space and the order of words only;
 * `letters`: they have the same pairs of letters; `distance`: typing errors, one in a short value, two in a long one.
 */
export const similarBy = ['fingerprint', 'letters', 'distance'] as const
export type SimilarBy = (typeof similarBy)[number]

export const similarWords: Record<SimilarBy, string> = {
  fingerprint: 'Capital letters, accents, punctuation, order of words',
  letters: 'The same pairs of letters',
  distance: 'Typing errors',
}

/** `to`: the spelling that is proposed, the most frequent; `values`: all of them, the most frequent first; only one where none were compared. */
export const SimilarGroup = z.object({ to: z.string(), values: z.array(ValueCount).min(1) })
export type SimilarGroup = z.infer<typeof SimilarGroup>

/** Of more different values than these, the most frequent are looked at. */
export const mostSimilarLooked = 50_000

/** `values`: different ones in the column behind the `recipe`; `looked`: how many of them were looked at. */
export const SimilarValues = z.object({
  recipe: Recipe,
  column: z.string(),
  values: z.number(),
  looked: z.number(),
  groups: z.array(SimilarGroup),
})
export type SimilarValues = z.infer<typeof SimilarValues>

/**
 * Groups of similar values, the one with the most records to change first; `by` null: each by itself, the most frequent first, as many
 * as a step can map. `values`: different ones, in any order.
 */
export function similarGroups(values: readonly ValueCount[], by: SimilarBy | null): SimilarGroup[] {
  const ordered = values.toSorted(
    (one, other) => other.count - one.count || one.line - other.line || compare(one, other),
  )
  if (by === null)
    return ordered.slice(0, mostMapped).map((one) => ({ to: one.value, values: [one] }))
  const groups = by === 'distance' ? byDistance(ordered) : byKeys(ordered, keysBy[by])
  return groups
    .filter((group) => group.length > 1)
    .map((group) => ({ to: group[0]?.value ?? '', values: group }))
    .toSorted((one, other) => changed(other) - changed(one))
}

const compare = (one: ValueCount, other: ValueCount): number => (one.value < other.value ? -1 : 1)

/** Records whose cell takes another spelling. */
export function changed({ to, values }: SimilarGroup): number {
  return values.reduce((sum, { value, count }) => sum + (value === to ? 0 : count), 0)
}

/** A step holds no more values. */
const mostMapped = 2000

/** The steps that give each group its one spelling. `from`: the values of a group that are to change. */
export function similarSteps(
  column: string,
  groups: readonly { to: string; from: readonly string[] }[],
): StepOf<'map-values'>[] {
  const values = groups.flatMap(({ to, from }) =>
    from.filter((value) => value !== to).map((value) => ({ from: value, to })),
  )
  return Array.from({ length: Math.ceil(values.length / mostMapped) }, (_, nth) => ({
    kind: 'map-values',
    columns: [column],
    values: values.slice(nth * mostMapped, (nth + 1) * mostMapped),
  }))
}

// ---------------------------------------------------------------- by keys

/** Values that share a key are one group, and so are those that share one with any of it. */
function byKeys(
  values: readonly ValueCount[],
  keysOf: (value: string) => readonly string[],
): ValueCount[][] {
  const parent = values.map((_, index) => index)
  const root = (index: number): number => {
    let at = index
    while (parent[at] !== at) at = parent[at] ?? at
    parent[index] = at
    return at
  }
  const byKey = new Map<string, number>()
  for (const [index, { value }] of values.entries())
    for (const key of keysOf(value)) {
      const other = byKey.get(key)
      if (other === undefined) byKey.set(key, index)
      else {
        const [one, two] = [root(other), root(index)]
        parent[Math.max(one, two)] = Math.min(one, two)
      }
    }
  const groups = new Map<number, ValueCount[]>()
  for (const [index, value] of values.entries()) {
    const group = groups.get(root(index))
    if (group === undefined) groups.set(root(index), [value])
    else group.push(value)
  }
  return [...groups.values()]
}

const spelled = new Map([
  ...Object.entries({ ä: 'ae', æ: 'ae', ö: 'oe', ø: 'oe', œ: 'oe', ü: 'ue', å: 'aa', ß: 'ss' }),
  ...Object.entries({ ł: 'l', đ: 'd', ı: 'i', þ: 'th', ð: 'd' }),
])
const bare: Readonly<Record<string, string>> = { æ: 'a', ø: 'o', œ: 'o' }

/** Without accents, once as ö is written oe, once as it is written o. */
function plainForms(value: string): string[] {
  const lower = value.normalize('NFKC').toLowerCase()
  const withPairs = stripped(
    lower.replace(/[^\0-\x7f]/gu, (letter) => spelled.get(letter) ?? letter),
  )
  const withOne = stripped(
    lower.replace(/[^\0-\x7f]/gu, (letter) => bare[letter] ?? afterAccents(letter)),
  )
  return withPairs === withOne ? [withPairs] : [withPairs, withOne]
}

/** A letter that has no accent to lose is written as in the other form. */
function afterAccents(letter: string): string {
  const plain = stripped(letter)
  return plain === letter ? (spelled.get(letter) ?? letter) : plain
}

function stripped(text: string): string {
  return text.normalize('NFD').replace(/\p{M}+/gu, '')
}

/** Numbers, sizes and article codes say something by their punctuation and their order; words do not. */
function fingerprint(plain: string): string[] {
  if (!/\p{L}/u.test(plain)) return []
  if (/\p{N}/u.test(plain)) return [plain.trim().replace(/(?<!\p{N})\s+|\s+(?!\p{N})/gu, '')]
  const words = plain.split(/[^\p{L}]+/u).filter((word) => word !== '')
  return [[...new Set(words)].toSorted().join(' ')]
}

/** Shorter ones have too few pairs to be told apart by them. */
const shortest = 4

function letterPairs(plain: string): string[] {
  const letters = plain.replace(/[^\p{L}]+/gu, '')
  if (letters.length < shortest) return []
  const pairs = Array.from(letters, (letter, at) => letter + (letters[at + 1] ?? '')).slice(0, -1)
  return [`${[...new Set(pairs)].toSorted().join('')} ${digitsOf(plain)}`]
}

const keysBy = {
  fingerprint: (value: string) => plainForms(value).flatMap(fingerprint),
  letters: (value: string) => plainForms(value).flatMap(letterPairs),
} satisfies Partial<Record<SimilarBy, (value: string) => string[]>>

/** `Store 12` and `Store 13` are no spellings of one store. */
function digitsOf(text: string): string {
  return (text.match(/\p{N}+/gu) ?? []).join(' ')
}

// ---------------------------------------------------------------- by distance

/** Characters at the begin and at the end by which candidates are found: one of both must be equal. */
const blockCharacters = 3
/** Looked at for each value and each end: the groups with the most frequent values. */
const mostCandidates = 200

interface Centre {
  text: string
  digits: string
  group: ValueCount[]
}

/** Each group has its most frequent value in the middle, so that no chain of small steps leads from one word to another. */
function byDistance(values: readonly ValueCount[]): ValueCount[][] {
  const blocks = new Map<string, Centre[]>()
  const centres: Centre[] = []
  for (const one of values) {
    const text = plainForms(one.value.trim().replace(/\s+/gu, ' ')).at(-1) ?? ''
    const own: Centre = { text, digits: digitsOf(text), group: [one] }
    const ends = [`^${text.slice(0, blockCharacters)}`, `$${text.slice(-blockCharacters)}`]
    const near = ends
      .flatMap((end) => blocks.get(end) ?? [])
      .find((centre) => centre.digits === own.digits && isNear(centre.text, text))
    if (near !== undefined) {
      near.group.push(one)
      continue
    }
    centres.push(own)
    if (text.length < shortest || !/\p{L}/u.test(text)) continue
    for (const end of ends) {
      const block = blocks.get(end) ?? []
      if (block.length < mostCandidates) block.push(own)
      blocks.set(end, block)
    }
  }
  return centres.map(({ group }) => group)
}

/** Typing errors that a value of so many characters may have. */
const errorsIn = (length: number): number => (length < 8 ? 1 : 2)

function isNear(one: string, other: string): boolean {
  const length = Math.min(one.length, other.length)
  if (length < shortest) return one === other
  const most = errorsIn(length)
  return Math.abs(one.length - other.length) <= most && editDistance(one, other) <= most
}

/** Characters that are put in, taken out, changed, or change places with their neighbour (optimal string alignment). */
export function editDistance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const isEqual = one[i - 1] === other[j - 1]
      let least = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + Number(!isEqual),
      )
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return row[other.length] ?? 0
}
