/** What becomes of a load whose answers are lost, who has to wait, or whose token ends: the rows are there once, or not at all. */
import { copyFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LoadInput } from '../../../main/runs/ports/warehouse.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type DatabricksServer, databricksServer, known } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { after, before, begun, loaded, whole, databricksPlace } from '../../fixtures/begunLoad.ts'

const folder = testFolder()
let server: DatabricksServer
beforeAll(async () => {
  server = await databricksServer()
})
afterAll(() => server.close())

const conflict = {
  sqlState: '2D521',
  message: '[DELTA_CONCURRENT_APPEND] Files were added by a concurrent update.',
}

it.each(['before', 'after'] as const)(
  'answers that are lost %s the work was done are asked for again, and nothing is done twice',
  async (at) => {
    const { next, send, table, left } = await begun(databricksPlace(server), folder())
    server.fault(
      { match: /^CREATE TABLE/, at, does: 'lose' },
      { match: /^PUT .*parquet$/, at, does: 'lose' },
      { match: /^COPY INTO/, at, does: 'lose' },
      { match: /^BEGIN ATOMIC/, at, does: 'lose' },
      { match: /^DELETE .*parquet$/, at, does: 'lose' },
    )
    expect(await send(next)).toEqual(loaded)
    expect(await table()).toEqual(after)
    expect(await left()).toEqual(whole)
  },
)

it('a server that has no time is asked again', async () => {
  const { next, send, table } = await begun(databricksPlace(server), folder())
  server.slowness = 1
  server.fault(
    { match: /^COPY INTO/, at: 'before', does: 429 },
    { match: /^BEGIN ATOMIC/, at: 'after', does: 503 },
    { match: /^GET \/api\/2\.0\/sql\/statements\//, at: 'before', does: 503 },
  )
  expect(await send(next)).toEqual(loaded)
  server.slowness = 0
  expect(await table()).toEqual(after)
})

it('a token that ends while it is waited is made anew', async () => {
  const { client, secret } = known
  const tokenAddress = `${server.url}/oidc/v1/token`
  const { next, send, table } = await begun(
    databricksPlace(server, { by: 'client', client, secret, tokenAddress, scope: 'all-apis' }),
    folder(),
  )
  server.slowness = 1
  expect(await send(next, () => server.expireTokens())).toEqual(loaded)
  server.slowness = 0
  expect(await table()).toEqual(after)
})

it('of two that change the same tables the later tries again', async () => {
  const { next, send, table } = await begun(databricksPlace(server), folder())
  server.fault({ match: /^BEGIN ATOMIC/, at: 'before', does: conflict })
  expect(await send(next)).toEqual(loaded)
  expect(await table()).toEqual(after)
})

it('the same run sent by two at once is loaded once', async () => {
  const { next, send, table } = await begun(databricksPlace(server), folder())
  const other = { ...next, file: `${next.file}.2` }
  copyFileSync(next.file, other.file)
  await Promise.allSettled([send(next), send(other)])
  expect(await send(next)).toMatchObject({ rows: 2, tableRows: 3 })
  expect(await table()).toEqual(after)
})

it('what was delivered since it was planned is taken into account', async () => {
  const { next, send, table, left } = await begun(databricksPlace(server), folder())
  const other: LoadInput = { ...next, runId: 'r3', file: `${next.file}.3` }
  copyFileSync(next.file, other.file)
  server.fault({ match: /^BEGIN ATOMIC/, at: 'before', does: () => send(other) })
  expect(await send(next)).toEqual({ rows: 2, tableRows: 3, removed: 2, already: false })
  expect(await table()).toEqual(after)
  expect(await left()).toEqual(['_pallet_kept_r2', '_pallet_kept_r3', ...whole.slice(1)])
})

it('a warehouse that sleeps is waited for, and it is said', async () => {
  const { next, send, table } = await begun(databricksPlace(server), folder())
  server.sleep(3)
  const said: string[] = []
  expect(await send(next, (doing) => said.push(doing))).toEqual(loaded)
  expect(said[0]).toBe('Waiting for the SQL warehouse “Shop” to start')
  expect(await table()).toEqual(after)
})

it('rows that a COPY leaves out are noticed, and nothing is loaded', async () => {
  const { next, send, table, left } = await begun(databricksPlace(server), folder())
  server.leaveOut(1)
  const thrown: unknown = await send(next).catch((error: unknown) => error)
  expect(thrown instanceof Problem && thrown.code).toBe('account-unbalanced')
  expect(await table()).toEqual(before)
  expect((await left()).filter((name) => !whole.includes(name))).toEqual([])
})

it('who gives up ends the statement there, and leaves nothing behind', async () => {
  const { next, send, table, left } = await begun(databricksPlace(server), folder())
  const given = new AbortController()
  const sending = send(
    next,
    (doing) => {
      if (doing !== 'Staging') return
      server.slowness = 1_000_000
      server.fault({
        match: /^GET \/api\/2\.0\/sql\/statements\//,
        at: 'before',
        does: () => {
          server.slowness = 0
          given.abort(new Error('given up'))
          return Promise.resolve()
        },
      })
    },
    given.signal,
  )
  await expect(sending).rejects.toThrow('given up')
  expect(server.cancelled).toBeGreaterThan(0)
  expect(await table()).toEqual(before)
  expect((await left()).filter((name) => !whole.includes(name))).toEqual([])
})

it('a catalog without transactions over several tables is refused in a sentence, and the table stays as it was', async () => {
  const { next, send, table } = await begun(databricksPlace(server), folder())
  server.fault({
    match: /^BEGIN ATOMIC/,
    at: 'before',
    does: { sqlState: '0A000', message: '[TRANSACTION_NOT_SUPPORTED] not catalogManaged' },
  })
  await expect(send(next)).rejects.toThrow(
    /cannot change several tables in one transaction, which Pallet needs/,
  )
  expect(await table()).toEqual(before)
})
