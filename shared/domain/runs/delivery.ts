import { z } from 'zod'
import { LoadedExtract } from '../arriving/extract.ts'
import { Meaning, sameMeaning } from '../datasets/meaning.ts'
import { LandedBatch } from '../streams/stream.ts'

/** Rows that went out for a delivery, by the run that had brought them. */
export const Took = z.array(z.object({ runId: z.string(), rows: z.int().min(0) }))

/** What one run put into a table, and what went out for it, as the ledger has it. */
export const Delivery = z.object({
  runId: z.string(),
  dataset: z.string(),
  table: z.string(),
  meaning: Meaning,
  rows: z.int().min(0),
  /** null: a Pallet of before did not count them. */
  took: Took.readonly().nullable(),
  /** The run whose delivery it takes the place of. */
  corrects: z.string().nullable(),
  /** The run to whose delivery it adds rows that had been held back. */
  completes: z.string().nullable(),
  sourceSha256: z.string(),
  /** UTC, ISO 8601. */
  loadedAt: z.string(),
  undoneAt: z.string().nullable(),
  /** The records of a topic that it has landed. */
  batch: LandedBatch.optional(),
  /** Where the extract has come to that it has loaded. */
  extract: LoadedExtract.optional(),
})
export type Delivery = z.infer<typeof Delivery>

/** Those of a table, oldest first, that have not been undone. */
export function standing(deliveries: readonly Delivery[]): readonly Delivery[] {
  return deliveries.filter(({ undoneAt }) => undoneAt === null)
}

export function rowsTaken({ took }: Pick<Delivery, 'took'>): number {
  return (took ?? []).reduce((sum, { rows }) => sum + rows, 0)
}

/** How many rows of `runId` a delivery took out. */
function takenFrom({ took }: Delivery, runId: string): number {
  return took?.find((part) => part.runId === runId)?.rows ?? 0
}

/** The standing delivery that took the place of this one. */
export function correctionOf(deliveries: readonly Delivery[], runId: string): Delivery | null {
  return standing(deliveries).find(({ corrects }) => corrects === runId) ?? null
}

/** A delivery with those that completed it, undone or not, oldest first: for the table they are one file. */
export function withCompletions(
  deliveries: readonly Delivery[],
  runId: string,
): readonly Delivery[] {
  return deliveries.filter((one) => one.runId === runId || one.completes === runId)
}

/** Whether all rows of a delivery are still in the table: it stands, and no later one took any. */
export function isWhole(deliveries: readonly Delivery[], delivery: Delivery): boolean {
  return (
    delivery.undoneAt === null &&
    standing(deliveries).every(
      (other) =>
        other.runId === delivery.runId ||
        (takenFrom(other, delivery.runId) === 0 && other.corrects !== delivery.runId),
    )
  )
}

/** What goes when a delivery is undone: it and all that completed it and stands, the newest first. */
export function undoneWith(
  deliveries: readonly Delivery[],
  { runId }: Delivery,
): readonly Delivery[] {
  return standing(withCompletions(deliveries, runId)).toReversed()
}

/**
 * The newest standing delivery without whose undoing this one cannot be undone; null: there is none. Without
 * this one and what completed it, every later delivery must have done exactly what it did: it took none of their
 * rows, and would have taken none of those that come back.
 */
export function undoneBefore(deliveries: readonly Delivery[], delivery: Delivery): Delivery | null {
  const going = undoneWith(deliveries, delivery)
  const placeOf = ({ runId }: Delivery): number =>
    deliveries.findIndex((other) => other.runId === runId)
  return (
    standing(deliveries).findLast(
      (later) =>
        !going.includes(later) &&
        going.some(
          (one) => placeOf(one) < placeOf(later) && !isIndependent(later, one, deliveries),
        ),
    ) ?? null
  )
}

function isIndependent(
  later: Delivery,
  earlier: Delivery,
  deliveries: readonly Delivery[],
): boolean {
  if (takenFrom(later, earlier.runId) > 0 || later.corrects === earlier.runId) return false
  if (rowsTaken(earlier) === 0) return true
  if (later.corrects !== null) {
    const corrected = withCompletions(deliveries, later.corrects).map(({ runId }) => runId)
    if ([later.corrects, ...corrected].some((runId) => takenFrom(earlier, runId) > 0)) return false
  }
  // What the earlier of two has taken, the later one of the same file found gone.
  if (later.completes !== null && later.completes === earlier.completes) return false
  switch (later.meaning.kind) {
    case 'append':
      return true
    case 'snapshot':
      return later.completes !== null
    case 'slice':
    case 'upsert':
      // What came back would share its deciding cells with rows of the earlier one, and the later took none of those.
      return earlier.corrects === null && sameMeaning(earlier.meaning, later.meaning)
  }
}
