import { join } from 'node:path'
import type { Compared } from '../../shared/domain/compared.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import type { DatasetFile } from '../../shared/domain/datasetFile.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Checking } from './checking.ts'
import type { Rooms } from './ports/rooms.ts'
import type { DatasetRepository } from './ports/store.ts'
import { quiet } from './quiet.ts'
import { settledHeader } from './headers.ts'
import type { RejectsReader } from './ports/reading.ts'
import { cleanedUnder } from './steps/clean.ts'
import type { WholeFiles } from './wholeFiles.ts'

export interface ComparingParts {
  rooms: Pick<Rooms, 'compareDefinitions'>
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
  /** After: as a file says; absent: as it is now. */
  other?: DatasetFile | undefined
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

  /** The file is read as the dataset reads it now. Throws `not-found`, and what reading and cleaning do for either definition. */
  async compare(input: CompareInput, signal: AbortSignal): Promise<Compared> {
    const { files, checking, rooms, rejects, newId } = this.#parts
    const { source, name, sample = null } = input
    const now = this.#dataset(name)
    const before = input.version === undefined ? now : this.#then(now, input.version)
    const after = input.other === undefined ? now : { ...now, ...definitionIn(input.other) }
    return await files.use(checking.wanted({ source, dataset: name }), signal, async (file) => {
      const read = await file.whole(signal)
      const under = async (dataset: Dataset) => {
        const map = await settledHeader(rejects, file.recordsFile, dataset, read, undefined)
        return cleanedUnder(dataset, null, read.labels, map)
      }
      return await rooms.compareDefinitions(
        {
          before: await under(before),
          after: await under(after),
          recordsFile: file.recordsFile,
          labelsInFile: read.labelled,
          conventions: read.conventions,
          sourceFile: file.sourceFile(read),
          raw: read.raw,
          sample,
          limit: shownRows,
          workFolder: join(file.folder, `compare-${newId()}`),
        },
        quiet(signal),
      )
    })
  }

  #dataset(name: string): Dataset {
    const known = this.#parts.datasets.get(name)
    if (known !== null) return known
    throw new Problem({
      code: 'not-found',
      what: `There is no dataset ${name}.`,
      did: 'Nothing was compared.',
      advice: '“pallet datasets list” lists them.',
    })
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
