/** What the steps of a recipe do to a chosen file: counted over all of it, and row by row. Nothing of it is kept. */
import { z } from 'zod'
import type { Recipe } from './recipe.ts'
import { type ShapedColumn, fitRecipe } from './recipeFit.ts'

/** Of one step, after the steps before it. Rows that are gone by then are not counted. */
export const StepEffect = z.object({
  /** As `withIds` names it. */
  stepId: z.string(),
  /** Cells that look different afterwards; of the columns that the step makes, those that are filled. */
  changedCells: z.number(),
  /** By label as the step leaves it, in the order of the table; only where there are any. */
  changedByColumn: z.array(z.object({ column: z.string(), cells: z.number() })),
  droppedRows: z.number(),
  /** Rows more than it was given, or fewer; absent: as many, but for those that it drops. */
  madeRows: z.number().optional(),
  /** Rows that its formula has no value for: they would be held back. */
  heldRows: z.number(),
  /** The step does not fit the columns that it finds: why, in a sentence. Nothing is counted then. */
  problem: z.string().optional(),
})
export type StepEffect = z.infer<typeof StepEffect>

export const RecipeEffect = z.object({
  /** Rows of the file whose structure is sound. */
  rowsIn: z.number(),
  /** What the steps leave of them. */
  rowsOut: z.number(),
  /** The columns that they leave. */
  labels: z.array(z.string()),
  /** In the order of the recipe, those that are off with nothing counted; the first that does not fit is the last. */
  steps: z.array(StepEffect),
})
export type RecipeEffect = z.infer<typeof RecipeEffect>

export const EffectState = z.discriminatedUnion('kind', [
  /** `share`: how much is done, from 0 to 1; null where nobody knows. */
  z.object({ kind: z.literal('working'), share: z.number().nullable() }),
  z.object({ kind: z.literal('known'), effect: RecipeEffect }),
])
export type EffectState = z.infer<typeof EffectState>

/** A column between two places of a recipe. */
export const WorkedColumn = z.object({
  /** As it is called afterwards; of one that is taken away, before. */
  label: z.string(),
  /** What it was called before; null: there was none. */
  was: z.string().nullable(),
  change: z.enum(['kept', 'made', 'removed']),
})
export type WorkedColumn = z.infer<typeof WorkedColumn>

/** What becomes of a row until the later place; the contract is not asked. */
export const WorkedFate = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stands') }),
  /** Its structure is broken: it has no cells. */
  z.object({ kind: z.literal('broken'), raw: z.string(), reason: z.string() }),
  /** By the step of this id. Its cells are shown as they were before. */
  z.object({ kind: z.literal('dropped'), step: z.string() }),
  /** Put together with rows above it; `line`: that of the first of them. Its cells are shown as they were before. */
  z.object({ kind: z.literal('joined'), line: z.number() }),
  /** A formula of the step has no value for it. Its cells are shown as they were before. */
  z.object({ kind: z.literal('failed'), step: z.string(), sentence: z.string() }),
])
export type WorkedFate = z.infer<typeof WorkedFate>

/** Between the cells of the rows that were made of one. */
export const partMark = ' · '

export const WorkedRow = z.object({
  /** Its place among the rows of the file, from 1, and the line on which it starts. */
  record: z.number(),
  line: z.number(),
  /** One for each column, as the steps leave them; '' in those that are taken away. Cut as those of a `LookRow`. */
  cells: z.array(z.string()),
  /** By place from 0: what stood there before, where that looks different; also of columns that are taken away. */
  before: z.record(z.string(), z.string()),
  /** Characters of the cells that are longer, by their place from 0. */
  longer: z.record(z.string(), z.number()),
  fate: WorkedFate,
  /** Of how many rows these cells are, where a pivot made several of one: what differs stands between `partMark`s. */
  parts: z.number().optional(),
})
export type WorkedRow = z.infer<typeof WorkedRow>

/** A column of `workedColumns`, with what it is at both places. */
export interface WorkedPlace {
  before: ShapedColumn | null
  after: ShapedColumn | null
}

/**
 * The columns as the first `upTo` steps leave them, with those of after the first `since` that are taken away in between, behind
 * what they stood behind. A step that does not fit, and those after it, do nothing.
 */
export function workedPlaces(
  recipe: Recipe,
  labels: readonly string[],
  since: number,
  upTo: number,
): WorkedPlace[] {
  const { steps } = fitRecipe(recipe, labels)
  const file = labels.map((label, index) => ({ id: index + 1, label }))
  const at = (place: number) => steps.findLast(({ index }) => index < place)?.after ?? file
  const [before, after] = [at(since), at(upTo)]
  const places: WorkedPlace[] = after.map((column) => ({
    before: before.find(({ id }) => id === column.id) ?? null,
    after: column,
  }))
  for (const [nth, column] of before.entries()) {
    if (after.some(({ id }) => id === column.id)) continue
    const left = before[nth - 1]
    const behind = places.findIndex((place) => place.before !== null && place.before === left)
    places.splice(behind + 1, 0, { before: column, after: null })
  }
  return places
}

export function workedColumn({ before, after }: WorkedPlace): WorkedColumn {
  const was = before?.label ?? null
  if (after === null) return { label: was ?? '', was, change: 'removed' }
  return { label: after.label, was, change: before === null ? 'made' : 'kept' }
}
