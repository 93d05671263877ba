/** Some rows of a file, judged as all would be: the same ones each time, and said to be a sample. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkSentences, sampleWords } from '../../../shared/domain/files/check.ts'
import { defaultRecipe } from '../../../shared/domain/recipe/recipe.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const signal = AbortSignal.timeout(600_000)
let real: RealCore
afterEach(() => real.core.close())

test('a sample balances, is the same for its seed, and says nothing of the file as a whole', async () => {
  const here = folder()
  real = realCore(join(here, 'home'))
  const file = join(here, 'sales.csv')
  // Of every ten rows one is held back and one dropped; one has a cell too many.
  const rows = Array.from({ length: 5000 }, (_, n) =>
    n % 10 === 3 ? `${n},free` : n % 10 === 7 ? ',' : n === 4000 ? '4000,1.50,more' : `${n},1.50`,
  )
  writeFileSync(file, ['id,price', ...rows, ''].join('\n'))
  const { source } = await real.core.sources.open(file)
  const price = { name: 'price', label: 'price', type: 'decimal' as const, scale: 2 }
  const asked = {
    source,
    dataset: 'sales',
    columns: [{ name: 'id', label: 'id', type: 'integer' as const }, price],
    recipe: defaultRecipe,
  }
  const check = (sample?: { rows: number; seed: number | null }) =>
    real.core.runs.check({ ...asked, ...(sample === undefined ? {} : { sample }) }, signal)

  const all = await check()
  expect(all).toMatchObject({ records: 5000, held: 501, dropped: 500, clean: 3999 })
  expect(all.sampled).toBeUndefined()

  const some = await check({ rows: 1000, seed: 7 })
  expect(some.records).toBe(1000)
  expect(some.clean + some.held + some.dropped).toBe(1000)
  expect(some.sampled).toEqual({ rows: 1000, seed: 7, of: 5000, broken: 1 })
  // From all over the file: about as many as of all rows.
  expect(some.held).toBeGreaterThan(60)
  expect(some.held).toBeLessThan(140)
  expect(checkSentences(some)[0]).toContain(`${some.held} of 1,000 sampled rows would be held back`)
  expect(sampleWords({ rows: 1000, seed: 7, of: 5000, broken: 1 }, 1000)[0]).toContain(
    'A sample of 1,000 of 5,000 rows',
  )
  expect(await check({ rows: 1000, seed: 7 })).toEqual(some)
  expect((await check({ rows: 1000, seed: 8 })).examples).not.toEqual(some.examples)
  // The first rows, and more than there are.
  expect(await check({ rows: 10, seed: null })).toMatchObject({ records: 10, held: 1, dropped: 1 })
  expect(await check({ rows: 9000, seed: 1 })).toMatchObject({ records: 4999, held: 500 })
  // It is not taken for what is known of all rows.
  expect(await check()).toEqual(all)
})
