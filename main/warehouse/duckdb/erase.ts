import type { DuckDBValue } from '@duckdb/node-api'
import type { Engine, Statements } from '../../duckdb/engine.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { EraseRowsInput, EraseRowsOutput } from '../../runs/ports/warehouse.ts'
import { comparable } from '../eraseInFile.ts'
import { entriesOf, keptName, ledgerTable, runColumn } from './ledger.ts'
import { findTable } from './table.ts'

type Wanted = Pick<EraseRowsInput, 'table' | 'column' | 'values'>

/** How many rows of the person are in a table, and among those that went out of it. */
export async function countErased(engine: Statements, wanted: Wanted): Promise<EraseRowsOutput> {
  const table = await countIn(engine, wanted.table, wanted)
  const putAside: EraseRowsOutput['putAside'] = []
  for (const { runId } of await entriesOf(engine, wanted.table)) {
    const kept = await countIn(engine, keptName(runId), wanted)
    const rows = kept.reduce((sum, one) => sum + one.rows, 0)
    if (rows > 0) putAside.push({ runId, rows })
  }
  return { table, putAside }
}

/**
 * Takes them out inside the caller's transaction, and the ledger then says how many rows each delivery has left: undo and verify
 * find what it says.
 */
export async function eraseRows(engine: Engine, wanted: Wanted): Promise<EraseRowsOutput> {
  const found = await countErased(engine, wanted)
  const { sql, values } = conditionOf(wanted)
  const brought = async (by: readonly { runId: string; rows: number }[]): Promise<void> => {
    for (const { runId, rows } of by)
      await engine.run(`UPDATE ${ledgerTable} SET "rows" = "rows" - $1 WHERE run_id = $2`, [
        BigInt(rows),
        runId,
      ])
  }
  await brought(found.table ?? [])
  if ((found.table ?? []).length > 0)
    await engine.run(`DELETE FROM ${quoteIdentifier(wanted.table)} WHERE ${sql}`, values)
  const entries = await entriesOf(engine, wanted.table)
  for (const { runId } of found.putAside) {
    const gone = await countIn(engine, keptName(runId), wanted)
    await brought(gone)
    const took = entries.find((one) => one.runId === runId)?.took ?? []
    const left = took.map((one) => ({
      ...one,
      rows: one.rows - (gone.find((other) => other.runId === one.runId)?.rows ?? 0),
    }))
    await engine.run(`UPDATE ${ledgerTable} SET took = $1 WHERE run_id = $2`, [
      JSON.stringify(left.filter(({ rows }) => rows > 0)),
      runId,
    ])
    await engine.run(`DELETE FROM ${quoteIdentifier(keptName(runId))} WHERE ${sql}`, values)
  }
  return found
}

async function countIn(
  engine: Statements,
  name: string,
  wanted: Wanted,
): Promise<{ runId: string; rows: number }[]> {
  const columns = await findTable(engine, name)
  if (columns === null || columns.every((one) => one.name !== wanted.column)) return []
  const { sql, values } = conditionOf(wanted)
  const rows = await engine.rows(
    `SELECT ${runColumn}, count(*) FROM ${quoteIdentifier(name)} WHERE ${sql} GROUP BY 1 ORDER BY 1`,
    values,
  )
  return rows.map(([runId, count]) => ({ runId: String(runId), rows: Number(count) }))
}

function conditionOf({ column, values }: Wanted): { sql: string; values: DuckDBValue[] } {
  const places = values.map((_, nth) => `$${nth + 1}`).join(', ')
  return {
    sql: `${comparable(quoteIdentifier(column))} IN (${places})`,
    values: [...values],
  }
}
