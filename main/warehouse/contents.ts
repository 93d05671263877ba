import type { Delivery } from '../../shared/domain/runs/delivery.ts'
import type { ContentsOutput } from '../runs/ports/warehouse.ts'

/** Tables of Pallet's own, however the warehouse spells their names. */
const isOwn = (name: string): boolean => /^_pallet_/i.test(name)

/** Tables that are counted by one statement. */
const atOnce = 100

/**
 * The tables of people among `names`, in their order, with the rows of those into which something was delivered: only of these it is
 * sure that they may be read. `named`: the name of a table as part of a statement; `rowsOf` answers a statement.
 */
export async function contentsOf(
  names: readonly string[],
  deliveries: Delivery[],
  named: (table: string) => string,
  rowsOf: (sql: string) => Promise<readonly (readonly unknown[])[]>,
): Promise<ContentsOutput> {
  const people = names.filter((name) => !isOwn(name))
  const delivered = new Set(deliveries.map(({ table }) => table))
  const counted = people.filter((name) => delivered.has(name))
  const rows = new Map<string, number>()
  for (let first = 0; first < counted.length; first += atOnce) {
    const some = counted.slice(first, first + atOnce)
    const counts = some.map((name, nth) => `SELECT ${nth}, COUNT(*) FROM ${named(name)}`)
    for (const [nth, count] of await rowsOf(counts.join(' UNION ALL ')))
      rows.set(some[Number(nth)] ?? '', Number(count))
  }
  return {
    tables: people.map((table) => ({ table, named: named(table), rows: rows.get(table) ?? null })),
    deliveries,
  }
}
