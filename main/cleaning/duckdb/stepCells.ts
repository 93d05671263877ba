/** What the steps make of cells, each as an expression over the cells of a record as the steps before have left them. */
import type { FittedStep, ShapedColumn } from '../../../shared/domain/recipe/recipeFit.ts'
import type { RecipeStep } from '../../../shared/domain/recipe/recipe.ts'
import { quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import { asCell, asText, dateIn, numberIn, rounded } from './formula.ts'
import { emptyTokens, isEmpty, trimmed, unwrapped } from './recipe.ts'
import { tokenOf } from '../../duckdb/tokens.ts'

/** Whether a record is still there. */
export const isThere = '(gone IS NULL AND failed IS NULL)'

/** Cells inside a shaping are named by the column, which may move. */
export function nameOf({ id }: ShapedColumn): string {
  return `k${id}`
}

/** What a step that looks up has found, or one that parses has read, for the column in this place of its own. */
export const foundValue = (index: number, nth: number): string => `f${index}_${nth + 1}`

/** Of a record that a pivot has made: the label and the cell of the column that it was made for. */
export const pivoted = ['part_label', 'part_cell'] as const

/** Of a record that was put together: the cell of the new column in this place. */
export const wideCell = (nth: number): string => `wide_${nth + 1}`

/** Several blanks, or other white space than a blank: to look for it takes half the time of replacing what is not there. */
const uneven = quoteLiteral(`  |[${whiteSpace.replace(' ', '')}]`)

/** How a rounded date is written, so that it is read in the order in which it was. */
const writtenDates = { dmy: '%d.%m.%Y', mdy: '%m/%d/%Y', ymd: '%Y-%m-%d' }

export interface NewCells {
  column: ShapedColumn
  value: string
}

/** What a step makes of the cells of its columns; of a step that changes none nothing. */
export function changed(
  { step, on, makes, index, formula }: FittedStep,
  isTorn: boolean,
): NewCells[] {
  const each = (value: (cell: string) => string): NewCells[] =>
    on.map((column) => ({ column, value: value(nameOf(column)) }))
  /** Cells that are filled become a text; nothing left of them makes them empty. */
  const eachFilled = (value: (cell: string) => string): NewCells[] =>
    each((cell) => `CASE WHEN ${isEmpty(cell)} THEN ${cell} ELSE nullif(${value(cell)}, '') END`)
  switch (step.kind) {
    case 'trim':
      return each(trimmed)
    case 'unwrap-formulas':
      return each(unwrapped)
    case 'empty-tokens':
      return each((cell) => emptyTokens(cell, step.tokens))
    case 'collapse-spaces':
      return eachFilled(
        (cell) =>
          `CASE WHEN regexp_matches(${cell}, ${uneven}) THEN regexp_replace(${cell}, ${quoteLiteral(`[${whiteSpace}]+`)}, ' ', 'g') ELSE ${cell} END`,
      )
    case 'case':
      return eachFilled((cell) => inCase(cell, step.to))
    case 'replace':
      return eachFilled((cell) => replaced(cell, step))
    case 'map-values': {
      const cases = step.values.map(
        ({ from, to }) => `WHEN ${quoteLiteral(from)} THEN ${quoteLiteral(to)}`,
      )
      return eachFilled((cell) => `CASE ${cell} ${cases.join(' ')} ELSE ${cell} END`)
    }
    case 'fill':
      return filled(step, on, isTorn)
    case 'round': {
      const mark = step.decimalMark ?? '.'
      return eachFilled((cell) => {
        const written = asText('number', 'x.r')
        const text = mark === '.' ? written : `replace(${written}, '.', ',')`
        const both = `list_transform([${numberIn(cell, mark)}], lambda n: {'n': n, 'r': ${rounded('n', step.digits)}})`
        return `list_transform(${both}, lambda x: CASE WHEN x.n IS NULL OR x.r = x.n THEN ${cell} ELSE ${text} END)[1]`
      })
    }
    case 'round-dates': {
      const order = step.order ?? 'ymd'
      const format = quoteLiteral(writtenDates[order])
      return eachFilled((cell) => {
        const first = `strftime(date_trunc('${step.to}', d), ${format})`
        return `list_transform([${dateIn(cell, order)}], lambda d: coalesce(${first}, ${cell}))[1]`
      })
    }
    case 'parse-date':
    case 'parse-number':
    case 'parse-boolean':
      return on.map((column, nth) => {
        const cell = nameOf(column)
        return { column, value: `coalesce(${foundValue(index, nth)}, ${cell})` }
      })
    case 'hash':
      return eachFilled((cell) => `sha256(${cell})`)
    case 'tokenise':
      return eachFilled(tokenOf)
    case 'mask':
      return eachFilled((cell) => maskedBut(step.keep, cell))
    case 'redact':
      return eachFilled(() => quoteLiteral(step.with))
    case 'split': {
      const [column] = on
      if (column === undefined) return []
      const pieces = `string_split(${nameOf(column)}, ${quoteLiteral(step.at)})`
      return makes.map((made, nth) => ({
        column: made,
        value:
          nth < makes.length - 1
            ? `nullif(${pieces}[${nth + 1}], '')`
            : `nullif(array_to_string(${pieces}[${nth + 1}:], ${quoteLiteral(step.at)}), '')`,
      }))
    }
    case 'merge': {
      const cells = on.map((column) => `nullif(${nameOf(column)}, '')`).join(', ')
      const text = `array_to_string(list_filter([${cells}], lambda c: c IS NOT NULL), ${quoteLiteral(step.between)})`
      return makes.map((column) => ({ column, value: `nullif(${text}, '')` }))
    }
    case 'look-up':
      return makes.map((column, nth) => ({ column, value: foundValue(index, nth) }))
    case 'pivot-longer':
      return makes.map((column, nth) => ({ column, value: pivoted[nth] ?? '' }))
    case 'pivot-wider':
      return makes.map((column, nth) => ({ column, value: wideCell(nth) }))
    case 'derive': {
      const value = asCell(formula?.type ?? 'text', `f${index}`)
      return [...on, ...makes].map((column) => ({ column, value }))
    }
    case 'rename':
    case 'remove':
    case 'reorder':
    case 'drop-blank-rows':
    case 'drop-total-rows':
    case 'drop-repeated-headers':
    case 'drop-duplicates':
    case 'drop-rows':
    case 'keep-rows':
      return []
  }
}

/** All but the last `keep` characters become `*`; of a cell that is not longer all. */
export function maskedBut(keep: number, cell: string): string {
  const hidden = `CASE WHEN length(${cell}) <= ${keep} THEN length(${cell}) ELSE length(${cell}) - ${keep} END`
  return `repeat('*', ${hidden}) || CASE WHEN length(${cell}) > ${keep} THEN right(${cell}, ${keep}) ELSE '' END`
}

function inCase(cell: string, to: 'upper' | 'lower' | 'title'): string {
  if (to !== 'title') return `${to}(${cell})`
  const word = `upper(left(w, 1)) || lower(substr(w, 2))`
  return `array_to_string(list_transform(string_split(${cell}, ' '), lambda w: ${word}), ' ')`
}

function replaced(cell: string, step: RecipeStep & { kind: 'replace' }): string {
  const isPlain = step.pattern !== true
  if (isPlain && step.ignoreCase !== true) {
    const [find, by] = [quoteLiteral(step.find), quoteLiteral(step.with)]
    return step.whole === true
      ? `CASE WHEN ${cell} = ${find} THEN ${by} ELSE ${cell} END`
      : `replace(${cell}, ${find}, ${by})`
  }
  const pattern = isPlain ? step.find.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&') : step.find
  const by = isPlain ? step.with.replaceAll('\\', '\\\\') : step.with
  const whole = step.whole === true ? `^(?:${pattern})$` : pattern
  const options = step.ignoreCase === true ? 'gi' : 'g'
  return `regexp_replace(${cell}, ${quoteLiterals([whole, by, options])})`
}

function filled(
  { with: filling }: RecipeStep & { kind: 'fill' },
  on: readonly ShapedColumn[],
  isTorn: boolean,
): NewCells[] {
  const each = (columns: readonly ShapedColumn[], value: (cell: string) => string): NewCells[] =>
    columns.map((column) => ({ column, value: value(nameOf(column)) }))
  switch (filling.kind) {
    case 'value':
      return each(
        on,
        (cell) => `CASE WHEN ${isEmpty(cell)} THEN ${quoteLiteral(filling.value)} ELSE ${cell} END`,
      )
    case 'above':
      return each(
        on,
        (cell) =>
          `coalesce(nullif(${cell}, ''), CASE WHEN ${isThere} THEN last_value(CASE WHEN ${isThere} THEN nullif(${cell}, '') END IGNORE NULLS) OVER (${aboveIn(isTorn)}) END)`,
      )
    case 'column': {
      const other = nameOf(on.at(-1) ?? { id: 0, label: '' })
      return each(
        on.slice(0, -1),
        (cell) => `CASE WHEN ${isEmpty(cell)} THEN ${other} ELSE ${cell} END`,
      )
    }
  }
}

/**
 * The records from the first to this one. The engine streams a window without order over the records as they come. Torn rows have
 * `torn`: to which piece of the file they belong, `head`: whether it is its beginning, and `sure`: whether all that the row
 * takes from above is known.
 */
function aboveIn(isTorn: boolean): string {
  const rows = 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW'
  return isTorn ? `PARTITION BY torn ORDER BY rec ${rows}` : rows
}

/** Whether a filled cell stands in this record or above it, of which all is known. */
export function isFilledAbove(column: ShapedColumn): string {
  const filled = `sure AND ${isThere} AND NOT ${isEmpty(nameOf(column))}`
  return `bool_or(${filled}) OVER (${aboveIn(true)})`
}
