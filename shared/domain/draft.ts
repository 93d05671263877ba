/** What was chosen at the desk for a file, and has not been sent: kept by the content of the file until it is. */
import { z } from 'zod'
import { ColumnChoice } from './columns/columnChoice.ts'
import { HeaderMap } from './columns/headerMap.ts'
import { Reading } from './files/reading.ts'
import { Recipe } from './recipe/recipe.ts'

/** Of how the steps came about, so many states and so many characters are kept at most, besides the first state and the one that holds. */
export const mostKept = { states: 100, characters: 400_000 }

/** Every change of the steps after the other, as they were first; `at`: the one that holds. */
const History = z
  .object({ all: z.array(Recipe).min(1).max(mostKept.states), at: z.int().min(0) })
  .refine(({ all, at }) => at < all.length, { error: 'None of the states holds.' })
type History = z.infer<typeof History>

export const Draft = z.object({
  /** For which the file is, as it was chosen or proposed; '': that is not said yet. */
  dataset: z.string().max(255),
  reading: Reading.nullable(),
  /** By the column's label in the file. */
  columns: z.record(z.string(), ColumnChoice),
  /** null: as its dataset has them. */
  recipe: History.nullable(),
  /** Whether the steps are for the files to come, too; null: nobody has said it. */
  keepsRecipe: z.boolean().nullable(),
  header: HeaderMap.nullable(),
})
export type Draft = z.infer<typeof Draft>

export const KeptDraft = z.object({
  draft: Draft,
  /** What the file was called. */
  name: z.string(),
  keptAt: z.string(),
})
export type KeptDraft = z.infer<typeof KeptDraft>

/** As much of a history as is kept: the state that holds and the first one always; of the others the oldest go first, after those that were taken back. */
export function boundedHistory({ all, at }: { all: readonly Recipe[]; at: number }): History {
  const places = all.map((_, place) => place)
  const kept = [...new Set([0, at])]
  const sizeOf = (place: number): number => JSON.stringify(all[place]).length
  let room = mostKept.characters - kept.reduce((sum, place) => sum + sizeOf(place), 0)
  for (const place of [...places.slice(1, at).toReversed(), ...places.slice(at + 1)]) {
    room -= sizeOf(place)
    // No state beside one that it did not come of.
    if (room < 0 || kept.length === mostKept.states) break
    kept.push(place)
  }
  kept.sort((a, b) => a - b)
  return { all: kept.map((place) => all[place] ?? []), at: kept.indexOf(at) }
}
