/** Taking a delivery out again: what comes back, and when it is refused. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { tellUndoing } from '../../fixtures/warehouseStories.ts'
import { freshDuckdb, meddle } from './duckdbStories.ts'
import { ask, runLoad, runUndo, writeClean } from './loading.ts'

const folder = testFolder()
const snapshot: Meaning = { kind: 'snapshot' }

function delivering() {
  const home = folder()
  const warehouse = `${home}/warehouse.duckdb`
  const send = (runId: string, skus: string, meaning: Meaning = { kind: 'append' }) =>
    runLoad({
      ...writeClean(
        home,
        runId,
        skus.split('').map((sku) => `${sku},1.00,`),
      ),
      meaning,
    })
  const table = async (): Promise<string> => {
    const { rows } = await ask(warehouse, 'SELECT sku FROM sales ORDER BY ALL')
    return rows.join('')
  }
  const sql = (text: string): Promise<void> => meddle(warehouse, text)
  return { home, warehouse, send, table, sql }
}

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (thrown instanceof Problem) return thrown
  throw new Error('no Problem was thrown')
}

tellUndoing(() => Promise.resolve(freshDuckdb(folder())))

it('brings back the columns of before, when the table was replaced by one with others', async () => {
  const { home, warehouse, send, table } = delivering()
  await send('r1', 'ABC')
  const other = writeClean(home, 'r2', ['X,2.0000,'])
  const columns = other.columns.map((column) =>
    column.name === 'price' ? { ...column, scale: 4 } : column,
  )
  await runLoad({ ...other, columns, meaning: snapshot })
  await runUndo(warehouse, 'r2')
  expect(await table()).toBe('ABC')
  expect(await send('r3', 'D')).toMatchObject({ tableRows: 4 })
})

it('of a load by a Pallet of before: what it added goes, what it replaced is said to be gone', async () => {
  const { warehouse, send, table, sql } = delivering()
  await send('r1', 'ABC')
  await send('r2', 'D')
  for (const column of ['seq', 'meaning', 'took', 'corrects', 'undone_at'])
    await sql(`ALTER TABLE _pallet_ledger DROP COLUMN ${column}`)
  await sql(`UPDATE _pallet_ledger SET mode = 'replace' WHERE run_id = 'r1'`)
  await runUndo(warehouse, 'r2')
  expect(await table()).toBe('ABC')
  expect((await problemOf(runUndo(warehouse, 'r1'))).data.what).toContain('An earlier Pallet')
})

it('in a process that is killed before its commit leaves everything as it was', async () => {
  const { warehouse, send, table } = delivering()
  await send('r1', 'ABC')
  await send('r2', 'XY', snapshot)
  const child = spawn(process.execPath, [`${import.meta.dirname}/killedUndo.ts`, warehouse, 'r2'], {
    stdio: 'ignore',
  })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
  expect(await table()).toBe('XY')
  expect(await runUndo(warehouse, 'r2')).toMatchObject({ out: 2, back: 3, tableRows: 3 })
  expect(await table()).toBe('ABC')
})
