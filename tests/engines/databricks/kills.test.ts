/** A load that ends at each of the requests that it sends, before it is worked and after: the next one loads the rows once, and leaves nothing behind. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DatabricksServer, databricksServer } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { after, before, begun, whole, databricksPlace } from '../../fixtures/begunLoad.ts'

const folder = testFolder()
let server: DatabricksServer
beforeAll(async () => {
  server = await databricksServer()
})
afterAll(() => server.close())

it('at every request', async () => {
  const { next, send } = await begun(databricksPlace(server), folder())
  const first = server.requests
  await send(next)
  const requests = server.requests - first
  expect(requests).toBeGreaterThan(25)
  const ended: string[] = []
  for (let nth = 0; nth < requests; nth += 1)
    for (const at of ['before', 'after'] as const) {
      const one = await begun(databricksPlace(server), folder())
      const { token } = server.newToken()
      server.fault({ match: /^/, skip: nth, at, does: 'die' })
      const input = {
        ...one.next,
        warehouse: { ...one.next.warehouse, signIn: { by: 'token', token } },
      }
      // Nobody answers it any more, so it does nothing any more: as if it had been killed.
      one.send(input as typeof one.next).catch(() => undefined)
      await server.reached()
      const where = `${at} request ${nth + 1}`
      expect([before, after], where).toContainEqual(await one.table())
      expect(await one.send(one.next), where).toMatchObject({ rows: 2, tableRows: 3 })
      expect(await one.table(), where).toEqual(after)
      expect(await one.left(), where).toEqual(whole)
      ended.push(where)
    }
  expect(ended).toHaveLength(2 * requests)
})
