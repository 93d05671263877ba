/** What a column holds, as little of it as tells it from others: by that a column is known again which has another label. */
import { z } from 'zod'
import { personalKinds } from '../privacy/personal.ts'

export const ColumnPrint = z.object({
  label: z.string(),
  kind: z.enum(['text', 'number', 'day', 'boolean']),
  /** The commonest shapes, and the share (0–1) of the filled cells that have each. */
  shapes: z.array(z.tuple([z.string(), z.number()])),
  /** Every value, each as a number of 32 bits; null: they are too many, or hardly repeat. */
  values: z.array(z.number()).nullable(),
  /** What data about persons it likely holds; absent: none. */
  personal: z.enum(personalKinds).optional(),
})
export type ColumnPrint = z.infer<typeof ColumnPrint>

/**
 * How much two columns hold the same kind of values (0–1); null: one of them holds nothing that could say it. Their shapes count
 * and, where a column repeats few values, these twice as much: but for days, of which every file may have others.
 */
export function likeness(one: ColumnPrint, other: ColumnPrint): number | null {
  if (one.shapes.length === 0 || other.shapes.length === 0) return null
  if (one.kind !== other.kind) return 0
  const shares = new Map(other.shapes)
  const shapes = one.shapes.reduce(
    (sum, [shape, share]) => sum + Math.min(share, shares.get(shape) ?? 0),
    0,
  )
  const values = one.kind === 'day' ? null : sharedValues(one.values, other.values)
  return Math.min(1, values === null ? shapes : (shapes + 2 * values) / 3)
}

/** Of the smaller set, the share that is in the other; null: one of them is none. */
function sharedValues(
  one: readonly number[] | null,
  other: readonly number[] | null,
): number | null {
  if (one === null || other === null) return null
  const known = new Set(one)
  const shared = other.filter((value) => known.has(value)).length
  return shared / Math.max(1, Math.min(one.length, other.length))
}
