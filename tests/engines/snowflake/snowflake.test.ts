/** Snowflake as a warehouse, on a server that works as it does: see server.py for what is real there and what is not. */
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ReadingSas } from '../../../main/runs/ports/accounts.ts'
import type { AccessOf } from '../../../main/runs/ports/warehouse.ts'
import { blobAccounts } from '../../../main/upload/account/accounts.ts'
import { snowflakeWarehouse } from '../../../main/warehouse/snowflake/warehouse.ts'
import { withSession } from '../../../main/warehouse/snowflake/session.ts'
import { sent } from '../../fixtures/begunLoad.ts'
import { cleanFile } from '../../fixtures/cleanFile.ts'
import { sasUrl } from '../../fixtures/sas.ts'
import { type Storage, startStorage } from '../../integration/upload/azurite.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { quiet, tellTotals } from '../../fixtures/totalsStories.ts'
import { type Fresh, tellMeanings, tellUndoing } from '../../fixtures/warehouseStories.ts'
import { type Server, startServer } from './server.ts'

const folder = testFolder()
let server: Server
let schemas = 0
const never = new AbortController().signal

const host = 'contoso.blob.core.windows.net'
let storage: Storage
beforeAll(async () => {
  storage = await startStorage()
  server = await startServer({ [host]: storage.access.endpoint })
})
afterAll(async () => {
  await server.stop()
  await storage.stop()
})

function fresh(): Promise<Fresh> {
  schemas += 1
  const access = { ...server.access, schema: `RAW_${schemas}` }
  return Promise.resolve({
    access,
    folder: folder(),
    ask: async (sql) => {
      const question = { sql, limit: 100 }
      return (await snowflakeWarehouse.query(access, question, quiet)).rows
    },
    meddle: (sql) =>
      withSession(access, never, 'meddling', async (session) => void (await session.rows(sql))),
  })
}

tellMeanings(fresh)
tellUndoing(fresh)
tellTotals(fresh)

describe('the blob of a run, which Snowflake fetches by itself,', () => {
  const noToken = () => Promise.reject(new Error('no token'))
  const sending = async (sas: ReadingSas | null) => {
    const { access, folder: home } = await fresh()
    const file = `${home}/output.parquet`
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await connection.run(
      `COPY (SELECT 'A' AS sku, 1.5::DECIMAL(18,2) AS price, TIMESTAMP '2026-11-22 10:00:00' AS sold) TO '${file}' (FORMAT parquet)`,
    )
    connection.closeSync()
    instance.closeSync()
    await storage.service.getContainerClient('retail').createIfNotExists()
    await storage.blob('retail', 'sales/day.parquet').uploadData(readFileSync(file))
    const found = await blobAccounts.readingSas(storage.access, 'retail', noToken, never)
    await sent({
      ...cleanFile(home, 'r1', []),
      warehouse: { ...access, blobs: { by: 'sas' } } as AccessOf<'snowflake'>,
      file,
      format: 'parquet',
      rows: 1,
      blob: { host, container: 'retail', name: 'sales/day.parquet', sas: sas ?? found },
    })
    return await snowflakeWarehouse.query(
      access as AccessOf<'snowflake'>,
      { sql: 'SELECT sku, price, _pallet_run FROM sales', limit: 10 },
      quiet,
    )
  }

  it('is loaded', async () => {
    expect((await sending(null)).rows).toEqual([['A', '1.50', 'r1']])
  })

  it('is not where its SAS has ended, which is said', async () => {
    const url = new URL(sasUrl(storage.access, { permissions: 'rl', minutes: -1 }))
    const ended = { token: url.search.slice(1), expiresAtMs: Date.now() - 60_000 }
    await expect(sending(ended)).rejects.toMatchObject({ code: 'credential-expired' })
  })
})

describe('every statement that was sent', () => {
  it('is one of Snowflake', async () => {
    const sent = await server.sent()
    const known = [
      'Transaction',
      'Commit',
      'Rollback',
      'Create',
      'Drop',
      'Alter',
      'Select',
      'Insert',
      'Update',
      'Delete',
      'Copy',
      'Put',
    ]
    const other = sent.filter(
      ({ sql, kind }) => !known.includes(kind) && sql !== 'SHOW TRANSACTIONS',
    )
    expect(other).toEqual([])
    expect(sent.length).toBeGreaterThan(200)
  })
})
