import type { Admin } from '@platformatic/kafka'
import { Problem } from '../../shared/domain/problem.ts'
import { type ResetPlan, isMovable } from '../../shared/domain/streams/groupReset.ts'
import type { OffsetRange } from '../../shared/domain/streams/stream.ts'
import type { Control } from '../runs/ports/control.ts'
import type { ResetGroupInput, ResetPlanInput } from '../runs/ports/streaming.ts'
import { refuseReadOnly, withAdmin, withConsumer } from './client.ts'
import { offsetsNow } from './records.ts'

/** What moving a group would mean, by partition. Nothing is moved. Throws `not-found` for one that is not there, or has no such partition. */
export async function resetPlan(
  input: ResetPlanInput,
  { signal }: Control<never>,
): Promise<ResetPlan> {
  const { stream, topic, group, to } = input
  const { state, said } = await withAdmin(stream, signal, async (admin) => {
    const known = await stateOf(admin, group)
    const [offsets] = await admin.listConsumerGroupOffsets({ groups: [group] })
    const own = offsets?.topics.find(({ name }) => name === topic)?.partitions ?? []
    return { state: known, said: own }
  })
  const now = new Map(
    said.flatMap(({ partitionIndex, committedOffset }) =>
      committedOffset < 0n ? [] : [[partitionIndex, Number(committedOffset)] as const],
    ),
  )
  return await withConsumer(stream, signal, async (consumer) => {
    const { partitions } = await offsetsNow(consumer, input)
    const since =
      typeof to === 'string' && to !== 'begin' && to !== 'end'
        ? (await consumer.listOffsets({ topics: [topic], timestamp: BigInt(Date.parse(to)) })).get(
            topic,
          )
        : undefined
    const next = ({ partition, from, to: end }: OffsetRange): number | null => {
      if (to === 'begin') return from
      if (to === 'end') return end
      if (typeof to === 'object')
        return to.partition === partition ? Math.min(Math.max(to.offset, from), end) : null
      const offset = Number(since?.[partition] ?? -1n)
      // −1: nothing is that new.
      return offset < 0 ? end : offset
    }
    const moved = partitions.flatMap((one) => {
      const offset = next(one)
      return offset === null ? [] : [{ ...one, now: now.get(one.partition) ?? null, next: offset }]
    })
    if (moved.length === 0)
      throw new Problem({
        code: 'not-found',
        what: `The topic ${topic} has no such partition; it has ${partitions.length}.`,
        did: 'Nothing was moved.',
      })
    return { group, state, partitions: moved }
  })
}

/** Moves a group that has no members. Throws `usage` for one that has, and what the brokers refuse. */
export async function resetGroup(
  { stream, topic, group, offsets }: ResetGroupInput,
  { signal }: Control<never>,
): Promise<void> {
  refuseReadOnly(stream)
  await withAdmin(stream, signal, async (admin) => {
    const state = await stateOf(admin, group)
    if (!isMovable({ state })) throw hasMembers(group, state)
    await admin.alterConsumerGroupOffsets({
      groupId: group,
      topics: [
        {
          name: topic,
          partitionOffsets: offsets.map(({ partition, next }) => ({
            partition,
            offset: BigInt(next),
          })),
        },
      ],
    })
  })
}

async function stateOf(admin: Admin, group: string): Promise<string> {
  const state = (await admin.listGroups({ types: ['classic', 'consumer'] })).get(group)?.state
  if (state !== undefined) return state
  throw new Problem({
    code: 'not-found',
    what: `There is no group ${group}.`,
    did: 'Nothing was moved.',
    advice: '“pallet groups TOPIC” lists those that read a topic.',
  })
}

const hasMembers = (group: string, state: string): Problem =>
  new Problem({
    code: 'usage',
    what: `The group ${group} is being read by its members (${state}).`,
    did: 'Nothing was moved.',
    advice: 'Stop all that read as this group, wait until it is Empty, and move it then.',
    detail: state,
  })
