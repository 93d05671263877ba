/** Topics of Kafka, and what passes through them. */
import { z } from 'zod'

/** As Kafka names them. */
export const TopicName = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
    'A topic has letters, digits, points, hyphens and underscores.',
  )

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

/** Where a tail begins: at the end, at the first that is there, or at a time (UTC, ISO 8601). */
export const TailStart = z.union([z.enum(['end', 'begin']), z.iso.datetime()])
export type TailStart = z.infer<typeof TailStart>
