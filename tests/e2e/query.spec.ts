import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pallet } from '../fixtures/pallet.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('a statement is saved under a name, chosen again, and asked by the command line too', async ({
  app,
}) => {
  const { page, home } = app
  const file = join(app.folder, 'sales.csv')
  writeFileSync(file, 'sku,qty\nA,1\nB,2\n')
  expect((await pallet(['run', file, '--no-blob'], { home })).code).toBe(0)
  await page.getByRole('link', { name: 'Query', exact: true }).click()
  const statement = page.getByRole('textbox', { name: 'Statement' })
  const saved = page.getByRole('region', { name: 'Saved queries' })
  const name = saved.getByRole('textbox', { name: 'Name of the query' })

  await statement.fill('select sku from sales where qty > 1')
  await name.fill('More than one')
  // By the keyboard alone.
  await name.press('Enter')
  await expect(saved.getByRole('button', { name: 'More than one', exact: true })).toBeVisible()
  await statement.fill('select 1 as one')
  await saved.getByRole('button', { name: 'More than one', exact: true }).click()
  await expect(statement).toHaveValue('select sku from sales where qty > 1')
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  await expect(page.getByTestId('answered')).toHaveText('1 row')
  await expect(saved.getByRole('button', { name: 'Save in its place' })).toBeVisible()
  const { events } = await pallet(['query', '--saved', 'More than one'], { home })
  expect(events.map(({ sku }) => String(sku))).toEqual(['B'])
  await expectAccessible(page, 'saved queries')
  await look(page, 'saved-queries')
  await page.setViewportSize({ width: 640, height: 800 })
  await expectAccessible(page, 'saved queries, narrow')

  await saved.getByRole('button', { name: 'Remove the query More than one' }).click()
  await expect(saved.getByRole('button', { name: 'More than one', exact: true })).toHaveCount(0)
})

test('a row of an answer leads to its run and the line of its file', async ({ app }) => {
  const { page, home } = app
  const file = join(app.folder, 'sales.csv')
  writeFileSync(file, 'sku,qty\nA,1\nB,2\nB,2\n')
  expect((await pallet(['run', file, '--no-blob'], { home })).code).toBe(0)
  await page.getByRole('link', { name: 'Query', exact: true }).click()
  const statement = page.getByRole('textbox', { name: 'Statement' })
  await statement.fill('select * from sales order by sku')
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  await page.getByRole('button', { name: 'Where from, row 1' }).click()
  await expect(page.getByRole('region', { name: 'Row 1', exact: true })).toContainText(
    'Line 2 of sales.csv.',
  )
  await page.getByRole('button', { name: 'Where from, row 3' }).click()
  const row = page.getByRole('region', { name: 'Row 3', exact: true })
  await expect(row).toContainText('Lines 3, 4 of sales.csv say the same.')
  await expectAccessible(page, 'where a row comes from')
  await look(page, 'row-origin')
  await page.setViewportSize({ width: 640, height: 800 })
  await expectAccessible(page, 'where a row comes from, narrow')
  await look(page, 'row-origin-narrow')
  await row.getByRole('link').click()
  await expect(page.getByTestId('account')).toHaveText('3 in = 3 clean + 0 held back + 0 dropped')

  const asked = await pallet(['query', 'select * from sales order by sku', '--lines'], { home })
  expect(asked.events.map(({ lines }) => lines)).toEqual([[2], [3, 4], [3, 4]])
  const blind = await pallet(['query', 'select sku from sales', '--lines'], { home })
  expect(blind.stderr).toContain('The answer has no column _pallet_run')
})

test('a table says how many rows it had after each run', async ({ app }) => {
  const { page, home } = app
  const send = async (name: string, rows: string, ...more: string[]) => {
    const file = join(app.folder, name)
    writeFileSync(file, `sku,qty\n${rows}`)
    const run = ['run', file, '--no-blob', '--dataset', 'sales', ...more]
    expect((await pallet(run, { home })).code).toBe(0)
  }
  await send('one.csv', 'A,1\nB,2\nC,3\n')
  await send('two.csv', 'D,4\n')
  await send('three.csv', 'E,5\nF,6\n', '--meaning', 'snapshot', '--allow-shrink')
  const asked = await pallet(['ledger'], { home })
  expect(asked.events.map(({ rowsThen }) => rowsThen)).toEqual([2, 4, 3])
  await page.getByRole('link', { name: 'Query', exact: true }).click()
  await page.getByRole('region', { name: 'Tables' }).getByText('sales', { exact: true }).click()
  const deliveries = page.getByRole('list', { name: 'Deliveries into sales, newest first' })
  await expect(deliveries.getByRole('listitem')).toHaveText([
    /2 rows of sales, 4 rows went out.*2 rows then/,
    /1 row of sales.*4 rows then/,
    /3 rows of sales.*3 rows then/,
  ])
  await expectAccessible(page, 'rows over time')
  await look(page, 'rows-over-time')
})
