/** The real Apache Kafka is held to the stories of the fake broker, and to what that cannot show. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { simulate } from '../../../main/streaming/simulate.ts'
import { topicNow } from '../../../main/streaming/topicNow.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { topicStories } from '../../fixtures/topicStories.ts'
import { type RealKafka, realKafka } from './server.ts'

const folder = testFolder()
let broker: RealKafka
beforeAll(async () => {
  broker = await realKafka()
})
afterAll(() => broker.stop())

topicStories(
  () => ({
    address: broker.signedIn,
    user: 'pallet',
    password: 'secret',
    topic: () => broker.topic(),
  }),
  folder,
)

it('lets in who signs in by SCRAM', async () => {
  const topic = await broker.topic()
  const signIn = { mechanism: 'SCRAM-SHA-512', user: 'scram', password: 'scrampw' } as const
  const stream = {
    connection: 'tills',
    brokers: [broker.signedIn],
    isEncrypted: false,
    signIn,
    readOnly: false,
  }
  const { signal } = new AbortController()
  const control = { signal, report: () => {}, ask: () => Promise.reject(new Error('no')) }
  const sales = { count: 100, ratePerSecond: null, stores: 4, defects: 0, seed: 1, truth: null }
  await simulate({ ...sales, stream, topic }, control)
  const { partitions } = await topicNow({ stream, topic, landed: new Map() }, control)
  expect(partitions.reduce((sum, { to }) => sum + to, 0)).toBe(100)
})
