import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeStoresExport } from '../fixtures/exports.ts'
import { compoundFile } from '../fixtures/compound.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

test('several files at once: what is no export says so, and the good one goes', async ({ app }) => {
  const stores = join(app.folder, 'stores.csv')
  const workbook = join(app.folder, 'budget.xlsx')
  const empty = join(app.folder, 'empty.csv')
  await writeStoresExport(stores, 40, 3)
  await writeFile(workbook, compoundFile({ EncryptedPackage: Buffer.alloc(5000) }))
  await writeFile(empty, '')
  const { page } = app
  await app.dropFiles([workbook, empty, stores])
  const list = page.getByRole('list', { name: 'Files to send' })
  await expect(list.getByRole('listitem')).toHaveCount(3)
  // Which one to see first stands in the list, before any is opened.
  const item = (name: string) => list.getByRole('listitem').filter({ hasText: name })
  await expect(item('budget.xlsx')).toContainText('cannot be sent')
  await expect(item('empty.csv')).toContainText('cannot be sent')
  // It names managers, and nobody has said yet whether that is personal.
  await expect(item('stores.csv')).toContainText('look first')
  const open = (name: string) => list.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  const send = page.getByRole('button', { name: 'Send', exact: true })

  await open('budget.xlsx')
  await expect(page.getByText('The workbook is locked with a password.')).toBeVisible()
  await expect(
    page.getByText('Open it with its password, save it without one and choose that file.'),
  ).toBeVisible()
  await expect(send).toBeDisabled()
  await expectAccessible(page, 'Send, with a workbook')
  await open('empty.csv')
  await expect(page.getByText('The file is empty.')).toBeVisible()
  await expect(send).toBeDisabled()

  await open('stores.csv')
  const table = page.getByRole('grid', { name: 'Preview of stores.csv' })
  await expect(table.getByLabel('Type of Store ID')).toHaveValue('text')
  await expect(table.getByRole('gridcell', { name: '0001' })).toBeVisible()
  await expect(table.getByLabel('Type of Opened')).toHaveValue('date ymd')
  await expect(table.getByLabel('Type of Area (m²)')).toHaveValue('decimal .')
  await expect(table.getByLabel('Type of Active')).toHaveValue('boolean')

  // A narrow window does not cut off how a file is opened.
  await page.setViewportSize({ width: 640, height: 800 })
  const zone = page.getByRole('region', { name: 'Drop files here' })
  await expect(zone.getByRole('button', { name: 'Open', exact: true })).toBeInViewport({ ratio: 1 })
  // In a low window, too, the rows scroll by themselves and Send stays.
  await page.setViewportSize({ width: 1280, height: 640 })
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  await expect(send).toBeInViewport({ ratio: 1 })
  await expect(table.getByRole('gridcell', { name: '0001' })).toBeInViewport()
  await expect(table.getByRole('gridcell', { name: '0040' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Send 1 of 3 files' }).click()
  await expect(list.getByRole('listitem')).toHaveCount(2)
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name: 'stores.csv' }).click()
  await expect(page.getByTestId('account')).toHaveText('40 in = 40 clean + 0 held back + 0 dropped')

  // The others wait where they were, until they are taken off.
  await page.getByRole('link', { name: 'Send', exact: true }).click()
  await page.getByRole('button', { name: 'Remove budget.xlsx' }).click()
  await page.getByRole('button', { name: 'Remove empty.csv' }).click()
  await expect(list).toHaveCount(0)
})
