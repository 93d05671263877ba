import { isHeaderOpen } from '../../core/header.ts'
import type { Dataset } from '../../../shared/domain/dataset.ts'
import type { Preview } from '../../../shared/domain/preview.ts'
import type { ChosenFile } from '../../core/chosenFiles.ts'
import { openQuestions } from '../../core/doubts.ts'
import { changedSteps, writtenFault } from '../../core/recipes.ts'

/** What a person has to say or mend before a file is sent, as a sentence; '' where nothing is open. */
export function unsaidOf(
  { choices }: Pick<ChosenFile, 'choices'>,
  dataset: Dataset | null,
  preview: Preview | undefined,
): string {
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
