/** Extracts that are fetched by the clock, with a real database and a clock of the test's own. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Schedules } from '../../../main/runs/arriving/schedules.ts'
import { type Db, openDatabase } from '../../../main/store/database.ts'
import { ExtractStore } from '../../../main/store/extracts.ts'
import type { Extract } from '../../../shared/domain/arriving/extract.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Schedule } from '../../../shared/domain/arriving/schedule.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
const extract: Extract = {
  connection: 'shop',
  path: '/orders',
  query: {},
  records: '',
  paging: { kind: 'none' },
  key: null,
  incremental: null,
  total: null,
}
const atSix: Schedule = {
  when: { kind: 'days', at: '06:00', days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] },
  zone: 'Europe/Berlin',
  missed: 'once',
}
const { signal } = new AbortController()
let db: Db
let store: ExtractStore
let now = new Date('2026-11-20T10:00:00Z')
let fetched: string[] = []
let trouble: Problem | null = null
let lastState = 'succeeded'
let wasFetched = true

beforeEach(() => {
  db = openDatabase(join(folder(), 'pallet.db'))
  store = new ExtractStore(db)
  store.save({ dataset: 'orders', extract }, now.toISOString())
  now = new Date('2026-11-20T10:00:00Z')
  fetched = []
  trouble = null
  lastState = 'succeeded'
  wasFetched = true
})
afterEach(() => db.close())

/** As after a start of Pallet. */
const started = (): Schedules =>
  new Schedules({
    extracts: store,
    fetching: {
      fetch: async () => {
        if (trouble !== null) throw trouble
        fetched.push(now.toISOString())
        return { runId: `run-${fetched.length}` }
      },
      must: () => extract,
    },
    runs: { list: () => [{ plan: { extract }, state: lastState }] } as never,
    datasets: { get: () => (wasFetched ? { destination: {} } : null) } as never,
    now: () => now,
    warn: () => {},
  })

test('it is fetched once a day at its time, also by a Pallet that was started since', async () => {
  started().change('orders', atSix)
  expect(started().list()[0]?.nextAt).toBe('2026-11-21T05:00:00.000Z')
  expect(await started().due(signal)).toEqual([])
  now = new Date('2026-11-21T05:00:00Z')
  expect(await started().due(signal)).toEqual(['run-1'])
  expect(await started().due(signal)).toEqual([])
  // Closed over the weekend: once.
  now = new Date('2026-11-24T09:00:00Z')
  expect(await started().due(signal)).toEqual(['run-2'])
  expect(await started().due(signal)).toEqual([])
  expect(started().list()[0]?.nextAt).toBe('2026-11-25T05:00:00.000Z')
})

test('what was missed is left out where a person says so', async () => {
  started().change('orders', { ...atSix, missed: 'skip' })
  now = new Date('2026-11-21T09:00:00Z')
  expect(await started().due(signal)).toEqual([])
  now = new Date('2026-11-22T05:05:00Z')
  expect(await started().due(signal)).toEqual(['run-1'])
})

test('a shop that cannot be reached is asked again, later and later; a wrong key waits for the next time', async () => {
  const schedules = started()
  schedules.change('orders', atSix)
  now = new Date('2026-11-21T05:00:00Z')
  trouble = new Problem({ code: 'network', what: 'The shop does not answer.' })
  expect(await schedules.due(signal)).toEqual([])
  expect(store.list()[0]?.trouble?.what).toBe('The shop does not answer.')
  trouble = null
  expect(await schedules.due(signal)).toEqual(['run-1'])
  expect(store.list()[0]?.trouble).toBeNull()
  trouble = new Problem({ code: 'credential-rejected', what: 'The key is wrong.' })
  now = new Date('2026-11-22T05:00:00Z')
  expect(await schedules.due(signal)).toEqual([])
  trouble = null
  expect(await schedules.due(signal)).toEqual([])
  expect(store.list()[0]?.trouble?.what).toBe('The key is wrong.')
})

test('what a person has paused is not resumed by the clock', async () => {
  started().change('orders', atSix)
  now = new Date('2026-11-21T05:00:00Z')
  lastState = 'paused'
  expect(await started().due(signal)).toEqual([])
  expect(fetched).toEqual([])
})

test('a dataset of which nobody knows where its rows go is not fetched by itself', () => {
  wasFetched = false
  expect(() => started().change('orders', atSix)).toThrow('was never fetched')
})

test('while it is open, it looks again and again, and a dataset that is renamed keeps its schedule', async () => {
  const schedules = new Schedules({
    extracts: store,
    runs: { list: () => [] } as never,
    warn: () => {},
    everyMs: 5,
    datasets: { get: () => ({ destination: {} }) } as never,
    fetching: {
      fetch: async ({ dataset }) => {
        fetched.push(dataset)
        return { runId: null }
      },
      must: () => extract,
    },
    now: () => now,
  })
  schedules.change('orders', atSix)
  const looking = schedules.begin()
  now = new Date('2026-11-21T05:00:00Z')
  await expect.poll(() => fetched, { timeout: 30_000 }).toEqual(['orders'])
  await schedules.close()
  await looking
  db.prepare('INSERT INTO dataset (name, definition, updated_at) VALUES (?, ?, ?)').run(
    'orders',
    '{}',
    now.toISOString(),
  )
  db.prepare('UPDATE dataset SET name = ? WHERE name = ?').run('sales', 'orders')
  expect(store.list().map(({ dataset, schedule }) => [dataset, schedule?.zone])).toEqual([
    ['sales', 'Europe/Berlin'],
  ])
})
