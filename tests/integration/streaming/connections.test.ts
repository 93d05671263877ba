/** How Pallet signs in at a broker, which is a fake here. */
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { secretVariable } from '../../../shared/domain/datasets/names.ts'
import { type Door, type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import {
  type Doors,
  certificate,
  connectionStories,
  tried,
} from '../../fixtures/connectionStories.ts'
import { type TokenIssuer, tokenIssuer } from '../../fixtures/tokenIssuer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'
import { fill, topic } from '../../fixtures/topicOfSales.ts'

const folder = testFolder()
const brokers: FakeBroker[] = []
let issuer: TokenIssuer
let doors: Doors

async function opened(users: Record<string, string> | null, door: Door = {}): Promise<FakeBroker> {
  const broker = await fakeBroker(users, door)
  brokers.push(broker)
  return broker
}
const shown = (name: string) => ({ cert: certificate(name), key: certificate('server.key') })
const ca = certificate('brokers-authority.pem')

beforeAll(async () => {
  issuer = await tokenIssuer()
  const takesToken = (token: string): boolean => issuer.tokens.includes(token)
  const tls = shown('brokers.pem')
  const open = await opened(null)
  const token = await opened(null, { tls, takesToken, sessionMs: 1000 })
  const certified = { ...tls, ca, requestCert: true, rejectUnauthorized: true }
  token.topic(topic)
  doors = {
    open: open.address,
    tls: (await opened(null, { tls })).address,
    certified: (await opened(null, { tls: certified })).address,
    password: (await opened({ pallet: 'secret' }, { tls })).address,
    token: token.address,
    tokenAddress: issuer.url,
    topic,
  }
  await fill(token, 20, 1, 0, {
    tls: { ca, own: null },
    signIn: {
      mechanism: 'OAUTHBEARER',
      client: { client: 'pallet', secret: 'secret', tokenAddress: issuer.url },
      extensions: {},
    },
  })
})
afterAll(async () => {
  await Promise.all([issuer, ...brokers].map((one) => one.close()))
})

connectionStories(() => doors)

it.each([
  ['brokers-expired.pem', /has expired\.$/],
  ['brokers-other-name.pem', /is for another name: DNS:kafka\.pallet\.example\.$/],
])('a broker with the certificate %s is not trusted, and why is told', async (name, what) => {
  const { address } = await opened(null, { tls: shown(name) })
  const settings = { kind: 'kafka', brokers: address, encryption: 'tls', ca }
  expect(await tried(settings)).toMatchObject({
    code: 'network',
    what: expect.stringMatching(what) as unknown,
  })
})

it('a broker that hangs up on a wrong password is known by it', async () => {
  const { address } = await opened({ pallet: 'secret' }, { isMute: true })
  const settings = {
    kind: 'kafka-password',
    brokers: address,
    encryption: 'none',
    mechanism: 'PLAIN',
    user: 'pallet',
  }
  expect(await tried(settings, { password: 'wrong' })).toMatchObject({
    code: 'network',
    what: `Kafka at ${address} ended the connection while Pallet was signing in.`,
    advice: expect.stringContaining('a wrong user or password') as unknown,
  })
})

it('the brokers are told the extensions, and the provider the scope', async () => {
  const said: string[][] = []
  const { address } = await opened(null, {
    takesToken: (_, extensions) => said.push([...extensions]) > 0,
  })
  const settings = {
    kind: 'kafka-oauth',
    brokers: address,
    encryption: 'none',
    tokenAddress: issuer.url,
    client: 'pallet',
    scope: 'tills',
    extensions: 'logicalCluster=lkc-1, identityPoolId=pool-2',
  }
  await tried(settings, { clientSecret: 'secret' })
  expect(said[0]).toEqual(['logicalCluster=lkc-1', 'identityPoolId=pool-2'])
  expect(issuer.scopes).toContain('tills')
})

it('a connection that may only read writes nothing', async () => {
  const broker = await opened(null)
  broker.topic(topic)
  await expect(fill(broker, 1, 1, 0, { readOnly: true })).rejects.toMatchObject({
    data: { code: 'usage', what: 'The connection tills is set to read only.' },
  })
  expect(broker.ends(topic)).toEqual([0, 0, 0])
})

it('the command line takes certificates from files, and keeps the key among the secrets', async () => {
  const file = (name: string): string =>
    `@${fileURLToPath(new URL(`../../fixtures/certificates/${name}`, import.meta.url))}`
  const home = folder()
  const args = ['connections', 'add', 'tills', '--kind', 'kafka-certificate']
  const pem = ['--ca', file('brokers-authority.pem'), '--certificate', file('client.pem')]
  const gone = await pallet([...args, ...pem.with(1, '@nowhere.pem'), '--brokers', 'x:1'], { home })
  expect(gone.stderr).toContain('The file nowhere.pem cannot be read.')
  const env = { [secretVariable('tills')]: certificate('client.key') }
  const added = await pallet([...args, ...pem, '--brokers', doors.certified], { home, env })
  expect(added.code).toBe(0)
  const { stdout } = await pallet(['connections', 'test', 'tills'], { home, env })
  expect(stdout).toContain('Kafka answers')
})
