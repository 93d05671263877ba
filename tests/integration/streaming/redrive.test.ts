/** Records that a landed topic held back, sent into it again by the real core. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import { publish } from '../../../main/streaming/publish.ts'
import { tail } from '../../../main/streaming/tail.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { StreamRecord } from '../../../shared/domain/streams/stream.ts'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { accessTo, fill, put, topic } from '../../fixtures/topicOfSales.ts'

const folder = testFolder()
const never = new AbortController().signal
let broker: FakeBroker
let real: RealCore
/** What stands in for the room that publishes; null: nothing does. */
let published: Rooms['publish'] | null

beforeEach(async () => {
  broker = await fakeBroker()
  broker.topic(topic)
  published = null
  real = realCore(folder(), {
    rooms: (rooms) => ({
      publish: (...given) => (published === null ? rooms.publish(...given) : published(...given)),
    }),
  })
  await connect(false)
})
afterEach(async () => {
  await real.core.close()
  await broker.close()
})

async function connect(readOnly: boolean): Promise<void> {
  await real.core.connections.save({
    name: 'tills',
    settings: { kind: 'kafka', brokers: broker.address, encryption: 'none', readOnly },
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
}

async function land(): Promise<string> {
  const { runId } = await real.core.streams.land(input, never)
  const run = await real.until(runId ?? '', 'succeeded', 'failed', 'stopped', 'waiting')
  expect(run.state, JSON.stringify(run.problem)).toBe('succeeded')
  return run.id
}
const plan = (runId: string) => real.core.streams.redrivePlan(runId, never)
const redrive = (runId: string, most: number | null) =>
  real.core.streams.redrive(runId, most, never)
const ends = (): number => broker.ends(topic).reduce((sum, end) => sum + end, 0)
const problemOf = async (work: Promise<unknown>): Promise<Problem['data']> =>
  Problem.from(await work.catch((error: unknown) => error)).data

async function all(): Promise<StreamRecord[]> {
  const told: StreamRecord[] = []
  await tail(
    { stream: accessTo(broker), topic, start: 'begin', count: ends(), containing: null },
    { signal: never, report: (records) => void told.push(...records), ask: async () => null },
  )
  return told
}

/** Sales that the rules refuse, and that a person lets in later. */
const refusedStores = 30
async function landWithRefused(): Promise<string> {
  await fill(broker, 100, 1)
  await land()
  ruleOn(true)
  const sale = (await all())[0]?.value ?? ''
  await put(
    broker,
    Array.from({ length: refusedStores }, (_, nth) => ({
      key: `store-${nth}`,
      value: worse(sale, 100 + nth),
      headers: { till: String(nth) },
    })),
  )
  await put(broker, [
    { key: 'k', value: 'no json', headers: {} },
    { key: 'k', value: worse(sale, 200), headers: { 'redrive-attempt': '3', 'redrive-of': '0:1' } },
    { key: 'k', value: worse(sale, 201), headers: { 'redrive-attempt': '1', 'redrive-of': '0:2' } },
  ])
  return await land()
}

const worse = (sale: string, quantity: number): string =>
  sale.replace(/"quantity":\d+/, `"quantity":${quantity}`)

function ruleOn(isOn: boolean): void {
  const dataset = real.core.datasets.list().find(({ name }) => name === topic)
  if (dataset?.contract === null || dataset === undefined) throw new Error('no contract')
  const { columns, ...others } = dataset.contract
  real.core.datasets.changeRules(topic, {
    ...others,
    columns: columns.map((column) =>
      column.name === 'quantity' ? { ...column, max: isOn ? 50 : 1000 } : column,
    ),
  })
}

it('sends what would be taken now, each once and as it was, also when it is killed; the next batch takes it', async () => {
  const runId = await landWithRefused()
  const [letters] = await real.core.streams.deadLetters('tills', topic)
  const open = refusedStores + 3
  expect(letters).toMatchObject({ runId, held: open, open })
  const said = await plan(runId)
  expect(said).toMatchObject({ open, fit: 0, gone: 0, tooOften: 0 })
  expect(said.unfit.map(({ records }) => records)).toEqual([refusedStores + 2, 1])
  const before = await all()
  expect(await redrive(runId, null)).toMatchObject({ sent: 0 })
  expect(ends()).toBe(before.length)

  ruleOn(false)
  // One was sent again three times already, and one is none.
  const fit = refusedStores + 1
  expect(await plan(runId)).toMatchObject({ open, fit, tooOften: 1 })
  expect(await redrive(runId, 4)).toMatchObject({ sent: 4 })
  let answers = 0
  published = (given, control) =>
    publish(given, {
      ...control,
      ask: async (question) => {
        answers += 1
        // As one that is killed behind its first messages, before it could write them down.
        if (answers > 1) throw new Error('killed')
        return await control.ask(question)
      },
    })
  await expect(redrive(runId, 10)).rejects.toThrow()
  published = null
  expect(await redrive(runId, null)).toMatchObject({ sent: fit - 14, plan: { open: open - 14 } })
  expect(await redrive(runId, null)).toMatchObject({ sent: 0, plan: { open: 2, fit: 0 } })

  const again = (await all())
    .slice()
    .filter(({ offset, partition }) => isNew(before, partition, offset))
  expect(again).toHaveLength(fit)
  expect(new Set(again.map(({ headers }) => headers['redrive-of'])).size).toBe(fit)
  expect(again.filter(({ headers }) => headers['redrive-attempt'] === '2')).toHaveLength(1)
  for (const { key, value, partition, headers } of again) {
    if (headers['redrive-attempt'] === '2') continue
    const [of, offset] = (headers['redrive-of'] ?? '').split(':').map(Number)
    const was = before.find((one) => one.partition === of && one.offset === offset)
    const { till } = was?.headers ?? {}
    expect([key, value, partition, headers['till']]).toEqual([
      was?.key,
      was?.value,
      was?.partition,
      till,
    ])
  }
  const landed = await land()
  expect(real.core.runs.get(landed).receipt.rows).toMatchObject({ in: fit, quarantined: 0 })
  expect(JSON.stringify(real.core.runs.events(runId))).toContain(
    'Sent again into the topic sales_data',
  )
})

const isNew = (before: readonly StreamRecord[], partition: number, offset: number): boolean =>
  !before.some((one) => one.partition === partition && one.offset === offset)

it('says what the topic does not have any more, and writes nothing where it may only read', async () => {
  const runId = await landWithRefused()
  ruleOn(false)
  for (const [partition, end] of broker.ends(topic).entries())
    broker.forgetBefore(topic, partition, end)
  expect(await plan(runId)).toMatchObject({ fit: 0, gone: refusedStores + 3 })
  await connect(true)
  expect(await problemOf(redrive(runId, null))).toMatchObject({
    code: 'usage',
    what: 'The connection tills is set to read only.',
  })
  broker.remove(topic)
  broker.topic(topic)
  expect(await problemOf(plan(runId))).toMatchObject({ code: 'source-missing' })
})
