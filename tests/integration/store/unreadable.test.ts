import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Core } from '../../../main/runs/core.ts'
import type { Db } from '../../../main/store/database.ts'
import type { Home } from '../../../main/store/home.ts'
import { unreadableSentence } from '../../../shared/domain/unreadable.ts'
import { testFolder } from '../../fixtures/folder.ts'
import {
  scriptedCore,
  scriptedHome,
  scriptedRooms,
  send,
  until,
} from '../../fixtures/scriptedCore.ts'

const folder = testFolder()
let home: Home
let db: Db
let core: Core

beforeEach(() => {
  ;({ home, db } = scriptedHome(folder()))
  core = scriptedCore({ home, db, rooms: scriptedRooms([]) })
})
afterEach(async () => {
  await core.close()
  db.close()
})

test.each([
  ['JSON that is none', `UPDATE run SET plan = '{' WHERE id = ?`],
  ['a state of a later version', `UPDATE run SET state = 'teleported' WHERE id = ?`],
  ['a field of another type', `UPDATE run SET plan = json_set(plan, '$.source', 7) WHERE id = ?`],
  ['a receipt of another shape', `UPDATE run SET receipt = '[]' WHERE id = ?`],
])('one run with %s hides nothing else, is named, and can be discarded', async (_, damage) => {
  const good = await send(core, home)
  const bad = await send(core, home)
  for (const run of [good, bad]) await until(core, run, 'succeeded', 'failed')
  db.prepare(damage).run(bad)

  expect(core.runs.list({ limit: 10 }).map(({ id }) => id)).toEqual([good])
  expect(core.runs.list({ limit: 10, search: 'sales' })).toHaveLength(1)
  expect(core.app.unreadable()).toMatchObject([{ kind: 'run', name: bad }])
  expect(unreadableSentence(core.app.unreadable())).toContain(`1 run of this home`)
  expect(() => core.runs.get(bad)).toThrow(
    expect.objectContaining({
      data: expect.objectContaining({ code: 'row-unreadable' }) as unknown,
    }),
  )
  // Neither the next start nor the next run stumbles over it.
  expect(core.runs.resumeAll()).toEqual([])
  expect((await until(core, await send(core, home), 'succeeded', 'failed')).state).toBe('succeeded')
  await core.runs.discard(bad)
  expect(core.app.unreadable()).toEqual([])
})

test('what was readable is not parsed again until it is written again', async () => {
  const runId = await send(core, home)
  await until(core, runId, 'succeeded')
  expect(core.app.unreadable()).toEqual([])
  const damage = db.prepare(`UPDATE run SET plan = '{', updated_at = ? WHERE id = ?`)
  damage.run('2100-01-01T00:00:00.000Z', runId)
  expect(core.app.unreadable()).toMatchObject([{ name: runId }])
  expect(core.app.unreadable()).toMatchObject([{ name: runId }])
})

test('a damaged dataset, connection or limit is named or left out, and the others are there', async () => {
  const name = 'shop'
  await core.connections.save({
    name,
    settings: { kind: 'sas-url' },
    container: null,
    secrets: { sasUrl: 'https://shop.example/?sig=x' },
  })
  core.settings.save({ uploadLimit: [] })
  db.prepare(`UPDATE connection SET settings = '{"of":"tomorrow"}'`).run()
  db.prepare(`UPDATE dataset SET definition = 'x' WHERE name = 'stores'`).run()
  db.prepare(`UPDATE setting SET value = '{"no":1}'`).run()
  expect(core.datasets.list().map((dataset) => dataset.name)).toEqual(['sales'])
  expect((await core.connections.list()).map((connection) => connection.name)).toEqual(['sandbox'])
  expect(core.settings.get()).toEqual({ uploadLimit: [], theme: 'system', keepDays: null })
  expect(core.app.unreadable().map(({ kind }) => kind)).toEqual(['dataset', 'connection'])
  await core.connections.remove(name)
  core.datasets.remove('stores')
  expect(core.app.unreadable()).toEqual([])
})
