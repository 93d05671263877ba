import { isDeepStrictEqual } from 'node:util'
import {
  type ColumnChange,
  changedColumns,
  renamedMeaning,
  renamedRules,
  renamedWhole,
  tableAfter,
  wrongColumns,
} from '../../shared/domain/columns/columnChange.ts'
import {
  type Column,
  type Contract,
  type Dataset,
  type RowBounds,
  type TriggerTarget,
  boundsWords,
} from '../../shared/domain/datasets/dataset.ts'
import {
  placesOf,
  treatedColumns,
  leftBehind,
  treatmentFault,
  treatmentsOf,
} from '../../shared/domain/privacy/personalRules.ts'
import { contractFaults } from '../../shared/domain/rules/contractFaults.ts'
import { type DatasetFile, recipeFaults } from '../../shared/domain/datasets/datasetFile.ts'
import { plainName } from '../../shared/domain/columns/columnNames.ts'
import { beside } from '../../shared/domain/warehouse/tableName.ts'
import { toldSentence } from '../../shared/domain/datasets/names.ts'
import type { HeaderMap } from '../../shared/domain/columns/headerMap.ts'
import { type Recipe, defaultRecipe, withTokenKey } from '../../shared/domain/recipe/recipe.ts'
import { type RuleChange, ruleWords, withRule } from '../../shared/domain/fixing/groupFix.ts'
import { doingWords, stepWords } from '../../shared/domain/recipe/recipeWords.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { Compared } from '../../shared/domain/recipe/compared.ts'
import type { DatasetVersion } from '../../shared/domain/datasets/version.ts'
import { placeWords } from '../../shared/domain/arriving/watch.ts'
import { unknownDataset } from '../../shared/domain/datasets/unknownDataset.ts'
import type { TokenKeys } from './outside/tokenKeys.ts'
import type { Connections } from './connections/connections.ts'
import type { CompareInput, Comparing } from './looking/comparing.ts'
import type {
  DatasetChange,
  DatasetRepository,
  RunRepository,
  WatchRepository,
} from './ports/store.ts'

export interface DatasetsParts {
  datasets: DatasetRepository
  runs: RunRepository
  comparing: Comparing
  tokenKeys: Pick<TokenKeys, 'id'>
  watches: Pick<WatchRepository, 'list'>
  connections: Pick<Connections, 'mustTell'>
  now: () => Date
}

/** The use cases of datasets. */
export class Datasets {
  readonly #parts: DatasetsParts

  constructor(parts: DatasetsParts) {
    this.#parts = parts
  }

  list(): Dataset[] {
    return this.#parts.datasets.list().map((dataset) => this.#withKey(dataset))
  }

  /** The doubts that were told of its last delivered file. */
  toldDoubts(name: string): string[] {
    return this.#parts.runs.toldDoubts(name)
  }

  /** How many rows its files usually have. */
  changeRows(name: string, rows: RowBounds, why?: string): void {
    const { contract, ...dataset } = this.#learnt(name)
    const what = `Rows in a file: ${boundsWords(rows) || 'any number'}.`
    this.#save({ ...dataset, contract: { ...contract, rows } }, { what, why })
  }

  /** Its columns, for files to come. Answers what that means to its table, as a sentence; null: nothing. */
  changeColumns(name: string, changes: readonly ColumnChange[], why?: string): string | null {
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
    const treated = (all: readonly Column[]) =>
      destination === null ? [] : treatmentsOf(all, placesOf(destination))
    const meaning = withMeaningAfter(destination, changes)
    const fault = meaning === null ? null : treatmentFault(columns, treated(columns), meaning)
    if (fault !== null) throw notRight([fault])
    const labels = contract.columns.flatMap(({ name: column, label }) =>
      changes.some((change) => change.column === column) ? [`“${label}”`] : [],
    )
    this.#save(
      {
        ...dataset,
        contract: {
          ...contract,
          columns,
          ...(contract.rules && { rules: renamedRules(contract.rules, changes) }),
          ...(contract.whole && { whole: renamedWhole(contract.whole, changes) }),
        },
        destination: meaning,
      },
      { what: `Changed: ${labels.join(', ')}.`, why },
    )
    if (table === null) return null
    const sent = (all: readonly Column[]) => treatedColumns(all, treated(all))
    return (
      tableAfter(table.table, table.meaning, sent(contract.columns), sent(columns)) ??
      leftBehind(table, columns, treated(contract.columns), treated(columns))
    )
  }

  /**
   * What its files are held to, with the columns that it has; columns that a contract lacks and new ones are for
   * `changeColumns` and the next file.
   */
  changeRules(name: string, contract: Contract, why?: string): void {
    const { contract: before, ...dataset } = this.#learnt(name)
    const labels = (columns: readonly Column[]): string =>
      columns.map(({ name: column, label }) => `${column} (${label})`).join(', ')
    if (labels(contract.columns) !== labels(before.columns))
      throw notRight([
        `Its columns are ${labels(before.columns)}, and those of the rules ${labels(contract.columns)}.`,
      ])
    const faults = contractFaults(contract)
    if (faults.length > 0) throw notRight(faults)
    this.#save({ ...dataset, contract }, { what: changedRules(before, contract), why })
  }

  /** Who is told when a file has landed, for files to come. */
  changeTold(name: string, triggers: readonly TriggerTarget[], why?: string): void {
    const dataset = this.#known(name)
    const { destination } = dataset
    if (destination === null)
      throw new Problem({
        code: 'usage',
        what: `No file of ${name} was sent yet, so that nothing of it can land.`,
        did: 'Nothing was changed.',
        advice: 'Send a first file of its kind, and say with it who is told.',
      })
    if (isDeepStrictEqual(triggers, destination.triggers)) return
    const place = { ...destination, triggers: [...triggers] }
    this.#parts.connections.mustTell(place, 'Nothing was changed.')
    const what = toldSentence(triggers)
    this.#save({ ...dataset, destination: place }, { what, why, ofPlace: true })
  }

  /** Its cleaning steps, for files to come; a dataset that has had no file yet is made. */
  changeRecipe(name: string, recipe: Recipe, why?: string): void {
    const faults = recipeFaults(recipe)
    if (faults.length > 0) throw notRight(faults)
    const known = this.#parts.datasets.get(name) ?? newDataset(name)
    this.#save({ ...known, recipe }, { what: 'Cleaning steps changed.', why })
  }

  /**
   * Steps that come before all others, for files to come; one that is there in the same words is not added again. Answers the
   * version that this made; null: none.
   */
  putFirst(name: string, steps: Recipe): number | null {
    const { recipe } = this.#parts.datasets.get(name) ?? newDataset(name)
    const there = recipe.map(doingWords)
    const added = steps.filter((step) => !there.includes(doingWords(step)))
    if (added.length === 0) return null
    const why = `For held-back rows: ${added.map(stepWords).join('; ')}.`
    this.changeRecipe(name, [...added, ...recipe], why)
    return this.#parts.datasets.version(name)
  }

  /** A rule of a column, for files to come and for rows that are held back. Answers as `putFirst` does. */
  changeRule(name: string, change: RuleChange): number | null {
    const before = this.#parts.datasets.version(name)
    const { contract, ...dataset } = this.#learnt(name)
    const columns = withRule(contract.columns, change)
    const label = contract.columns.find((column) => column.name === change.column)?.label
    this.#save(
      { ...dataset, contract: { ...contract, columns } },
      { what: `${ruleWords(change, label ?? change.column)}.`, why: 'For held-back rows.' },
    )
    const after = this.#parts.datasets.version(name)
    return after === before ? null : after
  }

  /** As it was before a version, if nothing has changed since that was made. Answers whether it is. */
  takeBack(name: string, version: number, why: string): boolean {
    const { datasets } = this.#parts
    const isThere = datasets.versions(name).some((one) => one.version === version - 1)
    if (!isThere || datasets.version(name) !== version) return false
    this.restore(name, version - 1, why)
    return true
  }

  /** What a file says of a dataset takes the place of what was known; where its files go stays. */
  import({ name, reading, recipe, contract, header }: DatasetFile, why?: string): void {
    const faults = [...recipeFaults(recipe), ...contractFaults(contract)]
    if (faults.length > 0) throw notRight(faults)
    const known = this.#parts.datasets.get(name) ?? newDataset(name)
    // What its files held is compared with the columns that they had then.
    const { header: _, lastFile: __, ...rest } = known
    const dataset = {
      ...rest,
      reading,
      recipe,
      contract,
      ...(header === undefined ? {} : { header }),
    }
    this.#save(dataset, { what: 'Imported from a file.', why })
  }

  /** How it was at its times, newest first; none of a dataset that is not there. */
  versions(name: string): DatasetVersion[] {
    return this.#parts.datasets.versions(name).map((version) => this.#withKey(version))
  }

  /** Its steps that make tokens name the key by which this home makes them, so that another home does not take its own. */
  #withKey<Known extends { recipe: Recipe }>(known: Known): Known {
    const { id } = this.#parts.tokenKeys
    return id === null ? known : { ...known, recipe: withTokenKey(known.recipe, id) }
  }

  /** It is again as it was, as a new version; where its files go stays. Answers what that means to its table, as `changeColumns` does. */
  restore(name: string, version: number, why?: string): string | null {
    const { datasets } = this.#parts
    const known = datasets.get(name)
    const then = datasets.versions(name).find((one) => one.version === version)
    if (known === null || then === undefined)
      throw new Problem({
        code: 'not-found',
        what: `There is no version ${version} of the dataset ${name}.`,
        did: 'Nothing was changed.',
        advice: `“pallet datasets history ${name}” lists its versions.`,
      })
    const { reading, recipe, contract } = then
    const before = known.contract?.columns ?? []
    const after = contract?.columns ?? before
    const names = before.flatMap(({ name: column, label }): ColumnChange[] => {
      const now = after.find((one) => one.label === label)
      return now === undefined ? [] : [{ column, name: now.name }]
    })
    const destination = withMeaningAfter(known.destination, names)
    const what = `As in version ${version} again.`
    // What the last file had may not be what it expected then.
    const { lastFile, ...rest } = known
    const isSame =
      after.map(({ label }) => label).join() === before.map(({ label }) => label).join()
    const kept = isSame && lastFile !== undefined ? { lastFile } : {}
    this.#save({ ...rest, reading, recipe, contract, destination, ...kept }, { what, why })
    const table = destination?.warehouse ?? null
    return table === null ? null : tableAfter(table.table, table.meaning, before, after)
  }

  /** Which rows of a file it makes otherwise in another version, or as a file says. */
  async compare(input: CompareInput, signal: AbortSignal): Promise<Compared> {
    return await this.#parts.comparing.compare(input, signal)
  }

  /** What a person has said of headers that changed: less of it is asked about again. */
  changeHeader(name: string, header: HeaderMap): void {
    this.#save({ ...this.#learnt(name), header }, { what: 'Other labels changed.' })
  }

  /** Another one that is read, cleaned and judged alike; its files go into a table of its own. Throws `usage` for a name that is taken. */
  copy(name: string, to: string): void {
    const { lastFile: _, formerly: __, ...known } = this.#free(name, to)
    const { destination } = known
    const warehouse = destination?.warehouse ?? null
    this.#save(
      {
        ...known,
        name: to,
        destination:
          destination === null || warehouse === null
            ? destination
            : {
                ...destination,
                warehouse: { ...warehouse, table: beside(warehouse.table, plainName(to)) },
              },
      },
      { what: `Copied from ${name}.` },
    )
  }

  /** Its runs and versions go with it, and so does what other datasets ask of it; its table stays as it is called. Throws as `copy` does. */
  rename(name: string, to: string): void {
    const before = this.#free(name, to)
    this.#parts.datasets.rename(name, to)
    const known = this.#parts.datasets.get(to) ?? before
    const formerly = [...new Set([...(before.formerly ?? []), name])].filter((one) => one !== to)
    this.#save({ ...known, name: to, formerly }, { what: `Renamed from ${name}.` })
  }

  #known(name: string): Dataset {
    const known = this.#parts.datasets.get(name)
    if (known !== null) return known
    throw unknownDataset(name)
  }

  #free(name: string, to: string): Dataset {
    const known = this.#known(name)
    const isNone = plainName(to) === ''
    if (!isNone && this.#parts.datasets.get(to) === null) return known
    throw new Problem({
      code: 'usage',
      what: isNone
        ? `“${to}” cannot be the name of a dataset: it has no letter and no digit.`
        : `There is a dataset ${to} already.`,
      did: 'Nothing was changed.',
      advice: 'Choose another name.',
    })
  }

  /** Throws `usage` while files of a watched folder are for it. */
  remove(name: string): void {
    const watch = this.#parts.watches.list().find(({ dataset }) => dataset === name)
    if (watch !== undefined)
      throw new Problem({
        code: 'usage',
        what: `Files of the watched folder ${placeWords(watch)} are sent as ${name}.`,
        did: 'The dataset was not removed.',
        advice: `First end that: “pallet watch remove ${watch.id}”.`,
      })
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

  #save(dataset: Dataset, change: DatasetChange): void {
    this.#parts.datasets.save({ ...dataset, updatedAt: this.#parts.now().toISOString() }, change)
  }
}

/** The columns that decide which rows of a table go out, by the names that they have now. */
function withMeaningAfter(
  destination: Dataset['destination'],
  changes: readonly ColumnChange[],
): Dataset['destination'] {
  const table = destination?.warehouse ?? null
  if (destination === null || table === null) return destination
  return {
    ...destination,
    warehouse: { ...table, meaning: renamedMeaning(table.meaning, changes) },
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

/** Which rules are others, as a sentence for the history. */
function changedRules(before: Contract, after: Contract): string {
  const changed = after.columns.flatMap((column, index) =>
    isDeepStrictEqual(column, before.columns[index]) ? [] : [`“${column.label}”`],
  )
  const others = [
    ...(isDeepStrictEqual(before.rules ?? [], after.rules ?? []) ? [] : ['whole rows']),
    ...(isDeepStrictEqual(before.whole ?? [], after.whole ?? []) ? [] : ['the whole file']),
    ...(isDeepStrictEqual(before.rows, after.rows) ? [] : ['how many rows a file has']),
  ]
  return `Rules changed: ${[...changed, ...others].join(', ') || 'how many rows may be held back'}.`
}
