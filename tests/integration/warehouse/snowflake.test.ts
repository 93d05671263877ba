/** Snowflake as a warehouse, on a server that works as it does: see `snowflakeServer.ts` for what is real there and what is not. */
import { afterAll, beforeAll } from 'vitest'
import { snowflakeWarehouse } from '../../../main/warehouse/snowflake/warehouse.ts'
import { snowflakePlace } from '../../fixtures/begunLoad.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type SnowflakeServer, snowflakeServer } from '../../fixtures/snowflakeServer.ts'
import { quiet, tellTotals } from '../../fixtures/totalsStories.ts'
import { type Fresh, tellMeanings, tellUndoing } from '../../fixtures/warehouseStories.ts'

const folder = testFolder()
let server: SnowflakeServer
beforeAll(async () => {
  server = await snowflakeServer()
})
afterAll(() => server.close())

function fresh(): Promise<Fresh> {
  const { ask, access } = snowflakePlace(server)
  if (access.kind !== 'snowflake') throw new Error('It is another warehouse.')
  return Promise.resolve({
    access,
    folder: folder(),
    ask: async (sql) => (await snowflakeWarehouse.query(access, { sql, limit: 100 }, quiet)).rows,
    meddle: async (sql) => void (await ask(sql)),
  })
}

tellMeanings(fresh)
tellUndoing(fresh)
tellTotals(fresh)
