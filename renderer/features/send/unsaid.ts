import { isHeaderOpen } from '../../core/header.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { openQuestions } from '../../core/doubts.ts'
import { changedSteps, writtenFault } from '../../core/recipes.ts'

/** What a person has to say or mend before a file is sent, as a sentence; '' where nothing is open. `meaning`: of its rows for the table. */
export function unsaidOf(
  { choices, arrival, belonging }: Pick<ChosenFile, 'choices' | 'arrival' | 'belonging'>,
  dataset: Dataset | null,
  preview: Preview | undefined,
  meaning: Meaning | undefined,
): string {
  // As the whole table it may be meant: it empties it, which the run asks about.
  if (arrival.state === 'here' && isWithoutRows(preview) && meaning?.kind !== 'snapshot')
    return 'The file has no rows, so there is nothing to send. Export it again.'
  if (belonging?.kind === 'several' && choices.dataset.trim() === '')
    return 'Say first whose file it is.'
  if (isHeaderOpen(preview, dataset, choices)) return 'Say first which column is which.'
  if (openQuestions(preview, dataset, choices.columns).length > 0)
    return 'Say first how the dates are written.'
  const labels = preview?.columns.map(({ label }) => label)
  if (labels !== undefined && writtenFault(choices, dataset, labels) !== null)
    return 'Correct first the step that does not fit the file, or switch it off.'
  const isChanged = dataset !== null && changedSteps(choices, dataset) !== null
  return isChanged && choices.keepsRecipe === null
    ? 'Say first, beside the steps, whether they are for this file only.'
    : ''
}

function isWithoutRows(preview: Preview | undefined): boolean {
  if (preview === undefined) return false
  const { rows, broken, estimatedRecords } = preview
  return rows.length + broken.length + estimatedRecords === 0
}
