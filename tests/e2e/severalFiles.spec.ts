import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeStoresExport } from '../fixtures/exports.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

test('several files at once: what is no export says so, and the good one goes', async ({ app }) => {
  const stores = join(app.folder, 'stores.csv')
  const workbook = join(app.folder, 'budget.xlsx')
  const empty = join(app.folder, 'empty.csv')
  await writeStoresExport(stores, 40, 3)
  // As an xlsx begins: a ZIP, whose entries are called so.
  await writeFile(
    workbook,
    Buffer.concat([
      Buffer.from('504b030414000600080000002100', 'hex'),
      Buffer.alloc(16, 7),
      Buffer.from('[Content_Types].xml xl/workbook.xml'),
      Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 37) % 256)),
    ]),
  )
  await writeFile(empty, '')
  const { page } = app
  await app.dropFiles([workbook, empty, stores])
  const list = page.getByRole('list', { name: 'Files to send' })
  await expect(list.getByRole('listitem')).toHaveCount(3)
  // Which one to see first stands in the list, before any is opened.
  const item = (name: string) => list.getByRole('listitem').filter({ hasText: name })
  await expect(item('budget.xlsx')).toContainText('cannot be sent')
  await expect(item('empty.csv')).toContainText('cannot be sent')
  await expect(item('stores.csv')).toContainText('looks fine')
  const open = (name: string) => list.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  const send = page.getByRole('button', { name: 'Send', exact: true })

  await open('budget.xlsx')
  await expect(page.getByText('This file is an Excel workbook, not a text table.')).toBeVisible()
  await expect(page.getByText('Save it as CSV and choose that file.')).toBeVisible()
  await expect(send).toBeDisabled()
  await expectAccessible(page, 'Send, with a workbook')
  await open('empty.csv')
  await expect(page.getByText('The file is empty.')).toBeVisible()
  await expect(send).toBeDisabled()

  await open('stores.csv')
  const table = page.getByRole('table', { name: 'Preview of stores.csv' })
  await expect(table.getByLabel('Type of Store ID')).toHaveValue('text')
  await expect(table.getByRole('cell', { name: '0001' })).toBeVisible()
  await expect(table.getByLabel('Type of Opened')).toHaveValue('date ymd')
  await expect(table.getByLabel('Type of Area (m²)')).toHaveValue('decimal .')
  await expect(table.getByLabel('Type of Active')).toHaveValue('boolean')

  // In a low window, too, the rows scroll by themselves and Send stays.
  await page.setViewportSize({ width: 1280, height: 640 })
  await page.getByRole('button', { name: 'Change' }).click()
  await expect(send).toBeInViewport({ ratio: 1 })
  await expect(table.getByRole('cell', { name: '0001' })).toBeInViewport()
  await expect(table.getByRole('cell', { name: '0040' })).toHaveCount(0)
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
