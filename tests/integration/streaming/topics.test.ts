/** Topics of a fake broker: what is written to them, and what is told of it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StreamAccess } from '../../../main/runs/ports/streaming.ts'
import { simulate } from '../../../main/streaming/simulate.ts'
import { kafka } from '../../../main/streaming/system.ts'
import { tail } from '../../../main/streaming/tail.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { StreamRecord } from '../../../shared/domain/stream.ts'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'

const temp = testFolder()
const never = new AbortController().signal
let broker: FakeBroker

beforeEach(async () => {
  broker = await fakeBroker({ pallet: 'secret' })
  broker.topic('sales_data')
})
afterEach(() => broker.close())

const access = (password = 'secret', readOnly = false): StreamAccess => ({
  connection: 'tills',
  brokers: [broker.address],
  isEncrypted: false,
  signIn: { mechanism: 'PLAIN', user: 'pallet', password },
  readOnly,
})
const sales = {
  topic: 'sales_data',
  count: 500,
  ratePerSecond: null,
  stores: 8,
  seed: 7,
  truth: null,
}
const quietly = { signal: never, report: () => {}, ask: () => Promise.reject(new Error('no')) }

async function all(count: number): Promise<StreamRecord[]> {
  const told: StreamRecord[] = []
  await tail(
    { stream: access(), topic: 'sales_data', start: 'begin', count, containing: null },
    { signal: never, report: (records) => void told.push(...records), ask: async () => null },
  )
  return told
}

describe('sales that are simulated', () => {
  it('are all in the topic, each where the truth says it lies', async () => {
    const truth = join(temp(), 'truth.ndjson')
    const input = { ...sales, stream: access(), defects: 0.1, truth }
    const { sent, defects } = await simulate(input, quietly)
    expect(sent).toBe(500)
    expect(broker.ends('sales_data').reduce((sum, end) => sum + end, 0)).toBe(500)

    const told = await all(500)
    const places = (list: readonly { partition: number; offset: number }[]): string[] =>
      list.map(({ partition, offset }) => `${partition}:${offset}`).toSorted()
    const lines = (await readFile(truth, 'utf8')).trim().split('\n')
    const said = lines.map(
      (line) => JSON.parse(line) as { partition: number; offset: number; defect: string | null },
    )
    expect(places(told)).toEqual(places(said))
    expect(said.filter(({ defect }) => defect !== null)).toHaveLength(defects)
    expect(new Set(told.map(({ key }) => key)).size).toBe(8)
    // One shop is always in one partition.
    expect(new Set(told.map(({ key, partition }) => `${key} ${partition}`)).size).toBe(8)
  })

  it('are the same for the same seed', async () => {
    const input = { ...sales, count: 50, stream: access(), defects: 0 }
    await simulate(input, quietly)
    await simulate(input, quietly)
    const told = await all(100)
    const untimed = told.map(({ value }) => value?.replace(/"sales_time":"[^"]*"/, '') ?? '')
    expect(new Set(untimed).size).toBe(50)
  })

  it('are written once when the answer to some of them is lost', async () => {
    broker.loseAnswer('produce')
    await simulate({ ...sales, stream: access(), defects: 0 }, quietly)
    expect(broker.ends('sales_data').reduce((sum, end) => sum + end, 0)).toBe(500)
  })
})

describe('what Kafka refuses', () => {
  const problemOf = async (work: Promise<unknown>): Promise<Problem['data']> => {
    const thrown: unknown = await work.catch((error: unknown) => error)
    return Problem.from(thrown).data
  }
  it.each([
    ['a wrong password', () => access('wrong'), 'sales_data', 'credential-rejected'],
    ['a topic that is not there', () => access(), 'nobody', 'not-found'],
    [
      'to write, by a connection that may only read',
      () => access('secret', true),
      'sales_data',
      'usage',
    ],
  ])('%s is told in a sentence', async (_name, stream, topic, code) => {
    const problem = await problemOf(
      simulate({ ...sales, topic, stream: stream(), defects: 0 }, quietly),
    )
    expect(problem.code).toBe(code)
    expect(problem.detail).not.toContain('wrong')
  })

  it('is that nobody is there', async () => {
    const stream = { ...access(), brokers: ['127.0.0.1:1'] }
    const problem = await problemOf(simulate({ ...sales, stream, defects: 0 }, quietly))
    expect(problem).toMatchObject({ code: 'network', detail: 'ECONNREFUSED', connection: 'tills' })
  })
})

describe('the connection', () => {
  const connection = (password: string) => ({
    name: 'tills',
    settings: {
      kind: 'kafka-password',
      brokers: broker.address,
      encryption: 'none',
      readOnly: false,
      mechanism: 'PLAIN',
      user: 'pallet',
    },
    secrets: { password },
  })
  it('says what is there', async () => {
    broker.topic('stock')
    expect(await kafka.test(connection('secret'), never)).toEqual({
      message: 'Kafka answers, and has 2 topics.',
      places: { label: 'Topics', names: ['sales_data', 'stock'] },
    })
  })
  it('says that the password is wrong', async () => {
    await expect(kafka.test(connection('wrong'), never)).rejects.toMatchObject({
      data: { code: 'credential-rejected', connection: 'tills' },
    })
  })
})
