import { join } from 'node:path'
import type { Compared } from '../../../shared/domain/recipe/compared.ts'
import type { Dataset } from '../../../shared/domain/datasets/dataset.ts'
import type { DatasetFile } from '../../../shared/domain/datasets/datasetFile.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { unknownDataset } from '../../../shared/domain/datasets/unknownDataset.ts'
import type { Checking } from './checking.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository } from '../ports/store.ts'
import { quiet } from '../quiet.ts'
import { settledHeader } from '../asking/headers.ts'
import type { ReadOutput, RejectsReader } from '../ports/reading.ts'
import { cleanedUnder } from '../steps/clean.ts'
import type { Beside, WholeFile, WholeFiles } from './wholeFiles.ts'

export interface ComparingParts {
  rooms: Pick<Rooms, 'compareDefinitions' | 'comparedRows'>
  rejects: Pick<RejectsReader, 'records'>
  datasets: DatasetRepository
  checking: Checking
  files: WholeFiles
  newId: () => string
}

export interface CompareInput {
  source: string
  name: string
  /** Before: the dataset in this version; absent: as it is now. */
  version?: number | undefined
  /** After: in this version, or as a file says; absent: as it is now. */
  to?: number | undefined
  other?: DatasetFile | undefined
  /** Only rows in which this column of the table differs. */
  column?: string | undefined
  /** The page: row, from 0; absent: the first. */
  from?: number | undefined
  /** So many of the first records; absent: all. */
  sample?: number | undefined
}

/** Rows that are answered. */
const shownRows = 200

/** What becomes of a file's rows when the steps and rules of a dataset are others; nothing is sent and nothing kept. */
export class Comparing {
  readonly #parts: ComparingParts

  constructor(parts: ComparingParts) {
    this.#parts = parts
  }

  /** A comparison is kept for as long as somebody looks at the file. The file is read as the dataset reads it now. Throws `not-found`, and what reading and cleaning do for either definition. */
  async compare(input: CompareInput, signal: AbortSignal): Promise<Compared> {
    const { files, checking, rooms } = this.#parts
    const { source, name, sample = null, from = 0, column = null } = input
    const now = this.#dataset(name)
    const inVersion = (number: number | undefined): Dataset =>
      number === undefined ? now : this.#then(now, number)
    const before = inVersion(input.version)
    const after =
      input.other === undefined ? inVersion(input.to) : { ...now, ...definitionIn(input.other) }
    return await files.use(checking.wanted({ source, dataset: name }), signal, async (file) => {
      const read = await file.whole(signal)
      const key = JSON.stringify([before, after, sample])
      const { value, release } = await file.beside.hold(key, signal, (stop) =>
        this.#compareWhole(file, read, { before, after, sample }, stop),
      )
      try {
        const { compared, folder } = value
        const page = { folder, column, from, limit: shownRows }
        return { ...compared, rows: await rooms.comparedRows(page, quiet(signal)) }
      } finally {
        await release()
      }
    })
  }

  async #compareWhole(
    file: WholeFile,
    read: ReadOutput,
    { before, after, sample }: { before: Dataset; after: Dataset; sample: number | null },
    signal: AbortSignal,
  ): Promise<Beside> {
    const { rooms, rejects, newId } = this.#parts
    const under = async (dataset: Dataset) => {
      const map = await settledHeader(rejects, file.recordsFile, dataset, read, undefined)
      return cleanedUnder(dataset, null, read.labels, map)
    }
    const folder = join(file.folder, `compare-${newId()}`)
    const compared = await rooms.compareDefinitions(
      {
        before: await under(before),
        after: await under(after),
        recordsFile: file.recordsFile,
        labelsInFile: read.labelled,
        conventions: read.conventions,
        sourceFile: file.sourceFile(read),
        raw: read.raw,
        sample,
        folder,
      },
      quiet(signal),
    )
    return { compared, folder }
  }

  #dataset(name: string): Dataset {
    const known = this.#parts.datasets.get(name)
    if (known !== null) return known
    throw unknownDataset(name, 'Nothing was compared.')
  }

  #then(now: Dataset, number: number): Dataset {
    const then = this.#parts.datasets.versions(now.name).find(({ version }) => version === number)
    if (then !== undefined) return { ...now, recipe: then.recipe, contract: then.contract }
    throw new Problem({
      code: 'not-found',
      what: `There is no version ${number} of the dataset ${now.name}.`,
      did: 'Nothing was compared.',
      advice: `“pallet datasets history ${now.name}” lists its versions.`,
    })
  }
}

/** The labels in the file of a dataset are those of its columns: what was said of headers holds for both. */
function definitionIn({ recipe, contract, header }: DatasetFile): Partial<Dataset> {
  return { recipe, contract, ...(header === undefined ? {} : { header }) }
}
