import type { Engine } from '../../duckdb/engine.ts'

/** Our own table in the warehouse: one row a load that was committed, written with its rows. */
export const ledgerTable = '_pallet_ledger'
/** The column that says which run brought a row. */
export const runColumn = '_pallet_run'

export interface LedgerEntry {
  runId: string
  dataset: string
  table: string
  mode: string
  rows: number
  sourceSha256: string
  /** UTC, ISO 8601. */
  loadedAt: string
}

export async function createLedger(engine: Engine): Promise<void> {
  await engine.run(
    `CREATE TABLE IF NOT EXISTS ${ledgerTable} (run_id VARCHAR PRIMARY KEY, dataset VARCHAR NOT NULL, table_name VARCHAR NOT NULL, mode VARCHAR NOT NULL, "rows" BIGINT NOT NULL, source_sha256 VARCHAR NOT NULL, loaded_at VARCHAR NOT NULL)`,
  )
}

/** What the ledger says about a run, or null; the table need not exist yet. */
export async function findEntry(
  engine: Engine,
  runId: string,
): Promise<{ table: string; rows: number } | null> {
  const [exists] = await engine.rows(
    `SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = current_schema() AND table_name = '${ledgerTable}'`,
  )
  if (Number(exists?.[0]) === 0) return null
  const [row] = await engine.rows(
    `SELECT table_name, "rows" FROM ${ledgerTable} WHERE run_id = $1`,
    [runId],
  )
  return row === undefined ? null : { table: String(row[0]), rows: Number(row[1]) }
}

export async function addEntry(engine: Engine, entry: LedgerEntry): Promise<void> {
  await engine.run(`INSERT INTO ${ledgerTable} VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
    entry.runId,
    entry.dataset,
    entry.table,
    entry.mode,
    BigInt(entry.rows),
    entry.sourceSha256,
    entry.loadedAt,
  ])
}
