/** A topic of a fake broker on its way into the built-in warehouse, by the real core. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RunStore } from '../../../main/store/runs.ts'
import { tail } from '../../../main/streaming/tail.ts'
import { lineOf } from '../../../main/streaming/takeBatch.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { nextRanges } from '../../../shared/domain/streams/stream.ts'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { accessTo, connect as connectCommand, fill, topic } from '../../fixtures/topicOfSales.ts'

const folder = testFolder()
const never = new AbortController().signal
let broker: FakeBroker
let real: RealCore

beforeEach(async () => {
  broker = await fakeBroker()
  broker.topic(topic)
  real = realCore(folder())
  await connect(real)
})
afterEach(async () => {
  await real.core.close()
  await broker.close()
})

async function connect({ core }: RealCore): Promise<void> {
  await core.connections.save({
    name: 'tills',
    settings: { kind: 'kafka', brokers: broker.address, encryption: 'none', readOnly: false },
    container: null,
  })
}

const input = {
  connection: 'tills',
  topic,
  dataset: topic,
  offsets: 1000,
  destination: { blob: null },
  start: 'begin' as const,
  acceptLoss: false,
  bytes: null as number | null,
}

/** Lands what is there; answers the runs. */
async function land(given: Partial<typeof input> = {}): Promise<string[]> {
  const landed: string[] = []
  for (;;) {
    const { runId } = await real.core.streams.land({ ...input, ...given }, never)
    if (runId === null) return landed
    const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
    expect(run.state, JSON.stringify(run.problem)).toBe('succeeded')
    landed.push(runId)
  }
}
const asked = async (sql: string): Promise<(string | null)[][]> =>
  (await real.core.warehouse.query(sql, 1000, never)).rows
const refused = async (work: Promise<unknown>): Promise<Problem['data']> =>
  Problem.from(await work.catch((error: unknown) => error)).data

it('lands every record once, and holds back with its place what is no record', async () => {
  await fill(broker, 2500, 5, 0.05)
  expect(await land()).toHaveLength(3)
  await fill(broker, 300, 6, 0.05)
  const [last = ''] = await land()
  const { receipt } = real.core.runs.get(last)
  expect(receipt.rows).toMatchObject({ in: 300, loaded: receipt.rows.clean })
  expect(receipt.source.path).toMatch(/^tills\/sales_data 0:/)
  const held = await real.core.runs.rejects(last, 0, 100)
  expect(held.rows.length).toBe(receipt.rows.quarantined)
  for (const { raw } of held.rows)
    expect(raw).toMatch(
      /^sales_data partition \d offset \d+: |"kafka_partition":\d,"kafka_offset":\d+,/,
    )
  const [counts] = await asked(
    `SELECT count(*), count(DISTINCT (kafka_partition, kafka_offset)), count(DISTINCT kafka_key) FROM ${topic}`,
  )
  const runs = real.core.runs.list({ limit: 100 })
  const clean = runs.reduce((sum, { rows }) => sum + (rows.clean ?? 0), 0)
  const quarantined = runs.reduce((sum, { rows }) => sum + (rows.quarantined ?? 0), 0)
  expect(counts).toEqual([String(clean), String(clean), '12'])
  expect(clean + quarantined).toBe(2800)
  expect(quarantined).toBeGreaterThan(0)
  const { partitions } = await real.core.streams.lag(input, never)
  expect(partitions.map(({ landed, waitingSince }) => [landed, waitingSince])).toEqual(
    broker.ends(topic).map((end) => [end, null]),
  )
})

it('goes on where all of a batch is held back, and where one has not all names', async () => {
  await fill(broker, 200, 1)
  await land()
  await fill(broker, 40, 2, 1)
  const [runId = ''] = await land()
  expect(real.core.runs.get(runId).receipt.rows).toMatchObject({ in: 40 })
  await fill(broker, 10, 3)
  await land()
  expect(
    (await real.core.streams.lag(input, never)).partitions.map(({ landed }) => landed),
  ).toEqual(broker.ends(topic))
})

it('plans batches by bytes, too, and at least one record each; no partition is left behind', async () => {
  await fill(broker, 150, 4)
  const bytes = 3000
  const runs = await land({ bytes })
  const sizes = new Map<string, number>()
  await tail(
    { stream: accessTo(broker), topic, start: 'begin', count: 150, containing: null },
    {
      signal: never,
      report: (records) => {
        for (const { partition, offset, key, value } of records)
          sizes.set(`${partition}:${offset}`, Buffer.byteLength(`${key ?? ''}${value ?? ''}`))
      },
      ask: async () => null,
    },
  )
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  expect(sizes.size).toBe(150)
  const of = new Map(runs.map((id) => [id, 0]))
  for (const [run = '', place = ''] of await asked(
    `SELECT _pallet_run, concat(kafka_partition, ':', kafka_offset) FROM ${topic}`,
  )) {
    of.set(run ?? '', (of.get(run ?? '') ?? 0) + (sizes.get(place ?? '') ?? 0))
    sizes.delete(place ?? '')
  }
  expect(sizes.size).toBe(0)
  expect(Math.max(...of.values())).toBeLessThanOrEqual(bytes)
  // As full as the next record lets them be.
  expect(runs.length).toBeLessThanOrEqual(Math.ceil(total / (bytes - 200)) + 1)
  const [first, second, third] = await asked(
    `SELECT DISTINCT kafka_partition FROM ${topic} WHERE _pallet_run IN ('${runs.slice(0, 3).join("','")}')`,
  )
  expect(new Set([first?.[0], second?.[0], third?.[0]])).toEqual(new Set(['0', '1', '2']))
  await fill(broker, 2, 5)
  expect(await land({ bytes: 1 })).toHaveLength(2)
})

it('goes on where its table says, whatever groups are told at the broker, and says so', async () => {
  await fill(broker, 100, 1)
  await land()
  const ends = broker.ends(topic)
  // Back to the beginning, and past what comes: also of a group that is called as Pallet calls itself.
  for (const offsets of [
    { 0: 0, 1: 0, 2: 0 },
    { 0: 9000, 1: 9000, 2: 9000 },
  ]) {
    broker.commit('pallet', topic, offsets)
    await fill(broker, 50, 2)
    expect(await land()).toHaveLength(1)
  }
  expect(broker.said('pallet', topic)).toEqual({ 0: 9000, 1: 9000, 2: 9000 })
  const { partitions } = await real.core.streams.lag(input, never)
  expect(partitions.map(({ landed }) => landed)).toEqual(broker.ends(topic))
  expect(broker.ends(topic)).not.toEqual(ends)
  expect(
    await asked(`SELECT count(*), count(DISTINCT (kafka_partition, kafka_offset)) FROM ${topic}`),
  ).toEqual([['200', '200']])
  const home = join(folder(), 'another')
  await connectCommand(home, broker)
  const { stderr } = await pallet(['groups', topic, '--connection', 'tills'], { home })
  expect(stderr).toContain('it goes on where its table says')
})

it('is fenced by what another Pallet has landed meanwhile', async () => {
  await fill(broker, 100, 1)
  const { runId } = await real.core.streams.land(input, never)
  await real.until(runId ?? '', 'succeeded')
  const batch = real.db.prepare('SELECT plan FROM run').all() as { plan: string }[]
  expect(batch).toHaveLength(1)
  // As one that had planned the same before it slept.
  const plan = JSON.parse(batch[0]?.plan ?? '') as object
  const at = new Date().toISOString()
  new RunStore(real.db).create({
    id: '20990101-000000-000000000000',
    dataset: topic,
    plan: plan as never,
    at,
  })
  real.core.runs.continue('20990101-000000-000000000000')
  const late = await real.until('20990101-000000-000000000000', 'failed', 'succeeded')
  expect(late.problem).toMatchObject({ code: 'delivered-before' })
  expect(await asked(`SELECT count(*) FROM ${topic}`)).toEqual([['100']])
})

it('stops before records that are gone, and where the topic is another one', async () => {
  await fill(broker, 300, 1)
  await land()
  await fill(broker, 300, 2)
  const [end = 0] = broker.ends(topic)
  broker.forgetBefore(topic, 0, end)
  expect(await refused(real.core.streams.land(input, never))).toMatchObject({
    code: 'source-missing',
  })
  const before = await real.core.streams.lag(input, never)
  await land({ acceptLoss: true })
  broker.remove(topic)
  broker.topic(topic, 4)
  await fill(broker, 20, 3)
  const other = await refused(real.core.streams.land(input, never))
  expect(other.what).toContain('deleted and made again')
  const lag = await real.core.streams.lag(input, never)
  expect([before.isAnother, lag.isAnother]).toEqual([false, true])
  // Unknown is not nothing.
  expect(lag.partitions.map(({ landed }) => landed)).toEqual([null, null, null, null])
  await land({ acceptLoss: true })
  expect(await asked(`SELECT max(kafka_partition) FROM ${topic}`)).toEqual([['3']])
})

it('takes in partitions that come later, from their first record', async () => {
  await fill(broker, 60, 1)
  await land()
  broker.addPartitions(topic, 3)
  await fill(broker, 60, 2)
  await land()
  expect(await asked(`SELECT count(*) FROM ${topic}`)).toEqual([['120']])
})

it('asks how the records fill the columns of another file, and proposes no place in the topic for one', async () => {
  const file = join(folder(), 'returns.csv')
  // Small whole numbers, as partitions and offsets are.
  const rows = Array.from({ length: 40 }, (_, row) => `${row % 3},${row},R-${row}\n`)
  writeFileSync(file, `counter,place,receipt\n${rows.join('')}`)
  const { source } = await real.core.sources.open(file)
  const sent = await real.core.runs.start({ source, dataset: topic, destination: { blob: null } })
  await real.until(sent.runId, 'succeeded')
  await fill(broker, 40, 1)
  const { runId } = await real.core.streams.land(input, never)
  const asks = await real.until(runId ?? '', 'waiting', 'succeeded', 'failed', 'stopped')
  if (asks.question?.kind !== 'header') throw new Error(`It asked ${asks.question?.kind}.`)
  const { missing, added } = asks.question
  expect(missing.map(({ label }) => label)).toEqual(['counter', 'place', 'receipt'])
  expect([...added, ...missing.map(({ likely }) => likely?.label)].join(' ')).not.toMatch(/kafka_/)
  await real.core.runs.answer(asks.id, 'map')
  await real.until(asks.id, 'succeeded')
  // Where a record is from stays beside it.
  const counted = `SELECT count(*), count(kafka_partition), count(kafka_offset) FROM ${topic}`
  expect(await asked(counted)).toEqual([['80', '40', '40']])
})

it('lands only into a table that keeps where it has come to', async () => {
  const destination = { blob: null, warehouse: null } as never
  expect(await refused(real.core.streams.land({ ...input, destination }, never))).toMatchObject({
    code: 'usage',
  })
})

it('writes what a record is in one line, and changes no digit of it', () => {
  const line = (value: string | Buffer | null): string =>
    Buffer.concat(
      lineOf('t', {
        partition: 1,
        offset: 7,
        atMs: 0,
        key: Buffer.from('k'),
        value: value === null ? null : Buffer.from(value),
        headers: [],
      }),
    ).toString()
  const lineage =
    '{"kafka_topic":"t","kafka_partition":1,"kafka_offset":7,"kafka_time":"1970-01-01T00:00:00.000Z","kafka_key":"k"'
  expect(line('{"a":1.50}')).toBe(`${lineage},"a":1.50}\n`)
  expect(line(' {\n  "a": 12345678901234567890\n}\n')).toBe(
    `${lineage},"a": 12345678901234567890 }\n`,
  )
  expect(line('{}')).toBe(`${lineage}}\n`)
  expect(line('{"a":"x\ny"}')).toBe('t partition 1 offset 7: "{\\"a\\":\\"x\\ny\\"}"\n')
  expect(line(null)).toBe('t partition 1 offset 7: without a value\n')
  expect(line(Buffer.from([0xff]))).toBe('t partition 1 offset 7: "base64:/w=="\n')
})

it('plans from each partition as much, and what one does not have from the others', () => {
  const open = [
    { partition: 0, from: 10, to: 15 },
    { partition: 1, from: 0, to: 1000 },
    { partition: 2, from: 7, to: 7 },
  ]
  expect(nextRanges(open, 100)).toEqual([
    { partition: 0, from: 10, to: 15 },
    { partition: 1, from: 0, to: 95 },
  ])
  expect(nextRanges(open, 1)).toEqual([{ partition: 0, from: 10, to: 11 }])
  expect(nextRanges([], 100)).toEqual([])
})
