import { z } from 'zod'
import { ComparedTotals, differenceOf } from './controlTotals.ts'
import { type Delivery, rowsTaken, standing } from './delivery.ts'
import type { ErasedOf } from '../privacy/erasure.ts'
import { localTime } from '../localTime.ts'
import { formatCount, plural } from '../sizes.ts'

/** What the warehouse says of a delivery, any day after it was made. */
export const Verified = z.object({
  connection: z.string(),
  table: z.string(),
  /** When it was asked: UTC, ISO 8601. */
  at: z.string(),
  /** `as-sent`: all of it is there; `explained`: the ledger says what became of the rest; `different`: nobody knows. */
  state: z.enum(['as-sent', 'explained', 'different']),
  /** What was found, in sentences. */
  found: z.array(z.string()),
  /** null: only the rows could be counted. */
  totals: ComparedTotals.nullable(),
})
export type Verified = z.infer<typeof Verified>

/** What is known of the rows of a run, here and in its warehouse. */
export interface Evidence {
  runId: string
  table: string
  /** null: a Pallet of before did not add them up. */
  sent: ComparedTotals['sent'] | null
  there: ComparedTotals['there']
  /** All that the ledger says of the table. */
  deliveries: readonly Delivery[]
  /** Rows of it that were taken out for a person. */
  erased?: ErasedOf | null
}

/** Whether the rows of a run are in their table as they were sent, or where the ledger says that they went. */
export function judged({
  runId,
  table,
  sent,
  there,
  deliveries,
  erased = null,
}: Evidence): Pick<Verified, 'state' | 'found' | 'totals'> {
  const delivery = deliveries.find((one) => one.runId === runId)
  const inTable = `The table "${table}" has ${plural(there.rows, 'row')} of this run`
  if (delivery === undefined)
    return {
      state: 'different',
      found: [
        `The ledger in the warehouse does not know this run, so nobody can say what became of its rows.`,
        `${inTable}.`,
      ],
      totals: null,
    }
  if (delivery.undoneAt !== null)
    return {
      state: there.rows === 0 ? 'explained' : 'different',
      found: [
        `The run was undone ${localTime(delivery.undoneAt)}, and its rows were taken out.`,
        ...(there.rows === 0 ? [] : [`${inTable} all the same.`]),
      ],
      totals: null,
    }
  const takers = standing(deliveries).filter(({ took }) => took?.some((one) => one.runId === runId))
  const gone = takers.map((taker) => ({
    ...taker,
    rows: rowsTaken({ took: taker.took?.filter((one) => one.runId === runId) ?? [] }),
  }))
  const left = delivery.rows - gone.reduce((sum, { rows }) => sum + rows, 0)
  const known = gone.map(
    (taker) =>
      `${plural(taker.rows, 'row')} of it went out for the run ${taker.runId}, ${localTime(taker.loadedAt)}, which ${taker.corrects === runId ? 'corrected it' : 'brought newer ones'}.`,
  )
  // A Pallet of before replaced whole tables without counting whose rows went out.
  const uncounted = standing(deliveries.slice(deliveries.indexOf(delivery) + 1)).find(
    ({ took }) => took === null,
  )
  if (uncounted !== undefined && there.rows === 0)
    return {
      state: 'explained',
      found: [
        `The run ${uncounted.runId} took the place of the whole table, ${localTime(uncounted.loadedAt)}.`,
      ],
      totals: null,
    }
  if (there.rows !== left)
    return {
      state: 'different',
      found: [
        ...known,
        `${inTable}, where the ledger says ${formatCount(left)}: something other than Pallet has changed it.`,
      ],
      totals: gone.length === 0 && sent !== null ? { sent, there } : null,
    }
  if (gone.length > 0)
    return {
      state: 'explained',
      found: [
        ...known,
        left === 0
          ? 'Nothing of it is left, as the ledger says.'
          : `The ${plural(left, 'row')} that the ledger says are left are there; what they add up to cannot be compared.`,
      ],
      totals: null,
    }
  if (erased !== null)
    return {
      state: sent === null || sent.rows === there.rows + erased.rows ? 'explained' : 'different',
      found: [
        erased.why,
        left === 0
          ? 'Nothing of it is left.'
          : `${left === 1 ? 'The other row is' : `The other ${plural(left, 'row')} are`} there; what they add up to cannot be compared any more.`,
      ],
      totals: null,
    }
  if (sent === null)
    return {
      state: 'as-sent',
      found: [
        `All ${plural(left, 'row')} are there. They were sent by a Pallet that did not keep what they add up to, so only the rows were counted.`,
      ],
      totals: null,
    }
  const totals = { sent, there }
  const difference = differenceOf(totals)
  return difference === null
    ? {
        state: 'as-sent',
        found: [
          left === 0
            ? 'It brought no rows.'
            : left === 1
              ? 'Its row is there, as it was sent.'
              : `All ${plural(left, 'row')} are there, as they were sent.`,
        ],
        totals,
      }
    : {
        state: 'different',
        found: [`The rows in the table "${table}" are not as they were sent: ${difference}.`],
        totals,
      }
}
