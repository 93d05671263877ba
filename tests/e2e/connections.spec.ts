import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { writeStoresExport } from '../fixtures/exports.ts'
import { startStorage } from '../integration/upload/azurite.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

/** Everything that reaches the window: answers, messages of the line, and what it keeps. */
function listen(page: Page): { said: () => Promise<string> } {
  const heard: Promise<string>[] = []
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => heard.push(Promise.resolve(payload.toString()))),
  )
  page.on('response', (response) => heard.push(response.text().catch(() => '')))
  return {
    said: async () =>
      [
        ...(await Promise.all(heard)),
        await page.content(),
        await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie])),
        // What stands in a field is not part of the page's text.
        await page.evaluate(() =>
          [...document.querySelectorAll('input')].map(({ value }) => value).join('\n'),
        ),
      ].join('\n'),
  }
}

test('a connection: added, tested, edited, used and removed; its secret never comes back', async ({
  app,
}) => {
  const storage = await startStorage()
  try {
    const { page } = app
    const { account, key, endpoint } = storage.access
    const window = listen(page)
    await page.reload()
    await page.getByRole('link', { name: 'Connections' }).click()
    const list = page.getByRole('list', { name: 'Connections' })
    await expect(list.getByRole('listitem', { name: 'sandbox' })).toContainText('Needs no secret')
    if (process.platform === 'linux')
      await expect(
        page.getByText(
          /offers Pallet no keychain, so secrets are kept only until Pallet is closed/,
        ),
      ).toBeVisible()
    await expectAccessible(page, 'Connections')

    await page.getByRole('button', { name: 'Add connection' }).click()
    const dialog = page.getByRole('dialog')
    const secret = dialog.getByLabel(/^Account key/)
    await dialog.getByLabel('Name').fill('shop')
    await dialog.getByLabel('How to sign in').selectOption('Account key')
    await dialog.getByRole('button', { name: 'Save' }).click()
    // What is missing is said at its field, and nothing is saved.
    await expect(secret).toHaveAttribute('aria-invalid', 'true')
    await expectAccessible(page, 'Add a connection')
    await dialog.getByLabel('Storage account').fill(account)
    await dialog.getByLabel('Storage address').fill(endpoint)
    const wrong = randomBytes(64).toString('base64')
    await secret.fill(wrong)
    await dialog.getByLabel('Container').fill('exports')
    const tryIt = dialog.getByRole('button', { name: 'Test' })
    await tryIt.click()
    await expect(dialog).toContainText(
      `did not accept the key of the account “${account}”. Copy the key again`,
    )
    await secret.fill(key)
    await expect(dialog).not.toContainText('did not accept the key of the account')
    await dialog.getByLabel('Storage address').fill(endpoint.replace(account, 'another'))
    await tryIt.click()
    await expect(dialog).toContainText('There is no storage account “another” at 127.0.0.1')
    await dialog.getByLabel('Storage address').fill(endpoint)
    await tryIt.click()
    await expect(dialog).toContainText('0 containers can be seen. None is called “exports”')
    await expectAccessible(page, 'Add a connection, tested')
    // Nothing was kept of all that.
    await secret.fill(wrong)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)
    const card = list.getByRole('listitem', { name: 'shop' })
    await expect(card).toContainText('Secret stored')
    await expect(card).toContainText('Container: exports')

    await page.getByRole('button', { name: 'Test shop' }).click()
    await expect(card).toContainText(
      `did not accept the key of the account “${account}”. Copy the key again`,
    )

    // The right key takes the wrong one's place; the wrong one is not shown.
    await page.getByRole('button', { name: 'Edit shop' }).click()
    await expect(secret).toHaveValue('')
    await expect(secret).toHaveAttribute('placeholder', /stored/)
    await tryIt.click()
    // The stored one is tried where none is entered.
    await expect(dialog).toContainText('did not accept the key of the account')
    await secret.fill(key)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)
    await page.getByRole('button', { name: 'Test shop' }).click()
    await expect(card).toContainText('Connected. 0 containers can be seen.')

    // Edited without a new secret, it still works.
    await page.getByRole('button', { name: 'Edit shop' }).click()
    await expect(secret).toHaveValue('')
    await dialog.getByLabel('Container').fill('deliveries')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(card).toContainText('Container: deliveries')
    await expect(card).toContainText('Secret stored')

    const file = join(app.folder, 'stores.csv')
    await writeStoresExport(file, 60, 8)
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByLabel('Connection', { exact: true }).selectOption('shop')
    await expect(page.getByLabel('Container')).toHaveValue('deliveries')
    await page.getByLabel('Blob name').fill('stores/stores.csv')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const trouble = page.getByRole('alert')
    await expect(trouble).toContainText(/container.*deliveries/i)
    await expectAccessible(page, 'A run whose container is missing')
    await page.getByRole('button', { name: 'Create container and continue' }).click()
    await expect(page.getByTestId('account')).toHaveText(
      '60 in = 60 clean + 0 held back + 0 dropped',
    )
    await expect(page.getByText('Delivered').first()).toBeVisible()
    await page.getByText('Technical details').click()
    await expect(page.getByText('shop · deliveries/stores/stores.csv')).toBeVisible()
    const blob = await storage.blob('deliveries', 'stores/stores.csv').downloadToBuffer()
    expect(blob.toString().trimEnd().split('\n')).toHaveLength(61)

    await page.getByRole('link', { name: 'Connections' }).click()
    await page.getByRole('button', { name: 'Test shop' }).click()
    await expect(page.getByRole('list', { name: 'Containers of shop' })).toContainText('deliveries')
    const said = await window.said()
    expect(said.includes(key), 'the key came back').toBe(false)
    expect(said.includes(wrong), 'the wrong key came back').toBe(false)
    // The ear works: what is no secret was heard.
    expect(said).toContain(endpoint)

    await page.getByRole('button', { name: 'Remove shop' }).click()
    const ask = page.getByRole('alertdialog')
    await expect(ask).toContainText('Nothing in Azure Blob Storage is touched.')
    await ask.getByRole('button', { name: 'Remove' }).click()
    await expect(card).toHaveCount(0)
    await app.restart()
    await app.page.getByRole('link', { name: 'Connections' }).click()
    await expect(app.page.getByRole('listitem', { name: 'sandbox' })).toBeVisible()
    await expect(app.page.getByRole('listitem', { name: 'shop' })).toHaveCount(0)
  } finally {
    await storage.stop()
  }
})
