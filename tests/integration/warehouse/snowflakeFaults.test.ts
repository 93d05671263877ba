/** Loads into Snowflake under fire: the rows are there once, or not at all, and what is said of them is so. */
import { copyFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LoadInput } from '../../../main/runs/ports/warehouse.ts'
import { withSession } from '../../../main/warehouse/snowflake/session.ts'
import { endLeft } from '../../../main/warehouse/snowflake/turn.ts'
import { snowflakeWarehouse } from '../../../main/warehouse/snowflake/warehouse.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import {
  after,
  before,
  begun,
  killedWhile,
  loaded,
  snowflakePlace,
  whole,
} from '../../fixtures/begunLoad.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type SnowflakeServer, snowflakeServer } from '../../fixtures/snowflakeServer.ts'
import { quiet } from '../../fixtures/totalsStories.ts'

const folder = testFolder()
let server: SnowflakeServer
beforeAll(async () => {
  server = await snowflakeServer()
})
afterEach(() => server.clearFaults())
afterAll(() => server.close())

const start = () => begun(snowflakePlace(server), folder())
const gone = {
  code: '390111',
  message: 'Session no longer exists. New login required to access the service.',
}

async function problemOf(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    (output) => new Error(`It was done: ${JSON.stringify(output)}`),
    (error: unknown) => error,
  )
  if (!(thrown instanceof Problem)) throw thrown
  return `${thrown.code}: ${thrown.data.what}`
}

describe('a commit', () => {
  it('of which nobody heard is settled by the ledger', async () => {
    const { next, send, table } = await start()
    server.fault({ match: /^COMMIT/, at: 'after', does: gone })
    expect(await send(next)).toEqual(loaded)
    expect(await table()).toEqual(after)
  })

  it('whose line was cut is asked for again, and not worked twice', async () => {
    const { next, send, table } = await start()
    server.fault({ match: /^INSERT INTO "SALES"/, at: 'after', does: 'lose' })
    server.fault({ match: /^COMMIT/, at: 'after', does: 'lose' })
    expect(await send(next)).toEqual(loaded)
    expect(await table()).toEqual(after)
  })

  it('that did not arrive leaves the table as it was, and the run goes on', async () => {
    const { next, send, table, left } = await start()
    server.fault({ match: /^COMMIT/, at: 'before', does: gone })
    server.fault({ match: /^ROLLBACK/, at: 'before', does: gone })
    expect(await problemOf(send(next))).toMatch(/^network: /)
    expect(await table()).toEqual(before)
    expect(await send(next)).toEqual(loaded)
    expect(await table()).toEqual(after)
    expect(await left()).toEqual(whole)
  })
})

it.each([
  ['loaded in part', { match: /^COPY INTO "_PALLET_NEW"/, rows: 1, says: 'PARTIALLY_LOADED' }],
  ['that did not load', { match: /^COPY INTO "_PALLET_NEW"/, rows: 1, says: 'LOAD_FAILED' }],
  ['that lacks a row without a word', { match: /^COPY INTO "_PALLET_NEW"/, rows: 1, says: null }],
  ['that was skipped', { match: /^COPY INTO "_PALLET_DECIDING"/, rows: 2, says: 'LOAD_FAILED' }],
  [
    'whose rows were lost on their way into the table',
    { match: /^INSERT INTO "SALES"/, rows: 1, says: null },
  ],
] as const)('a part %s is noticed, and nothing is loaded', async (_, left) => {
  const one = await start()
  server.leaveOut(left)
  expect(await problemOf(one.send(one.next))).toMatch(/^account-unbalanced: /)
  expect(await one.table()).toEqual(before)
  expect(await one.send(one.next)).toEqual(loaded)
  expect(await one.table()).toEqual(after)
  expect(await one.left()).toEqual(whole)
})

describe('a token that ends', () => {
  it('is renewed in the middle of a transaction, which goes on', async () => {
    const { next, send, table } = await start()
    const { renewed } = server
    for (const match of [/^PUT/, /^DELETE FROM "SALES"/, /^COMMIT/])
      server.fault({ match, at: 'before', does: async () => server.expire('sessions') })
    expect(await send(next)).toEqual(loaded)
    expect(server.renewed - renewed).toBe(3)
    expect(await table()).toEqual(after)
  })

  it.each([/^COPY/, /^INSERT INTO "SALES"/, /^COMMIT/])(
    'with the one that renews it, at %s, ends the session and not the run',
    async (match) => {
      const { next, send, table, left } = await start()
      server.fault({ match, at: 'before', does: async () => server.expire('masters') })
      expect(await problemOf(send(next))).toMatch(/^network: /)
      expect(await table()).toEqual(before)
      expect(await send(next)).toEqual(loaded)
      expect(await table()).toEqual(after)
      expect(await left()).toEqual(whole)
    },
  )
})

describe('is refused in a sentence, and goes on when it is mended:', () => {
  it('a virtual warehouse that cannot be resumed', async () => {
    const { next, send, table } = await start()
    server.isPaused = true
    expect(await problemOf(send(next))).toBe(
      'permission-denied: The virtual warehouse LOAD_WH is stopped, because what was set aside for it has been used up.',
    )
    server.isPaused = false
    expect(await table()).toEqual(before)
    expect(await send(next)).toEqual(loaded)
  })

  it.each([/^CREATE TABLE IF NOT EXISTS/, /^INSERT INTO "SALES"/])(
    'a right that the role lacks, at %s',
    async (match) => {
      const { next, send, table } = await start()
      const message =
        "SQL access control error: Insufficient privileges to operate on table 'SALES'."
      server.fault({ match, at: 'before', does: { code: '003001', message } })
      expect(await problemOf(send(next))).toMatch(
        /^permission-denied: The role lacks a right on the table SALES while loading r2\.csv/,
      )
      expect(await table()).toEqual(before)
      expect(await send(next)).toEqual(loaded)
    },
  )

  it('a database or schema that is not there', async () => {
    const { next, send } = await start()
    if (next.warehouse.kind !== 'snowflake') throw new Error('It is another warehouse.')
    const warehouse = { ...next.warehouse, schema: 'NONE' }
    expect(await problemOf(send({ ...next, warehouse }))).toBe(
      'permission-denied: There is no schema SALES.NONE at acme-shop, or the role of this connection has no USAGE on it.',
    )
  })
})

describe('an answer in parts', () => {
  const asked = async () => {
    const { next } = await start()
    if (next.warehouse.kind !== 'snowflake') throw new Error('It is another warehouse.')
    const sql =
      'SELECT sku FROM sales CROSS JOIN (SELECT * FROM (VALUES (1), (2), (3)) AS n) ORDER BY sku'
    return await snowflakeWarehouse.query(next.warehouse, { sql, limit: 100 }, quiet)
  }
  afterEach(() => void (server.chunkRows = 1000))

  it('is put together, also where the address of one has expired', async () => {
    server.chunkRows = 2
    server.expireChunks(1)
    const { rows, truncated } = await asked()
    expect([rows.join(''), truncated]).toEqual(['AAABBB', false])
  })

  it('of which a row is missing is none', async () => {
    server.chunkRows = 4
    server.cutChunk = true
    expect(await problemOf(asked())).toMatch(/^network: .* answered with 5 of 6 rows/)
  })

  it('that is not there yet is waited for', async () => {
    server.slowness = 2
    const { rows } = await asked()
    server.slowness = 0
    expect(rows).toHaveLength(6)
  })
})

describe('the same run sent by two at once is loaded once,', () => {
  /** What the first of two does when the second ends its transaction, publishes the run and commits, before or after that statement of the first. */
  it.each([
    { at: 'before', match: /^COPY INTO "_PALLET_NEW"/ },
    { at: 'after', match: /^BEGIN/ },
    { at: 'before', match: /^UPDATE "_PALLET_TURN"/ },
    { at: 'before', match: /^DELETE FROM "SALES"/ },
    { at: 'before', match: /^INSERT INTO "SALES"/ },
    { at: 'after', match: /^INSERT INTO "SALES"/ },
    { at: 'before', match: /^INSERT INTO "_PALLET_LEDGER"/ },
    { at: 'before', match: /^COMMIT/ },
  ] as const)('where the second comes $at $match of the first', async ({ at, match }) => {
    const { next, send, table, left } = await start()
    const other = { ...next, file: `${next.file}.2` }
    copyFileSync(next.file, other.file)
    server.fault({ match, at, does: () => send(other) })
    // It is told what became of its run, or waits to look.
    const first = await send(next).catch((error: unknown) => error)
    if (first instanceof Error) expect(first).toMatchObject({ code: 'warehouse-in-use' })
    else expect(first).toMatchObject({ rows: 2, tableRows: 3 })
    expect(await table()).toEqual(after)
    expect(await send(next)).toMatchObject({ rows: 2, tableRows: 3, already: true })
    expect(await left()).toEqual(whole)
    if (next.warehouse.kind !== 'snowflake') throw new Error('It is another warehouse.')
    const { schema } = next.warehouse
    // What the second has put away stays.
    expect(await server.meddle(schema, 'SELECT sku FROM _pallet_kept_r2')).toEqual([['B']])
  })

  it('where the second only ends what the first had begun, and nothing is there', async () => {
    const { next, send, table } = await start()
    for (const match of [/^INSERT INTO "SALES"/, /^COMMIT/]) {
      server.fault({
        match,
        at: 'before',
        does: async () => {
          if (next.warehouse.kind !== 'snowflake') throw new Error('It is another warehouse.')
          await withSession(next.warehouse, new AbortController().signal, 'ending', (session) =>
            endLeft(session, next.runId),
          )
        },
      })
      expect(await problemOf(send(next))).toMatch(/^warehouse-in-use: Another Pallet/)
      expect(await table()).toEqual(before)
    }
    expect(await send(next)).toEqual(loaded)
    expect(await table()).toEqual(after)
  })
})

it('what was delivered since it was planned is taken into account', async () => {
  const { next, send, table } = await start()
  const other: LoadInput = { ...next, runId: 'r3', file: `${next.file}.3` }
  copyFileSync(next.file, other.file)
  server.fault({ match: /^BEGIN/, at: 'before', does: () => send(other) })
  expect(await send(next)).toEqual({ ...loaded, removed: 2 })
  expect(await table()).toEqual(after)
})

it('who gives up leaves the table as it was, and no session behind', async () => {
  const { next, send, table } = await start()
  const sessions = server.sessions()
  const given = new AbortController()
  server.fault({
    match: /^INSERT INTO "SALES"/,
    at: 'before',
    does: async () => given.abort(new Error('given up')),
  })
  await expect(send(next, undefined, given.signal)).rejects.toThrow('given up')
  expect(await table()).toEqual(before)
  expect(server.sessions()).toBe(sessions)
  expect(await send(next)).toEqual(loaded)
})

it.each([
  { at: 'before', match: /^PUT/ },
  { at: 'before', match: /^COPY/ },
  { at: 'before', match: /^DELETE FROM "SALES"/ },
  { at: 'after', match: /^INSERT INTO "SALES"/ },
  { at: 'before', match: /^COMMIT/ },
  { at: 'after', match: /^COMMIT/ },
] as const)('killed $at $match, the next start loads it once', async ({ at, match }) => {
  const already = at === 'after' && match.source === '^COMMIT'
  const { home, next, send, table, left } = await start()
  server.fault({ match, at, does: 'hang' })
  await killedWhile(next, home, server.reached())
  expect(await table()).toEqual(already ? after : before)
  expect(await send(next)).toMatchObject({ rows: 2, tableRows: 3, already })
  expect(await table()).toEqual(after)
  expect(await left()).toEqual(whole)
})
