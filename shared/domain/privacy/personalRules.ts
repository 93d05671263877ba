/** What becomes of personal columns on their way out of this computer: one treatment for all that a run sends. */
import { z } from 'zod'
import type { Column, Destination, WarehouseTarget } from '../datasets/dataset.ts'
import { sandboxName } from '../connection.ts'
import type { ColumnPrint } from '../columns/columnPrint.ts'
import { decidingColumns, withColumnsOf } from '../datasets/meaning.ts'
import {
  type PersonalKind,
  type PersonalPlace,
  type PersonalRule,
  type PersonalRules,
  personalPlaces,
  personalRules,
} from './personal.ts'
import type { RecipeStep, StepOf } from '../recipe/recipe.ts'

/** A column that leaves otherwise than it stands in the file, by its name in the table. */
export const Treatment = z.object({
  column: z.string(),
  rule: z.enum(personalRules).exclude(['keep']),
})
export type Treatment = z.infer<typeof Treatment>

/** Of a dataset a blob has no name yet. */
export type Sent = Pick<Destination, 'warehouse' | 'topic'> & { blob: object | null }

/** Where a run sends rows, as rules speak of it. */
export function placesOf({ blob, warehouse, topic }: Sent): PersonalPlace[] {
  return [
    ...(blob === null ? [] : ['blob' as const]),
    ...(warehouse === null
      ? []
      : [warehouse.connection === sandboxName ? ('built-in' as const) : ('warehouse' as const)]),
    ...(topic === undefined ? [] : ['topic' as const]),
  ]
}

/** The strictest of the rules for these places, column by column: a run has one output for all of them. */
export function treatmentsOf(
  columns: readonly Column[],
  places: readonly PersonalPlace[],
): Treatment[] {
  return columns.flatMap(({ name, personal }) => {
    if (personal === undefined) return []
    const strict = Math.max(
      0,
      ...places.map((place) => personalRules.indexOf(personal[place] ?? 'keep')),
    )
    const rule = personalRules[strict] ?? 'drop'
    return rule === 'keep' ? [] : [{ column: name, rule }]
  })
}

/** The columns as they leave: what is hashed, masked or a token is text; one that is left out stays, empty, so that tables go on fitting. */
export function treatedColumns(
  columns: readonly Column[],
  treatments: readonly Treatment[],
): Column[] {
  return columns.map((column): Column => {
    const { rule } = treatments.find((one) => one.column === column.name) ?? {}
    const { name, label } = column
    return rule === undefined || rule === 'drop' ? column : { name, label, type: 'text' }
  })
}

/** The columns with the marks that a dataset has for them, which no choice for one file takes away. */
export function withMarks(columns: readonly Column[], known: readonly Column[]): Column[] {
  return columns.map((column) => {
    const personal = known.find(({ name }) => name === column.name)?.personal ?? column.personal
    return personal === undefined ? column : { ...column, personal }
  })
}

/** Why a run cannot be treated so, as a sentence; null: it can. `together`: columns by which its rows were put together. */
export function treatmentFault(
  columns: readonly Column[],
  treatments: readonly Treatment[],
  { warehouse, topic }: Sent,
  together: readonly string[] = [],
): string | null {
  if (treatments.filter(({ rule }) => rule === 'drop').length === columns.length)
    return 'Every column of it is to be left empty.'
  const deciding = [
    ...(warehouse === null ? [] : decidingColumns(withColumnsOf(warehouse.meaning, columns))),
    ...(topic?.key ?? []),
    ...together,
  ]
  const blurred = treatments.find(
    ({ column, rule }) => (rule === 'mask' || rule === 'drop') && deciding.includes(column),
  )
  return blurred === undefined
    ? null
    : `“${labelOf(columns, blurred.column)}” tells its rows apart, and could not do so ${blurred.rule === 'mask' ? 'masked' : 'left empty'}; hashed or as a token it could.`
}

/** That rows which are in a table are not found again by a column that leaves otherwise from now on, as a sentence; null: they are. */
export function leftBehind(
  { table, meaning }: Pick<WarehouseTarget, 'table' | 'meaning'>,
  columns: readonly Column[],
  before: readonly Treatment[],
  after: readonly Treatment[],
): string | null {
  const ruleOf = (treatments: readonly Treatment[], name: string) =>
    treatments.find(({ column }) => column === name)?.rule
  const other = decidingColumns(withColumnsOf(meaning, columns)).find(
    (name) => ruleOf(before, name) !== ruleOf(after, name),
  )
  return other === undefined
    ? null
    : `The rows that ${table} has were told apart by “${labelOf(columns, other)}” as it left before: the next file finds none of them, and its rows come to stand beside them. Send it as the whole table (“--meaning snapshot”), or into a new table (“--table”).`
}

const becomes: Record<Treatment['rule'], string> = {
  hash: 'is hashed',
  mask: 'is masked',
  tokenise: 'becomes tokens',
  drop: 'is left empty',
}

/** `“email” becomes tokens, “name” is left out`. */
export function treatmentWords(
  columns: readonly Column[],
  treatments: readonly Treatment[],
): string {
  return treatments
    .map(({ column, rule }) => `“${labelOf(columns, column)}” ${becomes[rule]}`)
    .join(', ')
}

const labelOf = (columns: readonly Column[], name: string): string =>
  columns.find((column) => column.name === name)?.label ?? name

export const placeNames: Record<PersonalPlace, string> = {
  blob: 'Blobs',
  'built-in': 'Built-in warehouse',
  warehouse: 'Snowflake, Databricks',
  topic: 'Topics',
}

export const ruleNames: Record<PersonalRule, string> = {
  keep: 'Keep as it is',
  hash: 'Hash',
  mask: 'Mask',
  tokenise: 'Token',
  drop: 'Leave empty',
}

/** As it is said on the command line: `hash`, or `blob:hash,topic:drop`; `keep` where it is kept everywhere. */
export function marksInWords(personal: PersonalRules): string {
  const said = personalPlaces.map((place) => personal[place] ?? 'keep')
  if (said.every((rule) => rule === said[0])) return said[0] ?? 'keep'
  return personalPlaces
    .flatMap((place, nth) => (said[nth] === 'keep' ? [] : [`${place}:${said[nth]}`]))
    .join(',')
}

export const everywhere = (rule: PersonalRule): PersonalRules =>
  rule === 'keep' ? {} : Object.fromEntries(personalPlaces.map((place) => [place, rule]))

type Hiding = StepOf<'hash' | 'tokenise' | 'mask' | 'redact' | 'remove'>
const hides = (step: RecipeStep): step is Hiding =>
  ['hash', 'tokenise', 'mask', 'redact', 'remove'].includes(step.kind)

/** Columns that look personal though nobody has said that they are, and no step hides them. `prints`: of the columns, in their order. */
export function unmarked(
  columns: readonly Pick<Column, 'label' | 'personal'>[],
  prints: readonly Pick<ColumnPrint, 'personal'>[],
  recipe: readonly RecipeStep[] = [],
): { label: string; kind: PersonalKind }[] {
  const hidden = recipe.flatMap((step) =>
    step.off !== true && hides(step) ? step.columns.map((label) => label.toLowerCase()) : [],
  )
  return columns.flatMap(({ label, personal }, index) => {
    const kind = prints[index]?.personal
    const isSaid = personal !== undefined || hidden.includes(label.toLowerCase())
    return isSaid || kind === undefined ? [] : [{ label, kind }]
  })
}

export const unmarkedSentence = ({ label, kind }: { label: string; kind: PersonalKind }): string =>
  `“${label}” looks personal (${kind}) and leaves as it stands in the file. If it is about persons, mark it as a personal column.`
