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
