import type { Dataset } from '../../shared/domain/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { CommandCore } from './session.ts'

/** Throws `not-found`. */
export async function findDataset(core: CommandCore, name: string): Promise<Dataset> {
  const dataset = (await core.datasets.list()).find((one) => one.name === name)
  if (dataset !== undefined) return dataset
  throw new Problem({
    code: 'not-found',
    what: `There is no dataset ${name}.`,
    did: 'Nothing was changed.',
    advice: '“pallet datasets list” lists them.',
  })
}
