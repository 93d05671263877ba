import { z } from 'zod'
import { Delivery, standing } from '../runs/delivery.ts'
import { localTime } from '../localTime.ts'
import { tableParts } from './tableName.ts'

/** A table of a warehouse, with what Pallet delivered into it. */
export const Table = z.object({
  table: z.string(),
  /** As a statement names it. */
  named: z.string(),
  /** Now; null: Pallet has delivered nothing there, and does not count them. */
  rows: z.int().min(0).nullable(),
  /** That stand. */
  deliveries: z.int().min(0),
  /** The newest of them; null: there is none. */
  last: Delivery.nullable(),
})
export type Table = z.infer<typeof Table>

/** A delivery, with the rows that its table had after its commit, as its run found; null: the run is not one of this Pallet, or did not look. */
const Brought = Delivery.extend({ tableRows: z.int().min(0).nullable() })
export type Brought = z.infer<typeof Brought>

/** What stands in a warehouse, and how it came there. */
export const Contents = z.object({
  connection: z.string(),
  /** By name, those first into which something was delivered; of one table, where one was asked for. */
  tables: z.array(Table),
  /** Newest first. */
  ledger: z.array(Brought),
  /** Whether there are more deliveries than were asked for. */
  more: z.boolean(),
})
export type Contents = z.infer<typeof Contents>

/** Of one table, in whatever case it is asked for, and of another schema where it is named with that; of every one. At most `limit` deliveries. */
export interface Asked {
  table?: string | undefined
  /** In place of that of the connection, where no table is named. */
  schema?: string | undefined
  limit: number
}

/** `deliveries`: oldest first, of all that `tables` has and of tables that are gone. */
export function contentsOf(
  connection: string,
  tables: readonly Pick<Table, 'table' | 'named' | 'rows'>[],
  deliveries: readonly Delivery[],
  { table: only, limit }: Asked,
  found: (runId: string) => number | null,
): Contents {
  const named = only === undefined ? undefined : (tableParts(only)?.at(-1)?.name ?? only)
  const isAsked = ({ table }: { table: string }): boolean =>
    only === undefined || [only, named].some((one) => one?.toLowerCase() === table.toLowerCase())
  const known = tables.filter(isAsked).map((one): Table => {
    const there = standing(deliveries).filter(({ table }) => table === one.table)
    return { ...one, deliveries: there.length, last: there.at(-1) ?? null }
  })
  const ledger = deliveries.filter(isAsked)
  return {
    connection,
    tables: [
      ...known.filter(({ rows }) => rows !== null),
      ...known.filter(({ rows }) => rows === null),
    ],
    ledger: ledger
      .slice(-limit)
      .toReversed()
      .map((one) => ({ ...one, tableRows: found(one.runId) })),
    more: ledger.length > limit,
  }
}

/** What there is to say of a delivery besides its numbers; mostly nothing. */
export function fateOf({ corrects, completes, undoneAt }: Delivery): string {
  return [
    corrects === null ? '' : `corrects ${corrects}`,
    completes === null ? '' : `completes ${completes}`,
    undoneAt === null ? '' : `undone ${localTime(undoneAt)}`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}
