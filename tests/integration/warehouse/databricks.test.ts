/** Databricks as a warehouse, on a server that works as it does: see `databricksServer.ts` for what is real there and what is not. */
import { afterAll, beforeAll } from 'vitest'
import { databricksWarehouse } from '../../../main/warehouse/databricks/warehouse.ts'
import { type DatabricksServer, databricksServer } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Fresh, tellMeanings, tellUndoing } from '../../fixtures/warehouseStories.ts'

const folder = testFolder()
let server: DatabricksServer
let schemas = 0

beforeAll(async () => {
  server = await databricksServer()
})
afterAll(() => server.close())

function fresh(): Promise<Fresh> {
  schemas += 1
  const schema = `raw_${schemas}`
  const access = { ...server.access, schema }
  return Promise.resolve({
    access,
    folder: folder(),
    ask: async (sql) => {
      const quiet = {
        signal: new AbortController().signal,
        report: () => undefined,
        ask: () => Promise.reject(new Error()),
      }
      return (await databricksWarehouse.query(access, { sql, limit: 100 }, quiet)).rows
    },
    meddle: async (sql) => void (await server.meddle(schema, sql)),
  })
}

tellMeanings(fresh)
tellUndoing(fresh)
