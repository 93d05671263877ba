import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Engine, Statements } from '../../duckdb/engine.ts'
import { firstLine } from '../../duckdb/problem.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import { heavyWork, inTurn } from '../../duckdb/turns.ts'
import type { LoadInput, Warehouse, WarehouseSystem } from '../../runs/ports/warehouse.ts'
import { unbalanced } from '../unbalanced.ts'
import { addEntry, createLedger, findEntry, runColumn } from './ledger.ts'
import { withWarehouse } from './open.ts'
import { query } from './query.ts'
import { emitStage, stagingTable } from './stage.ts'
import { checkFits, checkOwn, emitTable, findTable } from './table.ts'

/** The warehouse on this computer: one DuckDB file. Throws `home-in-use` while another program has it open. */
export const duckdbWarehouse: WarehouseSystem = {
  load: (input, signal, work) =>
    inTurn(heavyWork, signal, () =>
      withWarehouse(
        input.warehouse.file,
        'read-write',
        signal,
        `loading ${basename(input.file)} into the warehouse`,
        (engine) => work(opened(engine)),
      ),
    ),
  query,
}

function opened(engine: Engine): Warehouse {
  return {
    findEntry: (runId) => findEntry(engine, runId),
    check: async (input) => void (await checkTable(engine, input)),
    stage: (input) => stage(engine, input),
    async publish(input, beforeCommit) {
      await engine.run('BEGIN TRANSACTION')
      try {
        await createLedger(engine)
        await publish(engine, input)
        beforeCommit()
        await engine.decided.run('COMMIT')
      } catch (error) {
        await engine.decided.run('ROLLBACK').catch(() => undefined)
        throw error
      }
    },
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

/** Rows and ledger entry, inside the caller's transaction. */
async function publish(engine: Engine, input: LoadInput): Promise<void> {
  const table = quoteIdentifier(input.table)
  const existing = await checkTable(engine, input)
  // Without a row nobody knows the types yet, and a table would hold the next file to guesses.
  if (!existing && input.rows === 0) {
    await addEntry(engine, { ...input, loadedAt: new Date().toISOString() })
    return
  }
  if (existing && input.mode === 'replace') await engine.run(`DROP TABLE ${table}`)
  if (!existing || input.mode === 'replace') await engine.run(emitTable(input.table, input.columns))
  await engine.run(
    `INSERT INTO ${table} BY NAME SELECT *, $1::VARCHAR AS ${runColumn} FROM ${stagingTable}`,
    [input.runId],
  )
  const published = await countRun(engine, input.table, input.runId)
  if (published !== input.rows) throw unbalanced(input, published, 'arrived in the table')
  await addEntry(engine, { ...input, loadedAt: new Date().toISOString() })
}

async function stage(engine: Engine, input: LoadInput): Promise<number> {
  await access(input.file).catch(() => {
    throw new Problem({
      code: 'source-missing',
      what: `The cleaned file ${basename(input.file)} is gone.`,
      did: 'Pallet changed nothing in the warehouse.',
      advice: 'Start the run again.',
    })
  })
  try {
    await engine.run(emitStage(input.file, input.format, input.columns))
  } catch (error) {
    const detail = firstLine(error)
    if (!/^(conversion|invalid input|binder) error/i.test(detail)) throw error
    throw new Problem(
      {
        code: 'integrity',
        what: `The cleaned file ${basename(input.file)} is not what Pallet wrote: it was changed or is damaged.`,
        did: 'Pallet changed nothing in the warehouse.',
        advice: 'Start the run again.',
        detail,
      },
      { cause: error },
    )
  }
  return await countTable(engine, stagingTable)
}

async function checkTable(engine: Engine, input: LoadInput): Promise<boolean> {
  const existing = await findTable(engine, input.table)
  if (existing === null) return false
  checkOwn(input.table, existing)
  if (input.mode === 'append') checkFits(input.table, existing, input.columns)
  return true
}

async function countRun(engine: Statements, table: string, runId: string): Promise<number> {
  const [row] = await engine.rows(
    `SELECT count(*) FROM ${quoteIdentifier(table)} WHERE ${runColumn} = $1`,
    [runId],
  )
  return Number(row?.[0])
}

async function countTable(engine: Statements, table: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) FROM ${quoteIdentifier(table)}`)
  return Number(row?.[0])
}
