import type { Control } from '../runs/ports/control.ts'
import type { TopicOffsets, TopicsInput } from '../runs/ports/streaming.ts'
import { withAdmin, withConsumer } from './client.ts'
import { offsetsOf } from './records.ts'

/** The topics of a connection by name, without those of Kafka itself. */
export async function topics(
  { stream }: TopicsInput,
  { signal }: Control<never>,
): Promise<TopicOffsets[]> {
  const names = await withAdmin(stream, signal, (admin) => admin.listTopics())
  if (names.length === 0) return []
  return await withConsumer(stream, signal, async (consumer) => {
    const found = await offsetsOf(consumer, names)
    return found.map(({ name, partitions }) => ({ name, partitions })).toSorted(byName)
  })
}

const byName = (one: { name: string }, other: { name: string }): number =>
  one.name < other.name ? -1 : 1
