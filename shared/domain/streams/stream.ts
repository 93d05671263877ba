/** Topics of Kafka, and what passes through them. */
import { z } from 'zod'
import { ChosenDestination } from '../datasets/dataset.ts'
import { ProblemData } from '../problem.ts'
import { formatBytes, plural } from '../sizes.ts'
import { TopicName } from './topic.ts'

/** Offsets of a partition; `to` is the first that is not of it. */
export const OffsetRange = z.object({
  partition: z.int().min(0),
  from: z.int().min(0),
  to: z.int().min(0),
})
export type OffsetRange = z.infer<typeof OffsetRange>

/** How many offsets there are in ranges: as many records, where none was compacted away. */
export const offsetsIn = (ranges: readonly Pick<OffsetRange, 'from' | 'to'>[]): number =>
  ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0)

/** A part of a topic that is landed as one run: planned before the first byte of it is read. */
export const Batch = z.object({
  connection: z.string(),
  topic: z.string(),
  /** Of the cluster: another one when the topic was deleted and made again. */
  topicId: z.string(),
  ranges: z.array(OffsetRange).min(1),
})
export type Batch = z.infer<typeof Batch>

/** 64 GiB */
export const mostBatchBytes = 64 * 1024 ** 3

/** What of a batch stands in the ledger beside its rows. */
export const LandedBatch = Batch.omit({ connection: true })
export type LandedBatch = z.infer<typeof LandedBatch>

/** Columns that every landed row has besides its own. */
export const lineageColumns = [
  'kafka_topic',
  'kafka_partition',
  'kafka_offset',
  'kafka_time',
  'kafka_key',
] as const

/** Where a topic is landed up to, by partition: the first offset that is not in the table. */
export function landedUpTo(
  batches: readonly LandedBatch[],
  { topic, topicId }: Pick<LandedBatch, 'topic' | 'topicId'>,
): Map<number, number> {
  const next = new Map<number, number>()
  for (const batch of batches)
    if (batch.topic === topic && batch.topicId === topicId)
      for (const { partition, to } of batch.ranges)
        next.set(partition, Math.max(to, next.get(partition) ?? 0))
  return next
}

/**
 * What of the open offsets the next batch takes, at most `rows` of them: from each partition as much, and what one does not have
 * from the others.
 */
export function nextRanges(open: readonly OffsetRange[], rows: number): OffsetRange[] {
  const taken: OffsetRange[] = []
  let left = rows
  const byRoom = open
    .filter(({ from, to }) => from < to)
    .toSorted((a, b) => a.to - a.from - (b.to - b.from))
  for (const [nth, { partition, from, to }] of byRoom.entries()) {
    const share = Math.min(to - from, Math.ceil(left / (byRoom.length - nth)))
    left -= share
    if (share > 0) taken.push({ partition, from, to: from + share })
  }
  return taken.toSorted((a, b) => a.partition - b.partition)
}

/** One record as a person sees it. */
export const StreamRecord = z.object({
  partition: z.int(),
  offset: z.int(),
  /** When it was written, UTC, ISO 8601. */
  at: z.string(),
  key: z.string().nullable(),
  /** What is no text is in Base64 behind `base64:`; null: a record without a value. */
  value: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
})
export type StreamRecord = z.infer<typeof StreamRecord>

/**
 * Where a tail begins: at the end, at the first that is there, at a time (UTC, ISO 8601), at the last so many of each partition, or
 * at an offset of one partition alone.
 */
export const TailStart = z.union([
  z.enum(['end', 'begin']),
  z.iso.datetime(),
  z.object({ last: z.int().min(1).max(1000) }),
  z.object({ partition: z.int().min(0), offset: z.int().min(0) }),
])
export type TailStart = z.infer<typeof TailStart>

/** A partition, and how far it is landed, or read by a group. */
export const PartitionLag = OffsetRange.extend({
  /** The first offset that is not; null: nothing of the topic is, or nobody knows. */
  landed: z.number().nullable(),
  /** When the first record that waits was written (UTC, ISO 8601); null: none waits, or nobody knows. */
  waitingSince: z.string().nullable(),
})
export type PartitionLag = z.infer<typeof PartitionLag>

/** How far a topic is landed. */
export const TopicLag = z.object({
  /** It was deleted and made again since: its offsets are others than those that were landed. */
  isAnother: z.boolean(),
  partitions: z.array(PartitionLag),
})
export type TopicLag = z.infer<typeof TopicLag>

/** What waits: records, and for how long the oldest has (s). null: nobody knows; never 0 for that. */
export interface Lag {
  records: number | null
  seconds: number | null
}

export function lagOf({ landed, to, waitingSince }: PartitionLag, nowMs: number): Lag {
  if (landed === null) return { records: null, seconds: null }
  const records = Math.max(0, to - landed)
  if (records === 0) return { records, seconds: 0 }
  const seconds =
    waitingSince === null ? null : Math.max(0, (nowMs - Date.parse(waitingSince)) / 1000)
  return { records, seconds }
}

/** Of all partitions together: unknown as soon as one of them is. */
export function lagOfAll(partitions: readonly PartitionLag[], nowMs: number): Lag {
  const all = partitions.map((one) => lagOf(one, nowMs))
  const total = (of: keyof Lag, together: (numbers: number[]) => number): number | null => {
    const known = all.flatMap((lag) => lag[of] ?? [])
    return known.length < all.length || all.length === 0 ? null : together(known)
  }
  return {
    records: total('records', (numbers) => numbers.reduce((sum, one) => sum + one, 0)),
    seconds: total('seconds', (numbers) => Math.max(...numbers)),
  }
}

/** A topic as a list shows it. */
export const TopicView = z.object({
  name: z.string(),
  /** As what it is landed; null: nothing of it was. */
  dataset: z.string().nullable(),
  ...TopicLag.shape,
})
export type TopicView = z.infer<typeof TopicView>

/** Whoever reads a topic together, and how far they say they have come. */
export const GroupView = z.object({
  name: z.string(),
  /** As Kafka calls it: Stable, Empty … */
  state: z.string(),
  partitions: z.array(PartitionLag),
})
export type GroupView = z.infer<typeof GroupView>

/** A topic that is landed batch after batch while Pallet is open. */
/** Of the keys and values of a batch, at most; one record alone may have more. null or absent: as many as its records have. */
export const BatchBytes = z.int().min(1).max(mostBatchBytes).nullish()

export const StreamInput = z.object({
  connection: z.string().min(1).max(63),
  topic: TopicName,
  dataset: z.string().min(1).max(63),
  destination: ChosenDestination,
  /** Of a batch, at most. */
  offsets: z.int().min(1).max(1_000_000),
  bytes: BatchBytes,
  /** How often it is looked for more. */
  everySeconds: z.int().min(1).max(86_400),
  /** Where it begins, while nothing of the topic is landed. */
  start: z.enum(['begin', 'end']),
})
export type StreamInput = z.infer<typeof StreamInput>

export const Stream = StreamInput.extend({
  id: z.number(),
  createdAt: z.string(),
  /** A person has stopped it. */
  isStopped: z.boolean(),
  /** The run of its last batch; null: there was none, or it was discarded. */
  run: z.string().nullable(),
  /** What keeps it from going on; null: nothing. */
  trouble: ProblemData.nullable(),
})
export type Stream = z.infer<typeof Stream>

/** `At most 250,000 records and 64 MiB a batch` */
export const batchWords = ({ offsets, bytes }: Pick<StreamInput, 'offsets' | 'bytes'>): string =>
  `At most ${plural(offsets, 'record')}${typeof bytes === 'number' ? ` and ${formatBytes(bytes)}` : ''} a batch`

/** What keeps a stream from going on, and what to do; '' for nothing. */
export const streamTrouble = ({ topic, connection, trouble }: Stream): string =>
  trouble === null
    ? ''
    : `${topic} of ${connection} is not landed: ${trouble.what} ${trouble.advice} It goes on by itself when that is over.`

/** What names of topics have, and those of datasets have not, becomes a line. */
export const datasetOfTopic = (topic: string): string =>
  topic
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .slice(0, 63)
