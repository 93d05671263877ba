/** Rows that Snowflake cleans, on a server that works as it does: see `snowflakeServer.ts`. */
import { afterAll, beforeAll } from 'vitest'
import { tellCleanedThere } from '../../fixtures/cleanedThereStories.ts'
import { type SnowflakeServer, known, snowflakeServer } from '../../fixtures/snowflakeServer.ts'

let server: SnowflakeServer
let schemas = 0
beforeAll(async () => {
  server = await snowflakeServer()
})
afterAll(() => server.close())

tellCleanedThere('snowflake', () => {
  schemas += 1
  const schema = `RAW_C${schemas}`
  const { account, warehouse, user, role } = known
  const settings = { account, address: server.address, warehouse, database: 'SALES', schema, role }
  return Promise.resolve({
    settings: { kind: 'snowflake-token', ...settings, user },
    secrets: { accessToken: known.token },
    ask: (sql: string) => server.meddle(schema, sql),
    async hang(match: RegExp, at: 'before' | 'after') {
      server.fault({ match, at, does: 'hang' })
      await server.reached()
    },
    behind: (match: RegExp, happens: () => void) =>
      server.fault({ match, at: 'after', does: () => Promise.resolve(happens()) }),
    rest: () => void (server.isPaused = true),
    work: () => void (server.isPaused = false),
    expire() {
      server.expire('masters')
      server.isExpired = true
    },
    renew() {
      server.isExpired = false
      return { accessToken: known.token }
    },
    requests: () => server.requests,
  })
})
