/** Topics of a fake broker that are landed batch after batch, and what is told of them, by the real core. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { fill, topic } from '../../fixtures/topicOfSales.ts'

const folder = testFolder()
const never = new AbortController().signal
const long = { timeout: 120_000, interval: 200 }
let broker: FakeBroker
let real: RealCore

beforeEach(async () => {
  broker = await fakeBroker()
  broker.topic(topic)
  real = realCore(folder())
  await connect()
})
afterEach(async () => {
  await real.core.close()
  await broker.close()
})

async function connect(): Promise<void> {
  await real.core.connections.save({
    name: 'tills',
    settings: { kind: 'kafka', brokers: broker.address, encryption: 'none', readOnly: false },
    container: null,
  })
}

const input = {
  connection: 'tills',
  topic,
  dataset: topic,
  destination: { blob: null },
  offsets: 1000,
  everySeconds: 1,
  start: 'begin' as const,
}
const count = async (): Promise<number> => {
  const { rows } = await real.core.warehouse.query(
    `SELECT count(DISTINCT (kafka_partition, kafka_offset)) || '/' || count(*) FROM ${topic}`,
    1,
    never,
  )
  const [different, all] = (rows[0]?.[0] ?? '').split('/')
  expect(different).toBe(all)
  return Number(all)
}
const landed = (): Promise<number> => count().catch(() => 0)
const the = () => {
  const [stream] = real.core.streams.list()
  if (stream === undefined) throw new Error('there is no stream')
  return stream
}

it('a stream lands batch after batch, goes on after a restart, and lands no more when it is stopped', async () => {
  await fill(broker, 1500, 1)
  const { id } = real.core.streams.start(input)
  void real.core.landStreams()
  await expect.poll(landed, long).toBe(1500)
  await fill(broker, 100, 2)
  await expect.poll(landed, long).toBe(1600)
  await real.core.close()

  real = realCore(real.home.folder)
  void real.core.landStreams()
  await fill(broker, 50, 3)
  await expect.poll(landed, long).toBe(1650)
  expect(the()).toMatchObject({ id, isStopped: false, trouble: null })

  expect(() => real.core.streams.remove(id)).toThrow('is being landed')
  real.core.streams.stop(id)
  const runs = real.core.runs.count({})
  await fill(broker, 70, 4)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(real.core.runs.count({})).toBe(runs)
  // Started again it is the same one.
  expect(real.core.streams.start(input).id).toBe(id)
  await expect.poll(landed, long).toBe(1720)
  real.core.streams.stop(id)
  real.core.streams.remove(id)
  expect(real.core.streams.list()).toEqual([])
}, 900_000)

it('a stream stands still before what only a person can settle, says so, and goes on by itself after it', async () => {
  await fill(broker, 100, 1)
  real.core.streams.start(input)
  void real.core.landStreams()
  await expect.poll(landed, long).toBe(100)
  await fill(broker, 100, 2)
  const [end = 0] = broker.ends(topic)
  broker.forgetBefore(topic, 0, end)
  await expect.poll(() => the().trouble?.code, long).toBe('source-missing')
  const { runId } = await real.core.streams.land({ ...input, acceptLoss: true }, never)
  await real.until(runId ?? '', 'succeeded')
  await expect.poll(() => the().trouble, long).toBeNull()

  const before = await landed()
  await fill(broker, 500, 3)
  await expect.poll(landed, long).toBe(before + 500)
}, 900_000)

it('a batch that a person has cancelled is told, and not tried again by itself', async () => {
  await fill(broker, 100, 1)
  const { runId } = await real.core.streams.land({ ...input, acceptLoss: false }, never)
  await real.core.runs.cancel(runId ?? '')
  await real.until(runId ?? '', 'cancelled', 'succeeded')
  real.core.streams.start(input)
  void real.core.landStreams()
  await expect
    .poll(() => the().trouble?.what ?? '', long)
    .toContain(`the run ${runId} was cancelled`)
  expect(real.core.runs.get(runId ?? '').run.state).toBe('cancelled')
  await real.core.runs.retry(runId ?? '')
  await expect.poll(() => the().trouble, long).toBeNull()
  expect(await landed()).toBe(100)
}, 900_000)

it('a broker that is away is trouble until it is back, and unknown is not 0', async () => {
  await fill(broker, 40, 1)
  const before = await real.core.streams.topics('tills', never)
  expect(before).toMatchObject([{ name: topic, dataset: null }])
  expect(before[0]?.partitions.map(({ landed: to }) => to)).toEqual([null, null, null])
  broker.commit('spark', topic, { 0: 0, 1: broker.ends(topic)[1] ?? 0 })
  const [group] = await real.core.streams.groups({ connection: 'tills', topic }, never)
  expect(group).toMatchObject({ name: 'spark', state: 'Empty' })
  expect(
    group?.partitions.map(({ landed: read, waitingSince }) => [read, typeof waitingSince]),
  ).toEqual([
    [0, 'string'],
    [broker.ends(topic)[1], 'object'],
    [null, 'object'],
  ])
  await broker.close()
  real.core.streams.start(input)
  void real.core.landStreams()
  await expect.poll(() => the().trouble?.code, long).toBe('network')
  broker = await fakeBroker()
  broker.topic(topic)
  await fill(broker, 40, 1)
  await connect()
  await expect.poll(landed, long).toBe(40)
  await expect.poll(() => the().trouble, long).toBeNull()
  const [now] = await real.core.streams.topics('tills', never)
  expect(now?.partitions.map(({ landed: to }) => to)).toEqual(broker.ends(topic))
}, 900_000)
