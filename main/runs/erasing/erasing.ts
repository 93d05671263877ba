/** Right to erasure: a person is found by a value, wherever Pallet has put it, and taken out; a protocol says what was done. */
import { createHash } from 'node:crypto'
import {
  type EraseInput,
  type ErasedPlace,
  type Erasure,
  type Found,
  foundWords,
} from '../../../shared/domain/privacy/erasure.ts'
import { Problem, remedyOf } from '../../../shared/domain/problem.ts'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import { unknownDataset } from '../../../shared/domain/datasets/unknownDataset.ts'
import { type ErasedFilesParts, ErasedFiles } from './erasedFiles.ts'
import { type ErasedBlobsParts, ErasedBlobs } from './erasedBlobs.ts'
import type { AuditRepository } from '../ports/audit.ts'
import type { TokenKey } from '../ports/outside.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, StoredRun } from '../ports/store.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'
import { protocols, writeProtocol } from './protocols.ts'
import { quiet } from '../quiet.ts'
import type { TokenKeys } from '../outside/tokenKeys.ts'
import { type Wanted, plainOf } from './wantedPerson.ts'

export interface ErasingParts extends ErasedBlobsParts, ErasedFilesParts {
  rooms: ErasedBlobsParts['rooms'] & Pick<Rooms, 'eraseRows'>
  tokenKeys: Pick<TokenKeys, 'key'>
  datasets: Pick<DatasetRepository, 'get'>
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
  audit: Pick<AuditRepository, 'append' | 'list'>
  newId: () => string
  now: () => Date
}

/** All runs of a dataset; far more than any home has. */
const allRuns = 1_000_000

export class Erasing {
  readonly #parts: ErasingParts
  readonly #blobs: ErasedBlobs
  readonly #files: ErasedFiles

  constructor(parts: ErasingParts) {
    this.#parts = parts
    this.#blobs = new ErasedBlobs(parts)
    this.#files = new ErasedFiles(parts)
  }

  /** Oldest first. */
  list(): Promise<Erasure[]> {
    return protocols(this.#parts.home)
  }

  /** Where the person is. Nothing is changed. Throws `usage` while a file of the dataset is on its way. */
  async find(input: EraseInput, signal: AbortSignal): Promise<Found> {
    return (await this.#look(input, null, signal)).found
  }

  /**
   * Takes the person out, one place after the other. Each is in the protocol before anything of it goes, so that whoever cuts this off
   * loses no count; asked for again, it goes on with the same protocol.
   */
  async erase(input: EraseInput, signal: AbortSignal): Promise<Erasure> {
    const { home, newId, now, audit, tokenKeys } = this.#parts
    const key = await tokenKeys.key([])
    const values = input.values.map((value) => tokenOf(key, plainOf(value))).toSorted()
    const before =
      (await this.list()).find(
        (one) =>
          one.finishedAt === null &&
          one.dataset === input.dataset &&
          String(one.values) === String(values),
      ) ?? null
    const { found, wanted } = await this.#look(input, before, signal)
    const erasure: Erasure = {
      pallet: 'erasure',
      version: 1,
      id: before?.id ?? `${now().toISOString().slice(0, 10)}-${newId().slice(0, 8)}`,
      dataset: input.dataset,
      column: wanted.column.name,
      values,
      who: before?.who ?? audit.list(1)[0]?.who ?? '',
      at: before?.at ?? now().toISOString(),
      places: merged(before?.places ?? [], found.places),
      unreached: found.unreached,
      finishedAt: null,
    }
    await writeProtocol(home, erasure)
    let cut: Problem | null = null
    for (const place of erasure.places) {
      if (place.state === 'done') continue
      signal.throwIfAborted()
      // What a table has put aside goes with its rows, in one transaction.
      for (const one of erasure.places)
        if (one === place || (place.kind === 'table' && one.where === place.where))
          one.state = 'begun'
      await writeProtocol(home, erasure)
      try {
        await this.#eraseAt(place, wanted, () => writeProtocol(home, erasure), signal)
        place.state = 'done'
      } catch (error) {
        signal.throwIfAborted()
        const problem = Problem.from(error)
        // What may be done, or may be done the next time, keeps this one from being over.
        const mayBe = problem.code === 'internal' || remedyOf(problem.code) === 'retry'
        if (place.bytes !== undefined || mayBe) cut ??= problem
        else erasure.unreached.push(`Not taken out of ${place.where}: ${problem.data.what}`)
      }
      await writeProtocol(home, erasure)
    }
    if (cut !== null) throw cut
    for (const run of this.#runsOf(input.dataset)) this.#files.scrub(run, wanted)
    erasure.places = erasure.places.filter(({ state }) => state === 'done')
    erasure.finishedAt = now().toISOString()
    const sha256 = await writeProtocol(home, erasure)
    const subject = `${erasure.dataset}.${erasure.column}, value ${values.map((one) => one.slice(0, 16)).join(', ')}: ${foundWords(erasure)}; ${erasure.unreached.length} not reached; protocol ${erasure.id}, SHA-256 ${sha256}`
    audit.append({ at: erasure.finishedAt, act: 'erasures.erase', subject, refused: null })
    return erasure
  }

  async #look(
    input: EraseInput,
    before: Erasure | null,
    signal: AbortSignal,
  ): Promise<{ found: Found; wanted: Wanted }> {
    const wanted = await this.#wanted(input)
    const runs = this.#runsOf(input.dataset)
    const underWay = runs.find(({ state }) => !isFinished(state))
    if (underWay !== undefined)
      throw new Problem({
        code: 'usage',
        what: `The run ${underWay.id} of ${input.dataset} is on its way, and could bring the person somewhere meanwhile.`,
        did: 'Nothing was looked for.',
        advice: 'Let it come to its end, or cancel it, and try again.',
      })
    const found: Found = { places: [], unreached: [] }
    const add = ({ places, unreached }: Found): void => {
      found.places.push(...places)
      found.unreached.push(...unreached)
    }
    add(await this.#inTables(input.dataset, runs, wanted, signal))
    for (const run of runs) {
      add(await this.#blobs.find(run, wanted, before, signal))
      add(await this.#files.find(run, wanted, signal))
    }
    add({ places: [], unreached: outOfReach(runs) })
    return { found, wanted }
  }

  #runsOf(dataset: string): StoredRun[] {
    return this.#parts.runs.list({ dataset, limit: allRuns })
  }

  async #wanted({ dataset: name, column: said, values }: EraseInput): Promise<Wanted> {
    const { datasets, tokenKeys } = this.#parts
    const dataset = datasets.get(name)
    if (dataset === null) throw unknownDataset(name)
    const columns = dataset.contract?.columns ?? []
    const column = columns.find((one) => one.name === said || one.label === said)
    if (column === undefined)
      throw new Problem({
        code: 'usage',
        what: `The dataset ${name} has no column “${said}”.`,
        did: 'Nothing was looked for.',
        advice: `Its columns are ${columns.map(({ label }) => `“${label}”`).join(', ')}.`,
      })
    const key = await tokenKeys.key([])
    const plain = values.map(plainOf)
    const spelt = [...new Set([...values, ...plain])]
    const forms = [...plain, ...spelt.map(hashOf), ...spelt.map((value) => tokenOf(key, value))]
    return { column, plain, forms: [...new Set(forms)] }
  }

  /** In every table into which the dataset has delivered, whoever has brought the rows. */
  async #inTables(
    dataset: string,
    runs: readonly StoredRun[],
    wanted: Wanted,
    signal: AbortSignal,
  ): Promise<Found> {
    const { datasets } = this.#parts
    const found: Found = { places: [], unreached: [] }
    const targets = new Map<string, { connection: string; table: string }>()
    const known = datasets.get(dataset)?.destination?.warehouse ?? null
    for (const target of [known, ...runs.map(({ plan }) => plan.destination.warehouse)])
      if (target !== null) targets.set(`${target.connection}: ${target.table}`, target)
    for (const [where, { connection, table }] of targets)
      try {
        const { table: rows, putAside } = await this.#rows(connection, table, wanted, true, signal)
        if (rows === null)
          found.unreached.push(
            `${where}: Pallet takes single rows out of the built-in warehouse only. Delete there the rows in which ${wanted.column.name} is the value${wanted.column.personal === undefined ? '' : ', its hash or its token'}.`,
          )
        const place = { where, connection, name: table, state: 'found' as const }
        if (rows !== null && rows.length > 0)
          found.places.push({ ...place, kind: 'table', runs: rows })
        if (putAside.length > 0) found.places.push({ ...place, kind: 'put-aside', runs: putAside })
      } catch (error) {
        signal.throwIfAborted()
        found.unreached.push(`${where}: ${Problem.from(error).data.what}`)
      }
    return found
  }

  async #rows(
    connection: string,
    table: string,
    { column, forms }: Wanted,
    dry: boolean,
    signal: AbortSignal,
  ) {
    const { rooms, warehouseOf } = this.#parts
    const warehouse = await warehouseOf(connection)
    return await rooms.eraseRows(
      { warehouse, table, column: column.name, values: forms, dry },
      quiet(signal),
    )
  }

  async #eraseAt(
    place: ErasedPlace,
    wanted: Wanted,
    keep: () => Promise<unknown>,
    signal: AbortSignal,
  ): Promise<void> {
    switch (place.kind) {
      case 'table':
      case 'put-aside':
        // One transaction for both; whoever comes second finds nothing left.
        await this.#rows(place.connection ?? '', place.name, wanted, false, signal)
        return
      case 'blob':
        await this.#blobs.erase(place, wanted, keep, signal)
        return
      case 'held-back':
      case 'copy':
        await this.#files.erase(place, wanted)
    }
  }
}

/** What was begun and is not found any more is done: by the process that was cut off. */
function merged(before: readonly ErasedPlace[], found: readonly ErasedPlace[]): ErasedPlace[] {
  const key = ({ kind, where }: ErasedPlace): string => `${kind} ${where}`
  const now = new Set(found.map(key))
  const done = before
    .filter((place) => place.state !== 'found' && !now.has(key(place)))
    .map((place): ErasedPlace => ({ ...place, state: 'done' }))
  return [...done, ...found]
}

/** What nobody can take back. */
function outOfReach(runs: readonly StoredRun[]): string[] {
  const topics = new Set(
    runs.flatMap(({ plan: { destination } }) =>
      destination.topic === undefined
        ? []
        : [`${destination.topic.connection}: ${destination.topic.topic}`],
    ),
  )
  return [...topics].map(
    (topic) =>
      `Topic ${topic}: a message cannot be taken out of a topic; it stays until the topic drops it.`,
  )
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** As `tokenOf` of the engine makes it. */
function tokenOf({ inner, outer }: TokenKey, text: string): string {
  const inside = createHash('sha256').update(Buffer.from(inner, 'hex')).update(text).digest()
  return createHash('sha256').update(Buffer.from(outer, 'hex')).update(inside).digest('hex')
}
