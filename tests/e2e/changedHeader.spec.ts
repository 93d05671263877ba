import { writeFileSync } from 'node:fs'
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
})
