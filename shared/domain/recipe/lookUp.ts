/** Steps that look something up in another dataset. */
import { localTime } from '../localTime.ts'
import { z } from 'zod'
import type { Dataset } from '../datasets/dataset.ts'
import type { Recipe, StepOf } from './recipe.ts'
import { plural } from '../sizes.ts'

/** What steps ask of a dataset; two that ask alike need it once. */
export interface Sought {
  dataset: string
  /** Names of columns in its table. */
  keys: readonly string[]
  columns: readonly string[]
}

/** A table as it was when steps looked something up in it. */
export const TableThen = z.object({
  dataset: z.string(),
  rows: z.int().min(0),
  /** Its last delivery (UTC, ISO 8601); null: none that Pallet knows. */
  deliveredAt: z.string().nullable(),
})
export type TableThen = z.infer<typeof TableThen>

/** `stores, as it was with 214 rows, the last of 2026-11-22 10:05`. */
export function thenWords({ dataset, rows, deliveredAt }: TableThen): string {
  const last = deliveredAt === null ? '' : `, the last of ${localTime(deliveredAt).slice(0, 16)}`
  return `${dataset}, as it was with ${plural(rows, 'row')}${last}`
}

export const isLookUp = (step: { kind: string }): step is StepOf<'look-up'> =>
  step.kind === 'look-up'

export function soughtBy({ dataset, keys, take }: StepOf<'look-up'>): Sought {
  return {
    dataset,
    keys: keys.map((key) => key.in),
    columns: take.map(({ column }) => column),
  }
}

/** Whether the same is asked, whatever else is known of either. */
export function asksAlike(one: Sought, other: Sought): boolean {
  const text = ({ dataset, keys, columns }: Sought): string =>
    JSON.stringify([dataset, keys, columns])
  return text(one) === text(other)
}

/** What a dataset asks of another one, under the other's new name; null: it asks nothing of it. */
export function withRenamed<Asking extends Pick<Dataset, 'recipe' | 'contract'>>(
  dataset: Asking,
  name: string,
  to: string,
): Asking | null {
  const { recipe, contract } = dataset
  const asksIt = (one: { kind: string }): boolean => 'dataset' in one && one.dataset === name
  const rules = contract?.rules ?? []
  if (!recipe.some(asksIt) && !rules.some(asksIt)) return null
  const renamed = <One extends { kind: string }>(one: One): One =>
    asksIt(one) ? { ...one, dataset: to } : one
  return {
    ...dataset,
    recipe: recipe.map(renamed),
    contract: contract && { ...contract, ...(rules.length > 0 && { rules: rules.map(renamed) }) },
  }
}

/** The steps of one kind that are on. */
export function stepsOf<Kind extends Recipe[number]['kind']>(
  recipe: Recipe,
  kind: Kind,
): StepOf<Kind>[] {
  return recipe.filter((step): step is StepOf<Kind> => step.kind === kind && step.off !== true)
}
