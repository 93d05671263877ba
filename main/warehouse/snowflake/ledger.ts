import { z } from 'zod'
import type { Delivery } from '../../../shared/domain/delivery.ts'
import { Meaning } from '../../../shared/domain/meaning.ts'
import { Took } from '../duckdb/ledger.ts'
import { folded, ledgerTable, turnTable } from './names.ts'
import type { Statements } from './session.ts'

/** Definitions commit what is under way in Snowflake, so this stands before every transaction. */
export async function createLedger(session: Statements): Promise<void> {
  await session.rows(
    `CREATE TABLE IF NOT EXISTS ${ledgerTable} (RUN_ID VARCHAR NOT NULL, DATASET VARCHAR NOT NULL, TABLE_NAME VARCHAR NOT NULL, "ROWS" NUMBER(38,0) NOT NULL, SOURCE_SHA256 VARCHAR NOT NULL, LOADED_AT VARCHAR NOT NULL, SEQ NUMBER(38,0) NOT NULL, MEANING VARCHAR NOT NULL, TOOK VARCHAR NOT NULL, CORRECTS VARCHAR, COMPLETES VARCHAR, UNDONE_AT VARCHAR)`,
  )
  await session.rows(`CREATE TABLE IF NOT EXISTS ${turnTable} (RUN_ID VARCHAR)`)
  // Two that begin at once leave two rows; whoever changes all of them still goes alone.
  await session.rows(
    `INSERT INTO ${turnTable} SELECT '' AS RUN_ID WHERE NOT EXISTS (SELECT 1 FROM ${turnTable})`,
  )
}

const Row = z
  .tuple([
    z.string(),
    z.string(),
    z.string(),
    z.coerce.number(),
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.string().nullable(),
    z.string().nullable(),
    z.string().nullable(),
  ])
  .transform(([runId, dataset, table, rows, sha256, loadedAt, meaning, took, ...fate]) => ({
    runId,
    dataset,
    table,
    meaning: Meaning.parse(JSON.parse(meaning)),
    rows,
    took: Took.parse(JSON.parse(took)),
    corrects: fate[0],
    completes: fate[1],
    undoneAt: fate[2],
    sourceSha256: sha256,
    loadedAt,
  })) satisfies z.ZodType<Delivery>

/** What the ledger says about a run, or null. Fails where there is no ledger. */
export async function findEntry(session: Statements, runId: string): Promise<Delivery | null> {
  const [entry] = await entries(session, 'RUN_ID = ?', runId)
  return entry ?? null
}

/** All that was delivered into a table, oldest first. Fails where there is no ledger. */
export async function entriesOf(session: Statements, table: string): Promise<Delivery[]> {
  return await entries(session, 'TABLE_NAME = ?', folded(table))
}

async function entries(session: Statements, condition: string, value: string): Promise<Delivery[]> {
  const rows = await session.rows(
    `SELECT RUN_ID, DATASET, TABLE_NAME, "ROWS", SOURCE_SHA256, LOADED_AT, MEANING, TOOK, CORRECTS, COMPLETES, UNDONE_AT FROM ${ledgerTable} WHERE ${condition} ORDER BY SEQ, LOADED_AT, RUN_ID`,
    [value],
  )
  return rows.map((row) => Row.parse(row))
}

export async function addEntry(
  session: Statements,
  entry: Omit<Delivery, 'undoneAt'>,
): Promise<void> {
  const values: [string, string | number | null][] = [
    ['RUN_ID', entry.runId],
    ['DATASET', entry.dataset],
    ['TABLE_NAME', folded(entry.table)],
    ['"ROWS"', entry.rows],
    ['SOURCE_SHA256', entry.sourceSha256],
    ['LOADED_AT', entry.loadedAt],
    ['MEANING', JSON.stringify(entry.meaning)],
    ['TOOK', JSON.stringify(entry.took ?? [])],
    ['CORRECTS', entry.corrects],
    ['COMPLETES', entry.completes],
  ]
  const given = values.filter((pair): pair is [string, string | number] => pair[1] !== null)
  await session.rows(
    `INSERT INTO ${ledgerTable} (SEQ, ${given.map(([name]) => name).join(', ')}) SELECT (SELECT COALESCE(MAX(SEQ), 0) + 1 FROM ${ledgerTable}), ${given.map(() => '?').join(', ')}`,
    given.map(([, value]) => value),
  )
}

export async function markUndone(session: Statements, runId: string, at: string): Promise<void> {
  await session.rows(`UPDATE ${ledgerTable} SET UNDONE_AT = ? WHERE RUN_ID = ?`, [at, runId])
}
