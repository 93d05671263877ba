/** What a run is held to: how its dataset reads, cleans and judges a file, as it was when the run was made. */
import type { Dataset } from '../../shared/domain/datasets/dataset.ts'
import { defaultRecipe } from '../../shared/domain/recipe/recipe.ts'
import { isFinished, runStates } from '../../shared/domain/runs/run.ts'
import { Definition, type HeldTo } from '../../shared/domain/datasets/version.ts'
import { checkpointOf } from './checkpoints.ts'
import type { DatasetRepository, RunRepository, StoredRun } from './ports/store.ts'

type Datasets = Pick<DatasetRepository, 'get' | 'version'>

/** As the dataset is now. */
export function heldToNow(datasets: Datasets, name: string): HeldTo {
  const known = datasets.get(name)
  const definition = known ?? { reading: null, recipe: defaultRecipe, contract: null }
  return {
    ...Definition.parse(definition),
    version: known === null ? null : datasets.version(name),
  }
}

/**
 * The dataset of a run, as the run is held to it; null: there was none when it was made, and is none now. What was said of labels
 * is as it is now: an answer about one file is meant for those behind it, too.
 */
export function datasetOf(
  datasets: Datasets,
  { dataset: name, plan: { heldTo } }: StoredRun,
): Dataset | null {
  const now = datasets.get(name)
  if (heldTo === undefined) return now
  const { version, ...definition } = heldTo
  if (now === null && version === null) return null
  return { ...(now ?? { name, destination: null, updatedAt: '' }), ...definition }
}

/** Whether somebody has changed the dataset since: what the run was held to is not what it would be now. */
export function isBehind(datasets: Datasets, { dataset, plan: { heldTo } }: StoredRun): boolean {
  return heldTo !== undefined && heldTo.version !== datasets.version(dataset)
}

/**
 * A run has taught its dataset: so it is for those behind it in line, too, that were made of the same version and are not cleaned
 * yet. What a person changes is for runs that are made later.
 */
export function passOn(
  runs: Pick<RunRepository, 'list' | 'steps' | 'changeHeldTo'>,
  { id, dataset, plan: { heldTo } }: StoredRun,
  taught: HeldTo,
): void {
  if (heldTo === undefined || heldTo.version === taught.version) return
  for (const run of runs.list({ dataset, states: underWay, limit: 10_000 })) {
    const isOwn = run.id === id
    if (run.plan.heldTo?.version !== heldTo.version) continue
    if (isOwn || checkpointOf(runs.steps(run.id), 'clean') === null)
      runs.changeHeldTo(run.id, taught)
  }
}

const underWay = runStates.filter((state) => !isFinished(state))
