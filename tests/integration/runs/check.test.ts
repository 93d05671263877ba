/** What a run would make of a file: the same numbers as the run, and nothing left behind. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Profile } from '../../../shared/domain/files/profile.ts'
import { writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()

test('a dry run counts what the run then delivers, and keeps nothing', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  const truth = await writeSalesExport(file, { rows: 3000, seed: 9, oneDefectIn: 50 })
  const dry = await pallet(['run', '--dry-run', file], { home })
  expect(dry.code).toBe(0)
  const { records, clean, held, dropped } = truth
  expect(dry.events).toMatchObject([
    { event: 'check', records, clean, held, dropped, tooMany: false },
  ])
  expect(readdirSync(join(home, 'incoming'))).toEqual([])
  expect((await pallet(['runs'], { home })).events).toEqual([])

  const sent = await pallet(['run', file], { home })
  expect(sent.receipt?.rows).toEqual({
    in: records,
    clean,
    quarantined: held,
    dropped,
    loaded: clean,
  })
})

test('a profile accounts for every row, and keeps nothing', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  const { records, held, clean } = await writeSalesExport(file, {
    rows: 3000,
    seed: 9,
    oneDefectIn: 50,
  })
  const { code, events, stderr } = await pallet(['profile', file], { home })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const [told] = events as unknown as (Profile & { event: string })[]
  expect(told).toMatchObject({ event: 'profile', records, name: 'sales.csv' })
  const { profiled = 0, broken = 0, dropped = 0, columns = [] } = told ?? {}
  expect(profiled + broken + dropped).toBe(records)
  for (const { filled, empty } of columns) expect(filled + empty).toBe(profiled)
  // Every value that is no value of its type holds its row back, and what is broken does.
  const misfits = columns.reduce((sum, { filled, fits }) => sum + filled - fits, 0)
  expect(misfits + broken).toBeGreaterThanOrEqual(held)
  expect(clean).toBeLessThanOrEqual(profiled)
  expect(readdirSync(join(home, 'incoming'))).toEqual([])
})

test('a type that does not fit is told with an example, and what is in doubt; other columns than the dataset’s are refused', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  writeFileSync(file, 'id,product\n1,Tea\n2,Milk\n')
  const wrong = await pallet(['run', '--dry-run', '--type', 'product=integer', file], { home })
  expect(wrong.code).toBe(3)
  expect(wrong.events).toMatchObject([
    {
      event: 'check',
      clean: 0,
      held: 2,
      tooMany: true,
      examples: [{ line: 2, raw: '1,Tea' }, { line: 3 }],
    },
  ])
  const amounts = Array.from({ length: 30 }, (_, index) =>
    index % 10 > 0 ? `1.9${index + 10},05 €` : 'n. v.',
  )
  // The total is dropped: that its 1.234 can be read in two ways is no doubt.
  const lines = amounts.map((amount, id) => `${id};${amount};${id}`)
  writeFileSync(file, ['id;amount;pieces', ...lines, 'Summe;;1.234', ''].join('\n'))
  const doubtful = await pallet(['run', '--dry-run', file], { home })
  expect(doubtful.events).toMatchObject([
    { held: 0, dropped: 1, doubts: [expect.stringMatching(/27 of 30/)] },
  ])
  expect(doubtful.stderr).toContain('Please look: Column “amount” is read as text')
  writeFileSync(file, 'id,product\n1,Tea\n2,Milk\n')
  expect((await pallet(['run', file], { home })).code).toBe(0)
  writeFileSync(file, 'id,price\n1,2.50\n')
  const other = await pallet(['run', '--dry-run', file], { home })
  expect(other.code).toBe(1)
  expect(other.events).toMatchObject([{ problem: { code: 'contract-mismatch' } }])
  expect(readdirSync(join(home, 'incoming'))).toEqual([])
})
