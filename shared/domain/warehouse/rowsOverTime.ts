import type { Brought } from './contents.ts'
import { rowsTaken } from '../runs/delivery.ts'

/** How many rows a table had after a run, or after its delivery was undone; null: nobody knows. */
export interface RowsThen {
  runId: string
  undone: boolean
  /** UTC, ISO 8601. */
  at: string
  rows: number | null
}

/**
 * The rows of one table over time, oldest first. What a run of this Pallet found after its commit counts; from there on the ledger says what
 * came in and went out. Others may have changed the table as well, so what is reckoned from the first delivery on counts only where it comes
 * to the rows that are there now. `ledger`: in any order; `isWhole`: it has all deliveries into the table.
 */
export function rowsOverTime(
  ledger: readonly Brought[],
  rowsNow: number | null,
  isWhole: boolean,
): RowsThen[] {
  const fromNothing = isWhole ? reckoned(ledger, 0) : []
  return fromNothing.length > 0 && fromNothing.at(-1)?.rows === rowsNow
    ? fromNothing
    : reckoned(ledger, null)
}

function reckoned(ledger: readonly Brought[], before: number | null): RowsThen[] {
  const events = ledger.flatMap((delivery) => {
    const { took, rows, loadedAt, undoneAt } = delivery
    const change = took === null ? null : rows - rowsTaken(delivery)
    const loaded = { delivery, at: loadedAt, undone: false, change, found: delivery.tableRows }
    // What it had taken out comes back; nobody has taken rows of one that can be undone.
    const back = { ...loaded, undone: true, change: change === null ? null : -change, found: null }
    return undoneAt === null ? [loaded] : [loaded, { ...back, at: undoneAt }]
  })
  const inOrder = events.toSorted((one, other) => (one.at < other.at ? -1 : 1))
  let rows = before
  return inOrder.map(({ delivery: { runId }, at, undone, change, found }) => {
    rows = found ?? (rows === null || change === null ? null : rows + change)
    return { runId, undone, at, rows }
  })
}
