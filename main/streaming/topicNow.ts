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
    const since = new Map<number, string>()
    const first = partitions.flatMap(({ partition, from, to }) => {
      const next = Math.max(from, landed.get(partition) ?? to)
      return next < to ? [{ partition, from: next, to: next + 1 }] : []
    })
    await readRanges(consumer, topic, first, signal, async (records) => {
      for (const { partition, atMs } of records) since.set(partition, new Date(atMs).toISOString())
      return true
    })
    return {
      topicId,
      partitions: partitions.map((one) => ({
        ...one,
        waitingSince: since.get(one.partition) ?? null,
      })),
    }
  })
}
