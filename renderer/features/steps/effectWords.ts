import type { StepEffect } from '../../../shared/domain/recipe/effect.ts'
import type { StepKind } from '../../../shared/domain/recipe/recipe.ts'
import { plural } from '../../../shared/domain/sizes.ts'

/** What a step does to a file, in words, and whether it is a thing to look at. */
export interface StepEffectWords {
  words: string
  tone: 'does' | 'nothing' | 'wrong'
}

/** Steps that do what they are for although no cell looks different. */
const shaping = new Set<StepKind>([
  'split',
  'merge',
  'look-up',
  'derive',
  'rename',
  'remove',
  'reorder',
])

/** `412 cells in “Ort”`, `3 rows dropped`, `1,100 rows more`; null: there is nothing to say. */
export function effectWords(effect: StepEffect, kind: StepKind): StepEffectWords | null {
  const { changedCells, changedByColumn, droppedRows, madeRows = 0, heldRows, problem } = effect
  if (problem !== undefined) return { words: problem, tone: 'wrong' }
  const does = [
    ...(madeRows > 0 ? [`${plural(madeRows, 'row')} more`] : []),
    ...(madeRows < 0 ? [`${plural(-madeRows, 'row')} fewer`] : []),
    ...(changedCells > 0 && madeRows === 0
      ? [`${plural(changedCells, 'cell')} in ${columnsWords(changedByColumn)}`]
      : []),
    ...(droppedRows > 0 ? [`${plural(droppedRows, 'row')} dropped`] : []),
    ...(heldRows > 0 ? [`${plural(heldRows, 'row')} held back`] : []),
  ]
  if (does.length > 0) return { words: does.join(', '), tone: heldRows > 0 ? 'wrong' : 'does' }
  return shaping.has(kind) ? null : { words: 'changes nothing', tone: 'nothing' }
}

function columnsWords(columns: StepEffect['changedByColumn']): string {
  const labels = columns.map(({ column }) => `“${column}”`)
  return labels.length <= 2 ? labels.join(' and ') : `${labels.length} columns`
}
