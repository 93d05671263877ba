/** What could repair a group of held-back rows, by what is wrong with them and what their cells say. Pure. */
import type { DateOrder } from '../cells/cellPatterns.ts'
import { durationSeconds } from '../cells/clocks.ts'
import type { Column } from '../datasets/dataset.ts'
import type { GroupFix } from './groupFix.ts'
import type { Reason } from '../files/quarantine.ts'
import type { RecipeStep } from '../recipe/recipe.ts'

/** What the cells of a group say: how often each of the most different values, and the outermost numbers among them. */
export interface GroupCells {
  code: Reason['code']
  column: Column
  /** Whether the rows of the group have so many different values that not all are in `values`. */
  isMore: boolean
  values: ReadonlyMap<string, number>
}

/** So many different values of a group are looked at. */
export const valuesKept = 2000
/** So many are named in one step or rule. */
const valuesNamed = 50

/** Fixes worth counting, the likeliest first: those that change one of the cells at least. */
export function proposedFixes(cells: GroupCells): GroupFix[] {
  return fixesFor(cells).filter(
    (fix) =>
      fix.kind !== 'steps' ||
      fix.steps.some(
        (step) =>
          step.kind !== 'replace' ||
          [...cells.values.keys()].some((value) => worked(step, value) !== value),
      ),
  )
}

function fixesFor(cells: GroupCells): GroupFix[] {
  const { code, column } = cells
  switch (code) {
    case 'type-error':
      return typeFixes(cells).map((step): GroupFix => ({ kind: 'steps', steps: [step] }))
    case 'required-value':
      return [{ kind: 'rule', change: { kind: 'may-be-empty', column: column.name } }]
    case 'unique-error':
      return [{ kind: 'rule', change: { kind: 'may-repeat', column: column.name } }]
    case 'constraint-error':
      return constraintFixes(cells)
    case 'extra-cell':
    case 'missing-cell':
    case 'structure-error':
    case 'encoding-error':
    case 'primary-key':
    case 'foreign-key':
    case 'row-constraint':
      return []
  }
}

function typeFixes(cells: GroupCells): RecipeStep[] {
  const { column } = cells
  switch (column.type) {
    case 'integer':
    case 'decimal':
      return [...numberSteps(column), ...emptied(cells)]
    case 'date':
    case 'timestamp':
      return [...dateSteps(column), ...emptied(cells)]
    case 'boolean':
    case 'time':
    case 'duration':
      return emptied(cells)
    case 'text':
      return []
  }
}

const pattern = (column: Column, name: string, find: string, by: string): RecipeStep => ({
  kind: 'replace',
  columns: [column.label],
  find,
  with: by,
  pattern: true,
  name: name.slice(0, 100),
})

/** Each touches only cells that are no number of the column, so that it harms no row of a file to come. */
function numberSteps(column: Column): RecipeStep[] {
  const { label, type, decimalMark: mark = '.', scale } = column
  const other = mark === '.' ? ',' : '.'
  const [own, foreign] = mark === '.' ? ['[.]', ','] : [',', '[.]']
  const steps = [
    pattern(
      column,
      `${other === ',' ? 'Decimal comma' : 'Decimal point'} in “${label}”`,
      `^([+-]?[0-9]+)${foreign}([0-9]{1,2}|[0-9]{4,})$`,
      `\\1${mark}\\2`,
    ),
    pattern(
      column,
      `Thousands with “${mark}” and “${other}” before the fraction in “${label}”`,
      `^([+-]?[0-9]{1,3})${own}([0-9]{3})${foreign}([0-9]*)$`,
      `\\1\\2${mark}\\3`,
    ),
    // A bracket and a minus behind the number say that it is less than nothing; those stay.
    pattern(
      column,
      `Only the number of “${label}”`,
      '^[^0-9(),.+-]*([+-]?[0-9][0-9.,]*)[^0-9(),.+-]*$',
      '\\1',
    ),
    pattern(
      column,
      `No spaces inside of the numbers of “${label}”`,
      "([0-9])[ \u00a0\u202f'’]+",
      '\\1',
    ),
  ]
  return type === 'decimal' && scale !== undefined && scale <= 9
    ? [...steps, { kind: 'round', columns: [label], digits: scale, decimalMark: mark }]
    : steps
}

const dayParts = '(0?[1-9]|[12][0-9]|3[01])'
const monthParts = '(0?[1-9]|1[0-2])'
const between = '([-/.])'
const orderWords: Record<DateOrder, string> = {
  dmy: 'day/month/year',
  mdy: 'month/day/year',
  ymd: 'year/month/day',
}

/** Only days that cannot be read in the column's own order: what can be read in both ways stays as it was read. */
function dateSteps(column: Column): RecipeStep[] {
  const { label, order = 'ymd', type } = column
  // Group 6.
  const [rest, again] = type === 'timestamp' ? ['(([Tt ].*)?)', '\\6'] : ['', '']
  const impossibleMonth = '(1[3-9]|2[0-9]|3[01])'
  const years = '([0-9]{4}|[0-9]{2})'
  const full = '([0-9]{4})'
  const read = (as: DateOrder, parts: readonly string[], by: string): RecipeStep =>
    pattern(
      column,
      `Read “${label}” as ${orderWords[as]} where it is no ${orderWords[order]}`,
      `^${parts.join(between)}${rest}$`,
      `${by}${again}`,
    )
  const midnight =
    type === 'date'
      ? [
          pattern(
            column,
            `No midnight behind the day in “${label}”`,
            '^(.*[0-9])[Tt ]+00:00(:00([.]0+)?)?$',
            '\\1',
          ),
        ]
      : []
  switch (order) {
    case 'dmy':
      return [
        read('mdy', [monthParts, impossibleMonth, years], '\\3\\2\\1\\4\\5'),
        read('ymd', [full, monthParts, dayParts], '\\5\\2\\3\\4\\1'),
        ...midnight,
      ]
    case 'mdy':
      return [
        read('dmy', [impossibleMonth, monthParts, years], '\\3\\2\\1\\4\\5'),
        read('ymd', [full, monthParts, dayParts], '\\3\\2\\5\\4\\1'),
        ...midnight,
      ]
    case 'ymd':
      return [
        read('dmy', [dayParts, monthParts, full], '\\5-\\3-\\1'),
        read('mdy', [monthParts, dayParts, full], '\\5-\\1-\\3'),
        ...midnight,
      ]
  }
}

/** Words where a number or a day should be say that there is none. */
function emptied({ column, values }: GroupCells): RecipeStep[] {
  if (column.required === true) return []
  const words = often(values).filter((value) => value !== '' && !/[0-9]/.test(value))
  return mapped(
    column,
    words.map((from) => ({ from, to: '' })),
  )
}

function constraintFixes({ column, values, isMore }: GroupCells): GroupFix[] {
  const { name, oneOf, min, max } = column
  if (oneOf !== undefined) {
    const near = often(values).flatMap((from) => {
      const to = nearestOf(from, oneOf)
      return to === null ? [] : [{ from, to }]
    })
    const allowed = often(values).slice(0, valuesNamed)
    return [
      ...mapped(column, near).map((step): GroupFix => ({ kind: 'steps', steps: [step] })),
      ...(isMore || values.size > valuesNamed || allowed.length === 0
        ? []
        : [
            {
              kind: 'rule' as const,
              change: { kind: 'allow' as const, column: name, values: allowed },
            },
          ]),
    ]
  }
  const numbers = [...values.keys()].flatMap((value) => numberIn(value, column) ?? [])
  const limits = (kind: 'min' | 'max', is: number | string | undefined, to: number): GroupFix[] => {
    const isBroken =
      typeof is === 'string' || (is !== undefined && (kind === 'min' ? to < is : to > is))
    if (!isBroken) return []
    const change = { kind, column: name }
    return [
      ...(isMore || typeof is === 'string'
        ? []
        : [{ kind: 'rule' as const, change: { ...change, to } }]),
      { kind: 'rule', change: { ...change, to: null } },
    ]
  }
  return [...limits('min', min, Math.min(...numbers)), ...limits('max', max, Math.max(...numbers))]
}

function mapped(column: Column, values: { from: string; to: string }[]): RecipeStep[] {
  const named = values.slice(0, valuesNamed)
  return named.length === 0 ? [] : [{ kind: 'map-values', columns: [column.label], values: named }]
}

function often(values: ReadonlyMap<string, number>): string[] {
  return [...values].toSorted(([, one], [, other]) => other - one).map(([value]) => value)
}

const bare = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}|[\p{P}\p{Z}\s]/gu, '')
    .toLowerCase()

/** The only value that says the same but for case, accents, blanks and marks, or for one character of a longer word. */
function nearestOf(value: string, allowed: readonly string[]): string | null {
  const same = allowed.filter((one) => bare(one) === bare(value))
  const near = same.length > 0 ? same : allowed.filter((one) => isOneApart(bare(one), bare(value)))
  return near.length === 1 ? (near[0] ?? null) : null
}

function isOneApart(one: string, other: string): boolean {
  if (Math.min(one.length, other.length) < 4 || Math.abs(one.length - other.length) > 1)
    return false
  let start = 0
  while (start < one.length && one[start] === other[start]) start += 1
  let end = 0
  while (
    end < Math.min(one.length, other.length) - start &&
    one.at(-1 - end) === other.at(-1 - end)
  )
    end += 1
  return Math.max(one.length, other.length) - start - end <= 1
}

function numberIn(value: string, { type, decimalMark: mark = '.' }: Column): number | null {
  if (type === 'duration') return durationSeconds(value)
  const plain =
    mark === ',' ? value.replaceAll('.', '').replace(',', '.') : value.replaceAll(',', '')
  const number = Number(plain)
  return plain.trim() === '' || Number.isNaN(number) ? null : number
}

/**
 * What a cell that was fixed by hand says of others: the same cell elsewhere, and where it shows one, the way of writing behind
 * it. `column`: as the contract has it, null where it does not know it; `label`: in the file.
 */
export function generalSteps(
  { label, column }: { label: string; column: Column | null },
  before: string,
  after: string,
): RecipeStep[] {
  if (before === after) return []
  const exact: RecipeStep =
    before === ''
      ? { kind: 'fill', columns: [label], with: { kind: 'value', value: after } }
      : { kind: 'map-values', columns: [label], values: [{ from: before, to: after }] }
  const known = column === null || before === '' ? [] : typedSteps(column)
  const shown = known.filter((step) => worked(step, before) === after)
  return [exact, ...shown]
}

function typedSteps(column: Column): RecipeStep[] {
  switch (column.type) {
    case 'integer':
    case 'decimal':
      return numberSteps(column)
    case 'date':
    case 'timestamp':
      return dateSteps(column)
    case 'text':
    case 'boolean':
    case 'time':
    case 'duration':
      return []
  }
}

/** What a step that replaces a pattern makes of a cell; its patterns mean the same here and in the engine. */
function worked(step: RecipeStep, cell: string): string | null {
  if (step.kind !== 'replace' || step.pattern !== true) return null
  return cell.replace(new RegExp(step.find, 'g'), step.with.replace(/\\([0-9])/g, '$$$1'))
}
