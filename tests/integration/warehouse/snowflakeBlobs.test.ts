/** The blob of a run that Snowflake fetches by itself: from a real Azurite, which says what a SAS may. */
import { readFileSync } from 'node:fs'
import { ContainerSASPermissions, generateBlobSASQueryParameters } from '@azure/storage-blob'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AccessOf, BlobReading, LoadInput } from '../../../main/runs/ports/warehouse.ts'
import { blobAccounts } from '../../../main/upload/account/accounts.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { sent } from '../../fixtures/begunLoad.ts'
import { cleanFile } from '../../fixtures/cleanFile.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { sasUrl } from '../../fixtures/sas.ts'
import { type SnowflakeServer, snowflakeServer } from '../../fixtures/snowflakeServer.ts'
import { type Storage, startStorage } from '../upload/azurite.ts'

const host = 'contoso.blob.core.windows.net'
const container = 'retail'
const name = 'sales/2026/it’s a day.parquet'
const folder = testFolder()
const signal = new AbortController().signal
const noToken = () => Promise.reject(new Error('no token'))
let server: SnowflakeServer
let storage: Storage
let file: string
let schemas = 0

beforeAll(async () => {
  server = await snowflakeServer()
  storage = await startStorage()
  server.azure.accounts.set(host, storage.access.endpoint)
  await storage.service.createContainer(container)
})
afterAll(async () => {
  await server.close()
  await storage.stop()
})
beforeEach(async () => {
  file = `${folder()}/output.parquet`
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT * FROM (VALUES ('A', 1.5::DECIMAL(18,2), TIMESTAMP '2026-11-22 10:00:00'), ('B', NULL, NULL)) AS t(sku, price, sold)) TO '${file}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  await storage.blob(container, name).uploadData(readFileSync(file))
  server.sent.length = 0
})

/** A SAS of the container, as Pallet makes one. */
const made = () => blobAccounts.readingSas(storage.access, container, noToken, signal)
const letters = (permissions: string, minutes = 10) =>
  generateBlobSASQueryParameters(
    {
      containerName: container,
      permissions: ContainerSASPermissions.parse(permissions),
      startsOn: new Date(Date.now() - 7_200_000),
      expiresOn: new Date(Date.now() + minutes * 60_000),
    },
    storage.credential,
  ).toString()

function input(
  blobs: BlobReading,
  sas: { token: string; expiresAtMs: number | null } | null,
): LoadInput & { warehouse: AccessOf<'snowflake'> } {
  schemas += 1
  return {
    ...cleanFile(folder(), 'r1', []),
    warehouse: { ...server.access, schema: `RAW_BLOBS_${schemas}`, blobs },
    file,
    format: 'parquet',
    rows: 2,
    blob: { host, container, name, sas },
  }
}
const rowsOf = ({ warehouse }: LoadInput & { warehouse: AccessOf<'snowflake'> }) =>
  server.meddle(warehouse.schema, 'SELECT sku, price, sold, _pallet_run FROM sales ORDER BY sku')
const rows = [
  ['A', '1.50', '2026-11-22 10:00:00', 'r1'],
  ['B', null, null, 'r1'],
]

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const thrown: unknown = await work.then(
    () => new Error('It was done.'),
    (error: unknown) => error,
  )
  if (!(thrown instanceof Problem)) throw thrown
  return thrown
}

const puts = () => server.sent.filter((sql) => sql.startsWith('PUT')).length

describe('is loaded without being sent', () => {
  it('with a SAS that reads the container for an hour', async () => {
    const one = input({ by: 'sas' }, await made())
    expect(await sent(one)).toMatchObject({ rows: 2, tableRows: 2 })
    expect(await rowsOf(one)).toEqual(rows)
    expect(puts()).toBe(0)
  })

  it('through a storage integration', async () => {
    const places = [`azure://${host}/${container}/`]
    server.azure.integrations.set('AZURE_RETAIL', { places, sas: letters('rl') })
    const one = input({ by: 'integration', name: 'azure_retail' }, null)
    await sent(one)
    expect(await rowsOf(one)).toEqual(rows)
    expect(puts()).toBe(0)
  })

  it('through an external stage, named with its schema, over a part of the container', async () => {
    const place = `azure://${host}/${container}/sales/`
    server.azure.stages.set('SALES.RAW.DROPPED', { place, sas: letters('rl') })
    const one = input({ by: 'stage', name: 'sales.raw.dropped' }, null)
    await sent(one)
    expect(await rowsOf(one)).toEqual(rows)
    expect(puts()).toBe(0)
  })

  it('also where its keys decide which rows go out: it is read twice, and sent not once', async () => {
    const one = {
      ...input({ by: 'sas' }, await made()),
      meaning: { kind: 'upsert' as const, keys: ['sku'] },
    }
    await sent(one)
    expect(await sent({ ...one, runId: 'r2' })).toMatchObject({ removed: 2, tableRows: 2 })
    expect(puts()).toBe(0)
    expect(server.sent.filter((sql) => sql.startsWith('COPY'))).toHaveLength(4)
  })
})

it('is not what was cleaned: nothing is loaded', async () => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const other = `${folder()}/other.parquet`
  await connection.run(
    `COPY (SELECT * FROM (VALUES ('A', 1.5::DECIMAL(18,2), NULL::TIMESTAMP), ('C', 9, NULL)) AS t(sku, price, sold)) TO '${other}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  await storage.blob(container, name).uploadData(readFileSync(other))
  const problem = await problemOf(sent(input({ by: 'sas' }, await made())))
  expect(problem.code).toBe('account-unbalanced')
})

describe('is refused in a sentence, which has no signature in it:', () => {
  it.each([
    [
      'a SAS that has ended',
      { by: 'sas' },
      () => letters('rl', -60),
      'credential-expired',
      /^The SAS with which Snowflake reads the blob of this run has expired/,
    ],
    ['one that may not list', { by: 'sas' }, () => letters('r'), 'permission-denied', /^Azure/],
    ['one that may not read', { by: 'sas' }, () => letters('wl'), 'permission-denied', /^Azure/],
    [
      'an integration that is not there',
      { by: 'integration', name: 'NOBODY' },
      null,
      'permission-denied',
      /is not there, or the role may not see it/,
    ],
    [
      'a stage that is not there',
      { by: 'stage', name: 'NOBODY' },
      null,
      'permission-denied',
      /^There is no stage NOBODY, or the role of this connection has no USAGE on it/,
    ],
    [
      'a stage over another container',
      { by: 'stage', name: 'ELSEWHERE' },
      null,
      'usage',
      /^The stage ELSEWHERE is at azure:\/\/contoso\.blob\.core\.windows\.net\/other\//,
    ],
  ] as const)('%s', async (_, blobs, token, code, what) => {
    server.azure.stages.set('ELSEWHERE', { place: `azure://${host}/other/`, sas: '' })
    const given = token?.() ?? null
    const endsAt = new URLSearchParams(given ?? '').get('se')
    const sas =
      given === null || endsAt === null ? null : { token: given, expiresAtMs: Date.parse(endsAt) }
    const problem = await problemOf(sent(input(blobs, sas)))
    expect(problem.code).toBe(code)
    expect(problem.data.what).toMatch(what)
    expect(JSON.stringify(problem.data)).not.toMatch(/sig=(?!…)/)
  })

  it('a statement that Snowflake does not understand', async () => {
    const { token } = await made()
    const message = `SQL compilation error: unexpected '?${token}'.`
    server.fault({ match: /^COPY/, at: 'before', does: { code: '001003', message } })
    const problem = await problemOf(sent(input({ by: 'sas' }, await made())))
    expect(problem.data.detail).toContain('sig=…')
    expect(JSON.stringify(problem.data)).not.toMatch(/sig=(?!…)/)
  })

  it('a blob that is gone', async () => {
    await storage.blob(container, name).delete()
    const problem = await problemOf(sent(input({ by: 'sas' }, await made())))
    expect(problem.code).toBe('blob-changed')
  })
})

describe('a SAS that Pallet was given', () => {
  it('is handed on as it is, where it reads and lists', async () => {
    const url = sasUrl(storage.access, { permissions: 'rwlc', minutes: 10 })
    const { token } = await blobAccounts.readingSas(
      { kind: 'sas-url', url },
      container,
      noToken,
      signal,
    )
    expect(url.endsWith(token)).toBe(true)
    const one = input({ by: 'sas' }, { token, expiresAtMs: null })
    await sent(one)
    expect(await rowsOf(one)).toEqual(rows)
  })

  it('is handed to nobody, where it only writes', async () => {
    const url = sasUrl(storage.access, { permissions: 'wc', minutes: 10 })
    const problem = await problemOf(
      blobAccounts.readingSas({ kind: 'sas-url', url }, container, noToken, signal),
    )
    expect(problem.code).toBe('permission-denied')
  })
})

it('the SAS that Pallet makes opens its container and no other, and writes nothing', async () => {
  const { token } = await made()
  const fields = new URLSearchParams(token)
  expect([fields.get('sr'), fields.get('sp')]).toEqual(['c', 'rl'])
  const at = (path: string, method = 'GET') =>
    fetch(`${storage.access.endpoint}/${path}?${token}`, {
      method,
      headers: { 'x-ms-blob-type': 'BlockBlob' },
    })
  expect((await at(`${container}/${encodeURIComponent(name)}`)).status).toBe(200)
  expect((await at(`${container}/new`, 'PUT')).status).toBe(403)
  expect((await at('other/file')).status).toBe(403)
})
