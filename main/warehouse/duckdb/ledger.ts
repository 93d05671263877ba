import { z } from 'zod'
import type { DuckDBValue } from '@duckdb/node-api'
import { type Delivery, Took } from '../../../shared/domain/runs/delivery.ts'
import { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import { LoadedExtract } from '../../../shared/domain/arriving/extract.ts'
import { LandedBatch } from '../../../shared/domain/streams/stream.ts'
import type { Statements } from '../../duckdb/engine.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'

/** Our own table in the warehouse: one row a load that was committed, written with its rows. */
export const ledgerTable = '_pallet_ledger'
/** The column that says which run brought a row. */
export const runColumn = '_pallet_run'

/** Where the rows wait that a run took out, each with the run that had brought it. */
export const keptName = (runId: string): string => `_pallet_kept_${runId}`
export const keptTable = (runId: string): string => quoteIdentifier(keptName(runId))

/** What came to the ledger after its first version, which has none of it in its rows. */
const later = {
  /** The order of the loads. */
  seq: 'BIGINT',
  meaning: 'VARCHAR',
  took: 'VARCHAR',
  corrects: 'VARCHAR',
  undone_at: 'VARCHAR',
  completes: 'VARCHAR',
  batch: 'VARCHAR',
  extract: 'VARCHAR',
}

export async function createLedger(engine: Statements): Promise<void> {
  await engine.run(
    `CREATE TABLE IF NOT EXISTS ${ledgerTable} (run_id VARCHAR PRIMARY KEY, dataset VARCHAR NOT NULL, table_name VARCHAR NOT NULL, mode VARCHAR NOT NULL, "rows" BIGINT NOT NULL, source_sha256 VARCHAR NOT NULL, loaded_at VARCHAR NOT NULL)`,
  )
  const known = await columnsOfLedger(engine)
  for (const [name, type] of Object.entries(later))
    if (!known.has(name)) await engine.run(`ALTER TABLE ${ledgerTable} ADD COLUMN ${name} ${type}`)
}

const Row = z
  .tuple([
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.coerce.number(),
    z.string(),
    z.string(),
    z.string().nullable(),
    z.string().nullable(),
    z.string().nullable(),
    z.string().nullable(),
    z.string().nullable(),
    z.string().nullable(),
    z.string().nullable(),
  ])
  .transform(([runId, dataset, table, mode, rows, sha256, loadedAt, meaning, took, ...fate]) => ({
    runId,
    dataset,
    table,
    // Of the first version: "append" took out nothing, "replace" did not say what.
    meaning:
      meaning === null
        ? { kind: mode === 'append' ? ('append' as const) : ('snapshot' as const) }
        : Meaning.parse(JSON.parse(meaning)),
    rows,
    took: took === null ? (mode === 'append' ? [] : null) : Took.parse(JSON.parse(took)),
    corrects: fate[0],
    undoneAt: fate[1],
    completes: fate[2],
    ...(fate[3] === null ? {} : { batch: LandedBatch.parse(JSON.parse(fate[3])) }),
    ...(fate[4] === null ? {} : { extract: LoadedExtract.parse(JSON.parse(fate[4])) }),
    sourceSha256: sha256,
    loadedAt,
  })) satisfies z.ZodType<Delivery>

/** What the ledger says about a run, or null; the table need not exist yet. */
export async function findEntry(engine: Statements, runId: string): Promise<Delivery | null> {
  const [entry] = await entries(engine, 'run_id = $1', [runId])
  return entry ?? null
}

/** All that was delivered into a table, oldest first. */
export async function entriesOf(engine: Statements, table: string): Promise<Delivery[]> {
  return await entries(engine, 'lower(table_name) = lower($1)', [table])
}

/** All that was ever delivered, oldest first. */
export async function allEntries(engine: Statements): Promise<Delivery[]> {
  return await entries(engine, 'true', [])
}

async function entries(
  engine: Statements,
  condition: string,
  values: DuckDBValue[],
): Promise<Delivery[]> {
  const known = await columnsOfLedger(engine)
  if (known.size === 0) return []
  const has = (name: keyof typeof later): string => (known.has(name) ? name : 'NULL')
  const bySeq = known.has('seq') ? 'seq NULLS FIRST, ' : ''
  const rows = await engine.rows(
    `SELECT run_id, dataset, table_name, mode, "rows", source_sha256, loaded_at, ${has('meaning')}, ${has('took')}, ${has('corrects')}, ${has('undone_at')}, ${has('completes')}, ${has('batch')}, ${has('extract')}
     FROM ${ledgerTable} WHERE ${condition} ORDER BY ${bySeq}loaded_at, run_id`,
    values,
  )
  return rows.map((row) => Row.parse(row))
}

async function columnsOfLedger(engine: Statements): Promise<ReadonlySet<string>> {
  const rows = await engine.rows(
    `SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = current_schema() AND table_name = '${ledgerTable}'`,
  )
  return new Set(rows.map(([name]) => String(name)))
}

export async function addEntry(
  engine: Statements,
  entry: Omit<Delivery, 'undoneAt'>,
): Promise<void> {
  await engine.run(
    `INSERT INTO ${ledgerTable} (run_id, dataset, table_name, mode, "rows", source_sha256, loaded_at, seq, meaning, took, corrects, completes, batch, extract)
     SELECT $1, $2, $3, $4, $5, $6, $7, (SELECT coalesce(max(seq), 0) + 1 FROM ${ledgerTable}), $8, $9, $10, $11, $12, $13`,
    [
      entry.runId,
      entry.dataset,
      entry.table,
      entry.meaning.kind,
      BigInt(entry.rows),
      entry.sourceSha256,
      entry.loadedAt,
      JSON.stringify(entry.meaning),
      entry.took === null ? null : JSON.stringify(entry.took),
      entry.corrects,
      entry.completes,
      entry.batch === undefined ? null : JSON.stringify(LandedBatch.parse(entry.batch)),
      entry.extract === undefined ? null : JSON.stringify(LoadedExtract.parse(entry.extract)),
    ],
  )
}
