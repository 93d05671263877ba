/** The shapes of a column's cells. */
import { longestPattern, longestWord, patternOf } from '../../shared/domain/cells/cellShape.ts'

/** More different shapes say that there is none; what comes after them is counted with no shape. */
const mostPatterns = 10_000

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
