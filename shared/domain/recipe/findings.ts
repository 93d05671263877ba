/** What is found in a file for which a step may be suggested, and what every suggestion is written with. */
import type { ColumnProfile, ValueCount } from '../files/profile.ts'
import type { ProposedFormat } from '../cells/proposeFormats.ts'
import type { SimilarGroup } from '../cells/similar.ts'
import { plural } from '../sizes.ts'
import type { Example } from './suggestion.ts'

/** Cells that a step would change. */
export interface Found {
  cells: number
  examples: readonly Example[]
}

/** What was found in the cells of a column, as the recipe leaves them. All counts are of records. */
export interface ColumnFindings {
  profile: ColumnProfile
  /** With white space at their ends, and with more than one space in a row or other white space inside. */
  ends: Found
  inside: Found
  /** Words that stand for nothing: those that say so everywhere, and those that may mean something here. */
  nothing: readonly ValueCount[]
  maybeNothing: readonly ValueCount[]
  /** Values that differ in capital letters, accents, punctuation and order only. */
  similar: readonly SimilarGroup[]
  /** Cells with letters, those of them that are no capital letters throughout, and no small ones. */
  letters: { cells: number; notUpper: Found; notLower: Found }
  /** Plain numbers, and numbers with a word behind them, by that word; null: too many words. */
  numbers: number
  units: ReadonlyMap<string, Found> | null
  /** Forms in which all cells are written as dates or times but few, and those that say nothing, where the contract would not read them so. */
  formats: readonly ProposedFormat[]
  /** Its different cells, where they are few; null: they are more. */
  words: readonly ValueCount[] | null
  /** Whether its first record is filled, and how often a filled cell says the same as the last filled one above; null: not looked at. */
  gaps: { firstFilled: boolean; repeats: number } | null
}

export interface FileFindings {
  /** Records that the recipe leaves. */
  records: number
  columns: readonly ColumnFindings[]
  /** Records that are equal to one before them. */
  equal: number
  /** Labels of columns that the dataset has: they are not taken out. */
  kept: readonly string[]
  /** How the first filled cell of records reads that only sum up others, in lower case. */
  totals: readonly ValueCount[]
}

/** Cells of an effect that are shown. */
export const examplesShown = 5

export const labelOf = ({ profile }: ColumnFindings): string => profile.column.label
export const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0)
export const cells = (count: number): string => plural(count, 'cell')

export function shown(values: readonly ValueCount[], after: (value: string) => string): Example[] {
  return values
    .slice(0, examplesShown)
    .map(({ value, count, line }) => ({ before: value, after: after(value), count, line }))
}

/** `“Ort”, “Filiale” and 3 more`. */
export function named(labels: readonly string[]): string {
  const some = labels.slice(0, 3).map((label) => `“${label}”`)
  const more = labels.length - some.length
  return some.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

export const countOf = (values: readonly ValueCount[]): number =>
  sum(values.map(({ count }) => count))
