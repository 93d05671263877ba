/** A file under two definitions of its dataset: which rows change, go and come, with their cells. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { datasetFile } from '../../../shared/domain/datasets/datasetFile.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

test('rows that another version makes otherwise are counted and shown, of the whole file and of its beginning', async () => {
  real = realCore(join(folder(), 'home'))
  const { core } = real
  const signal = AbortSignal.timeout(600_000)
  const file = join(folder(), 'sales.csv')
  const rows = Array.from(
    { length: 50 },
    (_, nth) => `S${nth},${nth % 2 === 0 ? 'tea' : 'milk'},${nth}`,
  )
  rows[40] = 'S40,tea,many'
  writeFileSync(file, ['Store,Item,Count', ...rows, ''].join('\n'))
  expect((await real.until(await real.send(file), 'succeeded', 'failed')).rows).toMatchObject({
    clean: 49,
    quarantined: 1,
  })
  const upper = { kind: 'case' as const, columns: ['Item'], to: 'upper' as const }
  const drop = { kind: 'drop-rows' as const, when: '[Store] = "S3"' }
  const derive = { kind: 'derive' as const, into: 'Twice', formula: '[Store] & "!"' }
  const many = { kind: 'replace' as const, columns: ['Count'], find: 'many', with: '7' }
  core.datasets.changeRecipe('sales', [
    ...defaultRecipe,
    { ...upper, columns: ['Item'] },
    drop,
    many,
  ])
  const { source } = await core.sources.open(file)

  // Version 1 beside what it is now: every row that stays has its item in capitals.
  const first = await core.datasets.compare({ source, name: 'sales', version: 1 }, signal)
  expect(first).toMatchObject({
    records: 50,
    isSample: false,
    before: { clean: 49, held: 1, dropped: 0 },
    after: { clean: 49, held: 0, dropped: 1 },
    changed: 48,
    gone: 1,
    come: 1,
    columns: [
      { name: 'store', rows: 0, in: 'both' },
      { name: 'item', rows: 48, in: 'both' },
      { name: 'count', rows: 0, in: 'both' },
    ],
  })
  expect(first.rows).toHaveLength(50)
  expect(first.rows[0]).toEqual({
    record: 1,
    line: 2,
    before: { cells: ['S0', 'tea', '0'], why: '' },
    after: { cells: ['S0', 'TEA', '0'], why: '' },
  })
  expect(first.rows[3]?.after).toEqual({ cells: null, why: 'A step drops it.' })
  expect(first.rows[40]).toMatchObject({
    before: {
      cells: null,
      why: expect.stringContaining('“many” in “Count” is not a whole number'),
    },
    after: { cells: ['S40', 'TEA', '7'] },
  })
  // A page of it, and of the rows in which one column differs; and the way back, of two versions by their numbers.
  const later = await core.datasets.compare({ source, name: 'sales', version: 1, from: 48 }, signal)
  expect(later.rows.map(({ record }) => record)).toEqual([49, 50])
  const items = { source, name: 'sales', version: 2, to: 1, column: 'item', from: 2 }
  const back = await core.datasets.compare(items, signal)
  expect(back).toMatchObject({ changed: 48, gone: 1, come: 1 })
  expect(back.rows).toHaveLength(46)
  expect(back.rows[0]).toEqual({
    record: 3,
    line: 4,
    before: { cells: ['S2', 'TEA', '2'], why: '' },
    after: { cells: ['S2', 'tea', '2'], why: '' },
  })
  // The same beside itself, and the beginning alone.
  const same = await core.datasets.compare(
    { source, name: 'sales', version: 2, sample: 10 },
    signal,
  )
  expect(same).toMatchObject({
    records: 10,
    isSample: true,
    changed: 0,
    gone: 0,
    come: 0,
    rows: [],
  })
  // As it is now beside a file, which has another column.
  const [known] = core.datasets.list()
  if (known === undefined) throw new Error('no dataset')
  const other = { ...datasetFile(known), recipe: [...defaultRecipe, derive] }
  const wider = await core.datasets.compare({ source, name: 'sales', other, sample: 10 }, signal)
  expect(wider).toMatchObject({ changed: 9, gone: 0, come: 1 })
  expect(wider.columns.at(-1)).toEqual({ name: 'twice', rows: 0, in: 'after' })
  expect(wider.rows[0]?.after.cells).toEqual(['S0', 'tea', '0', 'S0!'])
  await expect(
    core.datasets.compare({ source, name: 'sales', version: 9 }, signal),
  ).rejects.toThrow('There is no version 9 of the dataset sales.')
})
