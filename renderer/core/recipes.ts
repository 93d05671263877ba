/** The cleaning steps that are written for a chosen file, before it is sent. */
import type { Dataset } from '../../shared/domain/datasets/dataset.ts'
import {
  Recipe,
  type RecipeStep,
  defaultRecipe,
  withIds,
} from '../../shared/domain/recipe/recipe.ts'
import { knownLabels, readHeader, recipeUnder } from '../../shared/domain/columns/header.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import { type RecipeFault, fitRecipe } from '../../shared/domain/recipe/recipeFit.ts'

export type Step = RecipeStep & { id: string }

/** Every change after the other, the steps as they were first; `at`: the one that holds. */
export interface RecipeHistory {
  all: readonly (readonly Step[])[]
  at: number
}

/** Nothing was changed yet; `earlier`: as the steps were before, oldest first, which undoing leads back to. */
export function newHistory(recipe: Recipe, earlier: readonly Recipe[] = []): RecipeHistory {
  const all = [...earlier, recipe]
  // What else of a dataset was changed is no change of its steps.
  const changed = all.filter((one, nth) => {
    const next = all[nth + 1]
    return next === undefined || recipeText(one) !== recipeText(next)
  })
  return { all: changed.map((one) => withIds(one)), at: changed.length - 1 }
}

/** The steps that hold. */
export function stepsAt({ all, at }: RecipeHistory): readonly Step[] {
  return all[at] ?? []
}

/** One change more; what was taken back before it is forgotten. */
export function withChange({ all, at }: RecipeHistory, next: readonly RecipeStep[]): RecipeHistory {
  return { all: [...all.slice(0, at + 1), withIds([...next])], at: at + 1 }
}

/** One step more, behind the one of this id, else as the last; `id`: what it is known by. */
export function withStep(
  history: RecipeHistory,
  step: RecipeStep,
  behind: string | null,
): { history: RecipeHistory; id: string | null } {
  const steps = stepsAt(history)
  const at = placeBehind(steps, behind)
  const next = withChange(history, [...steps.slice(0, at), step, ...steps.slice(at)])
  return { history: next, id: stepsAt(next)[at]?.id ?? null }
}

/** The place, from 0, of a step that comes behind the one of this id, else as the last. */
export function placeBehind(steps: readonly Step[], id: string | null): number {
  const at = steps.findIndex((step) => step.id === id)
  return at < 0 ? steps.length : at + 1
}

interface Written {
  /** null: as its dataset has them. */
  recipe: RecipeHistory | null
}

/** The steps of a file and how they came about: as they were written, else as its dataset has them, else as every dataset begins. */
export function historyOf({ recipe }: Written, dataset: Dataset | null): RecipeHistory {
  return recipe ?? newHistory(dataset?.recipe ?? defaultRecipe)
}

/** The steps of a file where they are others than its dataset's; null: they are the same. */
export function changedSteps(
  written: Written,
  dataset: Dataset | null,
): (readonly Step[] & Recipe) | null {
  if (written.recipe === null) return null
  const steps = stepsAt(written.recipe)
  return recipeText(steps) === recipeText(dataset?.recipe ?? defaultRecipe) ? null : [...steps]
}

/** Which of the steps that were written does not fit the columns of the file; null: they fit, or nothing was written. */
export function writtenFault(
  written: Written & { header: HeaderMap | null },
  dataset: Dataset | null,
  labels: readonly string[],
): RecipeFault | null {
  const steps = changedSteps(written, dataset)
  if (steps === null) return null
  const { map } = readHeader(dataset, labels, written.header ?? undefined, [])
  return fitRecipe(recipeUnder(steps, map), knownLabels(labels, map)).fault
}

/** What stays the same while a recipe does. Parsed, so that what was stored and what was written name their fields in one order. */
export function recipeText(recipe: readonly RecipeStep[]): string {
  return JSON.stringify(Recipe.parse(withIds([...recipe])))
}
