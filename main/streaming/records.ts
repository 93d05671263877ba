/** Records of a topic, by the offsets that are wanted of its partitions. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Consumer } from '@platformatic/kafka'
import { Problem } from '../../shared/domain/problem.ts'
import type { OffsetRange } from '../../shared/domain/streams/stream.ts'
import type { TopicInput } from '../runs/ports/streaming.ts'
import { canRetry } from './problems.ts'

/** Of one answer, and of one partition in it. */
const mostBytes = 16 * 1024 * 1024
const partitionBytes = 2 * 1024 * 1024
/** How long a broker waits for records before it answers that there are none. */
const waitMs = 500
/** Tried so often again while nothing new comes, with pauses that grow. */
const barrenTries = 6

const isTransactional = 1 << 4
const isControl = 1 << 5

export interface Taken {
  partition: number
  offset: number
  atMs: number
  key: Buffer | null
  value: Buffer | null
  headers: readonly [Buffer | null, Buffer | null][]
}

/** What of a topic is there; its id changes when it is deleted and made again. */
export async function offsetsNow(
  consumer: Consumer,
  { topic }: Pick<TopicInput, 'topic'>,
): Promise<{ topicId: string; partitions: OffsetRange[] }> {
  const [found] = await offsetsOf(consumer, [topic])
  if (found === undefined || found.partitions.length === 0) throw noTopic(topic)
  return found
}

/** The same of several. */
export async function offsetsOf(
  consumer: Consumer,
  topics: string[],
): Promise<{ name: string; topicId: string; partitions: OffsetRange[] }[]> {
  consumer.topics.trackAll(...topics)
  const metadata = await consumer.metadata({ topics, forceUpdate: true })
  const [begin, end] = await Promise.all(
    [-2n, -1n].map((timestamp) => consumer.listOffsets({ topics, timestamp })),
  )
  return topics.flatMap((name) => {
    const found = metadata.topics.get(name)
    if (found === undefined) return []
    const partitions = found.partitions.map((_, partition) => ({
      partition,
      from: Number(begin?.get(name)?.[partition] ?? 0n),
      to: Number(end?.get(name)?.[partition] ?? 0n),
    }))
    return [{ name, topicId: found.id, partitions }]
  })
}

/** Takes records, and says whether more are wanted. */
type Take = (records: readonly Taken[]) => Promise<boolean>

/**
 * All records in the ranges, those of a partition in their order; returns when the last is there, or `take` wants no more. It is
 * waited for, so that no more is held in memory than one answer.
 */
export async function readRanges(
  consumer: Consumer,
  topic: string,
  ranges: readonly OffsetRange[],
  signal: AbortSignal,
  take: Take,
): Promise<void> {
  consumer.topics.track(topic)
  const open = new Map(
    ranges.filter(({ from, to }) => from < to).map((one) => [one.partition, { ...one }]),
  )
  let barren = 0
  while (open.size > 0) {
    signal.throwIfAborted()
    let moved = false
    try {
      moved = await readOnce(consumer, topic, open, take)
    } catch (error) {
      if (!(error instanceof Error) || error instanceof Problem || !canRetry(error)) throw error
      if (barren >= barrenTries) throw error
      consumer.clearMetadata()
    }
    barren = moved ? 0 : barren + 1
    if (barren > barrenTries)
      throw new Problem({
        code: 'network',
        what: `Kafka gives no more records of ${topic}, though there are some.`,
        advice: 'Pallet tries again later.',
      })
    if (barren > 1) await delay(250 * 2 ** barren, undefined, { signal })
  }
}

/** One question to each broker that leads a partition that is still open. Answers whether it brought something new. */
async function readOnce(
  consumer: Consumer,
  topic: string,
  open: Map<number, OffsetRange>,
  take: Take,
): Promise<boolean> {
  const metadata = await consumer.metadata({ topics: [topic] })
  const found = metadata.topics.get(topic)
  if (found === undefined) throw noTopic(topic)
  const leaders = Map.groupBy(
    open.values(),
    ({ partition }) => found.partitions[partition]?.leader ?? -1,
  )
  let moved = false
  for (const [node, ranges] of leaders) {
    const { responses } = await consumer.fetch({
      node,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: mostBytes,
      topics: [
        {
          topicId: found.id,
          partitions: ranges.map(({ partition, from }) => ({
            partition,
            fetchOffset: BigInt(from),
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
            partitionMaxBytes: partitionBytes,
          })),
        },
      ],
    })
    for (const answer of responses.flatMap(({ partitions }) => partitions)) {
      const range = open.get(answer.partitionIndex)
      if (range === undefined) continue
      const records = committed(answer, range)
      if (records.length > 0 && !(await take(records))) {
        open.clear()
        return true
      }
      const last = answer.records?.at(-1)
      const next =
        last === undefined ? range.from : Number(last.firstOffset) + last.lastOffsetDelta + 1
      if (next <= range.from) continue
      moved = true
      range.from = next
      if (range.from >= range.to) open.delete(range.partition)
    }
  }
  return moved
}

type Answer = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number]

/** Records of the range that no transaction has taken back. What stands before its first offset came along with its batch. */
function committed({ records: batches, abortedTransactions }: Answer, range: OffsetRange): Taken[] {
  const taken: Taken[] = []
  const aborts = (abortedTransactions ?? []).toSorted((a, b) =>
    Number(a.firstOffset - b.firstOffset),
  )
  const aborted = new Set<bigint>()
  for (const batch of batches ?? []) {
    const lastOffset = batch.firstOffset + BigInt(batch.lastOffsetDelta)
    while (aborts[0] !== undefined && aborts[0].firstOffset <= lastOffset)
      aborted.add(aborts.shift()?.producerId ?? -1n)
    if ((batch.attributes & isControl) !== 0) {
      aborted.delete(batch.producerId)
      continue
    }
    if ((batch.attributes & isTransactional) !== 0 && aborted.has(batch.producerId)) continue
    for (const { offsetDelta, timestampDelta, key, value, headers } of batch.records) {
      const offset = Number(batch.firstOffset) + offsetDelta
      if (offset < range.from || offset >= range.to) continue
      const atMs = Number(batch.firstTimestamp + timestampDelta)
      taken.push({ partition: range.partition, offset, atMs, key, value, headers })
    }
  }
  return taken
}

function noTopic(topic: string): Problem {
  return new Problem({
    code: 'not-found',
    what: `There is no topic ${topic}.`,
    advice: 'Check its name; “pallet connections test” lists what is there.',
  })
}
