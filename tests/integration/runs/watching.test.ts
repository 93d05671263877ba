/** Files that are put into a watched folder, as tills, copies and people do it, and what becomes of them. */
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Core } from '../../../main/runs/core.ts'
import { type AfterDelivery, fitsPattern } from '../../../shared/domain/arriving/watch.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { scriptedCore, scriptedHome, scriptedRooms, until } from '../../fixtures/scriptedCore.ts'

const folder = testFolder()
const never = new AbortController().signal
const pace = { stillMs: 10, everyMs: 20 }

describe('with everything real', () => {
  let real: RealCore
  let till: string
  /** The time stands still while it is set. */
  let clock: Date | null = null
  beforeEach(async () => {
    const home = folder()
    till = join(home, 'till')
    mkdirSync(till)
    real = realCore(join(home, 'home'), { watchPace: pace, now: () => clock ?? new Date() })
    const first = join(home, 'first.csv')
    writeFileSync(first, rows(1, 5))
    await real.until(await real.send(first, { blob: null }), 'succeeded')
  })
  afterEach(() => real.core.close())

  const rows = (from: number, to: number, header = 'id,amount'): string =>
    [
      header,
      ...Array.from({ length: to - from + 1 }, (_, row) => `${from + row},${row}.5`),
      '',
    ].join('\n')
  const put = (name: string, content: string): void => writeFileSync(join(till, name), content)
  const watch = (after: AfterDelivery = 'leave', marker: string | null = null) =>
    real.core.watches.add({
      folder: till,
      pattern: '*.csv',
      dataset: 'sales',
      after,
      marker,
      expected: null,
    })
  /** What began, once it has ended or waits. */
  async function due() {
    const ids = await real.core.watches.due(never)
    return Promise.all(ids.map((id) => real.until(id, 'succeeded', 'failed', 'stopped', 'waiting')))
  }
  async function table(): Promise<number[]> {
    const { rows: all } = await real.core.warehouse.query(
      'SELECT id FROM sales ORDER BY ALL',
      1000,
      AbortSignal.timeout(600_000),
    )
    return all.map(([id]) => Number(id))
  }
  const numbers = (to: number): number[] => Array.from({ length: to }, (_, index) => index + 1)

  test('a whole file goes, once, and stays; the same content under a new name and a touched file add no row', async () => {
    await watch()
    expect(await due()).toEqual([])
    put('monday.csv', rows(6, 9))
    put('notes.txt', 'not for Pallet')
    put('.monday.csv.swp', rows(6, 9))
    expect(await due()).toMatchObject([
      { state: 'succeeded', source: { name: 'monday.csv', path: join(till, 'monday.csv') } },
    ])
    expect(await due()).toEqual([])
    copyFileSync(join(till, 'monday.csv'), join(till, 'copy of monday.csv'))
    utimesSync(join(till, 'monday.csv'), 1, 1)
    const again = await due()
    expect(again.map(({ answered }) => answered[0]?.question.kind)).toEqual([
      'same-bytes',
      'same-bytes',
    ])
    expect(await table()).toEqual(numbers(9))
    expect(readdirSync(till)).toContain('monday.csv')
    const [run] = again
    expect(real.core.runs.events(run?.id ?? '')[0]?.message).toBe(
      `Taken by itself from the watched folder ${till}.`,
    )
  }, 600_000)

  test('a file that grows, a copy that stops half-way and one that is renamed into its place are taken when they are whole', async () => {
    await watch()
    clock = new Date()
    const later = (): void => void (clock = new Date((clock?.getTime() ?? 0) + 1000))
    const whole = rows(6, 9)
    put('slow.csv', whole.slice(0, 15))
    put('late.csv.part', rows(10, 12))
    expect(await due()).toEqual([])
    appendFileSync(join(till, 'slow.csv'), whole.slice(15))
    renameSync(join(till, 'late.csv.part'), join(till, 'late.csv'))
    later()
    expect(await due()).toEqual([])
    later()
    expect(await due()).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }])
    clock = null
    expect(await table()).toEqual(numbers(12))
  }, 600_000)

  test('a file counts when its marker is there; delivered it is moved, and the marker is gone', async () => {
    await watch('move', '.done')
    put('monday.csv', rows(6, 9))
    expect(await due()).toEqual([])
    put('monday.csv.done', '')
    const [run] = await due()
    expect(run?.state).toBe('succeeded')
    expect(await due()).toEqual([])
    expect(readdirSync(till)).toEqual(['delivered'])
    expect(readdirSync(join(till, 'delivered'))).toEqual([`${run?.id}_monday.csv`])
    // The same name on another day is another file.
    put('monday.csv', rows(10, 11))
    put('monday.csv.done', '')
    expect(await due()).toMatchObject([{ state: 'succeeded' }])
    await due()
    expect(readdirSync(join(till, 'delivered'))).toHaveLength(2)
    expect(await table()).toEqual(numbers(11))
  }, 600_000)

  test('only what was delivered is deleted: not what has failed, waits or has changed since', async () => {
    await watch('delete')
    put('good.csv', rows(6, 7))
    put('binary.csv', 'id,amount\n\0\0\0\0')
    put('other.csv', rows(8, 9, 'id,betrag'))
    const states = (await due()).map(({ source, state }) => `${source.name} ${state}`).sort()
    expect(states).toEqual(['binary.csv stopped', 'good.csv succeeded', 'other.csv waiting'])
    // It is replaced by a corrected one before it is put away.
    put('good.csv', rows(6, 8))
    const [corrected] = await due()
    expect(corrected?.source.name).toBe('good.csv')
    expect(readdirSync(till).sort()).toEqual(['binary.csv', 'good.csv', 'other.csv'])
    if (corrected?.state === 'waiting') {
      await real.core.runs.answer(corrected.id, 'correct')
      await real.until(corrected.id, 'succeeded')
    }
    // What is wrong is said once.
    expect(await due()).toEqual([])
    expect(readdirSync(till).sort()).toEqual(['binary.csv', 'other.csv'])
    const [waiting] = real.core.runs.list({ states: ['waiting'], limit: 10 })
    expect(waiting?.question?.kind).toBe('header')
    await real.core.runs.answer(waiting?.id ?? '', 'map')
    await real.until(waiting?.id ?? '', 'succeeded')
    await due()
    expect(readdirSync(till)).toEqual(['binary.csv'])
  }, 600_000)

  test('a folder that is gone is said, and goes on when it is back', async () => {
    await watch()
    put('monday.csv', rows(6, 7))
    await due()
    renameSync(till, `${till}-unplugged`)
    expect(await due()).toEqual([])
    const trouble = (): string | undefined => real.core.watches.list()[0]?.trouble?.what
    expect(trouble()).toBe(`The watched folder ${till} is not there.`)
    renameSync(`${till}-unplugged`, till)
    put('tuesday.csv', rows(8, 9))
    expect(await due()).toMatchObject([{ source: { name: 'tuesday.csv' }, state: 'succeeded' }])
    expect(trouble()).toBeUndefined()
    expect(await table()).toEqual(numbers(9))
  }, 600_000)

  test('what cannot be watched is refused in a sentence, and a dataset that files are for is not removed', async () => {
    const input = {
      pattern: '*.csv',
      dataset: 'sales',
      after: 'leave',
      marker: null,
      expected: null,
    } as const
    const { watches, datasets } = real.core
    await expect(watches.add({ ...input, folder: 'till' })).rejects.toThrow('not a full path')
    await expect(watches.add({ ...input, folder: real.home.folder })).rejects.toThrow(
      'its own data',
    )
    await expect(watches.add({ ...input, folder: join(till, 'none') })).rejects.toThrow('not there')
    await expect(watches.add({ ...input, folder: till, dataset: 'stock' })).rejects.toThrow(
      'Send a first file by hand',
    )
    await expect(watches.add({ ...input, folder: till, pattern: 'a/*.csv' })).rejects.toThrow(
      'other folders',
    )
    const { watch: added } = await watch()
    await expect(watch()).rejects.toThrow('is watched already, for the same dataset')
    expect(() => datasets.remove('sales')).toThrow(`“pallet watch remove ${added.id}”`)
    datasets.rename('sales', 'turnover')
    expect(watches.list()[0]?.dataset).toBe('turnover')
    watches.remove(added.id)
    expect(() => watches.remove(added.id)).toThrow('no watched folder')
    datasets.remove('turnover')
  }, 600_000)
})

test('of two thousand files a hundred at a time are in line, the oldest first', async () => {
  const path = folder()
  const till = join(path, 'till')
  mkdirSync(till)
  const { home, db } = scriptedHome(join(path, 'home'))
  const core: Core = scriptedCore({ home, db, rooms: scriptedRooms([]), watchPace: pace })
  const first = join(path, 'first.csv')
  writeFileSync(first, 'id\n1\n')
  const { source } = await core.sources.open(first)
  const { runId } = await core.runs.start({ source, dataset: 'sales', destination: { blob: null } })
  await until(core, runId, 'succeeded')
  const input = {
    folder: till,
    pattern: '*',
    dataset: 'sales',
    after: 'leave',
    marker: null,
    expected: null,
  } as const
  await core.watches.add(input)
  const count = 2000
  for (let nth = 0; nth < count; nth += 1) {
    const file = join(till, `${count - nth}.csv`)
    writeFileSync(file, `id\n${nth}\n`)
    utimesSync(file, 1_700_000_000 + nth, 1_700_000_000 + nth)
  }
  const began = await core.watches.due(never)
  const inLine = core.runs.list({ states: ['queued', 'running'], limit: 1000 })
  expect(began.length).toBeGreaterThanOrEqual(100)
  expect(inLine.length).toBeLessThanOrEqual(100)
  const names = began.map((id) => core.runs.get(id).run.source.name)
  expect(names).toEqual(began.map((_, nth) => `${count - nth}.csv`))
  await core.close()
  db.close()
  rmSync(till, { recursive: true })
}, 600_000)

test.each([
  ['sales.csv', '*.csv', true],
  ['SALES.CSV', '*.csv', true],
  ['sales.csv.bak', '*.csv', false],
  ['sales-1.csv', 'sales-?.csv', true],
  ['sales-10.csv', 'sales-?.csv', false],
  ['a+b(1).csv', 'a+b(1).csv', true],
  ['axcsv', 'a.csv', false],
  ['umsätze 😀.csv', 'umsätze ?.csv', true],
  ['~$stock.xlsx', '*.xlsx', false],
  ['.hidden.csv', '*', false],
])('%s fits %s: %s', (name, pattern, fits) => {
  expect(fitsPattern(name, pattern)).toBe(fits)
})
