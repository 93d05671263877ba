/**
 * What there is to say of the types that columns are proposed to have, in sentences. `example`: a cell of the column, or
 * nothing. See `columns.ts`, which decides.
 */
import { needsUnit, unitWords } from '../cells/amounts.ts'
import { type ColumnChoice, noUnit } from './columnChoice.ts'
import { finestScale } from '../datasets/dataset.ts'
import { formatCount } from '../sizes.ts'

export type ValueKind =
  | 'yes or no'
  | 'number'
  | 'whole number'
  | 'date'
  | 'time of day'
  | 'duration'

/** Half of a column's values are no accident: it was meant to be of their type. */
export const almostShare = 0.5

/**
 * What to say of a column that is read as text although most of its values are of another type; null: it is none. `fits`:
 * how many of the `filled` cells are of each type. `example`: one that is not, or nothing.
 */
export function almostSentence(
  label: string,
  fits: Partial<Record<ValueKind, number>>,
  filled: number,
  values: 'values' | 'sampled values' = 'values',
  example = '',
): string | null {
  const [best] = Object.entries(fits).toSorted(([, one], [, other]) => other - one) as [
    ValueKind,
    number,
  ][]
  if (best === undefined || best[1] === 0 || best[1] < filled * almostShare) return null
  const [kind, count] = best
  const missing = filled - count
  // What all of them are, it is not read as for another reason.
  if (missing === 0) return null
  return `Column “${label}” is read as text, although ${formatCount(count)} of ${formatCount(filled)} ${values} ${isOrAre(count)} ${kindWords(kind, count)}: ${formatCount(missing)} ${isOrAre(missing)} not${suchAs(example)}. Choose the type in the preview to hold these rows back instead.`
}

/** What to say of a column of a type that some of its cells are not of: they would be held back. */
export function misfitsSentence(
  label: string,
  kind: ValueKind,
  missing: number,
  filled: number,
  example: string,
): string {
  return `In column “${label}”, ${formatCount(missing)} of ${formatCount(filled)} sampled values ${isOrAre(missing)} not ${kindWords(kind, missing)}${suchAs(example)}: such rows would be held back. Choose text to keep them as they are.`
}

/** How the cells of a column are that hold amounts, and could be read as a type which `choice` asks for. */
export interface AmountsIn {
  /** How many of its cells that type reads. */
  cells: number
  choice: ColumnChoice
}

/** What to say of a column that is read as text although most of its `filled` cells are amounts; null: too few are. */
export function amountsSentence(
  label: string,
  { cells, choice }: AmountsIn,
  filled: number,
  example = '',
): string | null {
  if (cells <= filled * almostShare) return null
  const { type, decimalMark = '', unit = '' } = choice
  const missing = filled - cells
  const chosen = `--type ${label}=${type}:${decimalMark}${unit === '' ? noUnit : unit}`
  const [others, held] =
    missing === 0
      ? ['', '']
      : [
          `, and ${formatCount(missing)} ${isOrAre(missing)} not${suchAs(example)}`,
          ', and the other rows are held back',
        ]
  return `Column “${label}” is read as text, although ${formatCount(cells)} of ${formatCount(filled)} sampled values are amounts ${unitWords(unit)}${others}. With the type chosen in the preview, or with “${chosen}”, the amounts are numbers${held}.`
}

/** What to say of a column whose amounts are not of one unit. */
export function unitsSentence(label: string, units: readonly string[]): string {
  const some = units
    .filter((unit) => unit !== '')
    .slice(0, 3)
    .map((unit) => `“${unit}”`)
  return `Column “${label}” is read as text, because its amounts are not of one unit: it holds ${some.join(' and ')}, and Pallet converts none. Export a column for each, or the unit in a column of its own.`
}

/** What to say of a column whose cells are all amounts of one unit, and which therefore is read as numbers. */
export function unitSentence(label: string, unit: string): string {
  if (unit === '')
    return `Column “${label}” is read as numbers: a minus at the end and brackets mean less than zero.`
  const without = needsUnit(unit) ? 'A cell without it or with' : 'A cell with'
  return `Column “${label}” is read as numbers in “${unit}”, without the sign. ${without} another one will be held back.`
}

/** What to say of numbers with an exponent. */
export function exponentSentence(label: string, example = ''): string {
  return `Column “${label}” is read as text, because it holds numbers with an exponent${suchAs(example)}: where a spreadsheet has shortened them, their last digits cannot be brought back. Export the file again from the till, with every digit.`
}

/** What to say of fractions longer than a decimal column keeps. */
export function fineSentence(label: string, example = ''): string {
  return `Column “${label}” is read as text, because it holds numbers with more than ${finestScale} digits after the mark${suchAs(example)}, and none is to be lost. Export rounded numbers to calculate with them.`
}

/** What to say of times of which some carry a zone. */
export function zonesSentence(label: string): string {
  return `Column “${label}” is read as text, because some of its times carry a time zone and others do not, so that they cannot be put in order. Export all of them with a zone, or all without.`
}

/** What to say of dates of which no day is above 12. */
export function undecidedOrder(label: string): string {
  return `No date in column “${label}” says whether the day or the month stands first. Pallet takes the day first; please check it.`
}

/** What to say of clocks of which nothing says whether they are times of day or durations. */
export function undecidedClock(label: string): string {
  return `Nothing in column “${label}” says whether it holds times of day or durations. Pallet takes times of day; please check it.`
}

/** What to say of durations that nowhere show whether they are of two parts from hours on, or from minutes. */
export function undecidedDuration(label: string): string {
  return `The durations of column “${label}” are read as hours and minutes (1:30 is an hour and a half). Choose text if they are minutes and seconds.`
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}

function kindWords(kind: ValueKind, count: number): string {
  if (kind === 'yes or no') return kind
  if (kind === 'time of day' && count !== 1) return 'times of day'
  return count === 1 ? `a ${kind}` : `${kind}s`
}

function suchAs(example: string): string {
  return example === '' ? '' : `, such as “${example.slice(0, 40)}”`
}
