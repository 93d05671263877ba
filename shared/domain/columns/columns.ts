/** How columns get their types. Pure, so that the preview and the cleaning decide alike. */
import { needsUnit, readAmount } from '../cells/amounts.ts'
import type { DateOrder, DecimalMark } from '../cells/cellPatterns.ts'
import { Tally } from '../cells/cellTally.ts'
import { clockFits, decideClock } from '../cells/clocks.ts'
import { type ColumnChoice, withChoice } from './columnChoice.ts'
import {
  type AmountsIn,
  almostSentence,
  almostShare,
  amountsSentence,
  exponentSentence,
  fineSentence,
  misfitsSentence,
  undecidedClock,
  undecidedDuration,
  unitSentence,
  unitsSentence,
  zonesSentence,
} from './columnDoubts.ts'
import type { ValueKind } from './columnDoubts.ts'
import type { Column } from '../datasets/dataset.ts'
import { cellTests, emptyTokens, looksLike } from '../cells/looksLike.ts'
import { defaultRecipe } from '../recipe/recipe.ts'

const totalWords = new Set(
  defaultRecipe.flatMap((step) =>
    step.kind === 'drop-total-rows' ? step.words.map((word) => word.toLowerCase()) : [],
  ),
)

/** A proposed column, and in sentences what about it a person should look at. */
export interface ColumnProposal {
  column: Column
  doubts: string[]
  /** Whether no date of it says if the day or the month stands first; see `settleOrders`. */
  isTie: boolean
  /** What most cells of a column of text could be read as, or those of one of which nothing says what they are. */
  offer?: ColumnChoice
}

/**
 * Proposes what a column holds, and says what is doubtful about it. The sample is the
 * column's cells as they stand in the file; empty tokens, total words and the column's own
 * label (a repeated header) count for nothing. `likelyMark` decides when every number of
 * the sample can be read both ways (`1.234`): exports with `;` between cells mostly come
 * from places that write a decimal comma.
 */
export function examineColumn(
  name: string,
  label: string,
  sample: Iterable<string>,
  likelyMark: DecimalMark = '.',
): ColumnProposal {
  const cells = new Map<string, number>()
  for (const cell of sample) cells.set(cell, (cells.get(cell) ?? 0) + 1)
  return examineCounted(name, label, cells, likelyMark)
}

/** Every cell is judged once, however often it stands there: `cells` says how often. */
function examineCounted(
  name: string,
  label: string,
  cells: ReadonlyMap<string, number>,
  likelyMark: DecimalMark,
): ColumnProposal {
  const tally = new Tally()
  const values: [value: string, times: number][] = []
  const ownLabel = label.trim().toLowerCase()
  for (const [cell, times] of cells) {
    const value = cell.trim()
    if (value === '') continue
    const folded = value.length <= 32 || value.length === ownLabel.length ? value.toLowerCase() : ''
    if (emptyTokens.has(folded) || totalWords.has(folded) || folded === ownLabel) continue
    tally.add(value, times)
    values.push([value, times])
  }
  const text: Column = { name, label, type: 'text' }
  const doubts: string[] = []
  const misfits = (count: number, kind: ValueKind) => {
    const missing = tally.filled - count
    if (missing === 0) return
    doubts.push(misfitsSentence(label, kind, missing, tally.filled, tally.misfit))
  }

  const asText = { column: text, doubts, isTie: false }
  if (tally.filled === 0) return asText
  if (tally.scientific !== '') {
    doubts.push(exponentSentence(label, tally.scientific))
    return asText
  }
  const amounts = amountsIn(tally, values, { name, label }, likelyMark)
  if (amounts?.isAll === true) {
    const { choice, unsure } = amounts
    return {
      column: withChoice(text, choice),
      doubts: [...unsure, unitSentence(label, choice.unit ?? '')],
      isTie: false,
    }
  }
  if (tally.identifiers > 0 || tally.fits(tally.gtin8)) return asText
  if (tally.fits(tally.boolean)) {
    misfits(tally.boolean, 'yes or no')
    return { column: { name, label, type: 'boolean' }, doubts, isTie: false }
  }
  const date = proposeDate(tally, label, doubts)
  if (date !== null && tally.zoned > 0 && tally.zoned < tally.date[date]) {
    doubts.push(zonesSentence(label))
    return asText
  }
  if (date !== null) {
    misfits(tally.date[date], 'date')
    const type = tally.timed > 0 ? 'timestamp' : 'date'
    const isTie = date === 'dmy' && isTied(tally.date, tally.dottedTies)
    return { column: { name, label, type, order: date }, doubts, isTie }
  }
  const clock = decideClock(label, tally.clocks, (count) => tally.fits(count))
  if (clock !== null) {
    misfits(clock.cells, clock.type === 'time' ? 'time of day' : 'duration')
    if (clock.isUnsure) doubts.push(undecidedClock(label))
    if (clock.type === 'duration' && tally.withSeconds === 0) doubts.push(undecidedDuration(label))
    const offer = clock.isUnsure ? { offer: { type: 'duration' as const } } : {}
    return { column: { name, label, type: clock.type }, doubts, isTie: false, ...offer }
  }
  if (
    tally.fits(tally.integer) &&
    tally.decimal['.'] === tally.integer &&
    tally.decimal[','] === tally.integer
  ) {
    misfits(tally.integer, 'whole number')
    return { column: { name, label, type: 'integer' }, doubts, isTie: false }
  }
  const mark = proposeMark(tally, likelyMark)
  if (!tally.fits(tally.decimal[mark])) {
    if (doubts.length > 0) return asText // Dates of more than one order have been told already.
    const { boolean, decimal, date: dates } = tally
    const most = Math.max(decimal['.'], decimal[','])
    if (amounts !== null && amounts.cells > most) {
      const told = amountsSentence(label, amounts, tally.filled, amounts.example)
      if (told !== null) return { ...asText, doubts: [told], offer: amounts.choice }
    }
    const almost = almostSentence(
      label,
      {
        'yes or no': boolean,
        number: most,
        date: Math.max(dates.dmy, dates.mdy, dates.ymd),
        ...clockFits(tally.clocks),
      },
      tally.filled,
      'sampled values',
      tally.misfit,
    )
    if (almost !== null) doubts.push(almost)
    else if (isMixed(tally.amounts, tally.filled))
      doubts.push(unitsSentence(label, [...tally.amounts.keys()]))
    return asText
  }
  if (tally.tooFine[mark] !== '') {
    doubts.push(fineSentence(label, tally.tooFine[mark]))
    return asText
  }
  if (tally.decides['.'] === 0 && tally.decides[','] === 0 && tally.eitherWay > 0) {
    doubts.push(
      `The numbers of column “${label}” can be read in two ways (1.234 is either a thousand or a little more than one). Pallet takes “${mark}” as the decimal mark; please check it.`,
    )
  }
  misfits(tally.decimal[mark], 'number')
  const type = tally.grouped[mark] === tally.decimal[mark] ? 'integer' : 'decimal'
  return { column: { name, label, type, decimalMark: mark }, doubts, isTie: false }
}

/** Whether half of the cells are amounts, though of different units. */
export function isMixed(amounts: ReadonlyMap<string, number>, filled: number): boolean {
  const all = [...amounts.values()].reduce((sum, count) => sum + count, 0)
  return [...amounts.keys()].some((unit) => unit !== '') && all >= filled * almostShare
}

/** The unit that most amounts have; null: there are none. */
export function commonestUnit(amounts: ReadonlyMap<string, number>): string | null {
  const [most] = [...amounts].toSorted(([, one], [, other]) => other - one)
  return most?.[0] ?? null
}

/** Whether every cell is an amount of this unit; for no unit, plain numbers are alike. `units`: how many there are. */
export function isAllOf(
  unit: string,
  cells: { units: number; amounts: number; numbers: number; filled: number },
): boolean {
  const { units, amounts, numbers, filled } = cells
  return units === 1 && amounts + (unit === '' ? numbers : 0) === filled
}

/** What the amounts among the values are; null: there are none, or their numbers are of no type. */
function amountsIn(
  tally: Tally,
  values: readonly (readonly [value: string, times: number])[],
  { name, label }: Pick<Column, 'name' | 'label'>,
  likelyMark: DecimalMark,
): (AmountsIn & { isAll: boolean; unsure: string[]; example: string }) | null {
  const unit = commonestUnit(tally.amounts)
  if (unit === null) return null
  const amounts = tally.amounts.get(unit) ?? 0
  const numbers = new Map<string, number>()
  for (const [value, times] of values) {
    const number = numberOf(value, unit)
    if (number !== null) numbers.set(number, (numbers.get(number) ?? 0) + times)
  }
  const { column, doubts: unsure } = examineCounted(name, label, numbers, likelyMark)
  const { type, decimalMark } = column
  if (type !== 'integer' && type !== 'decimal') return null
  const isAll =
    isAllOf(unit, {
      units: tally.amounts.size,
      amounts,
      numbers: tally.numbers,
      filled: tally.filled,
    }) &&
    (unit !== '' || type === 'decimal') &&
    [...numbers.keys()].every((number) => looksLike(column, number))
  const choice = { type, ...(decimalMark === undefined ? {} : { decimalMark }), unit }
  const misfits = values.filter(([value]) => !looksLike({ name, label, ...choice }, value))
  const cells = misfits.reduce((left, [, times]) => left - times, tally.filled)
  return { cells, choice, isAll, unsure, example: misfits[0]?.[0] ?? '' }
}

/** The number of an amount of this unit, which plain numbers are where it is one that may be left out; null: it is none. */
function numberOf(value: string, unit: string): string | null {
  if (cellTests.decimal['.'].test(value) || cellTests.decimal[','].test(value))
    return needsUnit(unit) ? null : value
  const amount = readAmount(value)
  return amount?.unit === unit ? amount.number : null
}

/** A record that sums up others: its first filled cell is a word for totals, and a cell is empty. See `drop-total-rows`. */
export function isTotal(cells: readonly string[]): boolean {
  const values = cells.map((cell) => cell.trim())
  const first = values.find((value) => value !== '')
  return (
    first !== undefined &&
    values.includes('') &&
    totalWords.has(first.replace(/[\s:]+$/u, '').toLowerCase())
  )
}

function proposeMark(tally: Tally, likely: DecimalMark): DecimalMark {
  const dots = tally.decides['.']
  const commas = tally.decides[',']
  if (dots === commas) return likely
  return dots > commas ? '.' : ','
}

/** Whether as many dates can be read month first as day first, and not all of these have dots between their parts. */
export function isTied({ dmy, mdy }: Record<'dmy' | 'mdy', number>, dottedTies: number): boolean {
  return dmy > 0 && dmy === mdy && dottedTies < dmy
}

/**
 * The order of dates that do not say it themselves: as in the file's other columns, or else day first.
 * `undecided`: the labels of those of which nothing in the file says it, nor a decimal comma, which nobody writes who
 * puts the month first.
 */
export function settleOrders(
  columns: readonly Column[],
  ties: ReadonlySet<string>,
  likelyMark: DecimalMark,
): { columns: Column[]; undecided: string[] } {
  const orders = new Set(
    columns.flatMap(({ order, label }) =>
      order === undefined || order === 'ymd' || ties.has(label) ? [] : [order],
    ),
  )
  const comma =
    likelyMark === ',' ||
    columns.some(({ type, decimalMark }) => type === 'decimal' && decimalMark === ',')
  const [said = comma ? 'dmy' : null] = orders.size === 1 ? orders : []
  return {
    columns: columns.map((column) =>
      ties.has(column.label) ? { ...column, order: said ?? 'dmy' } : column,
    ),
    undecided: said === null ? [...ties] : [],
  }
}

function proposeDate(tally: Tally, label: string, doubts: string[]): DateOrder | null {
  const { dmy, mdy, ymd } = tally.date
  if (tally.fits(ymd)) return 'ymd'
  const best = Math.max(dmy, mdy)
  if (!tally.fits(best)) {
    if (dmy > 0 && mdy > 0 && dmy + mdy >= tally.filled)
      doubts.push(
        `Column “${label}” mixes dates of more than one order (day first and month first), so Pallet reads it as text.`,
      )
    return null
  }
  return dmy >= mdy ? 'dmy' : 'mdy'
}
