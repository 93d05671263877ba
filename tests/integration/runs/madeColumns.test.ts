/** What was said of columns that steps make: it is counted before anything is sent, held by the run, and kept for the files to come. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ColumnChoice } from '../../../shared/domain/columns/columnChoice.ts'
import { asItIs } from '../../../shared/domain/columns/headerMap.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { sentColumns } from '../../../shared/domain/columns/sentColumns.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const signal = () => AbortSignal.timeout(600_000)
let real: RealCore
beforeEach(() => {
  real = realCore(join(folder(), 'home'))
})
afterEach(async () => {
  await real.core.close()
})

type Choices = Readonly<Record<string, ColumnChoice>>

/** A file as the desk has it, with these choices: what is asked of it, and sent. */
async function atDesk(dataset: string, lines: readonly string[], choices: Choices, steps?: Recipe) {
  const { core } = real
  const file = join(folder(), `${dataset}.csv`)
  writeFileSync(file, [...lines, ''].join('\n'))
  const { source } = await core.sources.open(file)
  const seen = await core.sources.preview({ source, rows: 200 }, signal())
  const known = core.datasets.list().find(({ name }) => name === dataset) ?? null
  const under = { dataset: known, map: asItIs, steps: steps ?? null }
  const columns =
    Object.keys(choices).length === 0 ? undefined : sentColumns(seen.columns, under, choices)
  const asked = { source, dataset, columns, recipe: steps }
  const send = async () => {
    const { runId } = await core.runs.start({
      source,
      dataset,
      columns,
      recipe: steps && { steps, keep: true },
      destination: { blob: null, warehouse: { meaning: { kind: 'append' } } },
    })
    const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
    expect(run).toMatchObject({ state: 'succeeded', problem: null })
    return runId
  }
  return { asked, columns, send }
}

/** Where and why rows of a run are held back. */
async function held(runId: string): Promise<string[]> {
  const { rows } = await real.core.runs.rejects(runId, 0, 50)
  return rows.flatMap(({ line, reasons }) =>
    reasons.map(({ column, code }) => `${line} ${column ?? ''} ${code}`),
  )
}

const integer = (rules: ColumnChoice['rules']) => ({ type: 'integer' as const, rules })
const text = (rules: ColumnChoice['rules']) => ({ type: 'text' as const, rules })

test('columns that are split, merged, looked up and derived', async () => {
  const { core } = real
  await (await atDesk('stores', ['Id,Town', 'S1,Ulm', 'S2,Bonn', 'S3,Kiel'], {})).send()
  const steps: Recipe = [
    ...defaultRecipe,
    { kind: 'split', column: 'Item', at: '/', into: ['Item', 'Size'] },
    { kind: 'merge', columns: ['First', 'Last'], between: ' ', into: 'Buyer' },
    {
      kind: 'look-up',
      dataset: 'stores',
      keys: [{ column: 'Store', in: 'id' }],
      take: [{ column: 'town', into: 'Where' }],
      unmatched: { kind: 'hold' },
    },
    { kind: 'rename', column: 'Where', to: 'Town' },
    { kind: 'derive', into: 'Gross', formula: 'round(number([Net]) * 2, 2)' },
  ]
  const choices: Choices = {
    Item: text({ pattern: 'AB-[0-9]+' }),
    Size: integer({ min: 30, max: 60 }),
    Buyer: text({ required: true, unique: true }),
    Town: text({ oneOf: ['Ulm', 'Bonn'] }),
    Gross: { type: 'decimal', decimalMark: '.', rules: { min: 0 } },
  }
  const good = Array.from({ length: 140 }, (_, nth) => `AB-${nth}/38,Ann,N${nth},S1,1.50`)
  const wrong = [
    'XX-1/38,Bo,A,S2,1.50',
    'AB-1/XL,Bo,B,S2,1.50',
    'AB-1/99,Bo,C,S2,1.50',
    'AB-1/38,Ann,N0,S2,1.50',
    'AB-1/38,Bo,D,S3,1.50',
    'AB-1/38,Bo,E,S2,-1.50',
  ]
  const lines = ['Item,First,Last,Store,Net', ...good, ...wrong]
  const broken = [
    '142 item constraint-error',
    '143 size type-error',
    '144 size constraint-error',
    '145 buyer unique-error',
    '146 town constraint-error',
    '147 gross constraint-error',
  ]
  const first = await atDesk('items', lines, choices, steps)
  // Counted at the desk: what the run will hold back, and the rows of each column.
  expect(await core.runs.check({ ...first.asked, dataset: 'items' }, signal())).toMatchObject({
    clean: 140,
    held: 6,
  })
  const { columns } = await core.runs.profile({ ...first.asked, dataset: undefined }, signal())
  expect(columns.find(({ column }) => column.label === 'Size')).toMatchObject({
    column: { type: 'integer' },
    filled: 146,
    fits: 145,
    misfits: [{ value: 'XL', line: 143 }],
  })
  for (const [label, lineOf] of [
    ['Size', [143, 144]],
    ['Town', [146]],
  ] as const) {
    const typed = first.columns?.filter((column) => column.label === label) ?? []
    const filters = [{ kind: 'breaks' as const, column: label }]
    const view = { ...first.asked, filters, order: null, typed, from: 0, limit: 10 }
    const { rows } = await core.looks.rows(view, signal())
    expect(rows.map(({ line }) => line)).toEqual(lineOf)
  }
  expect(await held(await first.send())).toEqual(broken)

  // The next file says nothing, and is held to the same.
  const more = lines.map((line) => line.replace(/N(\d+)/, 'M$1'))
  const second = await atDesk('items', more, {})
  expect(await held(await second.send())).toEqual(broken)
  // Of the third something is said of another column: what was said before stays, under the names that it had.
  const last = lines.map((line) => line.replace(/N(\d+)/, 'K$1'))
  const third = await atDesk('items', last, { Store: text({ required: true }) })
  expect(await held(await third.send())).toEqual(broken)
  const contract = core.datasets.list().find(({ name }) => name === 'items')?.contract
  expect(
    Object.fromEntries(contract?.columns.map(({ label, ...column }) => [label, column]) ?? []),
  ).toEqual({
    Store: { name: 'store', type: 'text', required: true },
    Net: { name: 'net', type: 'decimal', decimalMark: '.', scale: 2 },
    Item: { name: 'item', type: 'text', pattern: 'AB-[0-9]+' },
    Size: { name: 'size', type: 'integer', min: 30, max: 60 },
    Buyer: { name: 'buyer', type: 'text', required: true, unique: true },
    Town: { name: 'town', type: 'text', oneOf: ['Ulm', 'Bonn'] },
    Gross: { name: 'gross', type: 'decimal', decimalMark: '.', scale: 2, min: 0 },
  })
})

test('what is said of one column of a first file leaves the others as the steps make them', async () => {
  const steps: Recipe = [
    ...defaultRecipe,
    { kind: 'replace', columns: ['Price'], find: ' each', with: '' },
    { kind: 'rename', column: 'Price', to: 'Net' },
    { kind: 'derive', into: 'Sum', formula: 'number([Net]) * number([Pieces])' },
  ]
  const lines = ['Pieces,Price,Sold', ...Array(50).fill('2,1.50 each,03.11.2026')]
  const typesOf = async (dataset: string, choices: Choices) => {
    await (await atDesk(dataset, lines, choices, steps)).send()
    const known = real.core.datasets.list().find(({ name }) => name === dataset)
    return known?.contract?.columns.map(({ name, type, required }) => [name, type, required])
  }
  const learnt = await typesOf('nothing', {})
  expect(learnt).toEqual([
    ['pieces', 'integer', undefined],
    ['net', 'decimal', undefined],
    ['sold', 'date', undefined],
    ['sum', 'integer', undefined],
  ])
  expect(await typesOf('one', { Pieces: integer({ required: true }) })).toEqual([
    ['pieces', 'integer', true],
    ...(learnt?.slice(1) ?? []),
  ])
  const price = { Price: { type: 'text', rules: { required: true } } } as const
  expect((await typesOf('renamed', price))?.[1]).toEqual(['net', 'text', true])
  const { asked } = await atDesk('strange', lines, {}, steps)
  const columns = [{ name: 'amount', label: 'Amount', type: 'integer' as const }]
  await expect(
    real.core.runs.check({ ...asked, dataset: 'strange', columns }, signal()),
  ).rejects.toThrow('it lacks "Amount"')
})

test('columns of a table that is turned, and one that is renamed', async () => {
  const steps: Recipe = [
    ...defaultRecipe,
    { kind: 'pivot-longer', columns: ['Jan', 'Feb'], names: 'Month', values: 'Pieces' },
    { kind: 'rename', column: 'Shop', to: 'Store' },
  ]
  const choices: Choices = {
    Shop: text({ pattern: 'S[0-9]+' }),
    Month: text({ oneOf: ['Jan', 'Feb'] }),
    Pieces: integer({ required: true, max: 500 }),
  }
  const good = Array.from({ length: 99 }, (_, nth) => `S${nth},1,2`)
  const lines = ['Shop,Jan,Feb', ...good, 'S100,1,501', 'T1,1,2', 'S102,x,2']
  const broken = [
    '101 pieces constraint-error',
    '102 store constraint-error',
    '103 pieces type-error',
  ]
  const first = await atDesk('months', lines, choices, steps)
  expect([...new Set(await held(await first.send()))]).toEqual(broken)
  const again = lines.map((line) => line.replace(',1,', ',3,'))
  const second = await atDesk('months', again, { Pieces: integer({ max: 500 }) })
  expect([...new Set(await held(await second.send()))]).toEqual(broken)
})
