/** A table with a column a month is turned on its way: it is delivered, held back and brought home by the rows of its file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountOf, accountWords } from '../../../shared/domain/fixing/fixing.ts'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
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
  const asked = { ...look, filters, recipe: steps, since: 0, upTo: 3, view: 'both' as const }
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

test('rows that a step puts together are held back, fixed and sent together, and once', async () => {
  const { core } = real
  const wider: Recipe = [
    { kind: 'trim' },
    {
      kind: 'pivot-wider',
      keys: ['Store'],
      names: 'Month',
      values: 'Pieces',
      columns: ['Jan', 'Feb'],
      unknown: 'hold',
    },
  ]
  const months = async (name: string, rows: readonly string[]) => {
    const file = join(folder(), name)
    writeFileSync(file, ['Store,Month,Pieces', ...rows, ''].join('\n'))
    return (await core.sources.open(file)).source
  }
  const start = async (rows: readonly string[]) => {
    const { runId } = await core.runs.start({
      source: await months('months.csv', rows),
      dataset: 'wide',
      recipe: { steps: wider, keep: true },
      destination: { blob: null, warehouse: { meaning: { kind: 'append' } } },
      ifDelivered: 'append',
    })
    return await ended(runId)
  }
  const wide = async () => {
    const sql = 'SELECT store, jan, feb FROM wide ORDER BY ALL'
    return (await core.warehouse.query(sql, 1000, limit())).rows.map((row) => row.join(' '))
  }
  const whole = (store: string, jan: number, feb: number) => [
    `${store},Jan,${jan}`,
    `${store},Feb,${feb}`,
  ]
  const many = Array.from({ length: 100 }, (_, nth) => whole(`S${nth + 10}`, nth, nth + 1)).flat()
  await start(many)
  const first = await start([
    ...many,
    'A,Jan,1',
    'B,Jan,many',
    'A,Feb,2',
    'A,Jan,3',
    'B,Feb,4',
    'C,Apr,5',
    'S11,May',
  ])
  expect(accountWords(accountOf(core.runs.get(first).receipt))).toBe(
    '207 in − 100 put together = 100 clean + 7 held back + 0 dropped',
  )
  const held = await core.runs.rejects(first, 0, 10)
  expect(
    held.rows.map(({ line, problems }) => [line, problems?.map(({ message }) => message)]),
  ).toEqual([
    [
      202,
      [
        '“Jan” stands twice for the same key, in line 205, too, and step 2, which puts rows together, has place for one.',
      ],
    ],
    [203, ['“many” in “Jan” is not a whole number.']],
    [204, ['Step 2 puts it together with a row of the same key that does not fit.']],
    [
      205,
      [
        '“Jan” stands twice for the same key, in line 202, too, and step 2, which puts rows together, has place for one.',
      ],
    ],
    [206, ['“many” in “Jan” is not a whole number.']],
    [207, ['“Apr” is none of the columns of step 2, which puts rows together.']],
    [208, expect.anything()],
  ])
  const fix = async (record: number, ...cells: string[]) =>
    core.runs.fix(first, [{ records: [record], to: { kind: 'cells', cells } }], limit())
  const drop = async (record: number) =>
    core.runs.fix(first, [{ records: [record], to: { kind: 'drop', reason: 'a test' } }], limit())
  await fix(202, 'B', 'Jan', '6')
  expect((await core.runs.rejects(first, 0, 10)).ready).toBe(1)
  const refused = await core.runs
    .sendFixed(first, limit())
    .catch((error: unknown) => Problem.from(error))
  expect(refused).toMatchObject({
    data: {
      what: `6 rows of the run ${first} are held back still, and a step puts rows of its file together.`,
    },
  })
  await core.runs.fix(first, [{ records: [201, 203, 205], to: { kind: 'accept' } }], limit())
  // Accepted as it is it stands twice still; without the other it does not.
  expect((await core.runs.rejects(first, 0, 10)).ready).toBe(2)
  await drop(204)
  expect((await core.runs.rejects(first, 0, 10)).ready).toBe(4)
  await drop(206)
  await fix(207, 'S11', 'Feb', '9')
  const clash = await real.until(
    (await core.runs.sendFixed(first, limit())).runId,
    'succeeded',
    'failed',
  )
  expect(clash.problem).toMatchObject({ code: 'rows-clash' })
  expect(clash.problem?.what).toContain('the same store as rows that their file has delivered')
  await drop(207)
  await ended((await core.runs.sendFixed(first, limit())).runId)
  expect((await wide()).filter((row) => !row.startsWith('S'))).toEqual(['A 1 2', 'B 6 4'])
  expect(accountWords(accountOf(core.runs.get(first).receipt))).toBe(
    '207 in − 102 put together = 102 clean + 0 held back + 3 dropped',
  )

  const source = await months('look.csv', ['A,Feb,2', 'B,Jan,3', 'A,Jan,1', 'B,Apr,4', 'C,Jan,5'])
  const look = { source, dataset: 'wide', typed: [], from: 0, limit: 10, order: null }
  const linesOf = async (filters: Parameters<typeof core.looks.rows>[0]['filters']) =>
    (await core.looks.rows({ ...look, filters }, limit())).rows.map(({ line }) => line)
  expect(await linesOf([{ kind: 'value', column: 'Jan', value: '1' }])).toEqual([2, 4])
  const filters = [{ kind: 'contains' as const, column: null, text: 'a' }]
  const asked = { ...look, filters, recipe: wider, since: 0, upTo: 2, view: 'both' as const }
  const { rows } = await core.looks.worked(asked, limit())
  expect(rows.map(({ cells, fate }) => [cells.join('|'), fate.kind])).toEqual([
    ['A|||1|2', 'stands'],
    ['B|Jan|3||', 'failed'],
    ['A|Jan|1||', 'joined'],
    ['B|Apr|4||', 'failed'],
    ['C|||5|', 'stands'],
  ])
})
