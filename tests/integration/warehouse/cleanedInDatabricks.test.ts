/** Rows that Databricks cleans, on a server that works as it does: see `databricksServer.ts`. */
import { afterAll, beforeAll } from 'vitest'
import { tellCleanedThere } from '../../fixtures/cleanedThereStories.ts'
import { type DatabricksServer, databricksServer, known } from '../../fixtures/databricksServer.ts'

let server: DatabricksServer
let schemas = 0
beforeAll(async () => {
  server = await databricksServer()
})
afterAll(() => server.close())

tellCleanedThere('databricks', () => {
  schemas += 1
  const schema = `cleaned_${schemas}`
  const { warehouse, catalog, volume } = known
  return Promise.resolve({
    settings: { kind: 'databricks-token', url: server.url, warehouse, catalog, schema, volume },
    secrets: { accessToken: server.newToken().token },
    ask: (sql: string) => server.meddle(schema, sql),
    async hang(match: RegExp, at: 'before' | 'after') {
      server.fault({ match, at, does: 'hang' })
      await server.reached()
    },
    behind: (match: RegExp, happens: () => void) =>
      server.fault({ match, at: 'after', does: () => Promise.resolve(happens()) }),
    rest: () => server.sleep(Infinity),
    work: () => server.sleep(0),
    expire: () => server.expireTokens(),
    renew: () => ({ accessToken: server.newToken().token }),
    requests: () => server.requests,
  })
})
