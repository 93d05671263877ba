import type { Consumer } from '@platformatic/kafka'
import type { OffsetRange } from '../../shared/domain/streams/stream.ts'
import type { Control } from '../runs/ports/control.ts'
import type { TopicNow, TopicNowInput } from '../runs/ports/streaming.ts'
import { withConsumer } from './client.ts'
import { offsetsNow, readRanges } from './records.ts'

/** Which offsets of a topic are there, and since when what is not landed waits. */
export async function topicNow(
  input: TopicNowInput,
  { signal }: Control<never>,
): Promise<TopicNow> {
  const { stream, topic, landed } = input
  return await withConsumer(stream, signal, async (consumer) => {
    const { topicId, partitions } = await offsetsNow(consumer, input)
    return { topicId, partitions: await withWaiting(consumer, topic, partitions, landed, signal) }
  })
}

/** Partitions with the time of the first record behind `done`, by partition the first offset that waits. */
export async function withWaiting(
  consumer: Consumer,
  topic: string,
  partitions: readonly OffsetRange[],
  done: ReadonlyMap<number, number>,
  signal: AbortSignal,
): Promise<TopicNow['partitions']> {
  const since = new Map<number, string>()
  const first = partitions.flatMap(({ partition, from, to }) => {
    const next = Math.max(from, done.get(partition) ?? to)
    return next < to ? [{ partition, from: next, to: next + 1 }] : []
  })
  await readRanges(consumer, topic, first, signal, async (records) => {
    for (const { partition, atMs } of records) since.set(partition, new Date(atMs).toISOString())
    return true
  })
  return partitions.map((one) => ({ ...one, waitingSince: since.get(one.partition) ?? null }))
}
