/** The steps of a dataset are worked by its runs, and what they do to its columns is learnt and kept. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { clean } from '../../../main/cleaning/clean.ts'
import { preview } from '../../../main/reading/preview.ts'
import { heldRows, heldRowsCsv } from '../../../main/reading/quarantine.ts'
import { read } from '../../../main/reading/read.ts'
import { cleanFile } from '../../../main/runs/looking/cleaningFile.ts'
import { columnValues, load } from '../../../main/warehouse/load.ts'
import { datasetFile } from '../../../shared/domain/datasets/datasetFile.ts'
import { type Recipe, defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore | null = null
afterEach(async () => {
  await real?.core.close()
  real = null
})

const steps: Recipe = [
  ...defaultRecipe,
  { kind: 'fill', columns: ['Store'], with: { kind: 'above' } },
  { kind: 'drop-rows', name: 'returns', when: 'number([Price]) < 0' },
  { kind: 'rename', column: 'Sold on', to: 'Day' },
  { kind: 'derive', into: 'Gross', formula: 'round(number([Price]) * 1.5, 2)' },
]

test('a changed recipe is worked by the next run: rows are accounted for by name, columns follow, types stay', async () => {
  real = realCore(join(folder(), 'home'))
  const opened = real
  const { core } = opened
  const file = join(folder(), 'sales.csv')
  const sent = async (rows: string[]) => {
    writeFileSync(file, ['Store,Sold on,Price', ...rows, ''].join('\n'))
    const destination = { blob: null, warehouse: { meaning: { kind: 'snapshot' as const } } }
    return await opened.until(
      await opened.send(file, destination),
      'succeeded',
      'failed',
      'stopped',
    )
  }
  expect((await sent(['S1,2026-11-20,1.50', 'S2,2026-11-20,2.00'])).state).toBe('succeeded')
  expect(() => core.datasets.changeRecipe('sales', [{ kind: 'keep-rows', when: '1 +' }])).toThrow(
    'In step 1, Keep rows where 1 +: A value is missing at the end.',
  )
  core.datasets.changeRecipe('sales', steps)
  const second = await sent(['S1,2026-11-20,3.00', ',2026-11-21,-1.00', ',2026-11-22,4.10'])
  expect(second.state).toBe('succeeded')
  expect(core.runs.get(second.id).receipt).toMatchObject({
    rows: { in: 3, clean: 2, quarantined: 0, dropped: 1, loaded: 2 },
    droppedBy: [{ rule: 'drop-rows', name: 'returns', rows: 1 }],
  })
  const sql = 'SELECT * EXCLUDE (_pallet_run) FROM sales ORDER BY ALL'
  const table = await core.warehouse.query(sql, 10, AbortSignal.timeout(600_000))
  expect(table.columns).toEqual(['store', 'sold_on', 'price', 'gross'])
  expect(table.rows.map((row) => row.map(String))).toEqual([
    ['S1', '2026-11-20', '3.00', '4.50'],
    ['S1', '2026-11-22', '4.10', '6.15'],
  ])
  const [known] = core.datasets.list()
  expect(known?.recipe).toEqual(steps)
  expect(known?.contract?.columns.map(({ label, type }) => [label, type])).toEqual([
    ['Store', 'text'],
    ['Day', 'date'],
    ['Price', 'decimal'],
    ['Gross', 'decimal'],
  ])

  // Steps for one file are looked at and worked, and the dataset keeps its own, until they are said to be for all.
  const alone: Recipe = [{ kind: 'remove', columns: ['Price'] }]
  writeFileSync(file, 'Store,Sold on,Price\nS9,2026-11-24,free\nS9,2026-11-25,2\n')
  const { source } = await core.sources.open(file)
  const signal = AbortSignal.timeout(600_000)
  const asked = { source, dataset: 'sales' }
  expect((await core.runs.check(asked, signal)).held).toBe(1)
  expect((await core.runs.check({ ...asked, recipe: alone }, signal)).held).toBe(0)
  const profiled = await core.runs.profile({ ...asked, recipe: alone }, signal)
  expect(profiled.columns.map(({ column }) => column.label)).toEqual(['Store', 'Sold on'])
  const sentBy = async (keep: boolean, dataset: string) => {
    const opening = await core.sources.open(file)
    const recipe = { steps: alone, keep }
    const meaning = { kind: 'snapshot' as const }
    const destination = { blob: null, warehouse: { table: 'alone', meaning } }
    const { runId } = await core.runs.start({ ...opening, dataset, recipe, destination })
    return (await opened.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')).rows
  }
  expect(await sentBy(false, 'sales')).toMatchObject({ in: 2, clean: 2, quarantined: 0 })
  expect(core.datasets.list()).toMatchObject([{ recipe: steps, contract: known?.contract }])
  await sentBy(true, 'stores')
  expect(core.datasets.list().find(({ name }) => name === 'stores')).toMatchObject({
    recipe: alone,
    contract: { columns: [{ label: 'Store' }, { label: 'Sold on' }] },
  })

  // A column that the dataset expects is gone, or one that a step needs: nothing leaves, and it is said which.
  writeFileSync(file, 'Shop,Sold on,Price\nS1,2026-11-23,1\n')
  const wrong = await opened.until(
    await opened.send(file),
    'failed',
    'stopped',
    'waiting',
    'succeeded',
  )
  expect([wrong.state, wrong.problem?.what]).toEqual([
    'waiting',
    expect.stringContaining('“Store” is missing'),
  ])
  await core.runs.answer(wrong.id, 'skip')
  const fill = { kind: 'fill' as const, columns: ['Shop'], with: { kind: 'above' as const } }
  core.datasets.changeRecipe('sales', [...steps, fill])
  writeFileSync(file, 'Store,Sold on,Price\nS1,2026-11-23,1\n')
  const misfit = await opened.until(await opened.send(file), 'failed', 'waiting', 'succeeded')
  expect([misfit.state, misfit.problem?.what]).toEqual([
    'failed',
    'The recipe does not fit this file: step 11, Fill “Shop” from above: there is no column “Shop”.',
  ])

  if (known === undefined) throw new Error('no dataset')
  core.datasets.import({ ...datasetFile(known), name: 'copy' })
  expect(core.datasets.list().find(({ name }) => name === 'copy')).toMatchObject({
    recipe: known.recipe,
    contract: known.contract,
    destination: null,
  })
})

test('a file is cleaned to another one without a home, which appears whole or not at all', async () => {
  const rooms = {
    preview,
    read,
    clean,
    load,
    columnValues,
    heldRows: async (files: readonly string[]) => heldRows(files),
    heldRowsCsv: async (files: readonly string[]) => heldRowsCsv(files),
    tokenKey: () => Promise.reject(new Error('no step makes tokens')),
  }
  const here = folder()
  const path = join(here, 'sales.csv')
  const out = { file: join(here, 'out', 'clean.csv'), format: 'csv' as const }
  const rejects = join(here, 'out', 'rejects.csv')
  const others = { stores: join(here, 'stores.csv') }
  const cleaned = async (rows: string[], more: Recipe = []) => {
    writeFileSync(path, ['Store;Sold on;Price', ...rows, ''].join('\n'))
    const given = {
      path,
      reading: null,
      choices: {},
      entry: null,
      contract: null,
      rejects,
      sample: null,
    }
    const asked = { ...given, recipe: more.length === 0 ? steps : more, others, out }
    return await cleanFile(rooms, asked, AbortSignal.timeout(600_000))
  }
  const plenty = Array.from({ length: 40 }, (_, row) => `S${row};2026-11-20;2`)
  const first = await cleaned([...plenty, ';2026-11-20;-1', 'S1;2026-11-21;free'])
  expect(first).toMatchObject({
    rows: { in: 42, clean: 40, quarantined: 1, dropped: 1 },
    problems: [
      { code: 'type-error', column: '', rows: 1, examples: [{ line: 43, value: 'free' }] },
    ],
    tooMany: false,
  })
  expect(readFileSync(out.file, 'utf8').split('\n').slice(0, 2)).toEqual([
    'store,day,price,gross',
    'S0,2026-11-20,2,3',
  ])
  expect(readFileSync(rejects, 'utf8')).toContain('“free” is not a number')
  const before = readFileSync(out.file, 'utf8')
  expect(await cleaned(['S1;2026-11-20;1', 'S1;2026-11-21;free'])).toMatchObject({ tooMany: true })
  await expect(cleaned(['a;b'])).rejects.toThrow('There is no column “Price”.')
  expect(readFileSync(out.file, 'utf8')).toBe(before)

  const lookUp = (dataset: string, taken: string): Recipe => [
    {
      kind: 'look-up',
      dataset,
      keys: [{ column: 'Store', in: 'id' }],
      take: [{ column: taken, into: 'City' }],
      unmatched: { kind: 'empty' },
    },
  ]
  writeFileSync(others.stores, 'Id,City\nS1,Ulm\nS2,Köln\n')
  await cleaned(plenty, lookUp('stores', 'city'))
  expect(readFileSync(out.file, 'utf8').split('\n').slice(0, 4)).toEqual([
    'store,sold_on,price,city',
    'S0,2026-11-20,2,',
    'S1,2026-11-20,2,Ulm',
    'S2,2026-11-20,2,Köln',
  ])
  await expect(cleaned(plenty, lookUp('stores', 'town'))).rejects.toThrow(
    'stores.csv cannot stand for the table of stores: it lacks one of “id”, “town”, and has “id”, “city”.',
  )
  await expect(cleaned(plenty, lookUp('shops', 'city'))).rejects.toThrow('asks no other dataset')
  expect(readdirSync(join(here, 'out')).toSorted()).toEqual(['clean.csv', 'rejects.csv'])
})
