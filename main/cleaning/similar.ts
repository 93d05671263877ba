/** Which values of a column are likely spellings of one. */
import { Problem } from '../../shared/domain/problem.ts'
import { mostSimilarLooked, similarGroups } from '../../shared/domain/cells/similar.ts'
import type { SimilarInput, SimilarOutput } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { topCells } from './duckdb/profile.ts'
import { countedCells, profile } from './profile.ts'

/** As `profile`, of one column; throws `not-found` where the recipe leaves none of that label. */
export async function similar(
  { column, by, ...input }: SimilarInput,
  control: Control<never>,
): Promise<SimilarOutput> {
  let found: SimilarOutput | null = null
  await profile(input, control, {
    only: column,
    atColumn: async (engine, { distinct }) => {
      const looked = await countedCells(engine, topCells(mostSimilarLooked))
      found = { values: distinct, looked: looked.length, groups: similarGroups(looked, by) }
    },
  })
  return found ?? missing(column)
}

function missing(column: string): never {
  throw new Problem({
    code: 'not-found',
    what: `The file has no column “${column}” behind the steps of its recipe.`,
    did: 'Nothing was looked for.',
    advice: 'Name a column as the recipe leaves it; “pallet profile” lists them.',
  })
}
