/** Testing a connection: what is right says what is there, what is wrong says what to do. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { snowflake } from '../../../main/warehouse/snowflake/system.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type SnowflakeServer, known, snowflakeServer } from '../../fixtures/snowflakeServer.ts'

let server: SnowflakeServer
beforeAll(async () => {
  server = await snowflakeServer()
})
afterAll(() => server.close())

type Given = Record<string, string>

async function tested(kind: string, settings: Given, secrets: Given): Promise<string> {
  const { account, address, warehouse, database, schema } = server.access
  const place = { account, address, warehouse, database, schema, role: known.role }
  const connection = { name: 'snow', settings: { kind, ...place, ...settings }, secrets }
  try {
    const { message } = await snowflake.test(connection, new AbortController().signal)
    return message
  } catch (error) {
    if (error instanceof Problem) return `${error.code}: ${error.data.what}`
    throw error
  }
}

const keyPair = (settings: Given = {}, privateKey = server.privateKey): Promise<string> =>
  tested('snowflake-key-pair', { user: known.user, ...settings }, { privateKey })
const token = (accessToken: string): Promise<string> =>
  tested('snowflake-token', { user: known.user }, { accessToken })
const oauth = (oauthSecret: string): Promise<string> =>
  tested(
    'snowflake-oauth',
    { client: known.client, tokenAddress: `${server.address}/oauth/token-request` },
    { oauthSecret },
  )
const otherKey = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey

it('says in a sentence what is there, and what is wrong', async () => {
  const right = /^Connected to SALES\.RAW as LOADER: \d+ tables?, worked by LOAD_WH\.$/
  const cases: [string, Promise<string>, RegExp][] = [
    ['key pair', keyPair(), right],
    ['token', token(known.token), right],
    ['OAuth', oauth(known.secret), right],
    [
      'key of another',
      keyPair({}, otherKey()),
      /^credential-rejected: Snowflake does not accept this key/,
    ],
    [
      'no key',
      keyPair({}, 'hello'),
      /^credential-rejected: The private key of this connection cannot be read/,
    ],
    [
      'token of another',
      token('other'),
      /^credential-rejected: Snowflake does not accept this sign-in/,
    ],
    [
      'token that has ended',
      token(known.expiredToken),
      /^credential-expired: The token for acme-shop has expired/,
    ],
    [
      'secret of another',
      oauth('other'),
      /^credential-rejected: The identity provider at 127\.0\.0\.1/,
    ],
    [
      'role',
      keyPair({ role: 'ADMIN' }),
      /^permission-denied: The role of this connection does not exist/,
    ],
    ['database', keyPair({ database: 'NONE' }), /^permission-denied: There is no database NONE/],
    ['schema', keyPair({ schema: 'NONE' }), /^permission-denied: There is no schema NONE/],
    [
      'warehouse',
      keyPair({ warehouse: 'NONE' }),
      /^permission-denied: There is no virtual warehouse NONE/,
    ],
  ]
  for (const [name, answer, said] of cases) expect(await answer, name).toMatch(said)
})
