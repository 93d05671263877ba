/** A process that is killed while Databricks works for it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DatabricksServer, databricksServer } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { after, before, begun, whole } from './databricksBegun.ts'

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
  const { home, next, send, table, left } = await begun(server, folder())
  writeFileSync(`${home}/input.json`, JSON.stringify(next))
  server.fault({ match, at, does: 'hang' })
  const child = spawn(
    process.execPath,
    [`${import.meta.dirname}/../../fixtures/loadingChild.ts`, `${home}/input.json`],
    { stdio: 'ignore' },
  )
  const exited = once(child, 'exit')
  await Promise.race([
    server.reached(),
    exited.then(() => Promise.reject(new Error('It ended by itself.'))),
  ])
  child.kill('SIGKILL')
  await exited.catch(() => undefined)
  expect(await table()).toEqual(already ? after : before)
  expect(await send(next)).toMatchObject({ rows: 2, tableRows: 3, already })
  expect(await table()).toEqual(after)
  expect(await left()).toEqual(whole)
})
