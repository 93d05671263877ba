/**
 * What there is to say of the types that columns are proposed to have, in sentences. `example`: a cell of the column, or
 * nothing. See `columns.ts`, which decides.
 */
import { finestScale } from './dataset.ts'
import { formatCount } from './sizes.ts'

export type ValueKind = 'yes or no' | 'number' | 'whole number' | 'date'

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

const gap = '[ \u00a0\u202f]?'
const unit = '(?:[€$£¥]|[A-Z]{3})'
const amount = new RegExp(`^[(]?${unit}?${gap}[+-]?[0-9][0-9., ]*${gap}(?:${unit}|[%-])?[)]?$`)
/** How the months begin where Pallet's users write them. */
const month =
  '(?:jan|feb|f[ée]v|mar|m[äa]r|mrz|apr|a[bv]r|ma[ijyg]|jun|jui|jul|a[uo]g|ao[uû]|se[pt]|okt|oct|o[tu]t|nov|de[cz]|d[ie]c|déc)\\p{L}*'
const writtenDate = new RegExp(
  `^(?:[0-9]{1,2}(?:[.]|th|st|nd|rd)?[ -]${month}[.,]?[ -][0-9]{2,4}|${month}[.]? [0-9]{1,2},? [0-9]{4})$`,
  'iu',
)
/** No amount and no date is longer. */
const longestOtherwise = 40

/** Counts the values of a column that a person reads as an amount or a date, and Pallet does not. */
export class Otherwise {
  amounts = 0
  dates = 0
  #example = ''

  add(value: string): void {
    if (value.length > longestOtherwise) return
    if (amount.test(value)) this.amounts += 1
    else if (writtenDate.test(value)) this.dates += 1
    else return
    if (this.#example === '') this.#example = value
  }

  /** null: too few of the `filled` values are of either kind. */
  sentence(label: string, filled: number): string | null {
    const count = Math.max(this.amounts, this.dates)
    if (count === 0 || count < filled * almostShare) return null
    const example = suchAs(this.#example)
    return this.amounts >= this.dates
      ? `Column “${label}” holds amounts${example}, and is read as text, because they carry a currency, a percent sign or a minus at the end. Export plain numbers to calculate with them.`
      : `Column “${label}” holds dates${example}, and is read as text, because their months are written out. Export them in figures to calculate with them.`
  }
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

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are'
}

function kindWords(kind: ValueKind, count: number): string {
  if (kind === 'yes or no') return kind
  return count === 1 ? `a ${kind}` : `${kind}s`
}

function suchAs(example: string): string {
  return example === '' ? '' : `, such as “${example.slice(0, 40)}”`
}
