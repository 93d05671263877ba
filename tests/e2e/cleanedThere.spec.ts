/** In the window a person has Databricks clean the rows, and is told at once where it cannot. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { databricksServer, known } from '../fixtures/databricksServer.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('the rows of a known dataset are cleaned where their table is, and those of a new one are not', async ({
  app,
}) => {
  const server = await databricksServer()
  try {
    const { page } = app
    const put = (name: string, rows: string): string => {
      const file = join(app.folder, name)
      writeFileSync(file, `id,product,quantity\n${rows}`)
      return file
    }
    await page.getByRole('link', { name: 'Connections' }).click()
    await page.getByRole('button', { name: 'Add connection' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('System').selectOption('Databricks')
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('lake')
    await dialog.getByLabel('Workspace address').fill(server.url)
    await dialog.getByLabel('SQL warehouse').fill(known.warehouse)
    await dialog.getByLabel('Catalog').fill(known.catalog)
    await dialog.getByLabel('Schema').fill('shop')
    await dialog.getByLabel('Access token').fill(known.token)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)

    const send = page.getByRole('button', { name: 'Send', exact: true })
    const cleaner = page.getByLabel('Rows are cleaned')
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([put('sales.csv', '1,Apple,2\n2,Pear,3\n')])
    await expect(page.getByRole('grid', { name: 'Preview of sales.csv' })).toBeVisible()
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await expect(cleaner).toHaveCount(0)
    await page.getByLabel('Warehouse', { exact: true }).selectOption('lake')
    await cleaner.selectOption('In Databricks')
    await expect(page.getByText('nothing is learnt from a file there')).toBeVisible()
    await expect(send).toHaveAttribute('aria-disabled', 'true')
    await expect(page.getByText('A field above is marked')).toBeVisible()
    await expectAccessible(page, 'Rows that cannot be cleaned there')
    await look(page, 'cleaned-there-not')
    await cleaner.selectOption('On this computer')
    await send.click()
    await expect(page.getByTestId('account')).toHaveText('2 in = 2 clean + 0 held back + 0 dropped')
    await expect(page.getByText('Delivered').first()).toBeVisible()

    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([put('sales.csv', '3,Plum,4\n4,Fig,many\n5,Date,1\n6,Kiwi,9\n')])
    await expect(page.getByRole('grid', { name: 'Preview of sales.csv' })).toBeVisible()
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await cleaner.selectOption('In Databricks')
    await expect(page.getByText('cleaned in Databricks').first()).toBeVisible()
    await expectAccessible(page, 'Rows that are cleaned there')
    await look(page, 'cleaned-there')
  } finally {
    await server.close()
  }
})
