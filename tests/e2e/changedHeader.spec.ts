import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

const rows = (from: number, as: (cells: string[]) => string[]): string[] =>
  Array.from({ length: 30 }, (_, nth) =>
    as([
      `A-${1000 + from + nth}`,
      ['Tea', 'Milk', 'Bread'][nth % 3] ?? '',
      `${1 + (nth % 9)}`,
      `${nth % 20}.${nth % 10}9`,
    ]).join(','),
  )

test('a header that has changed is asked about before anything leaves, and the next file passes by itself', async ({
  app,
}) => {
  const { page } = app
  const file = join(app.folder, 'till.csv')
  const choose = async (lines: string[]): Promise<void> => {
    writeFileSync(file, [...lines, ''].join('\n'))
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
  }
  const send = page.getByRole('button', { name: 'Send', exact: true })
  const loaded = page.getByTestId('loaded')
  await choose(['Article,Name,Count,Price', ...rows(0, (cells) => cells)])
  await send.click()
  await expect(loaded).toHaveText('30 rows in table till')

  // In another order; one column with another label, one gone, and one that is new.
  const changed = ([article = '', name = '', count = '']: string[]) => ['K1', name, count, article]
  await choose(['Register,Name,Pieces,Article', ...rows(100, changed)])
  const question = page.getByRole('table', { name: 'Columns that changed' })
  await expect(question).toContainText('“Count” is missing')
  const count = page.getByLabel('What has become of Count')
  await expect(count.locator('option:checked')).toHaveText(
    'it is “Pieces” now and holds the same kind of values (100 %)',
  )
  await expect(page.getByLabel('What has become of Price').locator('option:checked')).toHaveText(
    'it is gone: its cells stay empty',
  )
  await expect(page.getByLabel('What becomes of Register')).toHaveValue('ignore')
  await expect(send).toBeDisabled()
  await expect(page.getByText('Say first which column is which.')).toBeVisible()
  await expectAccessible(page, 'which column is which')
  // One column is taken for one only.
  await page.getByLabel('What has become of Price').selectOption('Pieces')
  await expect(count).toHaveValue('')
  await count.selectOption('Pieces')
  await expect(page.getByLabel('What has become of Price')).toHaveValue('')
  await page.getByRole('button', { name: 'Take them so' }).click()
  await expect(
    page.getByText(
      'Of its columns, “Pieces” is “Count”, “Price” stays empty, “Register” is left out. Its columns stand in another order',
    ),
  ).toBeVisible()
  await page.getByRole('button', { name: 'Change', exact: true }).first().click()
  await expect(question).toBeVisible()
  await page.getByRole('button', { name: 'Take them so' }).click()
  // Every row of it is checked as the run will take it.
  await expect(page.getByTestId('caption')).toHaveText(/^4 columns · 30 rows · [^·]+$/)
  await send.click()
  await expect(loaded).toHaveText('30 rows in table till · the table now has 60 rows')

  await choose(['Register,Name,Pieces,Article', ...rows(200, changed)])
  await expect(page.getByText('Of its columns, “Pieces” is “Count”')).toBeVisible()
  await expect(question).toHaveCount(0)
  await send.click()
  await expect(loaded).toHaveText('30 rows in table till · the table now has 90 rows')

  // The dataset has a page of its own, which says what was said, and where it can be taken back.
  await page.getByRole('link', { name: 'Datasets' }).click()
  await expectAccessible(page, 'all datasets')
  await page.getByRole('link', { name: 'till', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'till', level: 1 })).toBeVisible()
  const files = page.getByRole('table', { name: 'Files of till' })
  await expect(files.getByRole('row')).toHaveCount(4)
  await page.getByText('3 other labels').click()
  await page.getByRole('button', { name: 'Ask again: “Register” is left out' }).click()
  await expect(page.getByText('2 other labels')).toBeVisible()
  await expectAccessible(page, 'the page of a dataset')
  const exported = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  const saved = join(app.folder, 'till.dataset.json')
  await (await exported).saveAs(saved)
  await page.getByRole('button', { name: 'Duplicate…' }).click()
  const name = page.getByRole('textbox', { name: 'Name' })
  await name.fill('kiosk')
  await expectAccessible(page, 'a dataset is duplicated')
  await page.getByRole('button', { name: 'Duplicate', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'kiosk', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: 'Rename…' }).click()
  await name.fill('till')
  await page.getByRole('button', { name: 'Rename', exact: true }).click()
  await expect(page.getByText('There is a dataset till already.')).toBeVisible()
  await page.getByRole('button', { name: 'Forget kiosk' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Forget' }).click()
  await expect(page.getByRole('table', { name: 'Datasets' }).getByRole('row')).toHaveCount(2)
  // What a file of it would change is said before it is taken.
  const choice = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Import…' }).click()
  const text = readFileSync(saved, 'utf8').replace(
    '"pallet:maxQuarantinedShare": 0.05',
    '"pallet:maxQuarantinedShare": 0.1',
  )
  await (
    await choice
  ).setFiles({ name: 'till.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  const ask = page.getByRole('alertdialog')
  await expect(ask).toContainText('~ rows that may be held back: 5.0 % → 10 %')
  await expectAccessible(page, 'a dataset is replaced')
  await ask.getByRole('button', { name: 'Leave it' }).click()

  await page.getByRole('link', { name: 'Query' }).click()
  await page
    .getByLabel('Statement', { exact: true })
    .fill('SELECT name, count(*) AS n, NULL AS no FROM till GROUP BY name ORDER BY name')
  await page.getByLabel('Statement', { exact: true }).press('Control+Enter')
  const answer = page.getByRole('table', { name: 'Rows of the answer' })
  await expect(answer.getByRole('row')).toHaveCount(4)
  await expect(answer.getByRole('row').nth(1)).toHaveText('Bread30empty')
  await expect(page.getByTestId('answered')).toHaveText('3 rows')
  await expectAccessible(page, 'an answer')
  const csv = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export as CSV' }).click()
  const target = join(app.folder, 'query.csv')
  await (await csv).saveAs(target)
  expect(readFileSync(target, 'utf8')).toBe('name,n,no\r\nBread,30,\r\nMilk,30,\r\nTea,30,\r\n')
  await page.getByLabel('Statement', { exact: true }).fill('DROP TABLE till')
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  await expect(page.getByRole('main')).toContainText('a query can only read')
  await page.getByLabel('Asked before').selectOption('0')
  await expect(page.getByLabel('Statement', { exact: true })).toHaveValue(/^SELECT name/)
})
