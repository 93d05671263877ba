/** A process that is killed while Databricks works for it. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DatabricksServer, databricksServer } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import {
  after,
  before,
  begun,
  databricksPlace,
  killedWhile,
  whole,
} from '../../fixtures/begunLoad.ts'

const folder = testFolder()
let server: DatabricksServer
beforeAll(async () => {
  server = await databricksServer()
})
afterAll(() => server.close())

it.each([
  { at: 'before', match: /^COPY/, already: false },
  { at: 'before', match: /^BEGIN ATOMIC/, already: false },
  { at: 'after', match: /^BEGIN ATOMIC/, already: true },
] as const)('killed $at $match, the next start loads it once', async ({ at, match, already }) => {
  const { home, next, send, table, left } = await begun(databricksPlace(server), folder())
  server.fault({ match, at, does: 'hang' })
  await killedWhile(next, home, server.reached())
  expect(await table()).toEqual(already ? after : before)
  expect(await send(next)).toMatchObject({ rows: 2, tableRows: 3, already })
  expect(await table()).toEqual(after)
  expect(await left()).toEqual(whole)
})
