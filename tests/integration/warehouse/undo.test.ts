/** Taking a delivery out again: what comes back, and when it is refused. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import type { Meaning } from '../../../shared/domain/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
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
  const sql = async (text: string): Promise<void> => {
    const instance = await DuckDBInstance.create(warehouse)
    const connection = await instance.connect()
    await connection.run(text)
    connection.closeSync()
    instance.closeSync()
  }
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

it('is asked about first, done once, and done again without harm', async () => {
  const { warehouse, send, table } = delivering()
  await send('r1', 'ABC')
  await send('r2', 'XY', snapshot)
  const foreseen = {
    table: 'sales',
    out: 2,
    back: 3,
    completions: [],
    tableRows: 2,
    undoneAt: null,
  }
  expect(await runUndo(warehouse, 'r2', true)).toEqual(foreseen)
  expect(await table()).toBe('XY')
  const undone = await runUndo(warehouse, 'r2')
  expect(undone).toEqual({ ...foreseen, tableRows: 3, undoneAt: expect.any(String) as unknown })
  expect(await table()).toBe('ABC')
  expect(await runUndo(warehouse, 'r2')).toEqual(undone)
  expect(await table()).toBe('ABC')
})

it('of a correction gives back the delivery that it corrected; in a chain the last goes first', async () => {
  const { home, warehouse, send, table } = delivering()
  await send('r1', 'ABC')
  for (const [runId, corrects, sku] of [
    ['r2', 'r1', 'D'],
    ['r3', 'r2', 'E'],
  ] as const)
    await runLoad({ ...writeClean(home, runId, [`${sku},1.00,`]), corrects })
  expect(await table()).toBe('E')
  const problem = await problemOf(runUndo(warehouse, 'r1'))
  expect(problem).toMatchObject({ code: 'cannot-undo', data: { advice: 'Undo r2 first.' } })
  expect((await problemOf(runUndo(warehouse, 'r2'))).data.advice).toBe('Undo r3 first.')
  await runUndo(warehouse, 'r3')
  expect(await table()).toBe('D')
  await runUndo(warehouse, 'r2')
  expect(await table()).toBe('ABC')
  // What was corrected once and stands again can be corrected again.
  await runLoad({ ...writeClean(home, 'r4', ['F,1.00,']), corrects: 'r1' })
  expect(await table()).toBe('F')
})

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

it('is refused where something else has changed the table, or what went out is not kept', async () => {
  const { warehouse, send, table, sql } = delivering()
  await send('r1', 'ABC')
  await send('r2', 'XY', snapshot)
  await sql('DROP TABLE _pallet_kept_r2')
  expect((await problemOf(runUndo(warehouse, 'r2'))).data.what).toContain('are not kept any more')
  await send('r3', 'Z')
  await sql(`DELETE FROM sales WHERE sku = 'Z'`)
  expect((await problemOf(runUndo(warehouse, 'r3'))).data.what).toContain(
    'has 0 rows of the run r3, which delivered 1 row',
  )
  expect((await problemOf(runUndo(warehouse, 'r9'))).code).toBe('not-found')
  expect(await table()).toBe('XY')
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
