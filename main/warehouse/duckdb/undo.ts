import { type Delivery, rowsTaken } from '../../../shared/domain/runs/delivery.ts'
import type { Statements } from '../../duckdb/engine.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import { createLedger, keptName, keptTable, ledgerTable, runColumn } from './ledger.ts'
import { countTable } from './publish.ts'
import { type TableColumn, canTake } from '../columns.ts'
import { findTable } from './table.ts'

/** Rows that went out for a delivery and are still kept. */
export async function countKept(engine: Statements, delivery: Delivery): Promise<number> {
  const name = keptName(delivery.runId)
  return (await findTable(engine, name)) === null ? 0 : await countTable(engine, name)
}

/** Rows out, rows back, and the ledger's word, one delivery after the other, inside the caller's transaction. */
export async function takeBack(
  engine: Statements,
  deliveries: readonly Delivery[],
  at: string,
): Promise<void> {
  await createLedger(engine)
  for (const delivery of deliveries) await takeOneBack(engine, delivery, at)
}

async function takeOneBack(engine: Statements, delivery: Delivery, at: string): Promise<void> {
  const table = quoteIdentifier(delivery.table)
  const existing = await findTable(engine, delivery.table)
  if (existing !== null)
    await engine.run(`DELETE FROM ${table} WHERE ${runColumn} = $1`, [delivery.runId])
  const kept = await findTable(engine, keptName(delivery.runId))
  if (rowsTaken(delivery) > 0 && kept !== null) {
    if (existing === null || !canTake(existing, kept))
      await makeAnew(engine, delivery.table, existing, kept)
    await engine.run(`INSERT INTO ${table} BY NAME FROM ${keptTable(delivery.runId)}`)
    await engine.run(`DROP TABLE ${keptTable(delivery.runId)}`)
  }
  await engine.run(`UPDATE ${ledgerTable} SET undone_at = $1 WHERE run_id = $2`, [
    at,
    delivery.runId,
  ])
}

/** As it was before it was replaced by one with other columns. Only an empty table is given up. */
async function makeAnew(
  engine: Statements,
  name: string,
  existing: readonly TableColumn[] | null,
  kept: readonly TableColumn[],
): Promise<void> {
  if (existing !== null) {
    if ((await countTable(engine, name)) > 0)
      throw new RangeError(`The rows that come back do not fit the columns of ${name}.`)
    await engine.run(`DROP TABLE ${quoteIdentifier(name)}`)
  }
  const columns = kept.map(
    (column) =>
      `${quoteIdentifier(column.name)} ${column.type}${column.name === runColumn ? ' NOT NULL' : ''}`,
  )
  await engine.run(`CREATE TABLE ${quoteIdentifier(name)} (${columns.join(', ')})`)
}
