/** A shop's orders are fetched by the window: connected, tried, fetched, and then by the clock. */
import { apiKey, orders, shopServer } from '../fixtures/shopServer.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('a list of a shop is tried before it is saved, fetched, fetched again, and has a schedule', async ({
  app,
}) => {
  const shop = await shopServer()
  shop.signIn = 'header'
  shop.orders = orders(120)
  try {
    const { page } = app
    const today = page.getByRole('link', { name: 'Today', exact: true })
    const lists = page.getByRole('region', { name: 'Fetched from shop systems' })
    await test.step('the connection', async () => {
      await today.click()
      await lists.getByRole('link', { name: 'Connections' }).click()
      await page.getByRole('button', { name: 'Add connection' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('System').selectOption('Store API')
      await dialog.getByLabel('How to sign in').selectOption('Key in a header')
      await dialog.getByLabel('Name').fill('shop')
      await dialog.getByRole('textbox', { name: 'Address' }).fill(shop.url)
      await dialog.getByRole('textbox', { name: 'Header' }).fill('X-Shop-Key')
      await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill('wrong')
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog).toContainText('does not accept the key of the connection')
      await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill(apiKey)
      await dialog.getByRole('button', { name: 'Test' }).click()
      await expect(dialog).toContainText('answers.')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await expect(dialog).toHaveCount(0)
    })
    const form = page.getByRole('form', { name: 'Fetch a list' })
    await test.step('the list', async () => {
      await today.click()
      await lists.getByRole('button', { name: 'Fetch a list…' }).click()
      await form.getByLabel('Dataset').fill('orders')
      await form.getByRole('combobox', { name: 'List' }).selectOption('Shopify: orders')
      await expect(form.getByLabel('What tells records apart')).toHaveValue('id')
      await form.getByRole('combobox', { name: 'List' }).selectOption('any other list')
      await form.getByLabel('Path').fill('/orders/none')
      await form.getByRole('button', { name: 'Try it' }).click()
      await expect(form).toContainText('There is no list /orders/none')
      await form.getByLabel('Path').fill('/orders/link')
      await form.getByLabel('The records are in').fill('orders')
      await form.getByLabel('What tells records apart').fill('id')
      await form.getByLabel('Its pages are asked for').selectOption('by the header Link')
      await form.getByLabel('Parameter of the size').fill('limit')
      await form.getByLabel('Only what is new, by').fill('updated_at')
      await form.getByLabel('The parameter for it').fill('updated_at_min')
      await form.getByRole('button', { name: 'Try it' }).click()
      await expect(form).toContainText('100 records on the first page, and there are more.')
      await expect(form.getByRole('row', { name: /^1 2025-11-20/ })).toBeVisible()
      await expectAccessible(page, 'Fetch a list')
      await look(page, 'fetching-form')
      await form.getByRole('button', { name: 'Save' }).click()
      await expect(form).toHaveCount(0)
      await expect(lists).toContainText('/orders/link of shop; only when somebody says so')
    })
    const fetchNow = lists.getByRole('button', { name: 'Fetch now: orders' })
    await test.step('fetched, and fetched again', async () => {
      await fetchNow.click()
      await expect(page.getByTestId('loaded')).toHaveText('120 rows in table orders', {
        timeout: 120_000,
      })
      await today.click()
      await fetchNow.click()
      await expect(lists).toContainText('Nothing new since it was last fetched.')
    })
    await test.step('by the clock, on the page of the dataset', async () => {
      // What a dialog of before leaves for the focus goes with its document.
      await page.reload()
      await page
        .getByRole('region', { name: 'Datasets' })
        .getByRole('link', { name: 'orders', exact: true })
        .click()
      await lists.getByRole('button', { name: 'When: orders' }).click()
      const when = page.getByRole('form', { name: 'When orders is fetched' })
      await when.getByLabel('Fetch it').selectOption('by a cron expression')
      await when.getByLabel('Cron expression').fill('every day')
      await expect(when.getByRole('button', { name: 'Save' })).toHaveAttribute(
        'aria-disabled',
        'true',
      )
      await when.getByLabel('Fetch it').selectOption('every weekday')
      await expect(when).toContainText('Next: ')
      await expectAccessible(page, 'When it is fetched')
      await look(page, 'fetching-when')
      await when.getByRole('button', { name: 'Save' }).click()
      await expect(lists).toContainText('every weekday at 06:00')
      await today.click()
      await expect(lists).toContainText('; next ')
      await expectAccessible(page, 'Today, with a list')
      await look(page, 'fetching-today')
      await lists.getByRole('button', { name: 'Fetch no more: orders' }).click()
      await expect(lists).toContainText('A list of a shop system can be fetched by itself')
    })
  } finally {
    await shop.close()
  }
})
