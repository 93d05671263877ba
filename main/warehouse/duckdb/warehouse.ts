import { standing } from '../../../shared/domain/runs/delivery.ts'
import type { Engine } from '../../duckdb/engine.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import { heavyWork, inTurn } from '../../duckdb/turns.ts'
import type { AccessOf, Warehouse, WarehouseSystem } from '../../runs/ports/warehouse.ts'
import { contents } from './contents.ts'
import { countErased, eraseRows } from './erase.ts'
import { entriesOf, findEntry } from './ledger.ts'
import { forReading, forWriting, isThere, withWarehouse } from './open.ts'
import {
  countClashing,
  countOutgoing,
  countRun,
  countTable,
  lacking,
  publish,
  tableFor,
} from './publish.ts'
import { overlap } from './overlap.ts'
import { query } from './query.ts'
import { stage, stagingTable } from './stage.ts'
import { findTable } from './table.ts'
import { tableTotals } from './totals.ts'
import { countKept, takeBack } from './undo.ts'

/** The warehouse on this computer: one DuckDB file. Throws `warehouse-in-use` while another program has it open. */
export const duckdbWarehouse: WarehouseSystem<AccessOf<'duckdb'>> = {
  open: ({ file }, { doing, width }, signal, work) =>
    inTurn(heavyWork, signal, async () => {
      const columns = width ?? (await widestTable(file, signal, doing))
      return withWarehouse(file, forWriting(columns), signal, doing, (engine) =>
        work(opened(engine)),
      )
    }),
  async deliveries({ file }, table, signal) {
    if (!(await isThere(file))) return []
    return await withWarehouse(file, forReading, signal, 'reading the ledger', (engine) =>
      entriesOf(engine, table),
    )
  },
  async columnValues({ file: database }, { table, keys, columns, file }, signal) {
    if (!(await isThere(database))) return null
    const room = { ...forReading, otherFiles: 'allowed' } as const
    return await withWarehouse(
      database,
      room,
      signal,
      `reading the table ${table}`,
      async (engine) => {
        const known = new Set((await findTable(engine, table))?.map(({ name }) => name))
        if (![...keys, ...columns].every((name) => known.has(name))) return null
        await engine.run(
          `COPY (${selectValues(table, keys, columns)}) TO ${quoteLiteral(file)} (FORMAT parquet)`,
        )
        const [row] = await engine.rows(`SELECT count(*) FROM ${quoteIdentifier(table)}`)
        const last = standing(await entriesOf(engine, table)).at(-1)
        return { rows: Number(row?.[0]), deliveredAt: last?.loadedAt ?? null }
      },
    )
  },
  async erase({ file }, { dry, ...wanted }, signal) {
    if (!(await isThere(file))) return { table: [], putAside: [] }
    const doing = 'erasing rows of a person'
    if (dry)
      return await withWarehouse(file, forReading, signal, doing, (engine) =>
        countErased(engine, wanted),
      )
    const work = (engine: Engine) =>
      inTransaction(
        engine,
        () => signal.throwIfAborted(),
        () => eraseRows(engine, wanted),
      )
    return await inTurn(heavyWork, signal, () =>
      withWarehouse(file, forWriting(0), signal, doing, work),
    )
  },
  contents,
  tableTotals,
  query,
}

/** Of each combination of keys that is whole, what its rows have in the other columns, and whether they differ in it. */
function selectValues(table: string, keys: readonly string[], columns: readonly string[]): string {
  const text = (name: string): string => `CAST(${quoteIdentifier(name)} AS VARCHAR)`
  const key = keys.map((name, nth) => `${text(name)} AS k${nth + 1}`)
  const whole = keys.map((name) => `coalesce(${text(name)}, '') <> ''`).join(' AND ')
  const values = columns.map((name, nth) => `arg_min(${text(name)}, rowid) AS v${nth + 1}`)
  const differ =
    columns.map((name) => `count(DISTINCT coalesce(${text(name)}, '')) > 1`).join(' OR ') || 'false'
  return `SELECT ${[...key, ...values, `${differ} AS several`].join(', ')} FROM ${quoteIdentifier(table)} WHERE ${whole} GROUP BY ALL`
}

/** Columns of the widest table, where it is not known yet which one it is about. */
async function widestTable(file: string, signal: AbortSignal, doing: string): Promise<number> {
  if (!(await isThere(file))) return 0
  return withWarehouse(file, forReading, signal, doing, async (engine) => {
    const [row] = await engine.rows('SELECT coalesce(max(column_count), 0) FROM duckdb_tables()')
    return Number(row?.[0])
  })
}

function opened(engine: Engine): Warehouse {
  return {
    find: (runId) => findEntry(engine.decided, runId),
    deliveries: (table) => entriesOf(engine, table),
    check: async (input) => void (await tableFor(engine, input)),
    lacking: async (input) => (await lacking(engine, input)).map(({ name }) => name),
    stage: (input) => stage(engine, input),
    async keyFaults(keys) {
      const columns = keys.map(quoteIdentifier)
      const [row] = await engine.rows(
        `SELECT
           (SELECT count(*) FROM ${stagingTable} WHERE ${columns.map((column) => `${column} IS NULL`).join(' OR ')}),
           (SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${stagingTable} WHERE ${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')} GROUP BY ${columns.join(', ')} HAVING n > 1))`,
      )
      return { empty: Number(row?.[0]), repeated: Number(row?.[1]) }
    },
    overlap: (input, common) => overlap(engine, input, common),
    outgoing: (input) => countOutgoing(engine, input),
    clashing: (input, clash) => countClashing(engine, input, clash),
    publish: (input, told, beforeCommit) =>
      inTransaction(engine, beforeCommit, () => publish(engine, input, new Date(), told)),
    // Here a transaction defines tables, too: what is not needed was never made.
    tidy: () => Promise.resolve(),
    kept: (delivery) => countKept(engine, delivery),
    undo: (deliveries, at, beforeCommit) =>
      inTransaction(engine, beforeCommit, () => takeBack(engine, deliveries, at)),
    async count(table, runId) {
      const { decided } = engine
      if ((await findTable(decided, table)) === null) return { rows: 0, tableRows: 0 }
      return {
        rows: await countRun(decided, table, runId),
        tableRows: await countTable(decided, table),
      }
    },
  }
}

async function inTransaction<Result>(
  engine: Engine,
  beforeCommit: () => void,
  work: () => Promise<Result>,
): Promise<Result> {
  await engine.run('BEGIN TRANSACTION')
  try {
    const result = await work()
    beforeCommit()
    await engine.decided.run('COMMIT')
    return result
  } catch (error) {
    await engine.decided.run('ROLLBACK').catch(() => undefined)
    throw error
  }
}
