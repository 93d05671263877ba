/**
 * Steps that change what a scan does not know: one statement over all records, which are read, shaped and written in their
 * order. A record that a step drops or fails stays in it, marked, so that the steps behind see who was there; only the
 * last look leaves it out.
 */
import type { FittedStep, ShapedColumn } from '../../../shared/domain/recipeFit.ts'
import type { RecipeStep } from '../../../shared/domain/recipe.ts'
import { quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import { asCell, asNumber, asText, emitFormula, numberIn } from './formula.ts'
import { emptyTokens, isEmpty, trimmed, unwrapped } from './recipe.ts'
import { cellName, lineageColumns } from './records.ts'

const failedType = 'STRUCT("check" VARCHAR, nth INTEGER, "value" VARCHAR, "first" BIGINT)'
/** Whether a record is still there. */
const isThere = '(gone IS NULL AND failed IS NULL)'

export interface Shaping {
  /** To be run before `records` is: what the file as a whole says, such as which records are equal. */
  prepare: string[]
  /** Lineage, `gone`: the place of the step that dropped it, `failed`: a label as `labels.ts` makes them, and the cells. */
  records: string
  /** Whether any of the steps may drop a record or fail one. */
  mayDrop: boolean
}

/** `from`: lineage and the cells `c1` … of `columns`. `lastRecord`: the largest `rec`. */
export function emitShaping(
  from: string,
  columns: readonly ShapedColumn[],
  steps: readonly FittedStep[],
  lastRecord: number,
): Shaping {
  const prepare: string[] = []
  const cells = columns.map((column, nth) => `${cellName(nth)} AS ${nameOf(column)}`)
  let records = `SELECT ${lineageColumns}, NULL::INTEGER AS gone, NULL::${failedType} AS failed, ${cells.join(', ')} FROM (${from})`
  let mayDrop = false
  for (const fitted of steps) {
    const { index, formula } = fitted
    if (formula !== null) {
      const { value, fault } = emitFormula(withCells(formula))
      const failed = `CASE WHEN ${isThere} THEN list_transform([${fault}], lambda f: CASE WHEN f IS NOT NULL THEN {'check': f."check", 'nth': ${index}, 'value': left(f."value", 1000), 'first': NULL::BIGINT} END)[1] ELSE failed END`
      const cannotFail = fault === 'NULL'
      mayDrop ||= !cannotFail
      records = `SELECT *${cannotFail ? '' : ` REPLACE (${failed} AS failed)`}, ${value} AS f${index} FROM (${records})`
    }
    const { kind } = fitted.step
    if (kind === 'drop-duplicates') {
      prepare.push(...takeDuplicates(fitted, records, lastRecord))
      records = dropping(
        fitted,
        records,
        `get_bit(getvariable('taken_${index}'), rec::INTEGER) = 1`,
      )
    } else if (kind === 'drop-rows') records = dropping(fitted, records, `f${index}`)
    else if (kind === 'keep-rows') records = dropping(fitted, records, `NOT f${index}`)
    else records = changing(fitted, records)
    mayDrop ||= kind === 'drop-duplicates' || kind === 'drop-rows' || kind === 'keep-rows'
  }
  return { prepare, records, mayDrop }
}

/** Cells inside a shaping are named by the column, which may move. */
export function nameOf({ id }: ShapedColumn): string {
  return `k${id}`
}

type Formula = NonNullable<FittedStep['formula']>
type WithCells = Parameters<typeof emitFormula>[0]

function withCells(node: Formula): WithCells {
  switch (node.kind) {
    case 'literal':
      return node
    case 'column':
      return { ...node, column: { cell: nameOf(node.column) } }
    case 'not':
    case 'minus':
      return { ...node, of: withCells(node.of) }
    case 'operator':
      return { ...node, left: withCells(node.left), right: withCells(node.right) }
    case 'in':
      return { ...node, of: withCells(node.of), list: node.list.map(withCells) }
    case 'call':
      return { ...node, given: node.given.map(withCells) }
  }
}

function dropping({ index }: FittedStep, records: string, condition: string): string {
  return `SELECT * REPLACE (CASE WHEN ${isThere} AND ${condition} THEN ${index} ELSE gone END AS gone) FROM (${records})`
}

/**
 * Which records are equal to one that stays: in every cell as it is, or in their keys, of which an empty one is like one that is
 * quoted and empty. A record without any key is equal to none.
 */
function takeDuplicates(
  { step, index, on }: FittedStep,
  records: string,
  lastRecord: number,
): string[] {
  if (step.kind !== 'drop-duplicates') return []
  const isWhole = step.keys === undefined
  const keys = on.map((column) => (isWhole ? nameOf(column) : `coalesce(${nameOf(column)}, '')`))
  const hasKey = isWhole ? '' : ` AND NOT (${keys.map((key) => `${key} = ''`).join(' AND ')})`
  const order = {
    first: 'rec',
    last: 'rec DESC',
    smallest: `f${index} ASC NULLS LAST, rec`,
    largest: `f${index} DESC NULLS LAST, rec`,
  }[step.keep ?? 'first']
  const nth = `row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${order})`
  const ranked = `SELECT rec, ${nth} AS nth FROM (${records}) WHERE ${isThere}${hasKey}`
  return [
    `SET VARIABLE taken_${index} = (SELECT bitstring_agg(rec, 0, ${lastRecord}) FROM (${ranked}) WHERE nth > 1)`,
  ]
}

function changing(fitted: FittedStep, records: string): string {
  const changes = changed(fitted)
  const isThereBefore = new Set(fitted.before.map(nameOf))
  const replaced = changes.filter(({ name }) => isThereBefore.has(name))
  const made = changes.filter(({ name }) => !isThereBefore.has(name))
  if (changes.length === 0) return records
  const replace = replaced.map(({ name, value }) => `${value} AS ${name}`).join(', ')
  const add = made.map(({ name, value }) => `, ${value} AS ${name}`).join('')
  return `SELECT *${replace === '' ? '' : ` REPLACE (${replace})`}${add} FROM (${records})`
}

interface Change {
  name: string
  value: string
}

function changed({ step, on, makes, index, formula }: FittedStep): Change[] {
  const each = (value: (cell: string) => string): Change[] =>
    on.map((column) => ({ name: nameOf(column), value: value(nameOf(column)) }))
  /** Cells that are filled become a text; nothing left of them makes them empty. */
  const eachFilled = (value: (cell: string) => string): Change[] =>
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
        (cell) => `regexp_replace(${cell}, ${quoteLiteral(`[${whiteSpace}]+`)}, ' ', 'g')`,
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
      return filled(step, on)
    case 'round': {
      const mark = step.decimalMark ?? '.'
      return eachFilled((cell) => {
        const rounded = `round(n, ${step.digits})`
        const written = asText('number', asNumber(rounded))
        const text = mark === '.' ? written : `replace(${written}, '.', ',')`
        return `list_transform([${numberIn(cell, mark)}], lambda n: CASE WHEN n IS NULL OR ${rounded} = n THEN ${cell} ELSE ${text} END)[1]`
      })
    }
    case 'hash':
      return eachFilled((cell) => `sha256(${cell})`)
    case 'mask':
      return eachFilled((cell) => {
        const hidden = `CASE WHEN length(${cell}) <= ${step.keep} THEN length(${cell}) ELSE length(${cell}) - ${step.keep} END`
        return `repeat('*', ${hidden}) || CASE WHEN length(${cell}) > ${step.keep} THEN right(${cell}, ${step.keep}) ELSE '' END`
      })
    case 'redact':
      return eachFilled(() => quoteLiteral(step.with))
    case 'split': {
      const [column] = on
      if (column === undefined) return []
      const pieces = `string_split(${nameOf(column)}, ${quoteLiteral(step.at)})`
      return makes.map((made, nth) => ({
        name: nameOf(made),
        value:
          nth < makes.length - 1
            ? `nullif(${pieces}[${nth + 1}], '')`
            : `nullif(array_to_string(${pieces}[${nth + 1}:], ${quoteLiteral(step.at)}), '')`,
      }))
    }
    case 'merge': {
      const cells = on.map((column) => `nullif(${nameOf(column)}, '')`).join(', ')
      const text = `array_to_string(list_filter([${cells}], lambda c: c IS NOT NULL), ${quoteLiteral(step.between)})`
      return makes.map((made) => ({ name: nameOf(made), value: `nullif(${text}, '')` }))
    }
    case 'derive': {
      const value = asCell(formula?.type ?? 'text', `f${index}`)
      return [...on, ...makes].map((column) => ({ name: nameOf(column), value }))
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
): Change[] {
  const names = on.map(nameOf)
  switch (filling.kind) {
    case 'value':
      return names.map((name) => ({
        name,
        value: `CASE WHEN ${isEmpty(name)} THEN ${quoteLiteral(filling.value)} ELSE ${name} END`,
      }))
    case 'above':
      // The engine streams a window without order over the records as they come.
      return names.map((name) => ({
        name,
        value: `coalesce(nullif(${name}, ''), CASE WHEN ${isThere} THEN last_value(CASE WHEN ${isThere} THEN nullif(${name}, '') END IGNORE NULLS) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) END)`,
      }))
    case 'column': {
      const other = names.at(-1) ?? ''
      return names.slice(0, -1).map((name) => ({
        name,
        value: `CASE WHEN ${isEmpty(name)} THEN ${other} ELSE ${name} END`,
      }))
    }
  }
}
