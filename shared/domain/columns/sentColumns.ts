/** With which columns a file is sent: those that it has, and those that steps make of them. */
import { type ColumnChoice, withChoice } from './columnChoice.ts'
import { asParsed, parsedTypes } from './parsedColumns.ts'
import { nameColumns } from './columnNames.ts'
import type { Column, Dataset } from '../datasets/dataset.ts'
import { knownLabels, recipeUnder } from './header.ts'
import type { HeaderMap } from './headerMap.ts'
import { type Recipe, defaultRecipe } from '../recipe/recipe.ts'
import { fitRecipe } from '../recipe/recipeFit.ts'

/** What decides beside the person with which columns a file is sent. */
export interface SentUnder {
  dataset: Pick<Dataset, 'contract' | 'recipe'> | null
  /** Which column of the file is which of the dataset. */
  map: HeaderMap
  /** The steps for this file, where they are others than the dataset's. */
  steps: Recipe | null
}

/**
 * The columns of a file: as the dataset remembers what its steps leave of them, else as seen in the file, and on top what the person
 * changed; by label in the file. What was said of a label that the steps give to a column which they make is said of that one.
 */
export function columnsFor(
  seen: readonly Column[],
  under: SentUnder,
  choices: Readonly<Record<string, ColumnChoice>>,
): Column[] {
  const { dataset, map } = under
  const { names, made, parsed } = leftBy(seen, under)
  const known = new Map(dataset?.contract?.columns.map((column) => [column.label, column]))
  const { file, after } = shaped(seen, map, dataset?.recipe ?? [])
  return seen.map((column, nth) => {
    const { label } = column
    const left = after.find(({ id }) => id === nth + 1)
    const same = left && (known.get(left.label) ?? known.get(file[nth]?.label ?? ''))
    const read = parsed.get(nth + 1)
    const base = same
      ? asParsed(same, read)
      : withChoice({ ...column, name: names.get(nth + 1) ?? column.name }, read)
    const isOther = made.some((one) => one.label === label)
    return withChoice({ ...base, label }, isOther ? undefined : choices[label])
  })
}

/** The columns that steps make, of which the person has said something: on top of what the dataset remembers of them. */
export function madeColumnsFor(
  seen: readonly Column[],
  under: SentUnder,
  choices: Readonly<Record<string, ColumnChoice>>,
): Column[] {
  const { names, made } = leftBy(seen, under)
  const known = under.dataset?.contract?.columns ?? []
  return made.flatMap(({ id, label }) => {
    const choice = choices[label]
    if (choice === undefined) return []
    const fresh = { name: names.get(id) ?? label, label, type: 'text' as const }
    return [withChoice(known.find((column) => column.label === label) ?? fresh, choice)]
  })
}

/**
 * The columns a file is sent with. Of a dataset that knows none yet only those of which the person has said something: the others are learnt
 * from what the steps leave in them. One of the file whose label is that of a column which the steps make has the label that they leave it.
 */
export function sentColumns(
  seen: readonly Column[],
  under: SentUnder,
  choices: Readonly<Record<string, ColumnChoice>>,
): Column[] {
  const isNew = (under.dataset?.contract ?? null) === null
  const { after, made } = leftBy(seen, under)
  const ofFile = columnsFor(seen, under, choices).flatMap((column, nth) => {
    if (made.every(({ label }) => label !== column.label))
      return isNew && choices[column.label] === undefined ? [] : [column]
    const left = after.find(({ id }) => id === nth + 1)
    return left === undefined ? [] : [{ ...column, label: left.label }]
  })
  return [...ofFile, ...madeColumnsFor(seen, under, choices)]
}

/** The labels of the columns that the steps make and leave. */
export function madeLabels(seen: readonly Column[], under: SentUnder): string[] {
  return leftBy(seen, under).made.map(({ label }) => label)
}

/** What the steps for this file leave, which of it they make, and by `id` the names that are new in the table. */
function leftBy(seen: readonly Column[], { dataset, map, steps }: SentUnder) {
  const { file, after, parsed } = shaped(seen, map, steps ?? dataset?.recipe ?? defaultRecipe)
  const known = dataset?.contract?.columns ?? []
  const fresh = after.filter(({ label }) => known.every((column) => column.label !== label))
  const names = nameColumns([
    ...known.map(({ name }) => name),
    ...fresh.map(({ label }) => label),
  ]).slice(known.length)
  return {
    after,
    parsed,
    made: after.filter(({ id }) => id > file.length),
    names: new Map(fresh.map(({ id }, nth) => [id, names[nth] ?? ''])),
  }
}

/** The columns under the labels that the dataset knows, in the file and as the steps leave them, as far as these fit. */
function shaped(seen: readonly Column[], map: HeaderMap, recipe: Recipe) {
  const labels = knownLabels(
    seen.map(({ label }) => label),
    map,
  )
  const file = labels.map((label, index) => ({ id: index + 1, label }))
  const { steps } = fitRecipe(recipeUnder(recipe, map), labels)
  return { file, after: steps.at(-1)?.after ?? file, parsed: parsedTypes(steps) }
}
