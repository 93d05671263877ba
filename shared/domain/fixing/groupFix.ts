/** Held-back rows that are fixed together: by steps, by another rule, or each by the same change. */
import { z } from 'zod'
import type { Column } from '../datasets/dataset.ts'
import { FixOfEach } from './fixing.ts'
import { Recipe, type StepKind } from '../recipe/recipe.ts'
import { doingWords, stepWords } from '../recipe/recipeWords.ts'
import { fitRecipe } from '../recipe/recipeFit.ts'
import { formatCount } from '../sizes.ts'

/** What a rule of the dataset's contract becomes, for the rows at hand and for every file to come. `column`: its name. */
export const RuleChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('may-be-empty'), column: z.string() }),
  z.object({ kind: z.literal('may-repeat'), column: z.string() }),
  z.object({ kind: z.literal('allow'), column: z.string(), values: z.array(z.string()).min(1) }),
  /** null: there is no such limit any more. */
  z.object({ kind: z.literal('min'), column: z.string(), to: z.number().nullable() }),
  z.object({ kind: z.literal('max'), column: z.string(), to: z.number().nullable() }),
])
export type RuleChange = z.infer<typeof RuleChange>

export const GroupFix = z.discriminatedUnion('kind', [
  /** On the cells as they stand in the file, before the steps of the dataset. */
  z.object({ kind: z.literal('steps'), steps: Recipe.min(1).max(10) }),
  z.object({ kind: z.literal('rule'), change: RuleChange }),
  z.object({ kind: z.literal('each'), to: FixOfEach }),
])
export type GroupFix = z.infer<typeof GroupFix>

/** Which rows: those of a group, and all that are not home yet where none is named; of these, those with this cell. */
export const RowsToFix = z.object({
  group: z.string().max(1000).optional(),
  cell: z.object({ column: z.int().min(0), value: z.string() }).optional(),
})
export type RowsToFix = z.infer<typeof RowsToFix>

/** What a fix of many rows makes of them. */
export const FixEffect = z.object({
  rows: z.number(),
  /** Rows of the group that are not in it any more; without a group, rows in which nothing is wrong any more. */
  repaired: z.number(),
  /** Those of the rows in which nothing is wrong any more. */
  ready: z.number(),
})
export type FixEffect = z.infer<typeof FixEffect>

/** By what a fix of many rows is undone: its number in the run, and the version of the dataset that it made (null: none). */
export const FixedTogether = z.object({
  together: z.int().min(1),
  version: z.int().min(1).nullable(),
})
export type FixedTogether = z.infer<typeof FixedTogether>

/** How many rows are as before. `stays`: the dataset that keeps what the fix has left in it, for it was changed since; null: none does. */
export const UndoneTogether = z.object({ rows: z.number(), stays: z.string().nullable() })
export type UndoneTogether = z.infer<typeof UndoneTogether>

/** A cell that becomes another one. `column`: its label. */
export const ChangedCell = z.object({
  line: z.number(),
  column: z.string(),
  before: z.string(),
  after: z.string(),
})
export type ChangedCell = z.infer<typeof ChangedCell>

export const ProposedFix = z.object({ fix: GroupFix, effect: FixEffect })
export type ProposedFix = z.infer<typeof ProposedFix>

/** Steps that change cells and nothing else; what they make of a row does not depend on the rows around it. */
export const cellKinds: readonly StepKind[] = [
  'replace',
  'map-values',
  'fill',
  'empty-tokens',
  'trim',
  'collapse-spaces',
  'case',
  'unwrap-formulas',
  'round',
  'derive',
]

/** Why the steps cannot be worked on single rows, as a sentence; null: they can. */
export function groupStepsFault(steps: Recipe, labels: readonly string[]): string | null {
  const other = steps.find(
    (step) =>
      !cellKinds.includes(step.kind) || (step.kind === 'fill' && step.with.kind === 'above'),
  )
  if (other !== undefined)
    return `“${doingWords(other)}” does more than change the cells of single rows.`
  const { steps: fitted, fault } = fitRecipe(steps, labels)
  if (fault !== null) return fault.sentence
  const made = fitted.flatMap(({ makes }) => makes)
  return made.length > 0 ? `There is no column “${made[0]?.label ?? ''}” in the file.` : null
}

/** The columns with a rule changed. */
export function withRule(columns: readonly Column[], change: RuleChange): Column[] {
  return columns.map((column) => (column.name === change.column ? ruled(column, change) : column))
}

function ruled(column: Column, change: RuleChange): Column {
  switch (change.kind) {
    case 'may-be-empty': {
      const { required: _, ...rest } = column
      return rest
    }
    case 'may-repeat': {
      const { unique: _, ...rest } = column
      return rest
    }
    case 'allow':
      return { ...column, oneOf: [...new Set([...(column.oneOf ?? []), ...change.values])] }
    case 'min': {
      const { min: _, ...rest } = column
      return change.to === null ? rest : { ...rest, min: change.to }
    }
    case 'max': {
      const { max: _, ...rest } = column
      return change.to === null ? rest : { ...rest, max: change.to }
    }
  }
}

/** More values than these are counted. */
const valuesNamed = 3

/** `“Stk” may be empty from now on`; `label`: that of the column. */
export function ruleWords(change: RuleChange, label: string): string {
  switch (change.kind) {
    case 'may-be-empty':
      return `“${label}” may be empty from now on`
    case 'may-repeat':
      return `“${label}” may repeat from now on`
    case 'allow': {
      const named = change.values.slice(0, valuesNamed).map((value) => `“${value}”`)
      const more = change.values.length - named.length
      return `“${label}” may be ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} from now on`
    }
    case 'min':
      return change.to === null
        ? `“${label}” has no smallest value any more`
        : `“${label}” may be as small as ${change.to} from now on`
    case 'max':
      return change.to === null
        ? `“${label}” has no largest value any more`
        : `“${label}” may be as large as ${change.to} from now on`
  }
}

/** What a fix does, in one line. */
export function fixWords(fix: GroupFix, labelOf: (name: string) => string): string {
  switch (fix.kind) {
    case 'steps':
      return fix.steps.map(stepWords).join('; ')
    case 'rule':
      return ruleWords(fix.change, labelOf(fix.change.column))
    case 'each':
      return toWords(fix.to)
  }
}

function toWords(to: FixOfEach): string {
  switch (to.kind) {
    case 'cell':
      return to.value === '' ? 'Empty the cell' : `Set the cell to “${to.value}”`
    case 'accept':
      return 'Accept as they are'
    case 'drop':
      return `Drop: ${to.reason}`
  }
}

/** `repairs 3,570 of 3,578`, and where it is another number, how many can be sent then. */
export function effectWords({ rows, repaired, ready }: FixEffect): string {
  const then = ready === repaired ? '' : `, ${formatCount(ready)} of them ready to be sent`
  return `repairs ${formatCount(repaired)} of ${formatCount(rows)}${repaired === 0 ? '' : then}`
}
