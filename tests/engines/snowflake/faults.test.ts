/** What becomes of a load whose line is cut, or whose process is killed: the rows are there once, or not at all. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LoadInput } from '../../../main/runs/ports/warehouse.ts'
import { load } from '../../../main/warehouse/load.ts'
import { withSession } from '../../../main/warehouse/snowflake/session.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { cleanFile } from '../../fixtures/cleanFile.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Server, startServer } from './server.ts'

const folder = testFolder()
const never = new AbortController().signal
let server: Server
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

let schemas = 0
/** A table with two rows, and a load that would replace one of them. */
async function begun() {
  schemas += 1
  const warehouse = { ...server.access, schema: `RAW_${schemas}` }
  const home = folder()
  const input = (runId: string, rows: string[]): LoadInput => ({
    ...cleanFile(home, runId, rows),
    warehouse,
    meaning: { kind: 'upsert', keys: ['sku'] },
  })
  const send = (one: LoadInput) =>
    load(one, { signal: never, report: () => undefined, ask: () => Promise.reject(new Error()) })
  await send(input('r1', ['A,1.00,', 'B,1.00,']))
  const rowsOf = (sql: string) =>
    withSession(warehouse, never, 'looking', (session) => session.rows(sql))
  return {
    home,
    next: input('r2', ['B,2.00,', 'C,2.00,']),
    send,
    table: async () => {
      const rows = await rowsOf('SELECT SKU, PRICE, _PALLET_RUN FROM SALES ORDER BY SKU')
      return rows.map((row) => row.join(' '))
    },
    tables: async () => {
      const rows = await rowsOf(
        `SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = CURRENT_SCHEMA() ORDER BY TABLE_NAME`,
      )
      return rows.map(([name]) => name)
    },
  }
}

const before = ['A 1.00 r1', 'B 1.00 r1']
const after = ['A 1.00 r1', 'B 2.00 r2', 'C 2.00 r2']
const whole = ['SALES', '_PALLET_KEPT_R2', '_PALLET_LEDGER', '_PALLET_TURN']
const gone = '390111 Session no longer exists. New login required to access the service.'

it('a commit of which nobody heard is settled by the ledger', async () => {
  const { next, send, table } = await begun()
  await server.fault({ match: '^COMMIT', at: 'after', does: gone })
  expect(await send(next)).toEqual({ rows: 2, tableRows: 3, removed: 1, already: false })
  expect(await table()).toEqual(after)
})

it('a commit that did not arrive leaves the table as it was, and the run goes on', async () => {
  const { next, send, table, tables } = await begun()
  await server.fault(
    { match: '^COMMIT', at: 'before', does: gone },
    { match: '^ROLLBACK', at: 'before', does: gone },
  )
  const thrown: unknown = await send(next).catch((error: unknown) => error)
  expect(thrown instanceof Problem && thrown.code).toBe('network')
  expect(await table()).toEqual(before)
  expect(await send(next)).toEqual({ rows: 2, tableRows: 3, removed: 1, already: false })
  expect(await table()).toEqual(after)
  expect(await tables()).toEqual(whole)
})

it.each([
  '^PUT',
  '^COPY',
  '^UPDATE "_PALLET_TURN"',
  '^DELETE FROM "SALES"',
  '^INSERT INTO "SALES"',
  '^COMMIT',
])('killed at %s, the next start loads it once', async (match) => {
  const { home, next, send, table, tables } = await begun()
  writeFileSync(`${home}/input.json`, JSON.stringify(next))
  await server.fault({ match, at: 'before', does: 'hang' })
  const child = spawn(
    process.execPath,
    [`${import.meta.dirname}/../../fixtures/loadingChild.ts`, `${home}/input.json`],
    {
      stdio: 'ignore',
    },
  )
  await Promise.race([
    server.reached(),
    once(child, 'exit').then(() => Promise.reject(new Error('It ended by itself.'))),
  ])
  child.kill('SIGKILL')
  expect(await table()).toEqual(before)
  expect(await send(next)).toMatchObject({ rows: 2, tableRows: 3, already: false })
  expect(await table()).toEqual(after)
  expect(await tables()).toEqual(whole)
})
