/** Statements under names: saved once, asked again, written to a file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'

const folder = testFolder()

test('a query is saved under a name, asked by it, replaced, listed and removed; what cannot be asked is not saved', async () => {
  const files = folder()
  const home = join(files, 'home')
  const query = (...args: string[]) => pallet(['query', ...args], { home })
  const sales = join(files, 'sales.csv')
  writeFileSync(sales, 'sku,qty\nA,1\nB,2\n')
  expect((await pallet(['run', sales, '--no-blob'], { home })).code).toBe(0)

  const first = await query('select sum(qty) as pieces from sales', '--save', 'Pieces')
  expect(first.events.map(({ pieces }) => String(pieces))).toEqual(['3'])
  expect((await query('select sku from sales where qty > 1', '--save', 'Pieces')).code).toBe(0)
  expect((await query('select 1 as one', '--save', 'One')).code).toBe(0)
  const again = await query('--saved', 'Pieces')
  expect(again.events.map(({ sku }) => String(sku))).toEqual(['B'])

  const bad = await query('select nothing from nowhere', '--save', 'Bad')
  expect(bad.code).not.toBe(0)
  const missing = await query('--saved', 'Bad')
  expect(missing.code).not.toBe(0)
  expect(missing.stderr).toContain('No query is saved as “Bad”.')
  expect((await query('--list')).events.map(({ name, connection }) => [name, connection])).toEqual([
    ['One', 'sandbox'],
    ['Pieces', 'sandbox'],
  ])

  const answer = join(files, 'answer.csv')
  expect((await query('--saved', 'Pieces', '--to', answer)).code).toBe(0)
  expect(readFileSync(answer, 'utf8')).toBe('sku\r\nB\r\n')

  expect((await query('--remove', 'One')).code).toBe(0)
  expect((await query('--remove', 'One')).stderr).toContain('There are: Pieces.')
  for (const args of [[], ['select 1', '--saved', 'Pieces'], ['--saved', 'Pieces', '--save', 'x']])
    expect((await query(...args)).stderr).toContain('Give one statement')
  const elsewhere = await query('select 1', '--on', 'nowhere', '--save', 'x', '--to', `${answer}2`)
  expect(elsewhere.code).not.toBe(0)
  expect(existsSync(`${answer}2`)).toBe(false)
  const audit = await pallet(['audit'], { home })
  expect(audit.stdout).toContain('warehouse.save')
})

test('a table with a point in its name is refused in the built-in warehouse before anything is read', async () => {
  const files = folder()
  const sales = join(files, 'sales.csv')
  writeFileSync(sales, 'sku,qty\nA,1\n')
  const run = await pallet(['run', sales, '--table', 'raw.sales'], { home: join(files, 'home') })
  expect(run.code).not.toBe(0)
  expect(run.stderr).toContain(
    '“raw.sales” cannot be the name of a table in the built-in warehouse',
  )
})
