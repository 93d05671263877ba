import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../../shared/domain/check.ts'
import type { Column } from '../../shared/domain/dataset.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import type { HomePaths } from './ports/home.ts'
import type { RejectsReader } from './ports/reading.ts'
import type { Rooms } from './ports/rooms.ts'
import type { DatasetRepository } from './ports/store.ts'
import type { Sources } from './sources.ts'
import { cleanedAs, isTooMany } from './steps/clean.ts'
import { quiet } from './quiet.ts'

export interface CheckingParts {
  rooms: Pick<Rooms, 'read' | 'clean'>
  datasets: DatasetRepository
  home: HomePaths
  rejects: RejectsReader
  sources: Sources
  newId: () => string
}

export interface CheckInput {
  source: string
  dataset: string
  reading?: Reading | undefined
  columns?: Column[] | undefined
}

/** Held-back records that are shown as examples. */
const examples = 5

/** Reads and judges a whole file as a run would, and keeps nothing of it. */
export class Checking {
  readonly #parts: CheckingParts

  constructor(parts: CheckingParts) {
    this.#parts = parts
  }

  async check(input: CheckInput, signal: AbortSignal): Promise<Check> {
    const { rooms, datasets, home, rejects, sources, newId } = this.#parts
    const source = await sources.whole(input.source, signal)
    const dataset = datasets.get(input.dataset)
    const folder = join(home.incoming, newId())
    const held = ['rejects-read.ndjson', 'rejects-clean.ndjson'].map((name) => join(folder, name))
    const [readHeld = '', cleanHeld = ''] = held
    const control = quiet(signal)
    await mkdir(folder, { mode: 0o700 })
    try {
      const recordsFile = join(folder, 'records.csv')
      const read = await rooms.read(
        {
          path: source,
          reading: input.reading ?? dataset?.reading ?? null,
          recordsFile,
          quarantineFile: readHeld,
        },
        control,
      )
      const asked = cleanedAs(dataset, input.columns ?? null)
      const cleaned = await rooms.clean(
        {
          ...asked,
          recordsFile,
          labels: read.labels,
          labelsInFile: read.labelled,
          conventions: read.conventions,
          sourceFile: source,
          raw: read.raw,
          only: 'counts',
          format: 'parquet',
          workFolder: join(folder, 'work'),
          outputFile: join(folder, 'output'),
          quarantineFile: cleanHeld,
        },
        control,
      )
      const quarantined = read.quarantined + cleaned.quarantined
      const page = await rejects.page(held, 0, examples)
      return {
        records: read.records,
        clean: cleaned.clean,
        held: quarantined,
        dropped: cleaned.dropped.reduce((sum, { rows }) => sum + rows, 0),
        tooMany: isTooMany(read.records, quarantined, asked.maxQuarantinedShare),
        examples: page.rows,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
