/** What becomes of the rows that are there, for each meaning of a file. */
import { expect, it } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { tellMeanings } from '../../fixtures/warehouseStories.ts'
import { freshDuckdb } from './duckdbStories.ts'
import { ask, runLoad, writeClean } from './loading.ts'

const folder = testFolder()

tellMeanings(() => Promise.resolve(freshDuckdb(folder())))

it('keeps what went out for the last ten deliveries that took something', async () => {
  const home = folder()
  for (let number = 0; number <= 12; number += 1)
    await runLoad({
      ...writeClean(home, `r${number}`, [`A${number},1.00,2026-01-01 00:00:00`]),
      meaning: { kind: 'snapshot' },
    })
  const { rows } = await ask(
    `${home}/warehouse.duckdb`,
    `SELECT count(*), min(table_name), bool_or(table_name = '_pallet_kept_r2') FROM duckdb_tables() WHERE table_name LIKE '#_pallet#_kept#_%' ESCAPE '#'`,
  )
  expect(rows).toEqual([['10', '_pallet_kept_r10', 'false']])
  expect((await ask(`${home}/warehouse.duckdb`, 'SELECT sku FROM sales')).rows).toEqual([['A12']])
})
