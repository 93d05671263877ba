import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, type Db } from '../../../main/store/database.ts'
import { FixStore } from '../../../main/store/fixes.ts'
import { RunStore } from '../../../main/store/runs.ts'
import type { RunFilter, RunOrder } from '../../../shared/domain/runs/runList.ts'
import type { RunState } from '../../../shared/domain/runs/run.ts'
import { join } from 'node:path'
import { plainDestination } from '../../fixtures/destination.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
let db: Db
let runs: RunStore

const all: [
  id: string,
  day: string,
  dataset: string,
  file: string,
  bytes: number,
  state: RunState,
  tookMin: number,
][] = [
  ['a', '2026-11-01', 'sales', 'b.csv', 300, 'succeeded', 3],
  ['b', '2026-11-02', 'sales', 'C.csv', 100, 'failed', 1],
  ['c', '2026-11-03', 'stores', 'a.csv', 200, 'succeeded', 2],
  ['d', '2026-11-04', 'sales', 'd.csv', 400, 'running', 0],
]

beforeEach(() => {
  db = openDatabase(join(folder(), 'pallet.db'))
  runs = new RunStore(db)
  for (const [id, day, dataset, name, bytes, state, tookMin] of all) {
    const at = `${day}T10:00:00.000Z`
    const source = { kind: 'file' as const, path: `/${name}`, name, bytes, sha256: null }
    runs.create({
      id,
      dataset,
      plan: {
        source,
        location: source.path,
        destination: plainDestination,
        reading: null,
        columns: null,
      },
      at,
    })
    const finishedAt = tookMin === 0 ? null : `${day}T10:0${tookMin}:00.000Z`
    runs.change(
      id,
      { state, problem: null, retryAt: null, waitingFor: null, finishedAt, receipt: null },
      at,
    )
  }
})
afterEach(() => db.close())

const ids = (list: RunFilter & { order?: RunOrder; offset?: number; limit?: number }): string =>
  runs
    .list({ limit: 10, ...list })
    .map(({ id }) => id)
    .join('')

describe('a list of runs', () => {
  test.each<[RunFilter, string]>([
    [{}, 'dcba'],
    [{ dataset: 'sales' }, 'dba'],
    [{ since: '2026-11-02T10:00:00.000Z' }, 'dcb'],
    [{ before: '2026-11-03T10:00:00.000Z' }, 'ba'],
    [{ states: ['succeeded', 'failed'], dataset: 'sales', since: '2026-11-02T00:00:00.000Z' }, 'b'],
    [{ search: 'c.CSV' }, 'b'],
    [{ states: [] }, ''],
  ])('narrowed by %j, newest first, is counted by the same rule', (filter, found) => {
    expect(ids(filter)).toBe(found)
    expect(runs.count(filter)).toBe(found.length)
  })

  test.each<[RunOrder['by'], string]>([
    ['sent', 'abcd'],
    ['file', 'cabd'],
    ['dataset', 'dbac'],
    ['state', 'bdca'],
    ['size', 'bcad'],
    // One that goes on is the longest.
    ['took', 'bcad'],
  ])('is sorted by %s, and within the same the newest first', (by, order) => {
    expect(ids({ order: { by, descending: false } })).toBe(order)
  })

  test('is sorted by rows as they stand over all attempts, those that are not counted yet first', () => {
    const count = (id: string, records: number, clean: number): void => {
      const done = { state: 'done' as const, startedAt: null, ms: 1, cutOffs: 0 }
      const quarantined = records - clean - 1
      runs.changeStep(id, { ...done, name: 'read', checkpoint: { records, quarantined: 1 } })
      runs.changeStep(id, { ...done, name: 'clean', checkpoint: { clean, quarantined } })
    }
    count('a', 10, 6)
    count('b', 20, 17)
    count('c', 20, 15)
    const by = (order: RunOrder['by']): string => ids({ order: { by: order, descending: false } })
    expect([by('in'), by('clean'), by('held')]).toEqual(['dacb', 'dacb', 'dbac'])

    // Rows of c were sent later, by a run of their own; of a, two were dropped.
    const plan = runs.get('c')?.plan
    if (plan === undefined) throw new Error('c is in the list')
    const completes = { runId: 'c', rows: 5 }
    runs.create({ id: 'e', dataset: 'sales', plan: { ...plan, completes }, at: '2026-11-05' })
    count('e', 5, 4)
    const dropped = { cells: null, reason: 'a test', problems: null }
    const twice = [1, 2].map((record) => ({ record, ...dropped }))
    new FixStore(db).save('a', twice, [])
    expect(by('held')).toBe('deabc')
    const ended = { state: 'succeeded', problem: null, retryAt: null } as const
    const at = '2026-11-05T10:00:00.000Z'
    runs.change('e', { ...ended, waitingFor: null, finishedAt: at, receipt: null }, at)
    expect([by('in'), by('clean'), by('held')]).toEqual(['deacb', 'deabc', 'decab'])
    runs.changeFate('e', { undoneAt: at })
    expect(by('held')).toBe('deabc')
  })

  test('comes in parts that leave nothing out and bring nothing twice', () => {
    const order = { by: 'dataset', descending: true } as const
    expect(ids({ order })).toBe('cdba')
    expect([0, 2, 4].map((offset) => ids({ order, offset, limit: 2 }))).toEqual(['cd', 'ba', ''])
  })
})
