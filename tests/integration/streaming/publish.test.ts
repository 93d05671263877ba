/** Files whose rows become messages of a topic, by the real core and at a fake broker. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { StreamRecord } from '../../../shared/domain/streams/stream.ts'
import { publish } from '../../../main/streaming/publish.ts'
import { tail } from '../../../main/streaming/tail.ts'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { accessTo, fill, topic } from '../../fixtures/topicOfSales.ts'

const folder = testFolder()
const { signal } = new AbortController()
let broker: FakeBroker
let real: RealCore

beforeEach(async () => {
  broker = await fakeBroker()
  broker.topic(topic)
  real = realCore(folder())
  await real.core.connections.save({
    name: 'tills',
    settings: { kind: 'kafka', brokers: broker.address, encryption: 'none', readOnly: false },
    container: null,
  })
})
afterEach(async () => {
  await real.core.close()
  await broker.close()
})

const destination = (key: string[]) => ({
  blob: null,
  warehouse: null,
  topic: { connection: 'tills', topic, key },
})

/** All that is in the topic. */
async function records(): Promise<StreamRecord[]> {
  const all: StreamRecord[] = []
  const count = broker.ends(topic).reduce((sum, end) => sum + end, 0)
  await tail(
    { stream: accessTo(broker), topic, start: 'begin', count, containing: null },
    { signal, report: (those) => void all.push(...those), ask: async () => null },
  )
  return all
}

it('publishes every clean row once, as it is by the contract, and says where; the same file is not published again', async () => {
  const file = join(real.home.folder, 'prices.csv')
  const lines = Array.from(
    { length: 60 },
    (_, nth) => `${nth},"Shop ""${nth % 4}""",${nth}.50,2026-11-${10 + (nth % 9)}`,
  )
  writeFileSync(file, ['id,shop,price,day', ...lines, 'x,Shop,1.50,2026-11-10', ''].join('\n'))
  const runId = await real.send(file, destination(['shop']), 'prices')
  const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
  expect(run.state, JSON.stringify(run.problem)).toBe('succeeded')
  const { receipt } = real.core.runs.get(runId)
  expect(receipt.rows).toMatchObject({ in: 61, clean: 60, loaded: 60, quarantined: 1 })
  expect(receipt.published).toMatchObject({ connection: 'tills', topic, rows: 60 })
  expect(receipt.published?.partitions.map(({ to }) => to)).toEqual(broker.ends(topic))
  const all = await records()
  expect(all).toHaveLength(60)
  expect(new Set(all.map(({ value }) => value))).toEqual(
    new Set(
      Array.from(
        { length: 60 },
        (_, nth) =>
          `{"id":${nth},"shop":"Shop \\"${nth % 4}\\"","price":${nth}.50,"day":"2026-11-${10 + (nth % 9)}"}`,
      ),
    ),
  )
  expect(new Set(all.map(({ headers }) => headers['run']))).toEqual(new Set([runId]))
  expect(all.map(({ headers }) => Number(headers['row'])).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 60 }, (_, nth) => nth + 1),
  )
  // Records of one key meet in one partition.
  const places = new Map(all.map(({ key, partition }) => [key, partition]))
  for (const { key, partition } of all) expect(partition).toBe(places.get(key))
  expect(new Set(places.keys())).toEqual(new Set([0, 1, 2, 3].map((nth) => `Shop "${nth}"`)))
  // What is published says nothing of where the files of the dataset go.
  expect(real.core.datasets.list().find(({ name }) => name === 'prices')?.destination).toBeNull()

  const again = await real.send(file, destination(['shop']), 'prices')
  const skipped = await real.until(again, 'succeeded', 'failed', 'stopped', 'waiting')
  expect([skipped.state, skipped.rows.loaded]).toEqual(['succeeded', null])
  expect((await records()).length).toBe(60)
  // Of one that was broken off it is asked.
  real.db.prepare(`UPDATE run SET state = 'cancelled' WHERE id = ?`).run(runId)
  const third = await real.send(file, destination(['shop']), 'prices')
  const waiting = await real.until(third, 'succeeded', 'failed', 'stopped', 'waiting')
  expect(waiting.question).toMatchObject({ kind: 'same-bytes', earlier: { runId, rows: 60 } })
  await expect(real.core.runs.undo(runId, signal)).rejects.toThrow()
}, 600_000)

it('refuses a key of columns that are not there, and a topic that is not', async () => {
  const file = join(real.home.folder, 'prices.csv')
  writeFileSync(file, 'id,price\n1,1.50\n')
  const wrong = await real.send(file, destination(['shop']), 'prices')
  const { problem } = await real.until(wrong, 'failed', 'succeeded', 'waiting')
  expect(problem?.what).toContain('no column shop')
  expect(broker.ends(topic)).toEqual([0, 0, 0])
  const nowhere = { ...destination([]), topic: { connection: 'tills', topic: 'nobody', key: [] } }
  await expect(real.send(file, nowhere, 'prices')).rejects.toMatchObject({
    data: { code: 'not-found' },
  })
  // Once its columns are known, a key of others is refused before anything is done.
  const right = await real.send(file, destination(['id']), 'prices')
  await real.until(right, 'failed', 'succeeded', 'waiting')
  const runs = real.core.runs.list({ limit: 10 }).length
  await expect(real.send(file, destination(['shop']), 'prices')).rejects.toMatchObject({
    data: { code: 'usage', what: expect.stringContaining('no column shop') as unknown },
  })
  expect(real.core.runs.list({ limit: 10 })).toHaveLength(runs)
  // Brokers that are away are waited for by the run.
  await broker.close()
  const later = await real.send(file, nowhere, 'prices')
  expect((await real.until(later, 'waiting')).problem?.code).toBe('network')
}, 600_000)

it('publishes no more where it cannot be seen what of it is there', async () => {
  const file = join(real.home.folder, 'messages.ndjson')
  writeFileSync(file, '{"value":"{}"}\n')
  const before = [0, 1, 2].map((partition) => ({ partition, from: 0, to: 0, row: 0, messages: 0 }))
  await fill(broker, 60, 1)
  broker.forgetBefore(topic, 0, broker.ends(topic)[0] ?? 0)
  await expect(
    publish(
      { stream: accessTo(broker), topic, run: 'one', file, before },
      { signal, report: () => {}, ask: async () => null },
    ),
  ).rejects.toThrow('cannot be seen any more')
}, 600_000)

it('sends no more at once than a second may have, and all of it', async () => {
  const file = join(real.home.folder, 'messages.ndjson')
  writeFileSync(file, Array.from({ length: 9 }, (_, nth) => `{"value":"${nth}"}\n`).join(''))
  const told: number[] = []
  const published = await publish(
    { stream: accessTo(broker), topic, run: 'slow', file, before: null, perSecond: 4 },
    { signal, report: ({ messages }) => void told.push(messages), ask: async () => null },
  )
  expect(told).toEqual([0, 4, 8, 9])
  expect(published.reduce((sum, { messages }) => sum + messages, 0)).toBe(9)
  expect(new Set((await records()).map(({ value }) => value)).size).toBe(9)
})
