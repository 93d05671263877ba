import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { groupOf } from '../../../shared/domain/fixing/fixing.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Reason } from '../../../shared/domain/files/quarantine.ts'
import {
  type DeadLetters,
  type Redriven,
  type RedrivePlan,
  mostAttempts,
} from '../../../shared/domain/streams/redrive.ts'
import type { Batch } from '../../../shared/domain/streams/stream.ts'
import type { Published } from '../../../shared/domain/streams/topic.ts'
import type { Connections } from '../connections/connections.ts'
import { droppedWords } from '../fixing/fixRows.ts'
import type { Held, HeldBack } from '../fixing/heldBack.ts'
import { type JudgedLinesParts, judgedLines } from '../looking/judgedLines.ts'
import type { HomePaths } from '../ports/home.ts'
import type { Rooms } from '../ports/rooms.ts'
import type {
  FixRepository,
  RedriveRepository,
  RunRepository,
  StoredRedrive,
} from '../ports/store.ts'
import type { Place } from '../ports/streaming.ts'
import { quiet } from '../quiet.ts'
import { newRunId } from '../runId.ts'

export interface RedrivingParts extends JudgedLinesParts {
  rooms: Pick<Rooms, 'takeHeld' | 'publish'>
  connections: Connections
  runs: RunRepository
  redrives: RedriveRepository
  fixes: FixRepository
  held: HeldBack
  home: HomePaths
  newId: () => string
  changed: (runId: string) => void
  now: () => Date
}

/** Of the newest runs, when it is asked where records of a topic are held back. */
const mostLookedAt = 500
/** Kinds of what is wrong that are told. */
const mostTold = 10

/** A held-back record, and where in the topic it lies. */
type Letter = Place & { record: number }

/** What would be sent, with what is said of it. */
interface Weighed {
  plan: RedrivePlan
  fit: Letter[]
}

/** Records of a topic that were held back, written to it once more as they are: for those that the rules let pass by now. */
export class Redriving {
  readonly #parts: RedrivingParts
  #before: Promise<unknown> = Promise.resolve()

  constructor(parts: RedrivingParts) {
    this.#parts = parts
  }

  /** The batches of a topic of which records are held back, the newest first. */
  async deadLetters(connection: string, topic: string): Promise<DeadLetters[]> {
    const { runs, held } = this.#parts
    const found: DeadLetters[] = []
    for (const { id, dataset, plan, createdAt } of runs.list({ limit: mostLookedAt })) {
      const { batch } = plan
      if (batch?.connection !== connection || batch.topic !== topic) continue
      const count = { held: 0, open: 0 }
      for await (const { state } of held.states(await held.of(id))) {
        count.held += 1
        if (state === 'held') count.open += 1
      }
      if (count.held > 0) found.push({ runId: id, dataset, at: createdAt, ...count })
    }
    return found
  }

  /** What sending them again would do; nothing is sent. */
  async plan(runId: string, signal: AbortSignal): Promise<RedrivePlan> {
    const held = await this.#held(runId)
    return await this.#inFolder(async (folder) => {
      const { plan } = await this.#weigh(held, folder, signal)
      return plan
    })
  }

  /**
   * Sends those again that would be taken now: the first `most` of them, or all (null). Each once: what was acknowledged is kept before more is sent, and
   * of one that was cut off the topic is read back first. One after the other.
   */
  redrive(runId: string, most: number | null, signal: AbortSignal): Promise<Redriven> {
    const next = this.#before
      .catch(() => {})
      .then(() => this.#inFolder((folder) => this.#redrive(runId, most, folder, signal)))
    this.#before = next
    return next
  }

  async #redrive(
    runId: string,
    most: number | null,
    folder: string,
    signal: AbortSignal,
  ): Promise<Redriven> {
    const { rooms, connections, redrives, now } = this.#parts
    const { connection, topic, topicId } = batchOf(await this.#held(runId))
    connections.mustWrite(connection)
    await this.#settle(runId, folder, signal)
    const { plan, fit } = await this.#weigh(await this.#held(runId), folder, signal)
    const chosen = fit.slice(0, most ?? fit.length)
    if (chosen.length === 0) return { plan, sent: 0 }
    const stream = await connections.stream(connection)
    const messages = join(folder, 'chosen.ndjson')
    const { taken } = await rooms.takeHeld(
      { stream, topic, topicId, places: chosen, lines: join(folder, 'chosen.lines'), messages },
      quiet(signal),
    )
    const byPlace = new Map(chosen.map((one) => [placeOf(one), one.record]))
    const records = taken.flatMap((one) => {
      const record = byPlace.get(placeOf(one))
      return record === undefined ? [] : [{ record, partition: one.partition }]
    })
    const redrive: StoredRedrive = { id: newRunId(now()), run: runId, records, published: null }
    redrives.begin(redrive)
    const published = await this.#publish(redrive, messages, signal)
    return { plan, sent: this.#mark(redrive, published) }
  }

  /** Of one that was cut off: marks what of it the topic has. What it does not have is open as before. */
  async #settle(runId: string, folder: string, signal: AbortSignal): Promise<void> {
    const { redrives } = this.#parts
    const open = redrives.of(runId)
    if (open === null) return
    if (open.published === null) return redrives.end(open.id)
    const nothing = join(folder, 'nothing.ndjson')
    await writeFile(nothing, '')
    this.#mark(open, await this.#publish(open, nothing, signal))
  }

  async #publish(
    { id, run, published: before }: StoredRedrive,
    file: string,
    signal: AbortSignal,
  ): Promise<readonly Published[]> {
    const { rooms, connections, redrives } = this.#parts
    const { connection, topic } = batchOf(await this.#held(run))
    let told: readonly Published[] = before ?? []
    return await rooms.publish(
      { stream: await connections.stream(connection), topic, run: id, file, before },
      {
        signal,
        report: ({ published }) => {
          told = published
        },
        ask: async () => {
          redrives.keep(id, told)
          return null
        },
      },
    )
  }

  /** The records of a partition are sent in their order, so the row of the last says which of them are there. Answers how many. */
  #mark({ id, run, records }: StoredRedrive, published: readonly Published[]): number {
    const { fixes, redrives, runs, changed, now } = this.#parts
    const reason = `Sent again into the topic ${batchOf({ run: this.#parts.held.must(run) }).topic}`
    const sent = records.filter(
      ({ partition }, at) => at < (published.find((one) => one.partition === partition)?.row ?? 0),
    )
    // Marked once more, where it was cut off in between, they are the same.
    fixes.save(
      run,
      sent.map(({ record }) => ({ record, cells: null, reason, problems: null })),
      [],
    )
    if (sent.length > 0)
      runs.log(run, {
        at: now().toISOString(),
        level: 'info',
        message: droppedWords(sent.length, reason),
      })
    redrives.end(id)
    changed(run)
    return sent.length
  }

  async #weigh(held: Held, folder: string, signal: AbortSignal): Promise<Weighed> {
    const { rooms, connections, held: heldBack } = this.#parts
    const { connection, topic, topicId } = batchOf(held)
    const letters: Letter[] = []
    for await (const { record, raw, state } of heldBack.states(held))
      if (state === 'held') letters.push({ record, ...placeIn(raw, topic) })
    const empty = { runId: held.run.id, connection, topic, open: letters.length }
    const lines = join(folder, 'records.ndjson')
    const { taken } = await rooms.takeHeld(
      {
        stream: await connections.stream(connection),
        topic,
        topicId,
        places: letters.map(({ partition, offset }) => ({ partition, offset })),
        lines,
        messages: join(folder, 'messages.ndjson'),
      },
      quiet(signal),
    )
    const wrong =
      taken.length === 0
        ? new Map<number, Reason>()
        : await judgedLines(
            this.#parts,
            {
              file: lines,
              dataset: held.run.dataset,
              reading: held.run.plan.reading,
            },
            signal,
          )
    const byPlace = new Map(letters.map((one) => [placeOf(one), one]))
    const fit: Letter[] = []
    const unfit: Reason[] = []
    let tooOften = 0
    for (const [at, one] of taken.entries()) {
      const letter = byPlace.get(placeOf(one))
      const reason = wrong.get(at + 1)
      if (letter === undefined) continue
      if (reason !== undefined) unfit.push(reason)
      else if (one.attempts >= mostAttempts) tooOften += 1
      else fit.push(letter)
    }
    const told = [...Map.groupBy(unfit, groupOf).values()]
      .map((alike) => ({ message: alike[0]?.message ?? '', records: alike.length }))
      .toSorted((one, other) => other.records - one.records)
    const gone = letters.length - taken.length
    return {
      fit,
      plan: { ...empty, fit: fit.length, unfit: told.slice(0, mostTold), gone, tooOften },
    }
  }

  async #held(runId: string): Promise<Held> {
    const held = await this.#parts.held.of(runId)
    batchOf(held)
    return held
  }

  async #inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = join(this.#parts.home.incoming, this.#parts.newId())
    await mkdir(folder, { mode: 0o700 })
    try {
      return await work(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function batchOf({ run: { id, plan } }: Pick<Held, 'run'>): Batch {
  if (plan.batch !== undefined) return plan.batch
  throw new Problem({
    code: 'usage',
    what: `The run ${id} is of a file, and not of a topic.`,
    did: 'Nothing was sent.',
    advice: 'Its held-back rows are mended and sent again by “pallet fix”.',
  })
}

const placeOf = ({ partition, offset }: Place): string => `${partition}:${offset}`

/** Where a held-back record lies in its topic, as `takeBatch` has written it in front. */
function placeIn(raw: string, topic: string): Place {
  const [, partition, offset] =
    /^\{"kafka_topic":"[^"]*","kafka_partition":(\d+),"kafka_offset":(\d+),/.exec(raw) ??
    /^\S+ partition (\d+) offset (\d+): /.exec(raw) ??
    []
  if (partition === undefined || offset === undefined)
    throw new Error(`a held-back record of ${topic} that does not say where it lies`)
  return { partition: Number(partition), offset: Number(offset) }
}
