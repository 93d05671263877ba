/** Snowflake as a warehouse, on a server that works as it does: see server.py for what is real there and what is not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snowflakeWarehouse } from '../../../main/warehouse/snowflake/warehouse.ts'
import { withSession } from '../../../main/warehouse/snowflake/session.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { tellTotals } from '../../fixtures/totalsStories.ts'
import { type Fresh, tellMeanings, tellUndoing } from '../../fixtures/warehouseStories.ts'
import { type Server, startServer } from './server.ts'

const folder = testFolder()
let server: Server
let schemas = 0
const never = new AbortController().signal

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

function fresh(): Promise<Fresh> {
  schemas += 1
  const access = { ...server.access, schema: `RAW_${schemas}` }
  return Promise.resolve({
    access,
    folder: folder(),
    ask: async (sql) => {
      const question = { sql, limit: 100 }
      const quiet = {
        signal: never,
        report: () => undefined,
        ask: () => Promise.reject(new Error()),
      }
      return (await snowflakeWarehouse.query(access, question, quiet)).rows
    },
    meddle: (sql) =>
      withSession(access, never, 'meddling', async (session) => void (await session.rows(sql))),
  })
}

tellMeanings(fresh)
tellUndoing(fresh)
tellTotals(fresh)

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
