/** The real Apache Kafka is held to the stories of the fake broker, and to what that cannot show. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulate } from '../../../main/streaming/simulate.ts'
import { topicNow } from '../../../main/streaming/topicNow.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { topicStories } from '../../fixtures/topicStories.ts'
import { type RealKafka, realKafka } from './server.ts'
import { type Doors, connectionStories } from '../../fixtures/connectionStories.ts'
import { type TokenIssuer, tokenIssuer } from '../../fixtures/tokenIssuer.ts'

const folder = testFolder()
let broker: RealKafka
let issuer: TokenIssuer
let doors: Doors
const { signal } = new AbortController()
const control = { signal, report: () => {}, ask: () => Promise.reject(new Error('no')) }
const sales = { count: 100, ratePerSecond: null, stores: 4, defects: 0, seed: 1, truth: null }
const anybody = { connection: 'tills', tls: null, signIn: null, readOnly: false }
beforeAll(async () => {
  broker = await realKafka()
  issuer = await tokenIssuer()
  const topic = await broker.topic()
  doors = { ...broker, tokenAddress: issuer.url, topic }
  await simulate({ ...sales, stream: { ...anybody, brokers: [broker.open] }, topic }, control)
})
afterAll(async () => {
  await issuer.close()
  await broker.stop()
})

connectionStories(() => doors)

topicStories(
  () => ({
    address: broker.signedIn,
    user: 'pallet',
    password: 'secret',
    topic: () => broker.topic(),
  }),
  folder,
)

it.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('lets in who signs in by %s', async (way) => {
  const topic = await broker.topic()
  const signIn = { mechanism: way, user: 'scram', password: 'scrampw' } as const
  const stream = { ...anybody, brokers: [broker.signedIn], signIn }
  await simulate({ ...sales, stream, topic }, control)
  const { partitions } = await topicNow({ stream, topic, landed: new Map() }, control)
  expect(partitions.reduce((sum, { to }) => sum + to, 0)).toBe(100)
})
