/** What differs between two definitions of a dataset, as people read it. */
import { boundsWords } from './dataset.ts'
import type { Column, Contract } from './dataset.ts'
import { type HeaderMap, asItIs, changesNothing, mapWords } from '../columns/headerMap.ts'
import { type Reading, inWords } from '../files/reading.ts'
import { type Recipe, type RecipeStep, withIds } from '../recipe/recipe.ts'
import { stepWords } from '../recipe/recipeWords.ts'
import { formatShare } from '../sizes.ts'

export interface Defined {
  reading: Reading | null
  recipe: Recipe
  contract: Contract | null
  header?: HeaderMap | undefined
}

export interface DefinitionChange {
  how: 'added' | 'removed' | 'changed' | 'moved'
  /** `step 3`, `column amount`, `how it is read`. */
  of: string
  /** As it was and as it is; '' where it was not or is not. */
  before: string
  after: string
}

/** In the order in which a file is worked; none where both are the same. */
export function definitionDiff(before: Defined, after: Defined): DefinitionChange[] {
  return [
    ...readingDiff(before.reading, after.reading),
    ...changed('what its labels are', headerWords(before), headerWords(after)),
    ...recipeDiff(before.recipe, after.recipe),
    ...contractDiff(before.contract, after.contract),
  ]
}

function changed(of: string, before: string, after: string): DefinitionChange[] {
  return before === after ? [] : [{ how: 'changed', of, before, after }]
}

function readingDiff(before: Reading | null, after: Reading | null): DefinitionChange[] {
  const of = 'how it is read'
  const words = changed(of, readingWords(before), readingWords(after))
  // What its words leave out makes it another one all the same.
  return words.length > 0 ? words : changed(of, valueWords(before), valueWords(after))
}

const readingWords = (reading: Reading | null): string =>
  reading === null ? 'detected in every file' : inWords(reading)

const headerWords = ({ header = asItIs }: Defined): string =>
  changesNothing(header) ? 'as the columns say' : mapWords(header)

function recipeDiff(before: Recipe, after: Recipe): DefinitionChange[] {
  const old = withIds(before)
  const now = withIds(after)
  const place = new Map(old.map(({ id }, index) => [id, index]))
  const common = now.flatMap(({ id }) => place.get(id) ?? [])
  const stayed = new Set(longestRise(common))
  const gone = old.flatMap((step, index): DefinitionChange[] =>
    now.some(({ id }) => id === step.id)
      ? []
      : [{ how: 'removed', of: `step ${index + 1}`, before: wordsOf(step), after: '' }],
  )
  const others = now.flatMap((step, index): DefinitionChange[] => {
    const of = `step ${index + 1}`
    const was = place.get(step.id)
    const one = was === undefined ? undefined : old[was]
    if (one === undefined || was === undefined)
      return [{ how: 'added', of, before: '', after: wordsOf(step) }]
    const moved: DefinitionChange[] = stayed.has(was)
      ? []
      : [{ how: 'moved', of, before: `step ${was + 1}`, after: wordsOf(step) }]
    if (JSON.stringify(sorted(one)) === JSON.stringify(sorted(step))) return moved
    const words = [wordsOf(one), wordsOf(step)] as const
    const [from, to] =
      words[0] === words[1] ? [JSON.stringify(sorted(one)), JSON.stringify(sorted(step))] : words
    return [...moved, { how: 'changed', of, before: from, after: to }]
  })
  return [...gone, ...others]
}

function wordsOf(step: RecipeStep): string {
  const name = step.name === undefined ? '' : ` (“${step.name}”)`
  return `${stepWords(step)}${name}${step.off === true ? ' (off)' : ''}`
}

/** The longest part of a list that rises: what stands in it has not been moved. */
function longestRise(list: readonly number[]): number[] {
  let best: number[] = []
  const ending: number[][] = []
  for (const [index, value] of list.entries()) {
    const before = ending
      .slice(0, index)
      .filter((rise) => (rise.at(-1) ?? -1) < value)
      .reduce<number[]>((longest, rise) => (rise.length > longest.length ? rise : longest), [])
    const rise = [...before, value]
    ending.push(rise)
    if (rise.length > best.length) best = rise
  }
  return best
}

function contractDiff(before: Contract | null, after: Contract | null): DefinitionChange[] {
  const old = before?.columns ?? []
  const now = after?.columns ?? []
  const gone = old.flatMap((column): DefinitionChange[] =>
    now.some(({ name }) => name === column.name)
      ? []
      : [{ how: 'removed', of: `column ${column.name}`, before: columnWords(column), after: '' }],
  )
  const others = now.flatMap((column): DefinitionChange[] => {
    const of = `column ${column.name}`
    const was = old.find(({ name }) => name === column.name)
    if (was === undefined) return [{ how: 'added', of, before: '', after: columnWords(column) }]
    return fieldsDiff(of, { ...was }, { ...column })
  })
  const order = (columns: readonly Column[], among: readonly Column[]): string =>
    columns.flatMap(({ name }) => (among.some((one) => one.name === name) ? [name] : [])).join(', ')
  const { columns: _, rows, maxQuarantinedShare: share, ...rest } = before ?? empty
  const { columns: __, rows: rowsNow, maxQuarantinedShare: shareNow, ...restNow } = after ?? empty
  return [
    ...gone,
    ...others,
    ...changed('the order of the columns', order(old, now), order(now, old)),
    ...changed('rows in a file', boundsWords(rows ?? {}), boundsWords(rowsNow ?? {})),
    ...changed('rows that may be held back', shareWords(share), shareWords(shareNow)),
    ...fieldsDiff('the contract', rest, restNow),
  ]
}

const empty: Partial<Contract> = {}
const shareWords = (share: number | undefined): string =>
  share === undefined ? '' : formatShare(share)

function columnWords({ label, type }: Column): string {
  return `“${label}”, ${type}`
}

/** Field by field, by its name as it stands in a file of the dataset. */
function fieldsDiff(of: string, before: object, after: object): DefinitionChange[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((field) =>
    changed(`${of}, ${field}`, valueWords(old.get(field)), valueWords(now.get(field))),
  )
}

function valueWords(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(sorted(value))
}

/** Fields in the order of their names, so that only what they hold makes a difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, held]) => [key, sorted(held)]))
}

/** One line of a change: `+ step 3: …`, `~ column amount, type: integer → decimal`. */
export function changeLine({ how, of, before, after }: DefinitionChange): string {
  switch (how) {
    case 'added':
      return `+ ${of}: ${after}`
    case 'removed':
      return `- ${of}: ${before}`
    case 'moved':
      return `> ${of}, before ${before}: ${after}`
    case 'changed':
      return `~ ${of}: ${before || 'nothing'} → ${after || 'nothing'}`
  }
}
