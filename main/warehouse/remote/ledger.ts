import { z } from 'zod'
import { type Delivery, Took } from '../../../shared/domain/runs/delivery.ts'
import { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import { type Statements, ledgerTable } from './statements.ts'

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
export async function findEntry(statements: Statements, runId: string): Promise<Delivery | null> {
  const [entry] = await entries(statements, 'RUN_ID = ?', [runId])
  return entry ?? null
}

/** All that was delivered into a table, oldest first. Fails where there is no ledger. */
export async function entriesOf(statements: Statements, table: string): Promise<Delivery[]> {
  return await entries(statements, 'TABLE_NAME = ?', [statements.folded(table)])
}

/** All that was delivered into the schema, oldest first. Fails where there is no ledger. */
export async function allEntries(statements: Statements): Promise<Delivery[]> {
  return await entries(statements, 'TRUE', [])
}

async function entries(
  statements: Statements,
  condition: string,
  values: string[],
): Promise<Delivery[]> {
  const rows = await statements.rows(
    `SELECT RUN_ID, DATASET, TABLE_NAME, ${statements.named('rows')}, SOURCE_SHA256, LOADED_AT, MEANING, TOOK, CORRECTS, COMPLETES, UNDONE_AT FROM ${statements.named(ledgerTable)} WHERE ${condition} ORDER BY SEQ, LOADED_AT, RUN_ID`,
    values,
  )
  return rows.map((row) => Row.parse(row))
}

/** A part of what is sent, with the values that it binds. */
export interface Bound {
  sql: string
  values: readonly (string | number)[]
}

/** The statement that says in the ledger what a run has brought; `took`: what it took out, as JSON. */
export function entryAdded(
  { named, folded }: Pick<Statements, 'named' | 'folded'>,
  entry: Omit<Delivery, 'undoneAt' | 'took'>,
  took: Bound,
): Bound {
  const values: [string, string | number | null][] = [
    ['RUN_ID', entry.runId],
    ['DATASET', entry.dataset],
    ['TABLE_NAME', folded(entry.table)],
    [named('rows'), entry.rows],
    ['SOURCE_SHA256', entry.sourceSha256],
    ['LOADED_AT', entry.loadedAt],
    ['MEANING', JSON.stringify(entry.meaning)],
    ['CORRECTS', entry.corrects],
    ['COMPLETES', entry.completes],
  ]
  const given = values.filter((pair): pair is [string, string | number] => pair[1] !== null)
  const ledger = named(ledgerTable)
  return {
    sql: `INSERT INTO ${ledger} (SEQ, ${given.map(([name]) => name).join(', ')}, TOOK) SELECT (SELECT COALESCE(MAX(SEQ), 0) + 1 FROM ${ledger}), ${given.map(() => '?').join(', ')}, ${took.sql}`,
    values: [...given.map(([, value]) => value), ...took.values],
  }
}

/** What went out can be brought back for so long, and for so many deliveries of a table. */
const keptDays = 30
const keptDeliveries = 10

/** The deliveries of a table that took rows out, and of them those whose rows are too old, or before too many others, to be kept. */
export function keptNoMore(
  deliveries: readonly Delivery[],
  at: Date,
): { taking: readonly Delivery[]; gone: readonly Delivery[] } {
  const oldest = new Date(at.getTime() - keptDays * 24 * 3600_000).toISOString()
  const taking = deliveries.filter(({ took }) => took !== null && took.length > 0)
  const keeps = taking.filter(({ loadedAt }) => loadedAt >= oldest).slice(-keptDeliveries)
  return { taking, gone: taking.filter((one) => !keeps.includes(one)) }
}
