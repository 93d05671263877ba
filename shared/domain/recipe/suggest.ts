/** From what was found in a file to the steps that are suggested for it. */
import type { FileFindings } from './findings.ts'
import { emptyWords, spellings, units, whiteSpace } from './suggestForCells.ts'
import { dates, yesAndNo } from './suggestForForms.ts'
import { columnsWithout, gaps, repeated, together, totals } from './suggestForRows.ts'
import type { Suggestion } from './suggestion.ts'

/** What to put behind a recipe: what is sure first, then in the order of `suggestedFor`. */
export function suggestSteps(file: FileFindings): Suggestion[] {
  const found = [
    ...whiteSpace(file),
    ...emptyWords(file),
    ...totals(file),
    ...file.columns.flatMap(spellings),
    ...file.columns.flatMap(units),
    ...file.columns.flatMap(dates),
    ...file.columns.flatMap(yesAndNo),
    ...gaps(file),
    ...repeated(file),
    ...together(file),
    ...columnsWithout(file),
  ]
  return [...found.filter(({ isSure }) => isSure), ...found.filter(({ isSure }) => !isSure)]
}
