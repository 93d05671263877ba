import type { StreamRecord } from '../../shared/domain/stream.ts'
import { type LandInput, Landing, type LandingParts, type TopicLag } from './landing.ts'
import type { Rooms } from './ports/rooms.ts'
import type { SimulateInput, SimulateOutput, SimulateReport, TailInput } from './ports/streaming.ts'
import { reportsOf } from './reports.ts'

interface StreamsParts extends LandingParts {
  rooms: LandingParts['rooms'] & Pick<Rooms, 'tail' | 'simulate'>
}

/** What a person names where a room is given how to reach it. */
type Named<Input> = Omit<Input, 'stream'> & { connection: string }

/** The use cases of topics. */
export class Streams {
  readonly #parts: StreamsParts
  readonly #landing: Landing

  constructor(parts: StreamsParts) {
    this.#parts = parts
    this.#landing = new Landing(parts)
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
