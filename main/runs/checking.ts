import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Check } from '../../shared/domain/check.ts'
import type { Column, Dataset } from '../../shared/domain/dataset.ts'
import type { Profile } from '../../shared/domain/profile.ts'
import type { Reading } from '../../shared/domain/reading.ts'
import type { HomePaths } from './ports/home.ts'
import type { ReadOutput, RejectsReader } from './ports/reading.ts'
import type { Rooms } from './ports/rooms.ts'
import type { DatasetRepository } from './ports/store.ts'
import type { Sources } from './sources.ts'
import { cleanedAs, isTooMany } from './steps/clean.ts'
import { quiet } from './quiet.ts'

export interface CheckingParts {
  rooms: Pick<Rooms, 'read' | 'clean' | 'profile'>
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

/** Without a dataset: as the file suggests. */
export interface ProfileInput extends Omit<CheckInput, 'dataset'> {
  dataset?: string | undefined
}

/** Held-back records that are shown as examples. */
const examples = 5

interface WholeFile {
  folder: string
  recordsFile: string
  heldFile: string
  /** What was read: of a packed file, what came out of it. */
  sourceFile: string
  dataset: Dataset | null
  read: ReadOutput
}

/** Looks at a whole file as a run would, and keeps nothing of it. */
export class Checking {
  readonly #parts: CheckingParts

  constructor(parts: CheckingParts) {
    this.#parts = parts
  }

  /** What a run would make of it. */
  check(input: CheckInput, signal: AbortSignal): Promise<Check> {
    const { rooms, rejects } = this.#parts
    return this.#read(input, signal, async ({ folder, recordsFile, heldFile, ...file }) => {
      const { sourceFile, dataset, read } = file
      const asked = cleanedAs(dataset, input.columns ?? null)
      const cleanHeld = join(folder, 'rejects-clean.ndjson')
      const cleaned = await rooms.clean(
        {
          ...asked,
          recordsFile,
          labels: read.labels,
          labelsInFile: read.labelled,
          conventions: read.conventions,
          sourceFile,
          raw: read.raw,
          only: 'counts',
          format: 'parquet',
          workFolder: join(folder, 'work'),
          outputFile: join(folder, 'output'),
          quarantineFile: cleanHeld,
        },
        quiet(signal),
      )
      const quarantined = read.quarantined + cleaned.quarantined
      const page = await rejects.page([heldFile, cleanHeld], 0, examples)
      return {
        records: read.records,
        clean: cleaned.clean,
        held: quarantined,
        dropped: cleaned.dropped.reduce((sum, { rows }) => sum + rows, 0),
        tooMany: isTooMany(read.records, quarantined, asked.maxQuarantinedShare),
        examples: page.rows,
      }
    })
  }

  /** What its columns hold. */
  profile(input: ProfileInput, signal: AbortSignal): Promise<Profile> {
    return this.#read(input, signal, async ({ folder, recordsFile, dataset, read }) => {
      const { recipe, contract } = cleanedAs(dataset, input.columns ?? null)
      const { records, dropped, columns, hints } = await this.#parts.rooms.profile(
        {
          recordsFile,
          labels: read.labels,
          labelsInFile: read.labelled,
          conventions: read.conventions,
          recipe,
          columns: contract?.columns ?? null,
          workFolder: join(folder, 'work'),
        },
        quiet(signal),
      )
      return {
        name: this.#parts.sources.name(input.source),
        detected: read.detected,
        records: read.records,
        profiled: records - dropped,
        broken: read.quarantined,
        dropped,
        columns,
        hints,
      }
    })
  }

  async #read<Result>(
    input: ProfileInput,
    signal: AbortSignal,
    use: (file: WholeFile) => Promise<Result>,
  ): Promise<Result> {
    const { rooms, datasets, home, sources, newId } = this.#parts
    const source = await sources.whole(input.source, signal)
    const dataset = input.dataset === undefined ? null : datasets.get(input.dataset)
    const folder = join(home.incoming, newId())
    await mkdir(folder, { mode: 0o700 })
    try {
      const recordsFile = join(folder, 'records.csv')
      const unpackedFile = join(folder, 'unpacked')
      const heldFile = join(folder, 'rejects-read.ndjson')
      const reading = input.reading ?? dataset?.reading ?? null
      const read = await rooms.read(
        { path: source, reading, unpackedFile, recordsFile, quarantineFile: heldFile },
        quiet(signal),
      )
      const sourceFile = read.isUnpacked ? unpackedFile : source
      return await use({ folder, recordsFile, heldFile, sourceFile, dataset, read })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}
