import type { Dataset } from '../../shared/domain/datasets/dataset.ts'
import { unknownDataset } from '../../shared/domain/datasets/unknownDataset.ts'
import type { CommandCore } from './session.ts'

/** Throws `not-found`. */
export async function findDataset(core: CommandCore, name: string): Promise<Dataset> {
  const dataset = (await core.datasets.list()).find((one) => one.name === name)
  if (dataset !== undefined) return dataset
  throw unknownDataset(name)
}
