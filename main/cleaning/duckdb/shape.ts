/**
 * Steps that change what a scan does not know: one statement over all records, which are read, shaped and written in their
 * order. A record that a step drops or fails stays in it, marked, so that the steps behind see who was there; only the
 * last look leaves it out.
 */
import type { FittedStep, ShapedColumn } from '../../../shared/domain/recipeFit.ts'
import type { RecipeStep, StepKind } from '../../../shared/domain/recipe.ts'
import { quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import { asCell, asNumber, asText, dateIn, emitFormula, numberIn } from './formula.ts'
import { emptyTokens, isBlank, isEmpty, isHeader, isTotal, trimmed, unwrapped } from './recipe.ts'
import { cellName, lineageColumns } from './records.ts'

const failedType = 'STRUCT("check" VARCHAR, nth INTEGER, "value" VARCHAR, "first" BIGINT)'
/** Whether a record is still there. */
const isThere = '(gone IS NULL AND failed IS NULL)'

export interface ShapingInput {
  /** Statement of lineage, the cells `c1` … of `columns`, and what `besides` names. */
  from: string
  columns: readonly ShapedColumn[]
  steps: readonly FittedStep[]
  /** The labels that stand in the file; null: none do. */
  header: readonly string[] | null
  /** What goes along with every record, as it comes. */
  besides?: readonly string[]
  /** Whether to tell which cells of which columns look different after a step (`Shaping.changes`). */
  isCounted?: boolean
  /** Keeps the cells as they are before the step in this place of the recipe as `b1` … */
  keepsBefore?: number
  /** By place: which records a step takes as duplicates, where that is known. */
  taken?: (index: number) => string
  /** Rows of which not all that stand above them are there: see `aboveIn`. */
  isTorn?: boolean
}

/** All records, as they have to be in the table of this name before the next stage is worked. */
export interface Stage {
  table: string
  /** Lineage, `gone`: the place of the step that dropped it, `failed`: a label as `labels.ts` makes them, and the cells. */
  records: string
  /** The step that is told of this table which records are equal to others, for the next stage; null: the last stage. */
  duplicates: Duplicates | null
  /** By step and column: whether its cell looks different after it. */
  changes: Change[]
}

interface Duplicates {
  index: number
  /** What the statements make: `rec` of the records that are taken. */
  table: string
  statements: string[]
}

export interface Change {
  /** Its column in the stage. */
  flag: string
  /** The place of the step in the recipe. */
  index: number
  column: ShapedColumn
}

export interface Shaping {
  stages: [...before: Stage[], last: Stage]
  /** Whether any of the steps may drop a record or fail one. */
  mayDrop: boolean
}

export function emitShaping(input: ShapingInput): Shaping {
  const { from, columns, steps, header, besides = [], keepsBefore, taken } = input
  const before: Stage[] = []
  const cells = columns.map((column, nth) => `${cellName(nth)} AS ${nameOf(column)}`)
  let records = `SELECT ${[lineageColumns, ...besides].join(', ')}, NULL::INTEGER AS gone, NULL::${failedType} AS failed, ${cells.join(', ')} FROM (${from})`
  let changes: Change[] = []
  let mayDrop = false
  let isKept = false
  const keep = (shown: readonly ShapedColumn[]): void => {
    const kept = shown.map((column) => `${nameOf(column)} AS ${nameBefore(column)}`)
    if (kept.length > 0) records = `SELECT *, ${kept.join(', ')} FROM (${records})`
    isKept = true
  }
  for (const fitted of steps) {
    const { index, formula } = fitted
    if (keepsBefore !== undefined && !isKept && index >= keepsBefore) keep(fitted.before)
    if (formula !== null) {
      const { value, fault } = emitFormula(withCells(formula))
      const failed = `CASE WHEN ${isThere} THEN list_transform([${fault}], lambda f: CASE WHEN f IS NOT NULL THEN {'check': f."check", 'nth': ${index}, 'value': left(f."value", 1000), 'first': NULL::BIGINT} END)[1] ELSE failed END`
      const cannotFail = fault === 'NULL'
      mayDrop ||= !cannotFail
      records = `SELECT *${cannotFail ? '' : ` REPLACE (${failed} AS failed)`}, ${value} AS f${index} FROM (${records})`
    }
    const { kind } = fitted.step
    if (kind === 'drop-duplicates' && taken === undefined) {
      const table = `shaped_${before.length + 1}`
      const told = changes.map(({ flag }) => flag)
      const kept = [
        lineageColumns,
        ...besides,
        'gone',
        'failed',
        ...fitted.before.map(nameOf),
      ].join(', ')
      const by = formula === null ? '' : `, f${index}`
      records = `SELECT ${[kept, ...told].join(', ')}${by} FROM (${records})`
      before.push({ table, records, duplicates: takeDuplicates(fitted, table), changes })
      changes = []
      records = dropping(fitted, `SELECT ${kept} FROM ${table}`, hasBit(`taken_${index}`))
    } else {
      const condition = dropCondition(fitted, header, taken)
      if (condition === null) {
        const { sql, told } = changing(fitted, records, input)
        records = sql
        changes.push(...told)
      } else records = dropping(fitted, records, condition)
    }
    mayDrop ||= isDropping(kind)
  }
  if (keepsBefore !== undefined && !isKept) keep(steps.at(-1)?.after ?? columns)
  const last = { table: `shaped_${before.length + 1}`, records, duplicates: null, changes }
  return { stages: [...before, last], mayDrop }
}

const isDropping = (kind: StepKind): boolean => kind.startsWith('drop-') || kind === 'keep-rows'

/** For which records a step that drops is true; null: it drops none, or by what is not said here. */
function dropCondition(
  { step, index, before }: FittedStep,
  header: ShapingInput['header'],
  taken: ShapingInput['taken'],
): string | null {
  const cells = before.map(nameOf)
  switch (step.kind) {
    case 'drop-rows':
      return `f${index}`
    case 'keep-rows':
      return `NOT f${index}`
    case 'drop-duplicates':
      return taken?.(index) ?? null
    case 'drop-blank-rows':
      return isBlank(cells)
    case 'drop-total-rows':
      return step.words.length === 0 ? 'false' : isTotal(cells, step.words)
    case 'drop-repeated-headers':
      return header === null ? 'false' : isHeader(cells, header)
    case 'trim':
    case 'collapse-spaces':
    case 'case':
    case 'replace':
    case 'map-values':
    case 'empty-tokens':
    case 'unwrap-formulas':
    case 'fill':
    case 'round':
    case 'round-dates':
    case 'hash':
    case 'mask':
    case 'redact':
    case 'split':
    case 'merge':
    case 'derive':
    case 'rename':
    case 'remove':
    case 'reorder':
      return null
  }
}

/** Cells inside a shaping are named by the column, which may move. */
export function nameOf({ id }: ShapedColumn): string {
  return `k${id}`
}

/** As they were before the step of `keepsBefore`. */
export function nameBefore({ id }: ShapedColumn): string {
  return `b${id}`
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

/** No record behind the last that is taken has a bit; where none is taken, there are no bits. */
const hasBit = (variable: string): string =>
  `CASE WHEN rec <= getvariable('last_${variable}') THEN get_bit(getvariable('${variable}'), rec::INTEGER) = 1 ELSE false END`

function dropping({ index }: FittedStep, records: string, condition: string): string {
  return `SELECT * REPLACE (CASE WHEN ${isThere} AND ${condition} THEN ${index} ELSE gone END AS gone) FROM (${records})`
}

/**
 * Which records are equal to one that stays: in every cell as it is, or in their keys, of which an empty one is like one that is
 * quoted and empty. A record without any key is equal to none. Only those whose hash is not the only one are compared.
 */
function takeDuplicates({ step, index, on }: FittedStep, table: string): Duplicates | null {
  if (step.kind !== 'drop-duplicates') return null
  const isWhole = step.keys === undefined
  const keys = on.map((column) => (isWhole ? nameOf(column) : `coalesce(${nameOf(column)}, '')`))
  const hasKey = isWhole ? '' : ` AND NOT (${keys.map((key) => `${key} = ''`).join(' AND ')})`
  const order = {
    first: 'rec',
    last: 'rec DESC',
    smallest: `f${index} ASC NULLS LAST, rec`,
    largest: `f${index} DESC NULLS LAST, rec`,
  }[step.keep ?? 'first']
  const hash = `hash(${keys.join(', ')})`
  const asked = `FROM ${table} WHERE ${isThere}${hasKey}`
  const several = `SELECT h FROM (SELECT ${hash} AS h ${asked}) GROUP BY h HAVING count(*) > 1`
  const nth = `row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${order})`
  const ranked = `SELECT rec, ${nth} AS nth ${asked} AND ${hash} IN (${several})`
  const taken = `taken_${index}`
  return {
    index,
    table: taken,
    statements: [
      `CREATE TABLE ${taken} AS SELECT rec FROM (${ranked}) WHERE nth > 1`,
      `SET VARIABLE last_${taken} = (SELECT max(rec) FROM ${taken})`,
      `SET VARIABLE ${taken} = (SELECT bitstring_agg(rec, 0, getvariable('last_${taken}')) FROM ${taken})`,
    ],
  }
}

/** The records with what a step changes, and where it is to be told, which cells look different: '' looks like none. */
function changing(
  fitted: FittedStep,
  records: string,
  input: ShapingInput,
): { sql: string; told: Change[] } {
  const changes = changed(fitted, input.isTorn === true)
  const isThereBefore = new Set(fitted.before.map(nameOf))
  const replaced = changes.filter(({ column }) => isThereBefore.has(nameOf(column)))
  const made = changes.filter(({ column }) => !isThereBefore.has(nameOf(column)))
  if (changes.length === 0) return { sql: records, told: [] }
  const added = made.map(({ column, value }) => `${value} AS ${nameOf(column)}`)
  const torn =
    input.isTorn === true && fitted.step.kind === 'fill' && fitted.step.with.kind === 'above'
      ? [
          `sure AND (head OR ${replaced.map(({ column }) => isFilledAbove(column)).join(' AND ')}) AS sure`,
        ]
      : []
  if (input.isCounted !== true) {
    const replace = [
      ...replaced.map(({ column, value }) => `${value} AS ${nameOf(column)}`),
      ...torn,
    ]
    const star = replace.length === 0 ? '*' : `* REPLACE (${replace.join(', ')})`
    return { sql: `SELECT ${[star, ...added].join(', ')} FROM (${records})`, told: [] }
  }
  const news = replaced.map(({ column, value }) => `${value} AS new_${nameOf(column)}`)
  const worked = `SELECT ${['*', ...news, ...added].join(', ')} FROM (${records})`
  const isReplaced = new Set(replaced)
  const told = changes.map(({ column }) => ({
    flag: `x${fitted.index}_${nameOf(column)}`,
    index: fitted.index,
    column,
  }))
  const flags = changes.map((change, nth) => {
    const cell = nameOf(change.column)
    const looks = isReplaced.has(change)
      ? `coalesce(new_${cell}, '') <> coalesce(${cell}, '')`
      : `coalesce(${cell}, '') <> ''`
    return `${looks} AS ${told[nth]?.flag ?? ''}`
  })
  const star =
    replaced.length === 0
      ? '*'
      : `* EXCLUDE (${replaced.map(({ column }) => `new_${nameOf(column)}`).join(', ')}) REPLACE (${replaced.map(({ column }) => `new_${nameOf(column)} AS ${nameOf(column)}`).join(', ')})`
  return { sql: `SELECT ${[star, ...flags].join(', ')} FROM (${worked})`, told }
}

/** How a rounded date is written, so that it is read in the order in which it was. */
const writtenDates = { dmy: '%d.%m.%Y', mdy: '%m/%d/%Y', ymd: '%Y-%m-%d' }

interface NewCells {
  column: ShapedColumn
  value: string
}

function changed({ step, on, makes, index, formula }: FittedStep, isTorn: boolean): NewCells[] {
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
      return filled(step, on, isTorn)
    case 'round': {
      const mark = step.decimalMark ?? '.'
      return eachFilled((cell) => {
        const rounded = `round(n, ${step.digits})`
        const written = asText('number', asNumber(rounded))
        const text = mark === '.' ? written : `replace(${written}, '.', ',')`
        return `list_transform([${numberIn(cell, mark)}], lambda n: CASE WHEN n IS NULL OR ${rounded} = n THEN ${cell} ELSE ${text} END)[1]`
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
function isFilledAbove(column: ShapedColumn): string {
  const filled = `sure AND ${isThere} AND NOT ${isEmpty(nameOf(column))}`
  return `bool_or(${filled}) OVER (${aboveIn(true)})`
}
