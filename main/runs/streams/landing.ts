import { Problem } from '../../../shared/domain/problem.ts'
import type { ChosenDestination, Destination } from '../../../shared/domain/datasets/dataset.ts'
import {
  completeDestination,
  refuseName,
  wrongName,
} from '../../../shared/domain/datasets/names.ts'
import {
  type Batch,
  type OffsetRange,
  type TopicLag,
  landedUpTo,
  lineageColumns,
  nextRanges,
  offsetsIn,
} from '../../../shared/domain/streams/stream.ts'
import { isFinished } from '../../../shared/domain/runs/run.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import type { Connections } from '../connections/connections.ts'
import { heldToNow } from '../heldTo.ts'
import type { Rooms } from '../ports/rooms.ts'
import type { DatasetRepository, RunRepository, StoredRun } from '../ports/store.ts'
import type { TopicNow } from '../ports/streaming.ts'
import type { RunQueue } from '../queue.ts'
import { quiet } from '../quiet.ts'
import { newRunId } from '../runId.ts'

export interface LandingParts {
  rooms: Pick<Rooms, 'topicNow' | 'cutBatch' | 'deliveries'>
  connections: Connections
  runs: RunRepository
  datasets: DatasetRepository
  queue: Pick<RunQueue, 'start' | 'resume' | 'retry'>
  now: () => Date
}

/** Of the newest runs, when it is asked as what topics are landed. */
const mostLookedAt = 500

export interface LandInput {
  connection: string
  topic: string
  dataset: string
  /** Offsets of a batch, at most. */
  offsets: number
  /** And of the keys and values of its records; null or absent: any. */
  bytes?: number | null | undefined
  destination: ChosenDestination
  /** Where a topic begins of which nothing is landed yet. */
  start: 'begin' | 'end'
  /** Goes on behind records that are gone. */
  acceptLoss: boolean
  /** `false`: a batch that has ended and is not landed is a matter of a person. Absent: it is tried again. */
  triesAgain?: boolean
}

/** Topics on their way into the warehouse: each batch is a run, and what is landed stands in the ledger beside its rows. */
export class Landing {
  readonly #parts: LandingParts
  #planning: Promise<unknown> = Promise.resolve()

  constructor(parts: LandingParts) {
    this.#parts = parts
  }

  /**
   * The run of the next batch; null: there is nothing to land. A batch that is on its way, or has failed, comes first: it goes on
   * as it was planned. One after the other, so that two who ask at once do not plan the same records.
   */
  next(input: LandInput, signal: AbortSignal): Promise<{ runId: string | null }> {
    const next = this.#planning.catch(() => {}).then(() => this.#next(input, signal))
    this.#planning = next
    return next
  }

  async #next(input: LandInput, signal: AbortSignal): Promise<{ runId: string | null }> {
    signal.throwIfAborted()
    const { runs, datasets, connections, queue, now } = this.#parts
    const at = now()
    const id = newRunId(at)
    const destination = this.#destinationOf(input, id, at)
    const before = this.#lastRun(input)
    const lag = await this.#lag(input, destination, signal)
    signal.throwIfAborted()
    const { topicId, partitions } = lag
    if (before !== null && isOpen(before, lag)) {
      if (input.triesAgain === false && isFinished(before.state)) throw notLanded(before)
      if (before.state === 'failed' || before.state === 'stopped' || before.state === 'cancelled')
        queue.retry(before.id)
      else if (before.state === 'waiting' || before.state === 'paused') queue.resume(before.id)
      else queue.start(before.id)
      return { runId: before.id }
    }
    if (!input.acceptLoss) refuseLoss(input.topic, lag)
    const isNew = partitions.every(({ landed }) => landed === null)
    const open = partitions.map(({ partition, from, to, landed }) => ({
      partition,
      from: isNew && input.start === 'end' ? to : Math.max(from, landed ?? 0),
      to,
    }))
    const wanted = nextRanges(open, input.offsets)
    if (wanted.length === 0) return { runId: null }
    const taken = await this.#cut(input, wanted, lag, signal)
    // From here on nothing waits: who ends it by now gets no batch more.
    signal.throwIfAborted()
    // What is gone is accepted once: the batch says from where its partition goes on, also where nothing of it is there.
    const empty = partitions.flatMap(({ partition, from, landed }) =>
      landed !== null && landed < from && !taken.some((one) => one.partition === partition)
        ? [{ partition, from, to: from }]
        : [],
    )
    const ranges = [...taken, ...empty].toSorted((a, b) => a.partition - b.partition)
    const { connection, topic, dataset } = input
    const batch: Batch = { connection, topic, topicId, ranges }
    connections.mustExist(destination)
    const { blob } = destination
    const named = {
      ...destination,
      blob: blob && { ...blob, name: blobOf(batch, dataset, blob.format) },
    }
    refuseName(wrongName(dataset, named, datasets.get(dataset)))
    const name = `${topic} ${rangeWords(ranges)}`
    runs.create({
      id,
      dataset,
      plan: {
        source: { kind: 'topic', path: `${connection}/${name}`, name, bytes: null, sha256: null },
        location: `${connection}/${topic}`,
        destination: named,
        reading: { kind: 'records', path: [], names: [...lineageColumns] },
        columns: null,
        heldTo: heldToNow(datasets, dataset),
        remember: false,
        batch,
      },
      at: at.toISOString(),
    })
    queue.start(id)
    return { runId: id }
  }

  /** As much of the ranges as a batch may have bytes: whatever waits the longest, so that no partition is left behind by the others. */
  async #cut(
    { connection, topic, bytes }: LandInput,
    ranges: OffsetRange[],
    { partitions }: TopicLag,
    signal: AbortSignal,
  ): Promise<OffsetRange[]> {
    if (typeof bytes !== 'number') return ranges
    const since = new Map(partitions.map((one) => [one.partition, one.waitingSince ?? '']))
    const oldestFirst = ranges.toSorted((one, other) =>
      (since.get(one.partition) ?? '') < (since.get(other.partition) ?? '') ? -1 : 1,
    )
    const { rooms, connections } = this.#parts
    const stream = await connections.stream(connection)
    return await rooms.cutBatch({ stream, topic, ranges: oldestFirst, bytes }, quiet(signal))
  }

  /** How far a topic is landed, by partition. */
  async lag(
    input: Pick<LandInput, 'connection' | 'topic' | 'dataset' | 'destination'>,
    signal: AbortSignal,
  ): Promise<TopicLag> {
    const at = this.#parts.now()
    const { isAnother, partitions } = await this.#lag(
      input,
      this.#destinationOf(input, newRunId(at), at),
      signal,
    )
    return { isAnother, partitions }
  }

  /** As what the topics of a connection are landed, by topic: as the newest batch was. */
  landedAs(connection: string): Map<string, Pick<LandInput, 'dataset' | 'destination'>> {
    return new Map(
      this.#parts.runs
        .list({ limit: mostLookedAt })
        .toReversed()
        .flatMap(({ dataset, plan: { batch, destination } }) =>
          batch?.connection === connection
            ? [[batch.topic, { dataset, destination }] as const]
            : [],
        ),
    )
  }

  /** The table that the records of a topic go into. */
  tableOf(input: Pick<LandInput, 'topic' | 'dataset' | 'destination'>): Destination['warehouse'] {
    const at = this.#parts.now()
    return this.#destinationOf(input, newRunId(at), at).warehouse
  }

  async #lag(
    { connection, topic }: Pick<LandInput, 'connection' | 'topic'>,
    { warehouse }: Destination,
    signal: AbortSignal,
  ): Promise<TopicLag & { topicId: string }> {
    const { rooms, connections } = this.#parts
    if (warehouse === null) throw needsTable()
    const access = await connections.warehouse(warehouse.connection)
    if (access.kind !== 'duckdb') throw onlyBuiltIn(warehouse.connection)
    const deliveries = await rooms.deliveries(
      { warehouse: access, table: warehouse.table },
      quiet(signal),
    )
    const batches = deliveries.flatMap(({ batch }) => batch ?? [])
    const stream = await connections.stream(connection)
    const last = batches.findLast((batch) => batch.topic === topic)
    const landed = last === undefined ? new Map<number, number>() : landedUpTo(batches, last)
    const now: TopicNow = await rooms.topicNow({ stream, topic, landed }, quiet(signal))
    const isAnother =
      last !== undefined &&
      (last.topicId !== now.topicId ||
        now.partitions.some(({ partition, to }) => (landed.get(partition) ?? 0) > to))
    const isKnown = last !== undefined && !isAnother
    return {
      topicId: now.topicId,
      isAnother,
      partitions: now.partitions.map((one) => ({
        ...one,
        // A partition that has come to the topic since begins at its first record.
        landed: isKnown ? (landed.get(one.partition) ?? 0) : null,
      })),
    }
  }

  #destinationOf(
    { topic, dataset, destination }: Pick<LandInput, 'topic' | 'dataset' | 'destination'>,
    run: string,
    at: Date,
  ): Destination {
    const { datasets, connections } = this.#parts
    const known = datasets.get(dataset)?.destination ?? null
    const chosen = completeDestination(
      destination,
      { name: dataset, destination: known },
      { name: `${topic}.json`, at, run },
      connections,
    )
    if (chosen.warehouse === null) return chosen
    const { connection, table } = chosen.warehouse
    return { ...chosen, warehouse: { connection, table, meaning: { kind: 'append' } } }
  }

  /** The newest batch of the topic that was planned. */
  #lastRun({ connection, topic, dataset }: LandInput): StoredRun | null {
    return (
      this.#parts.runs
        .list({ dataset, limit: 1000 })
        .find(({ plan: { batch } }) => batch?.connection === connection && batch.topic === topic) ??
      null
    )
  }
}

/** Offsets that nobody can land any more are a matter of a person. */
function refuseLoss(topic: string, { isAnother, partitions }: TopicLag): void {
  const lost = partitions.find(({ from, landed }) => landed !== null && landed < from)
  if (!isAnother && lost === undefined) return
  const landed = lost?.landed ?? 0
  const from = lost?.from ?? 0
  throw new Problem({
    code: 'source-missing',
    what: isAnother
      ? `The topic ${topic} was deleted and made again since it was last landed: its offsets are others.`
      : `${plural(from - landed, 'record')} of ${topic} were deleted before they were landed: partition ${lost?.partition ?? 0} is landed up to ${landed}, and begins at ${from} now.`,
    did: 'Nothing was landed.',
    advice:
      'Have what is missing sent again where it comes from. “--accept-loss” goes on with what is there.',
  })
}

/** Whether a planned batch is still to be landed. */
function isOpen(
  { state, plan: { batch } }: StoredRun,
  { topicId, partitions }: TopicLag & { topicId: string },
): boolean {
  if (state === 'succeeded' || batch === undefined) return false
  if (!isFinished(state)) return true
  if (batch.topicId !== topicId) return false
  return batch.ranges.some(({ partition, to }) => (partitions[partition]?.landed ?? 0) < to)
}

function notLanded({ id, state, problem }: StoredRun): Problem {
  return new Problem({
    code: problem?.code ?? 'decision-needed',
    what: `A batch was not landed, and the next one waits for it: the run ${id} was ${state === 'failed' ? 'not successful' : state}. ${problem?.what ?? ''}`.trim(),
    advice: `“pallet show ${id}” tells more, “pallet retry ${id}” tries it again.`,
  })
}

/** Sorted by name they stand in the order of the topic; the same records have the same name. */
function blobOf({ topic, ranges }: Batch, dataset: string, format: string): string {
  const place = (offset: number): string => String(offset).padStart(20, '0')
  const sum = (end: 'from' | 'to'): number => ranges.reduce((all, range) => all + range[end], 0)
  const shown =
    ranges.length > 8
      ? `${ranges.length}-partitions`
      : ranges.map(({ partition, from, to }) => `p${partition}.${from}-${to}`).join('_')
  return `${dataset}/${topic}/${place(sum('from'))}-${place(sum('to'))}_${shown}.${format}`
}

/** `3 partitions, 1,200 offsets from 0:400, 1:380, 2:420` */
function rangeWords(ranges: readonly OffsetRange[]): string {
  const [first, ...more] = ranges
  if (first === undefined) return ''
  const others = more.length === 0 ? '' : ` and ${more.length} more`
  return `${first.partition}:${first.from}–${first.to - 1}${others} (${formatCount(offsetsIn(ranges))} offsets)`
}

function needsTable(): Problem {
  return new Problem({
    code: 'usage',
    what: 'A topic is landed into a table: where it has come to is kept there.',
    did: 'Nothing was landed.',
  })
}

function onlyBuiltIn(connection: string): Problem {
  return new Problem({
    code: 'usage',
    what: `Topics are landed into the built-in warehouse; ${connection} is another one.`,
    did: 'Nothing was landed.',
    advice: 'Choose the connection “sandbox” with --warehouse.',
  })
}
