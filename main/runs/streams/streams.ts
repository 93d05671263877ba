import type { Destination } from '../../../shared/domain/datasets/dataset.ts'
import type {
  GroupView,
  Stream,
  StreamInput,
  StreamRecord,
  TopicLag,
  TopicView,
} from '../../../shared/domain/streams/stream.ts'
import type { ResetPlan } from '../../../shared/domain/streams/groupReset.ts'
import type { DeadLetters, RedrivePlan, Redriven } from '../../../shared/domain/streams/redrive.ts'
import { type LandInput, Landing, type LandingParts } from './landing.ts'
import type { Rooms } from '../ports/rooms.ts'
import type {
  Place,
  ResetGroupInput,
  ResetPlanInput,
  SimulateInput,
  SimulateOutput,
  SimulateReport,
  TailInput,
  TopicInput,
} from '../ports/streaming.ts'
import { type Produced, type ProducingParts, produceOne } from './producing.ts'
import { quiet } from '../quiet.ts'
import { Redriving, type RedrivingParts } from './redriving.ts'
import { reportsOf } from '../reports.ts'
import { Streaming, type StreamingParts } from './streaming.ts'

interface StreamsParts
  extends
    LandingParts,
    Pick<StreamingParts, 'streamStore' | 'unsaved'>,
    Omit<RedrivingParts, 'rooms'> {
  rooms: LandingParts['rooms'] &
    RedrivingParts['rooms'] &
    ProducingParts['rooms'] &
    Pick<Rooms, 'tail' | 'simulate' | 'topics' | 'groups' | 'resetPlan' | 'resetGroup'>
}

/** What a person names where a room is given how to reach it. */
type Named<Input> = Omit<Input, 'stream'> & { connection: string }

/** The use cases of topics. */
export class Streams {
  readonly #parts: StreamsParts
  readonly #landing: Landing
  readonly #streaming: Streaming
  readonly #redriving: Redriving

  constructor(parts: StreamsParts) {
    this.#parts = parts
    this.#landing = new Landing(parts)
    this.#streaming = new Streaming({ ...parts, landing: this.#landing })
    this.#redriving = new Redriving(parts)
  }

  /** The run of the next batch of a topic; null: all of it is landed. */
  land(input: LandInput, signal: AbortSignal): Promise<{ runId: string | null }> {
    return this.#landing.next(input, signal)
  }

  /** How far a topic is landed, by partition. */
  lag(
    input: Pick<LandInput, 'connection' | 'topic' | 'dataset' | 'destination'>,
    signal: AbortSignal,
  ): Promise<TopicLag> {
    return this.#landing.lag(input, signal)
  }

  /** Topics that are landed batch after batch. */
  list(): Stream[] {
    return this.#streaming.list()
  }

  /** Begins one, or goes on with one that was stopped. */
  start(input: StreamInput): Stream {
    return this.#streaming.start(input)
  }

  stop(id: number): void {
    this.#streaming.stop(id)
  }

  remove(id: number): void {
    this.#streaming.remove(id)
  }

  /** Lands until it is closed. Never fails. */
  begin(): Promise<void> {
    return this.#streaming.begin()
  }

  close(): Promise<void> {
    return this.#streaming.close()
  }

  /** The topics of a connection, each with how far it is landed. What the warehouse does not tell is unknown. */
  async topics(connection: string, signal: AbortSignal): Promise<TopicView[]> {
    const { rooms, connections } = this.#parts
    const stream = await connections.stream(connection)
    const topics = await rooms.topics({ stream }, quiet(signal))
    const landed = this.#landedAs(connection)
    const views: TopicView[] = []
    for (const { name, partitions } of topics) {
      const as = landed.get(name)
      const unknown = partitions.map((one) => ({ ...one, landed: null, waitingSince: null }))
      const plain = { isAnother: false, partitions: unknown }
      const lag =
        as === undefined
          ? plain
          : await this.lag({ connection, topic: name, ...as }, signal).catch(() => {
              signal.throwIfAborted()
              return plain
            })
      views.push({ name, dataset: as?.dataset ?? null, ...lag })
    }
    return views
  }

  /** The table of a warehouse that a topic is landed into; null: none of it is. */
  landedInto(connection: string, topic: string): Destination['warehouse'] {
    const as = this.#landedAs(connection).get(topic)
    return as === undefined ? null : this.#landing.tableOf({ topic, ...as })
  }

  /** Whoever reads a topic together, and how far they are. */
  async groups(
    { connection, ...input }: Named<TopicInput>,
    signal: AbortSignal,
  ): Promise<GroupView[]> {
    const { rooms, connections } = this.#parts
    return await rooms.groups(
      { ...input, stream: await connections.stream(connection) },
      quiet(signal),
    )
  }

  /** Writes one record; answers where it lies. */
  produce(input: Produced, signal: AbortSignal): Promise<Place> {
    return produceOne(this.#parts, input, signal)
  }

  /** What moving a group would mean, by partition; nothing is moved. */
  async resetPlan(
    { connection, ...input }: Named<ResetPlanInput>,
    signal: AbortSignal,
  ): Promise<ResetPlan> {
    const { rooms, connections } = this.#parts
    const stream = await connections.stream(connection)
    return await rooms.resetPlan({ ...input, stream }, quiet(signal))
  }

  /** Moves a group that has no members. */
  async resetGroup(
    { connection, ...input }: Named<ResetGroupInput>,
    signal: AbortSignal,
  ): Promise<void> {
    const { rooms, connections } = this.#parts
    connections.mustWrite(connection)
    const stream = await connections.stream(connection)
    await rooms.resetGroup({ ...input, stream }, quiet(signal))
  }

  /** The batches of a topic of which records are held back, the newest first. */
  deadLetters(connection: string, topic: string): Promise<DeadLetters[]> {
    return this.#redriving.deadLetters(connection, topic)
  }

  /** What sending the held-back records of a batch again would do; nothing is sent. */
  redrivePlan(runId: string, signal: AbortSignal): Promise<RedrivePlan> {
    return this.#redriving.plan(runId, signal)
  }

  /** Sends those into their topic again that would be taken now: the first `most`, or all (null). */
  redrive(runId: string, most: number | null, signal: AbortSignal): Promise<Redriven> {
    return this.#redriving.redrive(runId, most, signal)
  }

  /** The records of a topic as they come; ends with how many it has told. */
  tail(
    { connection, ...input }: Named<TailInput>,
    signal: AbortSignal,
  ): AsyncIterable<StreamRecord[], number, void> {
    const { rooms, connections } = this.#parts
    return reportsOf<StreamRecord[], number>(signal, async (tell, both) => {
      const stream = await connections.stream(connection)
      let taken = Promise.resolve()
      return await rooms.tail(
        { ...input, stream },
        {
          signal: both,
          report: (records) => {
            taken = tell([...records])
          },
          ask: async () => {
            await taken
            return null
          },
        },
      )
    })
  }

  /** As what the topics of a connection are landed: as their streams say, else as the newest batch was. */
  #landedAs(connection: string): Map<string, Pick<LandInput, 'dataset' | 'destination'>> {
    const landed = this.#landing.landedAs(connection)
    for (const one of this.list()) if (one.connection === connection) landed.set(one.topic, one)
    return landed
  }

  /** Writes sales to a topic, as tills would; ends with how many. */
  simulate(
    { connection, ...input }: Named<SimulateInput>,
    signal: AbortSignal,
  ): AsyncIterable<SimulateReport, SimulateOutput, void> {
    const { rooms, connections } = this.#parts
    return reportsOf<SimulateReport, SimulateOutput>(signal, async (tell, both) => {
      const stream = await connections.stream(connection)
      return await rooms.simulate(
        { ...input, stream },
        {
          signal: both,
          report: (report) => void tell(report),
          ask: () => Promise.reject(new Error('It asks nothing.')),
        },
      )
    })
  }
}
