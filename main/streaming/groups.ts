import type { GroupView } from '../../shared/domain/streams/stream.ts'
import type { Control } from '../runs/ports/control.ts'
import type { TopicInput } from '../runs/ports/streaming.ts'
import { withAdmin, withConsumer } from './client.ts'
import { offsetsNow } from './records.ts'
import { withWaiting } from './topicNow.ts'

/** Whoever reads a topic together, by name, and how far they say they are. What they have not said is unknown. */
export async function groups(input: TopicInput, { signal }: Control<never>): Promise<GroupView[]> {
  const { stream, topic } = input
  const found = await withAdmin(stream, signal, async (admin) => {
    const all = await admin.listGroups({ types: ['classic', 'consumer'] })
    if (all.size === 0) return []
    const offsets = await admin.listConsumerGroupOffsets({ groups: [...all.keys()] })
    return offsets.flatMap(({ groupId, topics }) => {
      const said = topics.find(({ name }) => name === topic)
      const state = all.get(groupId)?.state ?? 'Unknown'
      return said === undefined ? [] : [{ name: groupId, state, said: said.partitions }]
    })
  })
  if (found.length === 0) return []
  return await withConsumer(stream, signal, async (consumer) => {
    const { partitions } = await offsetsNow(consumer, input)
    const views: GroupView[] = []
    for (const { name, state, said } of found) {
      const read = new Map(
        said.flatMap(({ partitionIndex, committedOffset }) =>
          committedOffset < 0n ? [] : [[partitionIndex, Number(committedOffset)] as const],
        ),
      )
      views.push({
        name,
        state,
        partitions: (await withWaiting(consumer, topic, partitions, read, signal)).map((one) => ({
          ...one,
          landed: read.get(one.partition) ?? null,
        })),
      })
    }
    return views.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  })
}
