import { join } from 'node:path'
import { writeStoresExport } from '../fixtures/exports.ts'
import { startStorage } from '../integration/upload/azurite.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

test('unfinished blocks of another program: told, kept when wanted, dropped when wanted', async ({
  app,
}) => {
  const storage = await startStorage()
  try {
    const { page } = app
    const { account, key, endpoint } = storage.access
    const blob = storage.blob('exports', 'stores/stores.csv')
    await storage.service.getContainerClient('exports').create()
    await blob.stageBlock(Buffer.alloc(48, 7).toString('base64'), 'theirs', 6)

    await page.getByRole('link', { name: 'Connections' }).click()
    await page.getByRole('button', { name: 'Add connection' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('shop')
    await dialog.getByLabel('How to sign in').selectOption('Account key')
    await dialog.getByLabel('Storage account').fill(account)
    await dialog.getByLabel('Storage address').fill(endpoint)
    await dialog.getByLabel(/^Account key/).fill(key)
    await dialog.getByLabel('Container').fill('exports')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)

    const file = join(app.folder, 'stores.csv')
    await writeStoresExport(file, 60, 8)
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByLabel('Connection', { exact: true }).selectOption('shop')
    await page.getByLabel('Blob name').fill('stores/stores.csv')
    await page.getByRole('button', { name: 'Send', exact: true }).click()

    await expect(page.getByRole('alert')).toContainText('unfinished blocks of another program')
    const drop = page.getByRole('button', { name: 'Drop unfinished blocks' })
    await drop.click()
    const ask = page.getByRole('alertdialog')
    await expect(ask).toContainText('exports/stores/stores.csv')
    await expectAccessible(page, 'Drop the unfinished blocks?')
    await ask.getByRole('button', { name: 'Keep them' }).click()
    await expect(ask).toHaveCount(0)
    const { uncommittedBlocks = [] } = await blob.getBlockList('uncommitted')
    expect(uncommittedBlocks).toHaveLength(1)

    await drop.click()
    await ask.getByRole('button', { name: 'Drop and continue' }).click()
    // The account alone stands there since the rows were cleaned.
    await expect(page.getByText('Delivered').first()).toBeVisible()
    await expect(page.getByTestId('account')).toHaveText(
      '60 in = 60 clean + 0 held back + 0 dropped',
    )
    expect((await blob.downloadToBuffer()).toString().trimEnd().split('\n')).toHaveLength(61)
  } finally {
    await storage.stop()
  }
})
