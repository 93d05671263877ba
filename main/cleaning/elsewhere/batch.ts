/** A recipe and a contract as statements of Spark for a part of a stream, of which nobody knows beforehand how many records it has. */
import { Problem } from '../../../shared/domain/problem.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'
import type { BatchInput, CleaningSql } from '../../runs/ports/cleaning.ts'
import { refuseUnlike } from '../../../shared/domain/recipe/cleanElsewhere.ts'
import { runStatements } from './script.ts'

/** Throws `usage` for what Spark would do differently, `contract-mismatch` where recipe or contract do not fit the labels. */
export function batchStatements({ labels, recipe, contract }: BatchInput): CleaningSql {
  const { steps, fault } = fitRecipe(recipe, labels)
  if (fault !== null)
    throw new Problem({
      code: 'contract-mismatch',
      what: `The recipe does not fit the records: ${fault.sentence}`,
      did: 'Nothing was written.',
      advice: 'Correct the step, or switch it off.',
    })
  refuseUnlike('spark', steps, contract)
  return runStatements({ engine: 'spark', labels, labelsInFile: false, steps, contract }).sql
}
