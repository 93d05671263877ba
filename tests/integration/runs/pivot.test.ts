/** A table with a column a month is turned on its way: it is delivered, held back and brought home by the rows of its file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountOf, accountWords } from '../../../shared/domain/fixing.ts'
import type { Meaning } from '../../../shared/domain/meaning.ts'
import type { Recipe } from '../../../shared/domain/recipe.ts'
import { receiptText } from '../../../main/terminal/receipt.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const limit = () => AbortSignal.timeout(600_000)
let real: RealCore
beforeEach(() => {
  real = realCore(join(folder(), 'home'))
})
afterEach(async () => {
  await real.core.close()
})

const steps: Recipe = [
  { kind: 'trim' },
  { kind: 'pivot-longer', columns: ['Jan', 'Feb', 'Mar'], names: 'Month', values: 'Pieces' },
  { kind: 'drop-rows', when: 'isEmpty([Pieces])' },
]

async function send(
  rows: readonly string[],
  meaning: Meaning = { kind: 'append' },
  ifDelivered?: 'correct',
): Promise<string> {
  const file = join(folder(), 'sales.csv')
  writeFileSync(file, ['Store,Jan,Feb,Mar', ...rows, ''].join('\n'))
  const { source } = await real.core.sources.open(file)
  const { runId } = await real.core.runs.start({
    source,
    dataset: 'sales',
    recipe: { steps, keep: true },
    destination: { blob: null, warehouse: { meaning } },
    ifDelivered,
  })
  return await ended(runId)
}

async function ended(runId: string): Promise<string> {
  const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
  expect(run).toMatchObject({ state: 'succeeded', problem: null })
  return runId
}

async function table(): Promise<string[]> {
  const sql = 'SELECT store, month, pieces FROM sales ORDER BY ALL'
  return (await real.core.warehouse.query(sql, 1000, limit())).rows.map((row) => row.join(' '))
}
const good = Array.from({ length: 60 }, (_, row) => `A${row + 10},${row},${row + 1},`)
const goodRows = good.flatMap((row) => {
  const [store, jan, feb] = row.split(',')
  return [`${store} Feb ${feb}`, `${store} Jan ${jan}`]
})

test('of a row that is held back nothing is delivered, and all of it once when it is fixed', async () => {
  const { core } = real
  await send(good)
  const first = await send([...good.slice(0, 49), 'B1,1,many,3', 'B2,few,much,', 'B3,4,5,6'], {
    kind: 'snapshot',
  })
  const goodOnes = goodRows.slice(0, 98)
  expect(await table()).toEqual([...goodOnes, 'B3 Feb 5', 'B3 Jan 4', 'B3 Mar 6'])
  const { receipt } = core.runs.get(first)
  expect(receipt.rows).toEqual({
    in: 52,
    made: 100,
    clean: 101,
    quarantined: 2,
    dropped: 49,
    loaded: 101,
  })
  expect(receiptText(receipt, [])).toContain('= 101 clean + 2 held back + 49 dropped')
  const held = await core.runs.rejects(first, 0, 10)
  expect(held.rows.map(({ record, line, cells }) => [record, line, ...cells])).toEqual([
    [50, 51, 'B1', '1', 'many', '3'],
    [51, 52, 'B2', 'few', 'much', ''],
  ])
  const fixed = ['B2', '7', '', '8']
  await core.runs.fix(first, [{ records: [51], to: { kind: 'cells', cells: fixed } }], limit())
  await core.runs.fix(first, [{ records: [50], to: { kind: 'drop', reason: 'a test' } }], limit())
  await ended((await core.runs.sendFixed(first, limit())).runId)
  const all = [...goodOnes, 'B2 Jan 7', 'B2 Mar 8', 'B3 Feb 5', 'B3 Jan 4', 'B3 Mar 6']
  expect(await table()).toEqual(all)
  expect(accountWords(accountOf(core.runs.get(first).receipt))).toBe(
    '52 in + 102 made of them = 103 clean + 0 held back + 51 dropped',
  )
  await send([...good.slice(0, 49), 'B1,1,2,3'], { kind: 'snapshot' }, 'correct')
  expect(await table()).toEqual([...goodOnes, 'B1 Feb 2', 'B1 Jan 1', 'B1 Mar 3'])
})

test('a file is looked through and profiled by its rows, whatever they become', async () => {
  const { core } = real
  await send(good, { kind: 'upsert', keys: ['store', 'month'] })
  const file = join(folder(), 'sales.csv')
  writeFileSync(file, ['Store,Jan,Feb,Mar', 'B1,1,2,', 'B2,x,y,9', 'B3,4,,5', ''].join('\n'))
  const { source } = await core.sources.open(file)
  const look = { source, dataset: 'sales', typed: [], from: 0, limit: 10, order: null }
  const linesOf = async (filters: Parameters<typeof core.looks.rows>[0]['filters']) =>
    (await core.looks.rows({ ...look, filters }, limit())).rows.map(({ line }) => line)
  expect(await linesOf([{ kind: 'held' }])).toEqual([3])
  expect(await linesOf([{ kind: 'value', column: 'Pieces', value: '5' }])).toEqual([4])
  expect(await linesOf([{ kind: 'value', column: 'Month', value: 'Jan' }])).toEqual([2, 3, 4])
  const filters = [{ kind: 'value' as const, column: 'Month', value: 'Jan' }]
  const asked = { ...look, filters, recipe: steps, since: 0, upTo: 3 }
  const { columns, rows } = await core.looks.worked(asked, limit())
  expect(columns.map(({ label, change }) => [label, change])).toEqual([
    ['Store', 'kept'],
    ['Jan', 'removed'],
    ['Feb', 'removed'],
    ['Mar', 'removed'],
    ['Month', 'made'],
    ['Pieces', 'made'],
  ])
  expect(rows.map(({ cells }) => cells.join('|'))).toEqual([
    'B1||||Jan · Feb|1 · 2',
    'B2||||Jan · Feb · Mar|x · y · 9',
    'B3||||Jan · Mar|4 · 5',
  ])
  const profile = await core.runs.profile({ source, dataset: 'sales' }, limit())
  expect(profile.columns.map(({ column, filled }) => [column.label, filled])).toEqual([
    ['Store', 7],
    ['Month', 7],
    ['Pieces', 7],
  ])
})
