import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import type { ChosenRecipe } from '../../../shared/domain/recipe/recipe.ts'
import type { HomePaths } from '../ports/home.ts'
import type { StoredRun } from '../ports/store.ts'
import type { Sources } from '../arriving/sources.ts'
import { filesOf } from '../steps/step.ts'

/** The file of a run as one that was chosen and not sent yet, and how it was to be read and cleaned. */
export interface ChosenAgain {
  source: string
  name: string
  bytes: number | null
  reading: Reading | null
  columns: Column[] | null
  recipe: ChosenRecipe | null
}

/**
 * A file of this computer is the one that lies there now: it may have been corrected meanwhile. What was received or
 * downloaded is copied from what the run keeps, so that the run can be discarded.
 * Throws `source-missing` where neither is there.
 */
export async function chosenAgain(
  run: StoredRun,
  sources: Sources,
  home: HomePaths,
): Promise<ChosenAgain> {
  const { source, location, reading, columns, recipe = null } = run.plan
  const chosen = { reading, columns, recipe }
  if (source.kind === 'file' && location === source.path)
    return { ...(await sources.open(location)), ...chosen }
  const kept = filesOf(home, run).source
  const bytes = (await stat(kept).catch(() => null))?.size
  if (bytes === undefined)
    throw new Problem({
      code: 'source-missing',
      what: `Pallet does not keep ${source.name} any more.`,
      did: 'Nothing was opened.',
      advice: 'Choose the file again.',
    })
  const { source: id } = sources.announce(source.name, bytes)
  // Whoever reads the file waits for its last byte, or is told why it did not come.
  sources.receive(id, createReadStream(kept), new AbortController().signal).catch(() => {})
  return { source: id, name: source.name, bytes, ...chosen }
}
