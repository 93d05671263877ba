import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { writeSalesExport, writeStoresExport } from '../fixtures/exports.ts'
import { expect, stepOf, test } from './app.ts'
test('look', async ({ app }) => {
  const { page } = app
  const shot = async (n: string) => {
    await page.waitForLoadState('networkidle').catch(() => {})
    await page.screenshot({ path: `/tmp/look/${n}.png` })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.screenshot({ path: `/tmp/look/${n}-dark.png` })
    await page.emulateMedia({ colorScheme: 'light' })
  }
  await shot('01-empty')
  const sales = join(app.folder, 'sales.csv'),
    stores = join(app.folder, 'stores.csv'),
    x = join(app.folder, 'budget.xlsx')
  await writeSalesExport(sales, { rows: 1_500_000, seed: 23, oneDefectIn: 400 })
  await writeStoresExport(stores, 60, 8)
  await writeFile(
    x,
    Buffer.from('504b030414000600080000002100' + Buffer.from('xl/workbook').toString('hex'), 'hex'),
  )
  await app.dropFiles([stores, x])
  await expect(page.getByRole('cell', { name: '0001' })).toBeVisible()
  await page.getByRole('button', { name: 'Change' }).click()
  await shot('02-stores')
  await page.getByRole('button', { name: /^budget/ }).click()
  await expect(page.getByText('Excel workbook')).toBeVisible()
  await shot('03-xlsx')
  await page.getByRole('button', { name: /^stores/ }).click()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByTestId('account')).toBeVisible()
  await shot('04-stores-receipt')
  await page.getByRole('link', { name: 'Send', exact: true }).click()
  await page.getByRole('button', { name: /Remove budget/ }).click()
  await app.dropFiles([sales])
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(stepOf(page, 'Clean', 'under way')).toBeVisible({ timeout: 60000 })
  await page.waitForTimeout(1500)
  await shot('05-clean')
  await expect(stepOf(page, 'Upload', 'under way')).toContainText('left', { timeout: 60000 })
  await shot('06-upload')
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await shot('07-runs')
  await page.getByRole('link', { name: 'sales.csv', exact: true }).click()
  await expect(page.getByTestId('account')).toBeVisible({ timeout: 60000 })
  await page.getByRole('region', { name: 'Held-back rows' }).scrollIntoViewIfNeeded()
  await page.getByText('Diary').click()
  await page.getByText('Diary').scrollIntoViewIfNeeded()
  await shot('08-held')
  await page.getByRole('link', { name: 'Datasets' }).click()
  await shot('09-datasets')
  await page.getByRole('link', { name: 'Connections' }).click()
  await page.getByRole('button', { name: 'Add connection' }).click()
  await page.getByLabel('How to sign in').selectOption('Account key')
  await page.getByRole('button', { name: 'Save' }).click()
  await shot('10-add')
  await page.getByLabel('Name').fill('shop')
  await page.getByLabel('Storage account').fill('nosuchaccount')
  await page.getByLabel('Storage address').fill('http://127.0.0.1:9/nosuchaccount')
  await page.getByLabel(/^Account key/).fill('bm8=')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Test shop' }).click()
  await expect(page.getByText('Testing…')).toHaveCount(0, { timeout: 60000 })
  await shot('11-connections')
})
