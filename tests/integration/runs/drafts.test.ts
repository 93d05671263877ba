/** What was chosen for a file that was not sent comes back for the same bytes, and for no others. */
import { appendFileSync, copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Draft } from '../../../shared/domain/draft.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const signal = AbortSignal.timeout(600_000)
const at = new Date('2026-11-02T10:00:00Z')
const later = (days: number): void => void at.setTime(at.getTime() + days * 86_400_000)
let real: RealCore
/** The owner of the home, unless a test says another one. */
let who = ''
let here: string
const open = () => realCore(join(here, 'home'), { now: () => new Date(at) })
beforeEach(() => {
  here = folder()
  who = ''
  real = open()
})
afterEach(() => real.core.close())

const draft = (dataset: string, step = 'steps of ada'): Draft => ({
  dataset,
  reading: null,
  columns: {},
  recipe: { all: [[], [{ kind: 'trim', id: 'trim', name: step, off: true }]], at: 1 },
  keepsRecipe: true,
  header: null,
})

function write(name: string, text = 'id,price\n1,2\n'): string {
  const path = join(here, name)
  writeFileSync(path, text)
  return path
}

const chosen = async (path: string): Promise<string> => (await real.core.sources.open(path)).source
const found = async (path: string, dataset: string) =>
  real.core.drafts.find({ source: await chosen(path), dataset }, who, signal)
const keep = async (path: string, kept: Draft | null) =>
  real.core.drafts.keep({ source: await chosen(path), draft: kept }, who)

test('it is there after a start, as it was, and not for another file of the same name or length', async () => {
  const file = write('sales.csv')
  await keep(file, draft('sales'))
  await real.core.close()
  real = open()
  expect(await found(file, 'sales')).toEqual({
    draft: draft('sales'),
    name: 'sales.csv',
    keptAt: at.toISOString(),
  })
  writeFileSync(file, 'id,price\n1,3\n')
  expect(await found(file, 'sales')).toBeNull()
  expect(await found(write('other.csv', 'id,price\n9,9\n'), 'sales')).toBeNull()
})

test('a copy that is called otherwise finds it; the file of another known dataset with the same bytes does not', async () => {
  const first = write('north.csv')
  const runId = await real.send(write('one.csv', 'id,price\n7,7\n'), { blob: null }, 'south')
  await real.until(runId, 'succeeded')
  await keep(first, draft('north'))
  const copy = join(here, 'copy of north.csv')
  copyFileSync(first, copy)
  expect((await found(copy, 'copy_of_north'))?.name).toBe('north.csv')
  expect(await found(copy, 'south')).toBeNull()
  // Each shop's own.
  const south = write('south.csv')
  await keep(south, draft('south', 'steps of bob'))
  expect((await found(south, 'south'))?.draft).toEqual(draft('south', 'steps of bob'))
  expect((await found(first, 'north'))?.draft).toEqual(draft('north'))
})

test('what one has begun is not put before another, who has their own', async () => {
  const file = write('sales.csv')
  who = 'ada@contoso.test'
  await keep(file, draft('sales'))
  who = 'bob@contoso.test'
  expect(await found(file, 'sales')).toBeNull()
  await keep(file, draft('sales', 'steps of bob'))
  await keep(file, null)
  who = 'ada@contoso.test'
  expect((await found(file, 'sales'))?.draft).toEqual(draft('sales'))
})

test('it is gone once the file was sent or nothing is chosen any more, also where it comes late', async () => {
  const file = write('sales.csv')
  await keep(file, draft('sales'))
  const source = await chosen(file)
  await real.core.drafts.find({ source, dataset: 'sales' }, who, signal)
  const { runId } = await real.core.runs.start({
    source,
    dataset: 'sales',
    destination: { blob: null },
  })
  await real.core.drafts.keep({ source, draft: draft('sales') }, who)
  expect(await found(file, 'sales')).toBeNull()
  await real.until(runId, 'succeeded')
  await keep(file, draft('sales'))
  await keep(file, null)
  expect(await found(file, 'sales')).toBeNull()
})

test('a file that changes while it is at the desk keeps what was chosen for what it is then', async () => {
  const file = write('sales.csv')
  const source = await chosen(file)
  await real.core.drafts.keep({ source, draft: draft('sales') }, who)
  appendFileSync(file, '2,2\n')
  await real.core.drafts.keep({ source, draft: draft('sales', 'later') }, who)
  expect((await found(file, 'sales'))?.draft).toEqual(draft('sales', 'later'))
  expect((await found(write('sales.csv'), 'sales'))?.draft).toEqual(draft('sales'))
})

test('it is removed when its time is over, and the one touched longest ago where there are too many', async () => {
  const first = write('first.csv', 'id\n0\n')
  await keep(first, draft('sales'))
  for (let nth = 1; nth <= 200; nth += 1) {
    later(0.001)
    await keep(write('many.csv', `id\n${nth}\n`), draft('sales'))
  }
  expect(await found(first, 'sales')).toBeNull()
  const second = write('many.csv', 'id\n1\n')
  expect(await found(second, 'sales')).not.toBeNull()
  real.core.settings.save({ keepDays: 30 })
  later(29)
  await real.core.watches.due(signal)
  expect(await found(second, 'sales')).not.toBeNull()
  later(2)
  await real.core.watches.due(signal)
  expect(await found(second, 'sales')).toBeNull()
})
