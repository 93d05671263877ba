import type { ChosenDestination, Destination } from '../../../shared/domain/datasets/dataset.ts'
import {
  type Extract,
  type Position,
  extractColumns,
  positionIn,
} from '../../../shared/domain/arriving/extract.ts'
import { standing } from '../../../shared/domain/runs/delivery.ts'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import {
  completeDestination,
  refuseName,
  wrongName,
} from '../../../shared/domain/datasets/names.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Connections } from '../connections/connections.ts'
import { heldToNow } from '../heldTo.ts'
import type { TryExtractOutput } from '../ports/extracting.ts'
import type { Rooms } from '../ports/rooms.ts'
import type {
  DatasetRepository,
  ExtractRepository,
  RunRepository,
  StoredExtract,
} from '../ports/store.ts'
import type { RunQueue } from '../queue.ts'
import { quiet } from '../quiet.ts'
import { newRunId } from '../runId.ts'

export interface ExtractsParts {
  extracts: ExtractRepository
  rooms: Pick<Rooms, 'tryExtract' | 'deliveries'>
  connections: Connections
  runs: RunRepository
  datasets: DatasetRepository
  queue: Pick<RunQueue, 'start' | 'resume' | 'retry'>
  now: () => Date
}

const shownRecords = 20

/** The use cases of what is taken out of the APIs of shop systems: each fetch is a run, and where it has come to stands in the ledger beside its rows. */
export class Extracts {
  readonly #parts: ExtractsParts

  constructor(parts: ExtractsParts) {
    this.#parts = parts
  }

  /** The first page of an extract, saved or not; nothing is kept of it. */
  async try(extract: Extract, signal: AbortSignal): Promise<TryExtractOutput> {
    return await this.#try(extract, null, signal)
  }

  save(input: Pick<StoredExtract, 'dataset' | 'extract'>): void {
    const { extracts, connections, now } = this.#parts
    connections.mustBe(input.extract.connection, 'source')
    extracts.save(input, now().toISOString())
  }

  /** Its runs and its rows stay as they are. */
  remove(dataset: string): void {
    this.must(dataset)
    this.#parts.extracts.remove(dataset)
  }

  /**
   * The run that fetches what is there now; null: there is nothing new. One that is on its way, or has failed, comes first: it goes on
   * where it was.
   */
  async fetch(
    { dataset, destination: chosen }: { dataset: string; destination: ChosenDestination },
    signal: AbortSignal,
  ): Promise<{ runId: string | null }> {
    const { runs, datasets, connections, queue, now } = this.#parts
    const extract = this.must(dataset)
    const at = now()
    const id = newRunId(at)
    const destination = this.#destinationOf(dataset, extract, chosen, id, at)
    connections.mustExist(destination)
    refuseName(wrongName(dataset, destination, datasets.get(dataset)))
    const from = await this.#position(extract, destination, signal)
    const before = this.#lastRun(dataset)
    switch (before?.state) {
      case 'queued':
      case 'running':
        queue.start(before.id)
        return { runId: before.id }
      case 'waiting':
      case 'paused':
        queue.resume(before.id)
        return { runId: before.id }
      case 'failed':
      case 'stopped':
      case 'cancelled':
        // Planned as one would be now: it goes on. Otherwise it is left to who looks at it.
        if (JSON.stringify(before.plan.extract) !== JSON.stringify({ ...extract, from })) break
        queue.retry(before.id)
        return { runId: before.id }
      case 'succeeded':
      case undefined:
        break
    }
    const first = await this.#try(extract, from, signal)
    if (first.newOnPage === 0 && first.isLast) return { runId: null }
    const { connection, path } = extract
    const name = `${path.split('/').findLast((part) => part !== '') ?? path} of ${connection}`
    runs.create({
      id,
      dataset,
      plan: {
        source: { kind: 'extract', path: `${connection}${path}`, name, bytes: null, sha256: null },
        location: `${connection}${path}`,
        destination,
        reading: { kind: 'records', path: [], names: [...extractColumns] },
        columns: null,
        heldTo: heldToNow(datasets, dataset),
        remember: false,
        extract: { ...extract, from },
      },
      at: at.toISOString(),
    })
    queue.start(id)
    return { runId: id }
  }

  async #try(
    extract: Extract,
    from: Position | null,
    signal: AbortSignal,
  ): Promise<TryExtractOutput> {
    const api = await this.#parts.connections.source(extract.connection)
    const input = { api, extract, from, records: shownRecords }
    return await this.#parts.rooms.tryExtract(input, quiet(signal))
  }

  /** Where it has come to in the table; null: it begins. */
  async #position(
    extract: Extract,
    { warehouse }: Destination,
    signal: AbortSignal,
  ): Promise<Position | null> {
    if (extract.incremental === null) return null
    const { connections, rooms } = this.#parts
    if (warehouse === null) throw needsTable()
    const access = await connections.warehouse(warehouse.connection)
    if (access.kind !== 'duckdb') throw onlyBuiltIn(warehouse.connection)
    const input = { warehouse: access, table: warehouse.table }
    const deliveries = await rooms.deliveries(input, quiet(signal))
    return positionIn(
      standing(deliveries).flatMap((one) => one.extract ?? []),
      extract,
    )
  }

  /** What it is to the table follows from how it is taken, until a person says otherwise. */
  #destinationOf(
    dataset: string,
    { incremental, key }: Extract,
    chosen: ChosenDestination,
    run: string,
    at: Date,
  ): Destination {
    const { datasets, connections } = this.#parts
    const known = datasets.get(dataset)?.destination ?? null
    const destination = completeDestination(
      chosen,
      { name: dataset, destination: known },
      { name: `${dataset}.json`, at, run },
      connections,
    )
    const { warehouse } = destination
    if (warehouse === null || known !== null || chosen.warehouse?.meaning !== undefined)
      return destination
    const meaning: Meaning =
      incremental === null
        ? { kind: 'snapshot' }
        : key === null
          ? { kind: 'append' }
          : { kind: 'upsert', keys: [key] }
    return { ...destination, warehouse: { ...warehouse, meaning } }
  }

  #lastRun(dataset: string) {
    return this.#parts.runs.list({ dataset, limit: 1000 }).find(({ plan }) => plan.extract) ?? null
  }

  /** What is fetched for a dataset. Throws `not-found`. */
  must(dataset: string): Extract {
    const found = this.#parts.extracts.list().find((one) => one.dataset === dataset)
    if (found !== undefined) return found.extract
    throw new Problem({
      code: 'not-found',
      what: `Pallet does not know where ${dataset} is fetched from.`,
      did: 'Nothing was done.',
      advice: '“pallet extract set” says it.',
    })
  }
}

function needsTable(): Problem {
  return new Problem({
    code: 'usage',
    what: 'What is new and changed goes into a table: how far it was fetched is kept there.',
    did: 'Nothing was fetched.',
    advice: 'Give it a table, or fetch the whole list each time.',
  })
}

function onlyBuiltIn(connection: string): Problem {
  return new Problem({
    code: 'usage',
    what: `What is new and changed is fetched into the built-in warehouse; ${connection} is another one.`,
    did: 'Nothing was fetched.',
    advice: 'Choose the connection “sandbox” with --warehouse, or fetch the whole list each time.',
  })
}
