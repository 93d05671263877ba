import {
  type ColumnChange,
  changedColumns,
  renamedMeaning,
  tableAfter,
  wrongColumns,
} from '../../shared/domain/columnChange.ts'
import type { Contract, Dataset, RowBounds } from '../../shared/domain/dataset.ts'
import { type DatasetFile, contractFaults, recipeFaults } from '../../shared/domain/datasetFile.ts'
import { type Recipe, defaultRecipe } from '../../shared/domain/recipe.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { DatasetRepository, RunRepository } from './ports/store.ts'

export interface DatasetsParts {
  datasets: DatasetRepository
  runs: RunRepository
  now: () => Date
}

/** The use cases of datasets. */
export class Datasets {
  readonly #parts: DatasetsParts

  constructor(parts: DatasetsParts) {
    this.#parts = parts
  }

  list(): Dataset[] {
    return this.#parts.datasets.list()
  }

  /** The doubts that were told of its last delivered file. */
  toldDoubts(name: string): string[] {
    return this.#parts.runs.toldDoubts(name)
  }

  /** How many rows its files usually have. */
  changeRows(name: string, rows: RowBounds): void {
    const { contract, ...dataset } = this.#learnt(name)
    this.#save({ ...dataset, contract: { ...contract, rows } })
  }

  /** Its columns, for files to come. Answers what that means to its table, as a sentence; null: nothing. */
  changeColumns(name: string, changes: readonly ColumnChange[]): string | null {
    const { contract, destination, ...dataset } = this.#learnt(name)
    const unknown = changes.find(({ column }) => contract.columns.every((c) => c.name !== column))
    const columns = changedColumns(contract.columns, changes)
    const wrong =
      unknown === undefined
        ? wrongColumns(columns)
        : `The dataset ${name} has no column “${unknown.column}”.`
    if (wrong !== null)
      throw new Problem({
        code: 'usage',
        what: wrong,
        did: 'Nothing was changed.',
        advice:
          'The columns of a dataset stand under Datasets, or “pallet datasets show” lists them.',
      })
    const table = destination?.warehouse ?? null
    this.#save({
      ...dataset,
      contract: { ...contract, columns },
      destination:
        destination === null || table === null
          ? destination
          : {
              ...destination,
              warehouse: { ...table, meaning: renamedMeaning(table.meaning, changes) },
            },
    })
    return table === null ? null : tableAfter(table.table, table.meaning, contract.columns, columns)
  }

  /** Its cleaning steps, for files to come; a dataset that has had no file yet is made. */
  changeRecipe(name: string, recipe: Recipe): void {
    const faults = recipeFaults(recipe)
    if (faults.length > 0) throw notRight(faults)
    this.#save({ ...(this.#parts.datasets.get(name) ?? newDataset(name)), recipe })
  }

  /** What a file says of a dataset takes the place of what was known; where its files go stays. */
  import({ name, reading, recipe, contract }: DatasetFile): void {
    const faults = [...recipeFaults(recipe), ...contractFaults(contract)]
    if (faults.length > 0) throw notRight(faults)
    const known = this.#parts.datasets.get(name) ?? newDataset(name)
    this.#save({ ...known, reading, recipe, contract })
  }

  remove(name: string): void {
    this.#parts.datasets.remove(name)
  }

  #learnt(name: string): Dataset & { contract: Contract } {
    const dataset = this.#parts.datasets.get(name)
    const contract = dataset?.contract ?? null
    if (dataset !== null && contract !== null) return { ...dataset, contract }
    throw new Problem({
      code: 'not-found',
      what: `There is no dataset ${name} that has learnt its columns.`,
      did: 'Nothing was changed.',
      advice: 'Send a first file of its kind.',
    })
  }

  #save(dataset: Dataset): void {
    this.#parts.datasets.save({ ...dataset, updatedAt: this.#parts.now().toISOString() })
  }
}

function newDataset(name: string): Dataset {
  return {
    name,
    reading: null,
    recipe: defaultRecipe,
    contract: null,
    destination: null,
    updatedAt: '',
  }
}

function notRight(faults: readonly string[]): Problem {
  return new Problem({
    code: 'usage',
    what: `The dataset would not be right. ${faults.join(' ')}`,
    did: 'Nothing was changed.',
  })
}
