/** Steps that Pallet would add to a recipe, each with its reason and with what it does to the whole file. A person decides. */
import { z } from 'zod'
import { Recipe, RecipeStep } from './recipe.ts'

export const suggestedFor = [
  'white-space',
  'empty-words',
  'totals',
  'case',
  'spellings',
  'units',
  'fill-down',
  'duplicates',
  'repeated-key',
  'dates',
  'yes-and-no',
  'date-and-time',
  'amount-and-currency',
  'empty-columns',
  'constant-columns',
] as const

/** A cell before and after, in how many records, and the first line of the file that it stands on. */
export const Example = z.object({
  before: z.string(),
  after: z.string(),
  count: z.number(),
  line: z.number(),
})
export type Example = z.infer<typeof Example>

export const Suggestion = z.object({
  /** The same each time, while the problem is there: `spellings:Ort`. */
  id: z.string(),
  problem: z.enum(suggestedFor),
  /** Labels as the recipe leaves them; none: it is about records as a whole. */
  columns: z.array(z.string()),
  /** Why, in a sentence with its numbers. */
  reason: z.string(),
  /** To be put behind the recipe, in this order. */
  steps: z.array(RecipeStep).min(1),
  /** Over the whole file, exact: cells that change, and records that are dropped. Both 0 where only columns change. */
  effect: z.object({ cells: z.number(), rows: z.number() }),
  examples: z.array(Example),
  /** Whether hardly anybody would want it otherwise. Equal records may be two sales: that is for a person to say. */
  isSure: z.boolean(),
})
export type Suggestion = z.infer<typeof Suggestion>

/** `recipe`: the one that they go behind. `hints`: what else a person should know, in sentences. */
export const Suggestions = z.object({
  name: z.string(),
  recipe: Recipe,
  suggestions: z.array(Suggestion),
  hints: z.array(z.string()),
})
export type Suggestions = z.infer<typeof Suggestions>

/** The recipe with what is suggested; what is not sure is in it, and switched off. */
export function withSuggestions(recipe: Recipe, suggestions: readonly Suggestion[]): Recipe {
  return [
    ...recipe,
    ...suggestions.flatMap(({ steps, isSure }) =>
      steps.map((step) => (isSure ? step : { ...step, off: true })),
    ),
  ]
}
