/**
 * Steps that change what a scan does not know: one statement over all records, which are read, shaped and written in their
 * order. A record that a step drops or fails stays in it, marked, so that the steps behind see who was there; only the
 * last look leaves it out.
 */
import { isParse } from '../../../shared/domain/cells/parsedCells.ts'
import { isLookUp } from '../../../shared/domain/recipe/lookUp.ts'
import {
  type FittedStep,
  type ShapedColumn,
  isPivot,
} from '../../../shared/domain/recipe/recipeFit.ts'
import type { StepKind } from '../../../shared/domain/recipe/recipe.ts'
import type { LookedUp } from '../../runs/ports/outside.ts'
import { emitFormula } from './formula.ts'
import { lookedUp } from './lookUp.ts'
import { isBlank, isHeader, isTotal } from './recipe.ts'
import { longer } from './longer.ts'
import { parsed } from './parse.ts'
import { type Pivot, partsBy } from './pivot.ts'
import { cellName, lineageColumns } from './records.ts'
import { changed, isFilledAbove, isThere, nameOf } from './stepCells.ts'
import { type Together, putTogether, wider, widerTorn } from './wider.ts'

const failedType = 'STRUCT("check" VARCHAR, nth INTEGER, "value" VARCHAR, "first" BIGINT)'

export interface ShapingInput {
  /** Statement of lineage, the cells `c1` … of `columns`, and what `besides` names. */
  from: string
  columns: readonly ShapedColumn[]
  steps: readonly FittedStep[]
  /** The labels that stand in the file; null: none do. */
  header: readonly string[] | null
  /** Of every step that looks up. */
  tables?: readonly LookedUp[]
  /** What goes along with every record, as it comes. */
  besides?: readonly string[]
  /** Whether to tell which cells of which columns look different after a step (`Shaping.changes`). */
  isCounted?: boolean
  /** Keeps the cells as they are before the step in this place of the recipe as `b1` … */
  keepsBefore?: number
  /** By place: which records a step takes as duplicates, where that is known. */
  taken?: (index: number) => string
  /** By place: the file of what a step has put together (`Together.table`), where that is known. */
  together?: (index: number) => string
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
  /** As `duplicates`, of the step that puts records together. */
  together: Together | null
  /** By step and column: whether its cell looks different after it. */
  changes: Change[]
  /** What has made its records; null: they are those of the file. */
  pivot: Pivot | null
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
  /** Whether the last stage works formulas, which nobody wants to be worked twice. */
  worksFormulas: boolean
}

export function emitShaping(input: ShapingInput): Shaping {
  const { from, columns, steps, header, besides = [], keepsBefore, taken, together } = input
  const before: Stage[] = []
  const cells = columns.map((column, nth) => `${cellName(nth)} AS ${nameOf(column)}`)
  let records = `SELECT ${[lineageColumns, ...besides].join(', ')}, NULL::INTEGER AS gone, NULL::${failedType} AS failed, ${cells.join(', ')} FROM (${from})`
  let changes: Change[] = []
  let mayDrop = false
  let worksFormulas = false
  let isKept = false
  let pivot: Pivot | null = null
  const keep = (shown: readonly ShapedColumn[]): void => {
    const kept = shown.map((column) => `${nameOf(column)} AS ${nameBefore(column)}`)
    if (kept.length > 0) records = `SELECT *, ${kept.join(', ')} FROM (${records})`
    isKept = true
  }
  for (const fitted of steps) {
    const { index, formula } = fitted
    if (keepsBefore !== undefined && !isKept && index >= keepsBefore) keep(fitted.before)
    if (formula !== null) {
      worksFormulas = true
      const { before: first, value, fault } = emitFormula(withCells(formula), `g${index}_`)
      for (const named of first) records = `SELECT *, ${named.join(', ')} FROM (${records})`
      if (fault === 'NULL') records = `SELECT *, ${value} AS f${index} FROM (${records})`
      else {
        mayDrop = true
        records = `SELECT *, ${value} AS f${index}, ${fault} AS fault${index} FROM (${records})`
        const label = `{'check': fault${index}."check", 'nth': ${index}, 'value': left(fault${index}."value", 1000), 'first': NULL::BIGINT}`
        records = `SELECT * REPLACE (CASE WHEN ${isThere} AND fault${index} IS NOT NULL THEN ${label} ELSE failed END AS failed) FROM (${records})`
      }
    }
    const { kind } = fitted.step
    if (isLookUp(fitted.step)) {
      worksFormulas = true
      mayDrop = true
      records = lookedUp(fitted.step, fitted, records, input.tables ?? [])
    }
    if (isParse(fitted.step)) {
      worksFormulas = true
      mayDrop = true
      records = parsed(fitted.step, fitted, records)
    }
    const table = `shaped_${before.length + 1}`
    const told = changes.map(({ flag }) => flag)
    const kept = [lineageColumns, ...besides, 'gone', 'failed', ...fitted.before.map(nameOf)].join(
      ', ',
    )
    const puts = putTogether(fitted, table)
    if (puts !== null) {
      mayDrop = true
      worksFormulas = true
      pivot = { index, parts: 1 }
      if (together !== undefined) records = widerTorn(fitted, records, together(index))
      else {
        records = `SELECT ${[kept, ...told].join(', ')} FROM (${records})`
        before.push({ table, records, duplicates: null, together: puts, changes, pivot: null })
        changes = []
        records = wider(fitted, table, puts)
      }
    } else if (isPivot(fitted.step)) {
      // What was changed before is counted by the records that there were.
      if (input.isCounted === true) {
        records = `SELECT ${[kept, ...told].join(', ')} FROM (${records})`
        before.push({ table, records, duplicates: null, together: null, changes, pivot })
        changes = []
        records = `SELECT ${kept} FROM ${table}`
      }
      records = longer(fitted.on, records)
      pivot = { index, parts: partsBy(fitted) }
    }
    if (kind === 'drop-duplicates' && taken === undefined) {
      const by = formula === null ? '' : `, f${index}`
      records = `SELECT ${[kept, ...told].join(', ')}${by} FROM (${records})`
      const duplicates = takeDuplicates(fitted, table)
      before.push({ table, records, duplicates, together: null, changes, pivot })
      changes = []
      worksFormulas = false
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
  const table = `shaped_${before.length + 1}`
  const last = { table, records, duplicates: null, together: null, changes, pivot }
  return { stages: [...before, last], mayDrop, worksFormulas }
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
    case 'parse-date':
    case 'parse-number':
    case 'parse-boolean':
    case 'hash':
    case 'tokenise':
    case 'mask':
    case 'redact':
    case 'split':
    case 'merge':
    case 'look-up':
    case 'derive':
    case 'rename':
    case 'remove':
    case 'reorder':
    case 'pivot-longer':
    case 'pivot-wider':
      return null
  }
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
