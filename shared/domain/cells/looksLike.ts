/** Whether a cell looks like a value of its column. */
import { amountPattern, needsUnit } from './amounts.ts'
import {
  type DateOrder,
  booleanPattern,
  datePattern,
  decimalPattern,
  integerPattern,
  timestampPattern,
} from './cellPatterns.ts'
import { isDuration, isTimeOfDay } from './clocks.ts'
import type { Column } from '../datasets/dataset.ts'
import { defaultRecipe } from '../recipe/recipe.ts'
import { readWrittenDate } from './writtenDates.ts'

/** Cells that say nothing, in lower case. */
export const emptyTokens: ReadonlySet<string> = new Set(
  defaultRecipe.flatMap((step) =>
    step.kind === 'empty-tokens' ? step.tokens.map((token) => token.toLowerCase()) : [],
  ),
)

/** Each pattern as a test. */
export const cellTests = {
  boolean: new RegExp(booleanPattern),
  integer: new RegExp(integerPattern()),
  grouped: { '.': new RegExp(integerPattern('.')), ',': new RegExp(integerPattern(',')) },
  decimal: { '.': new RegExp(decimalPattern('.')), ',': new RegExp(decimalPattern(',')) },
  day: {
    dmy: new RegExp(datePattern('dmy')),
    mdy: new RegExp(datePattern('mdy')),
    ymd: new RegExp(datePattern('ymd')),
  },
  date: {
    dmy: new RegExp(timestampPattern('dmy')),
    mdy: new RegExp(timestampPattern('mdy')),
    ymd: new RegExp(timestampPattern('ymd')),
  },
  wrapped: /^(="|')/,
}

/**
 * Whether a cell as it stands in a file looks like a value of the column. For the eye: what a calendar or a rule says is
 * for cleaning to judge. An empty cell, and what stands for one, fits every type.
 */
export function looksLike(column: Column, cell: string): boolean {
  const value = cell.trim()
  if (value === '' || emptyTokens.has(value.toLowerCase()) || cellTests.wrapped.test(value))
    return true
  const order = column.order ?? 'ymd'
  if (column.unit !== undefined) return looksLikeAmount(column, column.unit, value)
  switch (column.type) {
    case 'text':
      return true
    case 'integer':
      return column.decimalMark === undefined
        ? cellTests.integer.test(value)
        : cellTests.grouped[column.decimalMark].test(value)
    case 'decimal':
      return cellTests.decimal[column.decimalMark ?? '.'].test(value)
    case 'boolean':
      return cellTests.boolean.test(value) || /^[tf01]$/i.test(value)
    case 'date':
      return cellTests.day[order].test(value) || isWritten(value, order, false)
    case 'timestamp':
      return cellTests.date[order].test(value) || isWritten(value, order, true)
    case 'time':
      return isTimeOfDay(value)
    case 'duration':
      return isDuration(value)
  }
}

function isWritten(value: string, order: DateOrder, timed: boolean): boolean {
  const date = readWrittenDate(value)
  return date?.order === order && (timed || !date.isTimed)
}

function looksLikeAmount(column: Column, unit: string, value: string): boolean {
  const pattern = amountPattern(column)
  const known = amountTests.get(pattern) ?? new RegExp(pattern)
  amountTests.set(pattern, known)
  return known.test(value) && (!needsUnit(unit) || value.includes(unit))
}
/** As many as there are ways of writing amounts in the columns that were looked at. */
const amountTests = new Map<string, RegExp>()
