/** What rows add up to, in their file and in the built-in warehouse. */
import { expect, it } from 'vitest'
import { load, tableTotals } from '../../../main/warehouse/load.ts'
import { fileTotals } from '../../../main/warehouse/totals.ts'
import { differenceOf } from '../../../shared/domain/runs/controlTotals.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { quiet, tellTotals } from '../../fixtures/totalsStories.ts'
import { freshDuckdb, meddle } from './duckdbStories.ts'
import { writeClean } from './loading.ts'

const folder = testFolder()

tellTotals(() => Promise.resolve(freshDuckdb(folder())))

it('tells a key that was changed for another of the same length, by the hash of all keys in any order', async () => {
  const input = writeClean(folder(), 'r1', ['A,1.00,', 'B,2.00,', 'C,3.00,'])
  await load(input, quiet)
  const keys = ['sku']
  const { warehouse, table, runId, columns } = input
  const difference = async (): Promise<string | null> => {
    const sent = await fileTotals({ ...input, keys }, quiet)
    const asked = { warehouse, table, runId, columns, keys }
    return differenceOf({ sent, there: (await tableTotals(asked, quiet)).totals })
  }
  await meddle(
    warehouse.file,
    'CREATE TABLE turned AS FROM sales ORDER BY sku DESC; TRUNCATE sales; INSERT INTO sales FROM turned',
  )
  expect(await difference()).toBeNull()
  await meddle(warehouse.file, `UPDATE sales SET sku = 'X' WHERE sku = 'B'`)
  expect(await difference()).toMatch(/^sku, hash of keys: \d{10,} sent, \d{10,} there$/)
})
