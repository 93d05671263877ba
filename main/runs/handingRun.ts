import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { rememberedBy } from '../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { datasetOf } from './heldTo.ts'
import type { HomePaths } from './ports/home.ts'
import type { Rooms } from './ports/rooms.ts'
import type { DatasetRepository, StoredRun } from './ports/store.ts'
import type { HandedTo } from './ports/triggers.ts'
import { quiet } from './quiet.ts'
import { cleanedUnder } from './steps/clean.ts'
import { refuseRaw } from './treating.ts'
import { type StepWork, filesOf } from './steps/step.ts'

interface HandingParts {
  rooms: Pick<Rooms, 'read' | 'handOver'>
  datasets: DatasetRepository
  home: HomePaths
}

/**
 * The records of a run's file, as its cleaning had them, and what cleans them in Spark as they were cleaned here; answers how many there are.
 * Throws `usage` for what Spark would do differently.
 */
export async function handOverRun(
  { rooms, datasets, home }: HandingParts,
  run: StoredRun,
  need: StepWork['need'],
  to: HandedTo,
  signal: AbortSignal,
): Promise<number> {
  const { reading, columns, header, recipe: chosen } = run.plan
  const dataset = datasetOf(datasets, run)
  const known = need('read')
  const { contract } = need('clean')
  const cleaned = cleanedUnder(dataset, columns, known.labels, header, chosen?.steps)
  if (cleaned.writtenAs !== undefined)
    throw new Problem({
      code: 'usage',
      what: `The columns of ${run.plan.source.name} have other names than those of ${run.dataset}, and that is known on this computer only.`,
      did: 'Nothing was handed over to Spark.',
      advice: 'Let the next file have the names of the dataset, or choose a job of your own.',
    })
  refuseRaw(contract.columns, ['blob', 'warehouse'], 'Spark is to have the records of the file')
  const files = filesOf(home, run)
  const folder = join(files.folder, 'handed-over')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  try {
    const recordsFile = join(folder, 'records.csv')
    const read = await rooms.read(
      {
        path: files.source,
        reading,
        ...rememberedBy(dataset),
        unpackedFile: join(folder, 'unpacked'),
        recordsFile,
        quarantineFile: join(folder, 'rejects.ndjson'),
      },
      quiet(signal),
    )
    if (read.records !== known.records || read.quarantined !== known.quarantined)
      throw new Error('The file of the run has been read otherwise than before.')
    const rules = cleaned.contract?.rules
    await rooms.handOver(
      {
        ...to,
        engine: 'spark',
        recordsFile,
        workFolder: join(folder, 'work'),
        labels: cleaned.labels,
        labelsInFile: read.labelled,
        recipe: cleaned.recipe,
        contract: {
          ...contract,
          ...(rules && { rules }),
          ...(run.plan.batch === undefined ? {} : { maxQuarantinedShare: 1 }),
        },
        records: read.records,
        heldByReading: read.quarantined,
      },
      quiet(signal),
    )
    return read.records - read.quarantined
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
