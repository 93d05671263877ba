/** Where a group that reads a topic goes on from, changed by somebody else than its members. */
import { z } from 'zod'
import { OffsetRange } from './stream.ts'
import { formatCount, plural } from '../sizes.ts'

/** The first record that is there, behind the last, the first from a time on (UTC, ISO 8601), or an offset of one partition alone. */
export const ResetTo = z.union([
  z.enum(['begin', 'end']),
  z.iso.datetime(),
  z.object({ partition: z.int().min(0), offset: z.int().min(0) }),
])
export type ResetTo = z.infer<typeof ResetTo>

export const ResetPlan = z.object({
  group: z.string(),
  /** As Kafka calls it; only one without members, Empty, can be moved. */
  state: z.string(),
  /** Those that would be moved. */
  partitions: z.array(
    OffsetRange.extend({
      /** What it would read next now; null: it has not said. */
      now: z.number().nullable(),
      next: z.number(),
    }),
  ),
})
export type ResetPlan = z.infer<typeof ResetPlan>

/** Which offsets a group shall go on from. */
export const ResetOffsets = z
  .array(z.object({ partition: z.int().min(0), next: z.int().min(0) }))
  .min(1)
  .max(10_000)
export type ResetOffsets = z.infer<typeof ResetOffsets>

/** Kafka lets nobody move a group that has members. */
export const isMovable = ({ state }: Pick<ResetPlan, 'state'>): boolean => state === 'Empty'

type Moved = ResetPlan['partitions'][number]

/** Records of a partition that are read once more, and that are left out; null: nobody knows, for the group has not said where it is. */
export function movedBy({ now, next, from }: Moved): {
  again: number | null
  skipped: number | null
} {
  if (now === null) return { again: null, skipped: null }
  // What was deleted is read by nobody.
  const there = Math.max(now, from)
  return { again: Math.max(0, there - next), skipped: Math.max(0, next - there) }
}

/** What a move means, in a sentence. */
export function resetWords({ group, partitions }: ResetPlan): string {
  const all = partitions.map(movedBy)
  const total = (of: 'again' | 'skipped'): number =>
    all.reduce((sum, one) => sum + (one[of] ?? 0), 0)
  const unknown = all.filter(({ again }) => again === null).length
  const words = [
    total('again') > 0 ? `reads ${plural(total('again'), 'record')} again` : '',
    total('skipped') > 0 ? `leaves out ${plural(total('skipped'), 'record')}` : '',
  ].filter((one) => one !== '')
  const sentence =
    words.length > 0
      ? `${group} then ${words.join(', and ')}.`
      : unknown === all.length
        ? ''
        : `For ${group} nothing changes.`
  const rest =
    unknown === 0
      ? ''
      : `In ${formatCount(unknown)} of ${plural(all.length, 'partition')} it is unknown what it has read.`
  return `${sentence} ${rest}`.trim()
}
