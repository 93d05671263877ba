/** Testing a connection: what is right says what is there, what is wrong says what to do. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
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

async function browsed(
  field: string,
  settings: Given = {},
  accessToken = known.token,
): Promise<unknown> {
  const { account, address } = server.access
  const place = { kind: 'snowflake-token', account, address, user: known.user, ...settings }
  const connection = { name: 'snow', settings: place, secrets: { accessToken } }
  try {
    const offered = await snowflake.browse?.(connection, field, new AbortController().signal)
    return [
      ...(offered?.names ?? []).map(({ name, note }) => `${name} ${note}`.trim()),
      offered?.besides,
    ]
  } catch (error) {
    if (error instanceof Problem) return `${error.data.what} ${error.data.advice}`
    throw error
  }
}

it('says what can be chosen there, and wakes no warehouse for it', async () => {
  server.isPaused = true
  expect(await browsed('role')).toEqual(['LOADER', 'PUBLIC', ''])
  expect(await browsed('warehouse')).toEqual([
    'LOAD_WH suspended, x-small',
    'REPORT_WH suspended, medium',
    '',
  ])
  expect(await browsed('database', { role: known.role, database: 'NONE' })).toEqual([
    'ARCHIVE',
    'SALES',
    '',
  ])
  expect(await browsed('schema', { database: 'sales' })).toEqual([
    'RAW',
    'RAW_TEST',
    '1 name that needs quotation marks cannot be used here.',
  ])
  server.isPaused = false
})

it('says in a sentence why nothing can be chosen there', async () => {
  expect(await browsed('schema')).toMatch(/^A schema lies in a database, and none is named yet\./)
  expect(await browsed('schema', { database: 'NONE' })).toMatch(
    /^There is no database NONE, or the role of this user has no USAGE on it\./,
  )
  expect(await browsed('database', { role: 'ADMIN' })).toMatch(
    /^The role of this connection does not exist/,
  )
  // A role that is wrong does not hide those that are right.
  expect(await browsed('role', { role: 'ADMIN' })).toEqual(['LOADER', 'PUBLIC', ''])
  expect(await browsed('warehouse', {}, known.expiredToken)).toMatch(
    /^The token for acme-shop has expired\. Make a new one/,
  )
  server.isBlind = true
  expect(await browsed('warehouse')).toBe(
    'Whoever signs in sees no virtual warehouse. Ask for USAGE on one to be granted to the role.',
  )
  server.isBlind = false
})

it('signs in as whom Azure knows the computer, and says where Azure does not', async () => {
  const asked: string[] = []
  let token: string | null = known.azureToken
  // What a computer in Azure asks for its token: the endpoint of App Service, which is reached without TLS.
  const azure = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost')
    asked.push(`${searchParams.get('resource')} ${searchParams.get('client_id')}`)
    const expires_on = String(Math.floor(Date.now() / 1000) + 3600)
    response
      .writeHead(token === null ? 400 : 200, { 'content-type': 'application/json' })
      .end(
        JSON.stringify(
          token === null
            ? { error: 'invalid_request' }
            : { access_token: token, expires_on, token_type: 'Bearer' },
        ),
      )
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => azure.once('listening', resolve))
  const { port } = azure.address() as AddressInfo
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`)
  vi.stubEnv('IDENTITY_HEADER', 'of this computer')
  vi.stubEnv('SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES', '127.0.0.1')
  // No program of Azure is asked.
  vi.stubEnv('PATH', '')
  const through = (resource: string): Promise<string> =>
    tested('snowflake-azure', { client: 'shop', resource }, {})
  try {
    expect(await through('api://one')).toMatch(/^Connected to SALES\.RAW as LOADER/)
    expect(asked).toEqual(['api://one shop'])
    token = 'of another'
    expect(await through('api://two')).toMatch(
      /^credential-rejected: Snowflake does not accept this sign-in/,
    )
    token = null
    expect(await through('api://three')).toMatch(
      /^credential-missing: Azure gives this computer no token for Snowflake\./,
    )
  } finally {
    vi.unstubAllEnvs()
    azure.closeAllConnections()
    azure.close()
  }
})
