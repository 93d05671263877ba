/**
 * One load in a process of its own.
 *   node tests/bench/loadJob.ts pallet|engine|driver INPUT.json
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { quoteIdentifier, quoteLiteral } from '../../main/duckdb/sql.ts'
import type { LoadInput } from '../../main/runs/ports/warehouse.ts'
import { sent } from '../fixtures/begunLoad.ts'
import { quiet } from '../../main/runs/quiet.ts'

const [job, file = ''] = process.argv.slice(2)
const input = JSON.parse(readFileSync(file, 'utf8')) as LoadInput

/** As somebody would write it who trusts the file. */
async function throughEngine(): Promise<void> {
  const { warehouse: access, file: source, format } = input
  if (access.kind !== 'duckdb') throw new Error('It is another warehouse.')
  const instance = await DuckDBInstance.create(access.file)
  const connection = await instance.connect()
  const rows =
    format === 'parquet'
      ? `read_parquet(${quoteLiteral(source)})`
      : `read_csv(${quoteLiteral(source)}, header = true)`
  await connection.run(
    `CREATE TABLE sales AS SELECT *, '${input.runId}' AS _pallet_run FROM ${rows}`,
  )
  connection.closeSync()
  instance.closeSync()
}

/** Snowflake's own driver: PUT, COPY, and nothing is asked. */
async function throughDriver(): Promise<void> {
  const { openSession } = await import('../../main/warehouse/snowflake/session.ts')
  const { defined } = await import('../../main/warehouse/snowflake/table.ts')
  if (input.warehouse.kind !== 'snowflake') throw new Error('It is another warehouse.')
  const session = await openSession(input.warehouse, new AbortController().signal, 'measuring')
  const columns = defined(input.columns).replace(' NOT NULL', '')
  await session.rows(`CREATE TABLE ${quoteIdentifier('SALES')} (${columns})`)
  await session.rows(`PUT 'file://${input.file}' @%SALES AUTO_COMPRESS=FALSE OVERWRITE=TRUE`)
  await session.rows(
    `COPY INTO "SALES" FROM @%SALES FILES=('${basename(input.file)}') FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE) MATCH_BY_COLUMN_NAME=CASE_INSENSITIVE FORCE=TRUE ON_ERROR=ABORT_STATEMENT`,
  )
  await session.close()
}

/** As the step does: what the file adds up to, and then the load. */
async function throughPallet(): Promise<void> {
  const { fileTotals } = await import('../../main/warehouse/totals.ts')
  await sent({
    ...input,
    totals: await fileTotals({ ...input, keys: [] }, quiet(new AbortController().signal)),
  })
}

const jobs: Record<string, () => Promise<unknown>> = {
  pallet: throughPallet,
  engine: throughEngine,
  driver: throughDriver,
}
await jobs[job ?? '']?.()
console.log('done')
