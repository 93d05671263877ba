/** The shapes of a column's cells: `99/99/9999`, `AA-999`. */

/** More letters of one kind than this are written as one and `…`. */
const longestWord = 3
const longestPattern = 60
/** More different shapes say that there is none; what comes after them is counted with no shape. */
const mostPatterns = 10_000

const code = (character: string): number => character.charCodeAt(0)
const [zero, nine, bigA, bigZ] = [code('0'), code('9'), code('A'), code('Z')]
const [smallA, smallZ] = [code('a'), code('z')]

/** 9 for a digit, A for a capital letter, a for another letter; everything else as it is. At most 60 characters of it. */
export function patternOf(cell: string): string {
  let pattern = ''
  let last = ''
  let run = 0
  for (const character of cell) {
    const shape = shapeOf(character)
    run = shape === last ? run + 1 : 1
    last = shape
    const isWord = shape === 'a' || shape === 'A'
    if (!isWord || run <= longestWord) pattern += shape
    else if (run === longestWord + 1) pattern = `${pattern.slice(0, 1 - longestWord)}…`
    if (pattern.length >= longestPattern) return pattern.slice(0, longestPattern)
  }
  return pattern
}

function shapeOf(character: string): string {
  const unit = code(character)
  if (unit >= zero && unit <= nine) return '9'
  if (unit >= smallA && unit <= smallZ) return 'a'
  if (unit >= bigA && unit <= bigZ) return 'A'
  if (unit < 0x80) return character
  if (/\p{Lu}/u.test(character)) return 'A'
  return /\p{L}/u.test(character) ? 'a' : character
}

/** What has a shape, as a regular expression of RE2; `isWhole`: of all of the cell, not of its beginning only. */
export function regexOfPattern(pattern: string): { regex: string; isWhole: boolean } {
  const letters: Partial<Record<string, string>> = {
    A: '\\p{Lu}',
    a: '[\\p{Ll}\\p{Lt}\\p{Lm}\\p{Lo}]',
  }
  const regex = pattern.replace(/([Aa])(…?)|[^]/gu, (shape, letter: string, more: string) => {
    const one = letters[letter]
    if (one !== undefined) return more === '' ? one : `(?:${one}{${longestWord + 1},}|${one}…)`
    if (shape === '9') return '[0-9]'
    return shape.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  })
  return { regex, isWhole: pattern.length < longestPattern }
}

export class PatternCounts {
  readonly #records = new Map<string, number>()

  add(cell: string, records: number): void {
    const pattern = patternOf(cell)
    const before = this.#records.get(pattern)
    if (before !== undefined || this.#records.size < mostPatterns)
      this.#records.set(pattern, (before ?? 0) + records)
  }

  /** How many there are, up to 10,000. */
  get size(): number {
    return this.#records.size
  }

  /** The commonest first. */
  top(limit: number): { pattern: string; count: number }[] {
    return [...this.#records]
      .toSorted(([one, of], [other, than]) => than - of || (one < other ? -1 : 1))
      .slice(0, limit)
      .map(([pattern, count]) => ({ pattern, count }))
  }
}
