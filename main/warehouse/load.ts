import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { Problem } from '../../shared/domain/problem.ts'
import type { Engine, Statements } from '../duckdb/engine.ts'
import { firstLine } from '../duckdb/problem.ts'
import { quoteIdentifier } from '../duckdb/sql.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { Control } from '../runs/ports/control.ts'
import type { LoadInput, LoadOutput, LoadReport } from '../runs/ports/warehouse.ts'
import { addEntry, createLedger, findEntry, runColumn } from './ledger.ts'
import { withWarehouse } from './open.ts'
import { emitStage, stagingTable } from './stage.ts'
import { checkFits, checkOwn, emitTable, findTable } from './table.ts'

/**
 * Loads an output file into a table, once. The rows are staged and counted first; then rows
 * and ledger entry are published in one transaction, so that a kill at any moment leaves
 * either everything or nothing, and repeating is safe: a run that the ledger knows changes
 * nothing (`already`). Throws `table-mismatch`, `account-unbalanced`, `integrity` when the
 * file is not what cleaning wrote, `home-in-use`, `disk-full`, or the signal's reason.
 */
export async function load(input: LoadInput, control: Control<LoadReport>): Promise<LoadOutput> {
  checkName(input)
  return inTurn(heavyWork, control.signal, () =>
    withWarehouse(
      input.warehouse.file,
      'read-write',
      control.signal,
      `loading ${basename(input.file)} into the warehouse`,
      (engine) => loadWith(engine, input, control),
    ),
  )
}

async function loadWith(
  engine: Engine,
  input: LoadInput,
  control: Control<LoadReport>,
): Promise<LoadOutput> {
  const report = (rowsDone: number, doing: string): void => control.report({ rowsDone, doing })
  const known = await findEntry(engine, input.runId)
  if (known !== null) return answerFromLedger(engine, known)

  // What cannot fit is refused before the work of staging.
  await checkTable(engine, input)
  report(0, 'Staging')
  await stage(engine, input)

  report(0, 'Publishing')
  await engine.run('BEGIN TRANSACTION')
  try {
    await createLedger(engine)
    await publish(engine, input)
    report(input.rows, 'Committing')
    control.signal.throwIfAborted()
    await engine.decided.run('COMMIT')
  } catch (error) {
    await engine.decided.run('ROLLBACK').catch(() => undefined)
    throw error
  }
  // From here on an abort comes too late: the rows are there, and it must be said.
  report(input.rows, 'Committed')
  const { decided } = engine
  if ((await findTable(decided, input.table)) === null)
    return { rows: 0, tableRows: 0, already: false }
  return {
    rows: await countRun(decided, input),
    tableRows: await countTable(decided, input.table),
    already: false,
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
  const published = await countRun(engine, input)
  if (published !== input.rows) throw unbalanced(input, published, 'arrived in the table')
  await addEntry(engine, { ...input, loadedAt: new Date().toISOString() })
}

async function stage(engine: Engine, input: LoadInput): Promise<void> {
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
  const staged = await countTable(engine, stagingTable)
  if (staged !== input.rows) throw unbalanced(input, staged, 'were staged')
}

async function checkTable(engine: Engine, input: LoadInput): Promise<boolean> {
  const existing = await findTable(engine, input.table)
  if (existing === null) return false
  checkOwn(input.table, existing)
  if (input.mode === 'append') checkFits(input.table, existing, input.columns)
  return true
}

async function answerFromLedger(
  engine: Engine,
  known: { table: string; rows: number },
): Promise<LoadOutput> {
  const existing = await findTable(engine, known.table)
  return {
    rows: known.rows,
    tableRows: existing === null ? 0 : await countTable(engine, known.table),
    already: true,
  }
}

async function countRun(engine: Statements, input: LoadInput): Promise<number> {
  const [row] = await engine.rows(
    `SELECT count(*) FROM ${quoteIdentifier(input.table)} WHERE ${runColumn} = $1`,
    [input.runId],
  )
  return Number(row?.[0])
}

async function countTable(engine: Statements, table: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) FROM ${quoteIdentifier(table)}`)
  return Number(row?.[0])
}

function checkName(input: LoadInput): void {
  const reserved = [input.table, ...input.columns.map(({ name }) => name)].find((name) =>
    name.toLowerCase().startsWith('_pallet_'),
  )
  if (reserved !== undefined || input.table.includes('\0'))
    throw new Problem({
      code: 'usage',
      what: `The name "${reserved ?? input.table}" cannot be used: names that begin with _pallet_ are Pallet's own.`,
      did: 'Pallet changed nothing in the warehouse.',
      advice: 'Choose another name.',
    })
}

function unbalanced(input: LoadInput, rows: number, where: string): Problem {
  return new Problem({
    code: 'account-unbalanced',
    what: `The account of ${basename(input.file)} does not balance: ${input.rows} clean rows were written, but ${rows} ${where}.`,
    did: `Pallet loaded nothing; the table "${input.table}" is as it was.`,
    advice:
      'Start the run again. If it happens again, send the log file to whoever looks after Pallet.',
  })
}
