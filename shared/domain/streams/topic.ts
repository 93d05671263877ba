import { z } from 'zod'

/** As Kafka names them. */
export const TopicName = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
    'A topic has letters, digits, points, hyphens and underscores.',
  )

/** A topic to which a run publishes its rows: each is a message. */
export const TopicTarget = z.object({
  connection: z.string().min(1).max(63),
  topic: TopicName,
  /** Names of the columns whose values are its key; none: messages have no key. */
  key: z.array(z.string().min(1).max(63)).max(16),
  /** Messages a second, at most. Absent: as fast as the brokers take them. */
  perSecond: z.number().positive().max(1_000_000).optional(),
})
export type TopicTarget = z.infer<typeof TopicTarget>

/** What of a partition was published by a run: its messages lie from `from` on, before `to`. */
export const Published = z.object({
  partition: z.int().min(0),
  from: z.int().min(0),
  to: z.int().min(0),
  /** The last row of the run that is there, counted from 1; 0: none is. */
  row: z.int().min(0),
  messages: z.int().min(0),
})
export type Published = z.infer<typeof Published>

/** What is wrong with the columns of a key, as a sentence; null: the rows have them all. */
export function wrongKey(key: readonly string[], names: readonly string[]): string | null {
  const missing = key.filter((name) => !names.includes(name))
  return missing.length === 0
    ? null
    : `The rows have no column ${missing.join(', ')}, which is to be the key of their messages; they have ${names.join(', ')}.`
}
