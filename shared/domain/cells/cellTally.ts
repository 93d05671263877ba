/** The cells of a column, counted by the types that they may be of. Pure. */
import { readAmount } from './amounts.ts'
import { type DateOrder, type DecimalMark, timePattern } from './cellPatterns.ts'
import { type ClockCounts, readClock } from './clocks.ts'
import { defaultMaxQuarantinedShare, finestScale } from '../datasets/dataset.ts'
import { cellTests } from './looksLike.ts'
import { readWrittenDate } from './writtenDates.ts'

/**
 * The share of values that may miss a type which is still proposed. A stray word among the
 * prices is an error to hold back, not a reason to call prices text; but a proposal must not make a
 * new dataset run into its own limit.
 */
export const toleratedMisfits = defaultMaxQuarantinedShare

const dateOrders: readonly DateOrder[] = ['dmy', 'mdy', 'ymd']
const test = {
  ...cellTests,
  /** Stay text: leading zeros, more digits than a double keeps, GTIN-12 to -14, telephone numbers as E.164 writes them. */
  identifier: /^([+-]?0[0-9]+|[+-]?[0-9]{16,}|[0-9]{12,14}|[+][0-9]{9,})$/,
  gtin8: /^[0-9]{8}$/,
  scientific: /^[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+$/,
  tooFine: new RegExp(`([.,])[0-9]{${finestScale}}0*[1-9][0-9]*$`),
  time: new RegExp(timePattern),
  /** `3.2.2024`: dots stand in dates only where the day comes first. */
  dottedTie: /^(0?[1-9]|1[0-2])[.](0?[1-9]|1[0-2])[.]/,
  /** One separator before exactly three digits: a fraction or thousands, the cell does not say. */
  eitherWay: /^[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}$/,
}

/** What the filled cells of a column may be, and how many of them. */
export class Tally {
  filled = 0
  boolean = 0
  integer = 0
  grouped = { '.': 0, ',': 0 }
  decimal = { '.': 0, ',': 0 }
  /** Values that only one decimal mark explains. */
  decides = { '.': 0, ',': 0 }
  eitherWay = 0
  date = { dmy: 0, mdy: 0, ymd: 0 }
  dottedTies = 0
  timed = 0
  zoned = 0
  readonly clocks: ClockCounts = { padded: 0, short: 0, half: 0, midnight: 0, long: 0 }
  withSeconds = 0
  identifiers = 0
  gtin8 = 0
  scientific = ''
  /** By mark: the first number with more digits after it than a decimal keeps. */
  tooFine = { '.': '', ',': '' }
  /** Cells that are a number for one decimal mark at least. */
  numbers = 0
  /** By unit: cells that are amounts, and no plain numbers. */
  readonly amounts = new Map<string, number>()
  misfit = ''

  /** A value, judged once for all the `times` it stands in the column. */
  add(value: string, times: number): void {
    this.filled += times
    if (test.wrapped.test(value)) {
      this.identifiers += times
      return
    }
    const first = value.charCodeAt(0)
    const digits = first >= 48 && first <= 57
    if (!digits && first !== 43 && first !== 45 && first !== 44 && first !== 46) {
      if (test.boolean.test(value)) this.boolean += times
      else this.addMisfit(value, times)
      return
    }
    if (test.integer.test(value)) {
      this.integer += times
      this.numbers += times
      this.decimal['.'] += times
      this.decimal[','] += times
      this.grouped['.'] += times
      this.grouped[','] += times
      if (test.identifier.test(value)) this.identifiers += times
      if (test.gtin8.test(value)) this.gtin8 += times
      return
    }
    if (this.addNumber(value, times)) return
    if (test.scientific.test(value)) {
      if (this.scientific === '') this.scientific = value
      return
    }
    if (this.addClock(value, times)) return
    let isDate = false
    for (const order of dateOrders) {
      if (!test.date[order].test(value)) continue
      this.date[order] += times
      isDate = true
    }
    if (isDate && value.includes(':')) {
      this.timed += times
      if (test.time.exec(value)?.[9] !== undefined) this.zoned += times
    }
    if (isDate && test.dottedTie.test(value)) this.dottedTies += times
    if (!isDate) this.addMisfit(value, times)
  }

  private addClock(value: string, times: number): boolean {
    const clock = readClock(value)
    if (clock === null) return false
    this.clocks[clock.kind] += times
    if (clock.seconds) this.withSeconds += times
    return true
  }

  private addMisfit(value: string, times: number): void {
    const unit = readAmount(value)?.unit
    if (unit !== undefined) this.amounts.set(unit, (this.amounts.get(unit) ?? 0) + times)
    const date = unit === undefined ? readWrittenDate(value) : null
    if (date === null) {
      if (unit !== undefined || !this.addClock(value, times)) this.misfit ||= value
      return
    }
    this.date[date.order] += times
    if (date.isTimed) this.timed += times
    if (date.isZoned) this.zoned += times
  }

  private addNumber(value: string, times: number): boolean {
    const dot = test.decimal['.'].test(value)
    const comma = test.decimal[','].test(value)
    if (dot) this.decimal['.'] += times
    if (comma) this.decimal[','] += times
    if (test.grouped['.'].test(value)) this.grouped['.'] += times
    if (test.grouped[','].test(value)) this.grouped[','] += times
    if (dot && !comma) this.decides['.'] += times
    if (comma && !dot) this.decides[','] += times
    if (test.eitherWay.test(value)) this.eitherWay += times
    const fineMark = test.tooFine.exec(value)?.[1] as DecimalMark | undefined
    if (fineMark !== undefined) this.tooFine[fineMark] ||= value
    if (dot || comma) this.numbers += times
    return dot || comma
  }

  fits(count: number): boolean {
    return count > 0 && this.filled - count <= this.filled * toleratedMisfits
  }
}
