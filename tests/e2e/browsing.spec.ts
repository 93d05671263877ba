/** In the form of a connection, names are chosen from what the account has. */
import { databricksServer, known as bricks } from '../fixtures/databricksServer.ts'
import { known, snowflakeServer } from '../fixtures/snowflakeServer.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('role, virtual warehouse, database and schema of Snowflake are chosen, not typed', async ({
  app,
}) => {
  const server = await snowflakeServer()
  server.isPaused = true
  try {
    const { page } = app
    await page.getByRole('link', { name: 'Connections' }).click()
    await page.getByRole('button', { name: 'Add connection' }).click()
    const dialog = page.getByRole('dialog')
    const field = (name: string) => dialog.getByRole('combobox', { name, exact: true })
    await dialog.getByLabel('System').selectOption('Snowflake')
    await dialog.getByLabel('How to sign in').selectOption('Programmatic access token')
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('snow')
    await dialog.getByRole('textbox', { name: 'Account' }).fill(known.account)
    await field('Role').click()
    await expect(dialog.getByText('once these are entered: User, Access token.')).toBeVisible()
    await dialog.getByRole('textbox', { name: 'Address' }).fill(server.address)
    await dialog.getByRole('textbox', { name: 'User' }).fill(known.user)
    await dialog.getByLabel('Access token').fill(known.expiredToken)
    await field('Role').click()
    await expect(dialog.getByText('The token for acme-shop has expired.')).toBeVisible()
    await look(page, 'browsing-refused')
    await dialog.getByLabel('Access token').fill(known.token)
    for (const [name, option] of [
      ['Role', 'LOADER'],
      ['Virtual warehouse', 'LOAD_WH'],
      ['Database', 'SALES'],
    ] as const) {
      await field(name).click()
      await page.getByRole('listbox').getByRole('option', { name: option }).click()
      await expect(field(name)).toHaveValue(option)
    }
    await field('Virtual warehouse').click()
    await expect(
      page.getByRole('listbox').getByRole('option', { name: /LOAD_WH.*suspended, x-small/ }),
    ).toBeVisible()
    await expectAccessible(page, 'The warehouses of an account')
    await look(page, 'browsing-warehouses')
    await field('Virtual warehouse').press('Escape')
    await field('Schema').pressSequentially('raw_')
    await expect(page.getByRole('listbox').getByRole('option')).toHaveText(['RAW_TEST'])
    await field('Schema').press('ArrowDown')
    await field('Schema').press('Enter')
    await expect(field('Schema')).toHaveValue('RAW_TEST')
    server.isPaused = false
    await dialog.getByRole('button', { name: 'Test', exact: true }).click()
    await expect(dialog.getByText(/^Connected to SALES\.RAW_TEST as LOADER/)).toBeVisible()
  } finally {
    await server.close()
  }
})

test('SQL warehouse, catalog and schema of Databricks are chosen, not typed', async ({ app }) => {
  const server = await databricksServer()
  try {
    const { page } = app
    await page.getByRole('link', { name: 'Connections' }).click()
    await page.getByRole('button', { name: 'Add connection' }).click()
    const dialog = page.getByRole('dialog')
    const field = (name: string) => dialog.getByRole('combobox', { name, exact: true })
    await dialog.getByLabel('System').selectOption('Databricks')
    await dialog.getByRole('textbox', { name: /^Name/ }).fill('lake')
    await dialog.getByLabel('Workspace address').fill(server.url)
    await dialog.getByLabel('Access token').fill(bricks.token)
    await field('Schema').click()
    await expect(dialog.getByText('Choose the catalog first.')).toBeVisible()
    for (const [name, option, value] of [
      ['SQL warehouse', /Shop, running, small/, bricks.warehouse],
      ['Catalog', 'sales', 'sales'],
      ['Schema', /^raw$/, 'raw'],
    ] as const) {
      await field(name).click()
      await page.getByRole('listbox').getByRole('option', { name: option }).click()
      await expect(field(name)).toHaveValue(value)
    }
    await look(page, 'browsing-databricks')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)
  } finally {
    await server.close()
  }
})
