import { printsOfPreview } from '../../shared/domain/columns/columnPrints.ts'
import type { ColumnChoice } from '../../shared/domain/columns/columnChoice.ts'
import { undecidedOrder } from '../../shared/domain/columns/columnDoubts.ts'
import type { Dataset } from '../../shared/domain/datasets/dataset.ts'
import { unmarked, unmarkedSentence } from '../../shared/domain/privacy/personalRules.ts'
import type { Preview } from '../../shared/domain/files/preview.ts'
import type { RecipeStep } from '../../shared/domain/recipe/recipe.ts'
import { findColumn } from '../../shared/domain/recipe/recipeFit.ts'

/**
 * What is not sure about a file, apart what was told of the last delivered one of its dataset in the same words.
 * A dataset that knows its columns is not in doubt about their types, and neither is one whose person has chosen them.
 */
export function doubtsOf(
  preview: Preview,
  dataset: Dataset | null,
  choices: Readonly<Record<string, ColumnChoice>>,
  told: readonly string[] = [],
  recipe: readonly RecipeStep[] = dataset?.recipe ?? [],
): { fresh: string[]; known: string[] } {
  const { detected, columnDoubts, undecided, columns } = preview
  const asked = undecided.map(undecidedOrder)
  const ofColumns = columnDoubts.filter(
    ({ label, sentence }) => choices[label] === undefined && !asked.includes(sentence),
  )
  const known = dataset?.contract?.columns ?? []
  const marked = columns.map((column) => {
    const { personal } = { ...findColumn(known, column.label), ...choices[column.label] }
    return { label: column.label, ...(personal == null ? {} : { personal }) }
  })
  const all = [
    ...unmarked(marked, printsOfPreview(preview), recipe).map(unmarkedSentence),
    ...detected.doubts,
    ...(isDecided(dataset) ? [] : ofColumns.map(({ sentence }) => sentence)),
  ]
  return {
    fresh: all.filter((sentence) => !told.includes(sentence)),
    known: all.filter((sentence) => told.includes(sentence)),
  }
}

/** The columns with dates that only a person can say the order of, and nobody has yet. */
export function openQuestions(
  preview: Preview | undefined,
  dataset: Dataset | null,
  choices: Readonly<Record<string, ColumnChoice>>,
): string[] {
  if (preview === undefined || isDecided(dataset)) return []
  return preview.undecided.filter((label) => choices[label] === undefined)
}

/** What else a person can have a column read as, and has chosen nothing for yet. */
export function openOffers(
  preview: Preview,
  dataset: Dataset | null,
  choices: Readonly<Record<string, ColumnChoice>>,
): [label: string, offer: ColumnChoice][] {
  if (isDecided(dataset)) return []
  return Object.entries(preview.offers).filter(([label]) => choices[label] === undefined)
}

function isDecided(dataset: Dataset | null): boolean {
  return (dataset?.contract ?? null) !== null
}
