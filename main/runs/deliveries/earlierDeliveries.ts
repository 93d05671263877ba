/** What a new file may have been before: the deliveries of its dataset that came earlier, and what of them it shares. */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import {
  type Earlier,
  type Question,
  knownKeys,
  likelyMeanings,
  looksDelivered,
} from '../../../shared/domain/runs/decision.ts'
import { type Delivery, isWhole, standing } from '../../../shared/domain/runs/delivery.ts'
import { meaningChoices } from '../../../shared/domain/datasets/meaning.ts'
import { proposeDataset } from '../../../shared/domain/datasets/names.ts'
import { inTerminal } from '../../../shared/domain/runs/run.ts'
import { plural } from '../../../shared/domain/sizes.ts'
import type { TopicTarget } from '../../../shared/domain/streams/topic.ts'
import { wasAsked } from '../asking/answered.ts'
import type { Asking } from '../asking/asking.ts'
import { type Checkpoints, outputColumns } from '../checkpoints.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, RunRepository, StoredRun } from '../ports/store.ts'
import type { WarehouseAccess } from '../ports/warehouse.ts'
import { quiet } from '../quiet.ts'
import { loadInput } from '../steps/load.ts'
import { filesOf, formatOf, rowHashesOf } from '../steps/step.ts'
import type { Undoing } from './undoing.ts'

/** So many deliveries of a dataset are compared with a new file. */
const comparedDeliveries = 30

/** After so many that were added and never disputed, its files bring new rows, and no table is searched for more. */
const weighedDeliveries = 5

export interface EarlierParts {
  rooms: Pick<Rooms, 'deliveries' | 'compareRows' | 'weigh'>
  runs: RunRepository
  undoing: Undoing
  datasets: DatasetRepository
  home: HomePaths
  warehouseOf: (connection: string) => Promise<WarehouseAccess>
}

/** What the steps before have left. */
export interface Left {
  fetch: Checkpoints['fetch']
  clean: Checkpoints['clean']
}

export class EarlierDeliveries {
  readonly #parts: EarlierParts
  readonly #asking: Asking

  constructor(parts: EarlierParts, asking: Asking) {
    this.#parts = parts
    this.#asking = asking
  }

  /** All that was delivered into the table by other runs, oldest first. */
  async others(run: StoredRun, signal: AbortSignal): Promise<Delivery[]> {
    const { rooms, warehouseOf, undoing } = this.#parts
    const { warehouse } = run.plan.destination
    if (warehouse === null) return []
    const deliveries = await rooms.deliveries(
      { warehouse: await warehouseOf(warehouse.connection), table: warehouse.table },
      quiet(signal),
    )
    // An undo that was cut off after the warehouse knew of it.
    for (const { runId } of deliveries.filter(({ undoneAt }) => undoneAt !== null)) {
      const undone = this.#earlierRun(runId)
      if (undone?.undoneAt === null) await undoing.undo(undone, false, signal)
    }
    return deliveries.filter(({ runId }) => runId !== run.id)
  }

  /** What is to be asked about the rows that were delivered before; with what its files may mean, where nobody has said it. */
  async question(
    run: StoredRun,
    left: Left,
    deliveries: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<Question | null> {
    const sameRows = await this.#sameRows(run, left, deliveries, signal)
    const { warehouse } = run.plan.destination
    const names = this.#namesOf(run)
    const before = standing(deliveries).filter(
      ({ dataset, completes }) => names.includes(dataset) && completes === null,
    )
    if (warehouse === null || wasAsked(run) || before.length === 0) return sameRows
    const isNew = warehouse.assumed === true && before.length <= weighedDeliveries
    // A file that is called as none before may be one of them, corrected: its rows may all have changed.
    if (!isNew && (sameRows !== null || this.#isNamedAsBefore(run, before))) return sameRows
    const { warehouseOf, rooms, home } = this.#parts
    const overlap = await rooms.weigh(
      await loadInput(run, left, filesOf(home, run).output, warehouseOf),
      quiet(signal),
    )
    if (overlap === null) return sameRows
    const { table } = warehouse
    const rows = left.clean.clean
    if (sameRows !== null) return { ...sameRows, meanings: likelyMeanings(overlap, sameRows.same) }
    const key = knownKeys(overlap, rows)
    if (key !== null) {
      const meanings = likelyMeanings(overlap, 0)
      return { kind: 'same-keys', table, key: key.column, same: key.shared, rows, meanings }
    }
    const { days } = overlap
    if (warehouse.assumed === true && before.length === 1 && days !== null && days.shared === 0)
      this.#asking.log(
        run,
        `Nobody has said what the files of ${run.dataset} are, so their rows are added as new ones. None of the ${plural(days.days, 'day')} in it is in ${table} yet. If a day may come again, say with the next file that it is all there is for its days: “Change” beside the destination, then “${meaningChoices.slice}”.${inTerminal(`--by ${days.column} --remember`)}`,
        'warn',
      )
    return null
  }

  /** The earlier delivery of the dataset with which the file has most rows in common, when they are many. */
  async #sameRows(
    run: StoredRun,
    { clean }: Left,
    deliveries: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<Extract<Question, { kind: 'same-rows' }> | null> {
    const { home, rooms } = this.#parts
    // Its rows are in the warehouse that has cleaned them, and the others' are not here either.
    if (clean.there !== undefined) return null
    const hashesOf = (runId: string): string => rowHashesOf(home, runId)
    const names = this.#namesOf(run)
    const ofDataset = standing(deliveries).filter(
      ({ dataset, completes }) => names.includes(dataset) && completes === null,
    )
    for (const { runId } of ofDataset.slice(0, -comparedDeliveries))
      await rm(hashesOf(runId), { force: true })
    const compared = ofDataset
      .slice(-comparedDeliveries)
      .filter((delivery) => isWhole(deliveries, delivery) && existsSync(hashesOf(delivery.runId)))
    // Of an earlier try, whose rows may have been others.
    await rm(hashesOf(run.id), { force: true })
    // Its own are made on its way then.
    if (compared.length === 0) return null
    const { same } = await rooms.compareRows(
      {
        file: filesOf(home, run).output,
        format: formatOf(run),
        columns: outputColumns(clean),
        hashes: hashesOf(run.id),
        earlier: compared.map(({ runId }) => ({ runId, hashes: hashesOf(runId) })),
      },
      quiet(signal),
    )
    const most = compared
      .map((delivery, index) => ({ delivery, rows: same[index]?.rows ?? 0 }))
      .filter(({ delivery, rows }) => looksDelivered(rows, clean.clean, delivery.rows))
      .reduce<{ delivery: Delivery; rows: number } | null>(
        (best, one) => (best !== null && best.rows > one.rows ? best : one),
        null,
      )
    return most === null
      ? null
      : {
          kind: 'same-rows',
          earlier: this.named(most.delivery),
          same: most.rows,
          meanings: [],
          rows: clean.clean,
        }
  }

  #isNamedAsBefore(run: StoredRun, before: readonly Delivery[]): boolean {
    const name = proposeDataset(run.plan.source.name)
    return before
      .slice(-comparedDeliveries)
      .some((delivery) => proposeDataset(this.named(delivery).name) === name)
  }

  /** Under which its dataset has delivered. */
  #namesOf({ dataset }: StoredRun): string[] {
    return [dataset, ...(this.#parts.datasets.get(dataset)?.formerly ?? [])]
  }

  /** Whether its blob would lie where that of the earlier delivery does. */
  sameBlob(run: StoredRun, { runId }: Delivery): boolean {
    const { blob } = run.plan.destination
    const before = this.#earlierRun(runId)?.plan.destination.blob
    return (
      blob === null ||
      (blob.connection === before?.connection && blob.container === before.container)
    )
  }

  /** The run that has published the same bytes to the topic, as far as this Pallet knows. */
  publishedBefore(
    run: StoredRun,
    { connection, topic }: TopicTarget,
    sha256: string,
  ): { earlier: Earlier; isWhole: boolean } | null {
    const twin = this.#parts.runs
      .list({ dataset: run.dataset, limit: 1000 })
      .find(
        ({ id, receipt, plan: { source, destination } }) =>
          id !== run.id &&
          (receipt?.published?.rows ?? 0) > 0 &&
          source.sha256 === sha256 &&
          destination.topic?.connection === connection &&
          destination.topic.topic === topic,
      )
    if (twin === undefined) return null
    const { id: runId, state, receipt, plan, finishedAt, createdAt } = twin
    const rows = receipt?.published?.rows ?? 0
    const earlier = { runId, name: plan.source.name, at: finishedAt ?? createdAt, rows }
    return { earlier, isWhole: state === 'succeeded' }
  }

  named({ runId, rows, loadedAt }: Delivery): Earlier {
    const name = this.#earlierRun(runId)?.plan.source.name
    return { runId, name: name ?? 'a file', at: loadedAt, rows }
  }

  /** null where it is forgotten, or cannot be read. */
  #earlierRun(runId: string): StoredRun | null {
    return this.#parts.runs.list({ search: runId, limit: 1 })[0] ?? null
  }
}
