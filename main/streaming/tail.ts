import { setTimeout as delay } from 'node:timers/promises'
import type { OffsetRange, StreamRecord, TailStart } from '../../shared/domain/streams/stream.ts'
import type { TailControl, TailInput } from '../runs/ports/streaming.ts'
import { textOf } from './bytes.ts'
import { withConsumer } from './client.ts'
import { type Taken, offsetsNow, readRanges } from './records.ts'

/** How long it waits at the end of the topic before it looks again. */
const lookAgainMs = 250

/** Tells the records of a topic as they come; answers how many it has told. */
export async function tail(input: TailInput, control: TailControl): Promise<number> {
  const { stream, topic, start, count, containing } = input
  const { signal } = control
  return await withConsumer(stream, signal, async (consumer) => {
    const first = await offsetsNow(consumer, input)
    const next = new Map(
      first.partitions.map((one) => [one.partition, beginningOf(one, start)] as const),
    )
    if (typeof start === 'string' && start !== 'begin' && start !== 'end') {
      const at = BigInt(Date.parse(start))
      const since = (await consumer.listOffsets({ topics: [topic], timestamp: at })).get(topic)
      // −1: nothing is that new.
      for (const { partition, to } of first.partitions) {
        const offset = Number(since?.[partition] ?? -1n)
        next.set(partition, offset < 0 ? to : offset)
      }
    }
    let told = 0
    const isWanted = ({ key, value }: StreamRecord): boolean =>
      containing === null || [key, value].some((text) => text?.includes(containing) === true)
    for (;;) {
      const { partitions } = await offsetsNow(consumer, input)
      const ranges = partitions
        .filter(({ partition }) => isAsked(partition, start))
        .map(({ partition, from, to }) => ({
          partition,
          from: Math.max(next.get(partition) ?? 0, from),
          to,
        }))
      await readRanges(consumer, topic, ranges, signal, async (taken) => {
        const wanted = taken.map(asShown).filter(isWanted)
        const shown = count === null ? wanted : wanted.slice(0, count - told)
        told += shown.length
        if (shown.length > 0) {
          control.report(shown)
          await control.ask('more')
        }
        return count === null || told < count
      })
      if (count !== null && told >= count) return told
      for (const { partition, from, to } of ranges) next.set(partition, Math.max(from, to))
      await delay(lookAgainMs, undefined, { signal })
    }
  })
}

function beginningOf({ from, to }: OffsetRange, start: TailStart): number {
  if (typeof start === 'string') return start === 'begin' ? from : to
  return 'last' in start ? Math.max(from, to - start.last) : start.offset
}

const isAsked = (partition: number, start: TailStart): boolean =>
  typeof start === 'string' || 'last' in start || start.partition === partition

function asShown({ partition, offset, atMs, key, value, headers }: Taken): StreamRecord {
  return {
    partition,
    offset,
    at: new Date(atMs).toISOString(),
    key: key === null ? null : textOf(key),
    value: value === null ? null : textOf(value),
    headers: Object.fromEntries(
      headers.map(([name, text]) => [textOf(name ?? Buffer.of()), textOf(text ?? Buffer.of())]),
    ),
  }
}
