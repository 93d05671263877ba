import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { salesCsv, shopSales, stockCsv } from '../fixtures/shopSales.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('dashboards over the tables: columns are said once, one store is picked, numbers lead to their query', async ({
  app,
}) => {
  const { page } = app
  const insights = page.getByRole('link', { name: 'Insights', exact: true })
  await insights.click()
  await expect(page.getByRole('heading', { name: 'No table yet' })).toBeVisible()
  await expectAccessible(page, 'Insights, no table')
  const sales = join(app.folder, 'sales.csv')
  const stock = join(app.folder, 'stock.csv')
  writeFileSync(sales, salesCsv(shopSales()))
  writeFileSync(stock, stockCsv())
  const stores = join(app.folder, 'stores.csv')
  writeFileSync(stores, 'store,city\nS1,Köln\nS2,Hamburg\n')
  const send = async (file: string): Promise<void> => {
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(page.getByTestId('loaded')).toBeVisible({ timeout: 120_000 })
    await page.getByRole('link', { name: 'Send another file' }).click()
  }
  await send(stores)
  await insights.click()
  const form = page.getByRole('form', { name: 'Columns' })
  await expect(form.getByText('None of those that are there looks like sales')).toBeVisible()
  await expectAccessible(page, 'Insights, no sales')
  await look(page, 'insights-no-sales')
  for (const file of [sales, stock]) await send(file)

  await insights.click()
  await expect(form.getByRole('combobox', { name: 'Table of sales', exact: true })).toHaveValue(
    'sales',
  )
  await expectAccessible(page, 'Insights, columns')
  await look(page, 'insights-columns')
  await form.getByRole('button', { name: 'Use these columns' }).click()

  const byStore = page.getByRole('region', { name: 'By store', exact: true })
  await expect(byStore).toBeVisible({ timeout: 60_000 })
  const tiles = page.getByLabel('In all', { exact: true })
  const revenue = await tiles.getByRole('link').first().textContent()
  await expectAccessible(page, 'Insights, sales')
  await look(page, 'insights-sales')
  await byStore.locator('summary').click()
  await byStore.getByRole('button', { name: 'Hamburg', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Every store again' })).toBeVisible()
  await expect(tiles.getByRole('link').first()).not.toHaveText(revenue ?? '')
  await look(page, 'insights-sales-store')
  const saved = page.waitForEvent('download')
  await byStore.getByRole('button', { name: 'By store as CSV' }).click()
  expect(readFileSync(await (await saved).path(), 'utf8')).toMatch(
    /^store,revenue,pieces,before\r\n/,
  )
  const image = page.waitForEvent('download')
  await byStore.getByRole('button', { name: 'By store as an image' }).click()
  expect(
    readFileSync(await (await image).path())
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  await page.getByRole('button', { name: 'Every store again' }).click()
  await expect(tiles.getByRole('link').first()).toHaveText(revenue ?? '')

  await page.getByRole('link', { name: 'Inventory', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Dead stock', exact: true })).toBeVisible({
    timeout: 60_000,
  })
  await expectAccessible(page, 'Insights, inventory')
  await look(page, 'insights-inventory')
  await page.getByRole('link', { name: 'Customers', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Who comes again', exact: true })).toBeVisible({
    timeout: 60_000,
  })
  await expectAccessible(page, 'Insights, customers')
  await look(page, 'insights-customers')

  await page.getByRole('link', { name: 'Files', exact: true }).click()
  await expect(page.getByRole('region', { name: 'By dataset', exact: true })).toContainText('stock')
  await expectAccessible(page, 'Insights, files')
  await look(page, 'insights-files')
  await page.getByRole('link', { name: 'Sales', exact: true }).click()
  await tiles.getByRole('link').first().click()
  const answer = page.getByRole('table', { name: 'Rows of the answer' })
  await expect(answer.getByRole('row').nth(1).getByRole('cell').nth(1)).toHaveText(
    (revenue ?? '').replaceAll(',', ''),
    { timeout: 60_000 },
  )
  await page.goBack()
  await page.getByRole('button', { name: 'Show the rows' }).click()
  await expect(answer.getByRole('link').first()).toBeVisible({ timeout: 60_000 })
})
