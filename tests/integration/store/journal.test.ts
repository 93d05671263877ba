/** The journal of uploads: what is remembered, for how long, and when it is not believed. */
import { plainDestination } from '../../fixtures/destination.ts'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlacedBlock, UploadKey } from '../../../main/runs/ports/uploading.ts'
import { type Db, migrations, openDatabase } from '../../../main/store/database.ts'
import { JournalStore } from '../../../main/store/journal.ts'
import { RunStore } from '../../../main/store/runs.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
const key: UploadKey = { file: '/exports/a.csv', target: 'host/box/a.csv', runId: null }
const seen = { etag: '"1"', runId: 'run-1' }
const at = '2026-11-20T08:00:00.000Z'
const none = { blocks: 0, bytes: 0 }
let db: Db
let journal: JournalStore

beforeEach(() => {
  db = openDatabase(join(folder(), 'pallet.db'))
  journal = new JournalStore(db)
})
afterEach(() => void db.close())

function block(number: number): PlacedBlock {
  const id = Buffer.alloc(33, number).toString('base64')
  return { offset: number * 4 * 1024 ** 2, bytes: 4 * 1024 ** 2, id }
}

function created(runId: string): void {
  const plan = {
    source: { kind: 'file', path: '/a.csv', name: 'a.csv', bytes: 1, sha256: null },
    location: '/a.csv',
    destination: plainDestination,
    reading: null,
    columns: null,
  } as const
  new RunStore(db).create({ id: runId, dataset: 'a', plan, at })
}

describe('the journal', () => {
  test('gives back what the server had, in the order it was told', () => {
    expect(journal.get(key)).toBeNull()
    journal.begin(key, { identity: 'as it is', seen }, at)
    expect(journal.get(key)).toEqual({
      identity: 'as it is',
      seen,
      offsets: new Float64Array(),
      ids: '',
    })
    journal.add(key, [block(1), block(2)], { blocks: 2, bytes: 8 })
    // 12 TiB and more are exact.
    const far = { ...block(3), offset: 13 * 1024 ** 4 + 1 }
    journal.add(key, [far], none)
    expect(journal.get(key)).toEqual({
      identity: 'as it is',
      seen,
      offsets: Float64Array.of(block(1).offset, block(2).offset, far.offset),
      ids: block(1).id + block(2).id + far.id,
    })
    expect(journal.get({ ...key, target: 'host/box/b.csv' })).toBeNull()
    expect(journal.get({ ...key, file: '/exports/b.csv' })).toBeNull()
  })

  test('forgets the blocks of a file that is another now, and keeps them when it is the same', () => {
    journal.begin(key, { identity: 'one', seen }, at)
    journal.add(key, [block(1)], { blocks: 1, bytes: 4 })
    const later = { etag: null, runId: 'run-2' }
    journal.begin(key, { identity: 'one', seen: later }, at)
    expect(journal.get(key)).toMatchObject({ seen: later, ids: block(1).id })
    journal.begin(key, { identity: 'two', seen }, at)
    expect(journal.get(key)).toMatchObject({ identity: 'two', ids: '' })
    // What was sent was sent.
    expect(journal.sent(key)).toEqual({ blocks: 1, bytes: 4 })
  })

  test('knows the blocks of an upload that has ended, but not its blob; the next one counts anew', () => {
    journal.begin(key, { identity: 'one', seen }, at)
    journal.add(key, [block(1)], { blocks: 1, bytes: 4 })
    journal.end(key)
    expect(journal.get(key)).toMatchObject({ seen: null, ids: block(1).id })
    expect(journal.sent(key)).toEqual(none)
    journal.begin(key, { identity: 'one', seen }, at)
    expect(journal.sent(key)).toEqual(none)
  })

  test.each([
    ['an id', "UPDATE upload_batch SET ids = replace(ids, 'A', 'B') WHERE seq = 1"],
    ['an offset', "UPDATE upload_batch SET offsets = x'0000000000000000' WHERE seq = 2"],
    ['the identity', "UPDATE upload SET identity = 'two'"],
    ['the checksum', "UPDATE upload_batch SET md5 = x'' WHERE seq = 2"],
  ])('is not believed once %s is damaged, and begins anew', (_, damage) => {
    journal.begin(key, { identity: 'one', seen }, at)
    journal.add(key, [block(1)], none)
    journal.add(key, [block(2)], none)
    expect(db.prepare(damage).run().changes).toBe(1)
    expect(journal.get(key)).toBeNull()
    journal.begin(key, { identity: 'one', seen }, at)
    expect(journal.get(key)).toMatchObject({ identity: 'one', ids: '' })
  })

  test('holds the hundred newest uploads that belong to no run', () => {
    created('run-1')
    journal.begin({ file: '/run', target: 'kept', runId: 'run-1' }, { identity: 'r', seen }, '')
    for (let number = 0; number <= 100; number += 1) {
      const file = `/exports/${number}.csv`
      journal.begin({ ...key, file }, { identity: 'i', seen }, `2026-${1000 + number}`)
      journal.add({ ...key, file }, [block(1)], none)
    }
    expect(journal.get({ ...key, file: '/exports/0.csv' })).toBeNull()
    expect(journal.get({ ...key, file: '/exports/1.csv' })?.ids).toBe(block(1).id)
    expect(db.prepare('SELECT count(*) FROM upload').pluck().get()).toBe(101)
    expect(db.prepare('SELECT count(*) FROM upload_batch').pluck().get()).toBe(100)
  })

  test('goes with its run', () => {
    for (const run of ['run-1', 'run-2']) {
      created(run)
      const ofRun = { file: `/${run}`, target: 't', runId: run }
      journal.begin(ofRun, { identity: 'i', seen }, at)
      journal.add(ofRun, [block(1)], none)
    }
    new RunStore(db).remove('run-1')
    journal.removeOf('run-2')
    for (const table of ['upload', 'upload_batch'])
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0)
  })

  test('takes 50,000 blocks and gives them back as two flat arrays, which cost the thread of the window little', () => {
    journal.begin(key, { identity: 'one', seen }, at)
    for (let batch = 0; batch < 500; batch += 1) {
      const blocks = Array.from({ length: 100 }, (_, index) => block(batch * 100 + index))
      journal.add(key, blocks, none)
    }
    const known = structuredClone(journal.get(key))
    expect(known?.offsets).toHaveLength(50_000)
    expect(known?.ids).toHaveLength(50_000 * 44)
  })
})

test('a database from before the journal keeps its runs', () => {
  const file = join(folder(), 'old.db')
  const old = new Database(file)
  old.exec(migrations()[0]?.sql ?? '')
  old.pragma('user_version = 1')
  old.exec(`INSERT INTO run (id, dataset, plan, state, created_at, updated_at)
              VALUES ('r', 'd', '{}', 'waiting', '', '');
            INSERT INTO block (run_id, idx, id, bytes) VALUES ('r', 0, 'id', 5)`)
  old.close()
  const upgraded = openDatabase(file)
  expect(upgraded.prepare('SELECT id, state FROM run').all()).toEqual([
    { id: 'r', state: 'waiting' },
  ])
  upgraded.close()
})
