/** A corrected file that is called otherwise finds its dataset by its columns, and never doubles what is there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Finished, pallet } from '../../fixtures/pallet.ts'
import { ask } from '../warehouse/loading.ts'

// One home for the whole story: each step stands on the one before.
const files = mkdtempSync(join(tmpdir(), 'pallet-'))
const home = join(files, 'home')
afterAll(() => rmSync(files, { recursive: true, force: true }))

const shops = ['Köln', 'Bonn', 'Trier']
type Row = [day: string, shop: string, receipt: number, amount: string]
const rowsOf = (day: string, first: number, places = shops): Row[] =>
  Array.from({ length: 30 }, (_, nth) => [
    day,
    places[nth % 3] ?? '',
    first + nth,
    `${10 + nth}.${nth % 10}0`,
  ])
function written(name: string, rows: readonly Row[]): string {
  const file = join(files, name)
  writeFileSync(file, ['datum,filiale,bon,betrag', ...rows.map((row) => row.join(','))].join('\n'))
  return file
}
const call = (...args: string[]): Promise<Finished> => pallet(args, { home })
const send = (name: string, rows: readonly Row[], ...more: string[]): Promise<Finished> =>
  call('run', written(name, rows), '--no-blob', ...more)
const inTable = async (sql: string): Promise<(string | null)[][]> =>
  (await ask(join(home, 'warehouse.duckdb'), sql, 100)).rows
const counts = () => inTable('SELECT count(*), count(DISTINCT bon), sum(betrag) FROM umsatz')

const monday = rowsOf('2026-11-16', 100)
const tuesday = rowsOf('2026-11-17', 200)
const corrected = tuesday.map((row, nth): Row => (nth < 3 ? [row[0], row[1], row[2], '1.00'] : row))

test('a corrected file of another name goes to its dataset, and asks what becomes of the rows of before', async () => {
  expect((await send('umsatz-1.csv', monday, '--mode', 'append', '--remember')).code).toBe(0)
  expect((await send('umsatz-2.csv', tuesday)).code).toBe(0)
  const before = await counts()
  const asked = await send('umsatz-2-korrigiert.csv', corrected)
  expect(asked.code).toBe(4)
  expect(asked.stderr).toContain(
    'umsatz-2-korrigiert.csv goes to umsatz. It has the 4 columns of the dataset “umsatz”, with values of the same kind. To send it elsewhere: --dataset umsatz-korrigiert.',
  )
  const { runId = '', problem } = asked.receipt ?? {}
  expect(problem?.what).toContain(
    'It looks like a corrected file: 27 of its 30 rows are the same as in a file delivered before: umsatz-2.csv, 30 rows',
  )
  expect(problem?.advice).toContain('take the place of those 30 rows')
  expect(problem?.advice).toContain('27 of them are then there twice')
  expect(await counts()).toEqual(before)
  expect((await call('answer', runId, 'correct')).code).toBe(0)
  const [[rows, receipts] = []] = await counts()
  expect([rows, receipts]).toEqual(['60', '60'])
  expect(await inTable('SELECT count(*) FROM umsatz WHERE betrag = 1')).toEqual([['3']])
})

test('one in which every row has changed is asked about as well, though its files are new rows', async () => {
  const before = await counts()
  const all = tuesday.map(([day, shop, receipt], nth): Row => [day, shop, receipt, `${nth}.99`])
  const asked = await send('umsatz-neu-berechnet.csv', all)
  expect([asked.code, asked.receipt?.problem?.code]).toEqual([4, 'decision-needed'])
  expect(asked.receipt?.problem?.what).toContain(
    '30 of its 30 rows have the bon of a row that is in umsatz already, and other values.',
  )
  expect(await counts()).toEqual(before)
  expect((await call('answer', asked.receipt?.runId ?? '', 'upsert')).code).toBe(0)
  expect(await inTable('SELECT count(*), count(DISTINCT bon) FROM umsatz')).toEqual([['60', '60']])
})

test('a file of the usual name passes as it did', async () => {
  const next = await send('umsatz-3.csv', rowsOf('2026-11-18', 300))
  expect([next.code, next.receipt?.load?.rows]).toEqual([0, 30])
  expect(next.stderr).not.toContain('goes to')
})

test('shops of another chain are a dataset of their own, and it is said whose columns they have', async () => {
  const graz = rowsOf('2026-11-18', 900, ['Graz', 'Linz', 'Wels'])
  const sent = await send('austria.csv', graz)
  expect(sent.code).toBe(0)
  expect(sent.stderr).toContain(
    'austria.csv goes to the new dataset austria. It has the columns of the dataset “umsatz”, but none of the values known there in “filiale”. To send it elsewhere: --dataset umsatz.',
  )
  expect(sent.receipt?.load?.rows).toBe(30)
  expect(await inTable('SELECT count(*) FROM austria')).toEqual([['30']])
})

test('where two datasets have its columns nothing is sent before somebody says which', async () => {
  const four = rowsOf('2026-11-19', 400)
  expect(
    (await send('four.csv', four, '--dataset', 'copy', '--mode', 'append', '--remember')).code,
  ).toBe(0)
  const file = written('unclear.csv', rowsOf('2026-11-20', 500))
  const refused = await call('run', file, '--no-blob')
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('It is not clear whose file unclear.csv is.')
  expect(refused.stderr).toMatch(/--dataset (umsatz|copy), or --dataset (umsatz|copy), or/)
  const said = await call('run', file, '--no-blob', '--dataset', 'umsatz')
  expect([said.code, said.receipt?.load?.table]).toEqual([0, 'umsatz'])
})

test('who says the table has said whose it is', async () => {
  const sent = await send('apart.csv', rowsOf('2026-11-21', 600), '--table', 'apart')
  expect([sent.code, sent.receipt?.load?.table]).toEqual([0, 'apart'])
})
