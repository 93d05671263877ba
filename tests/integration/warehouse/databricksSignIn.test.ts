/** Testing a connection: what is right says what is there, what is wrong says what to do. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { databricks } from '../../../main/warehouse/databricks/system.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type DatabricksServer, databricksServer, known } from '../../fixtures/databricksServer.ts'

let server: DatabricksServer
beforeAll(async () => {
  server = await databricksServer()
})
afterAll(() => server.close())

type Given = Record<string, string>

async function tested(kind: string, settings: Given, secrets: Given): Promise<string> {
  const { warehouse, catalog, schema, volume } = known
  const place = { url: server.url, warehouse, catalog, schema, volume }
  const connection = { name: 'bricks', settings: { kind, ...place, ...settings }, secrets }
  try {
    const { message } = await databricks.test(connection, new AbortController().signal)
    return message
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.data.what}`
    throw error
  }
}

const token = (settings: Given = {}, accessToken = known.token): Promise<string> =>
  tested('databricks-token', settings, { accessToken })
const oauth = (oauthSecret: string): Promise<string> =>
  tested('databricks-oauth', { client: known.client }, { oauthSecret })
const entra = (clientSecret: string, tenant = known.tenant): Promise<string> =>
  tested(
    'databricks-entra',
    { client: known.client, tenant, authority: server.url },
    { clientSecret },
  )

it('says in a sentence what is there, and what is wrong', async () => {
  const right =
    /^Connected to sales\.raw, worked by the SQL warehouse “Shop”\. The volume pallet is made with the first load\.$/
  const cases: [string, () => Promise<string>, RegExp][] = [
    ['token', token, right],
    ['OAuth', () => oauth(known.secret), right],
    ['Entra', () => entra(known.secret), right],
    [
      'token of another',
      () => token({}, 'other'),
      /^credential-rejected: Databricks at 127\.0\.0\.1:\d+ does not accept this sign-in/,
    ],
    [
      'token that was revoked',
      () => token({}, known.revoked),
      /^credential-rejected: Databricks at 127\.0\.0\.1:\d+ does not accept this sign-in/,
    ],
    [
      'secret of another',
      () => oauth('other'),
      /^credential-rejected: The identity provider at 127\.0\.0\.1:\d+ gives no token/,
    ],
    [
      'secret of another at Entra',
      () => entra('other'),
      /^credential-rejected: The identity provider at 127\.0\.0\.1:\d+ gives no token/,
    ],
    [
      'warehouse',
      () => token({ warehouse: 'ffffffffffffffff' }),
      /^permission-denied: There is no SQL warehouse ffffffffffffffff/,
    ],
    [
      'catalog',
      () => token({ catalog: 'none' }),
      /^permission-denied: There is no schema none\.raw/,
    ],
    [
      'schema',
      () => token({ schema: 'none' }),
      /^permission-denied: There is no schema sales\.none/,
    ],
  ]
  for (const [name, answer, said] of cases) expect(await answer(), name).toMatch(said)
})

it('does not wake a warehouse that sleeps, and says so', async () => {
  server.sleep(1)
  expect(await token()).toMatch(/“Shop”, which is started when it is needed\./)
  server.sleep(0)
  expect(server.sent).toEqual([])
})

async function browsed(
  field: string,
  settings: Given = {},
  accessToken = known.token,
): Promise<unknown> {
  const place = { kind: 'databricks-token', url: server.url, ...settings }
  const connection = { name: 'bricks', settings: place, secrets: { accessToken } }
  try {
    const offered = await databricks.browse?.(connection, field, new AbortController().signal)
    return (offered?.names ?? []).map(({ name, note }) => `${name} ${note}`.trim())
  } catch (error) {
    if (error instanceof Problem) return `${error.data.what} ${error.data.advice}`
    throw error
  }
}

it('says what can be chosen there, page after page, and wakes no warehouse for it', async () => {
  server.sleep(1)
  expect(await browsed('warehouse')).toEqual([
    `${known.warehouse} Shop, stopped, small`,
    'fedcba9876543210 Reports, stopped, large',
  ])
  server.sleep(0)
  expect(await browsed('catalog')).toEqual(['main', 'sales'])
  expect(await browsed('schema', { catalog: 'sales' })).toEqual(['raw', 'raw_test'])
})

it('says in a sentence why nothing can be chosen there', async () => {
  expect(await browsed('schema')).toMatch(/^A schema lies in a catalog, and none is named yet\./)
  expect(await browsed('schema', { catalog: 'none' })).toMatch(/^There is no catalog none, or/)
  expect(await browsed('catalog', {}, known.revoked)).toMatch(/does not accept this sign-in/)
  server.fault({ match: /GET \/api\/2.1\/unity-catalog\/catalogs/, at: 'before', does: 403 })
  expect(await browsed('catalog')).toMatch(/does not let them do this/)
})
