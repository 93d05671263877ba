import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('a folder is watched: its files are delivered by themselves, a bad one waits for a person, and Today says so', async ({
  app,
}) => {
  const { page } = app
  const till = join(app.folder, 'till')
  mkdirSync(till)
  const write = (path: string, lines: readonly string[]): void =>
    writeFileSync(path, [...lines, ''].join('\n'))
  const today = page.getByRole('link', { name: 'Today', exact: true })
  await today.click()
  await expect(page.getByRole('heading', { name: 'Nothing has been sent yet' })).toBeVisible()
  await expectAccessible(page, 'Today, empty')
  await page.getByRole('link', { name: 'Send a first file' }).click()
  const first = join(app.folder, 'sales.csv')
  write(first, ['id,amount', '1,1.50', '2,2.50'])
  await app.dropFiles([first])
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByTestId('loaded')).toHaveText('2 rows in table sales')

  await today.click()
  await page.getByRole('button', { name: 'Watch a folder…' }).click()
  const form = page.getByRole('form', { name: 'Watch a folder' })
  await form.getByRole('textbox', { name: 'Folder', exact: true }).fill(join(till, 'none'))
  await form.getByRole('button', { name: 'Watch this folder' }).click()
  await expect(form).toContainText(`The watched folder ${join(till, 'none')} is not there.`)
  await expectAccessible(page, 'Watch a folder')
  await form.getByRole('textbox', { name: 'Folder', exact: true }).fill(till)
  await form.getByLabel('Delivered files').selectOption('move')
  await form.getByLabel('A file should come by').fill('00:00')
  await look(page, 'today-form')
  await form.getByRole('button', { name: 'Watch this folder' }).click()
  const folders = page.getByRole('region', { name: 'Watched folders' })
  await expect(folders).toContainText('*.csv as sales')

  write(join(till, 'monday.csv'), ['id,amount', '3,3.50', '4,4.50', '5,5.50'])
  const line = page
    .getByRole('region', { name: 'Datasets' })
    .getByRole('row', { name: /^sales 2 5 / })
  await expect(line).toContainText('Delivered', { timeout: 120_000 })
  await expect.poll(() => readdirSync(till), { timeout: 120_000 }).toEqual(['delivered'])

  write(join(till, 'tuesday.csv'), ['id,sum in euros', '6,6.50'])
  const waiting = page.getByRole('region', { name: 'Waits for you' })
  await expect(waiting).toContainText('tuesday.csv of sales: Its columns are not those', {
    timeout: 120_000,
  })
  await expectAccessible(page, 'Today')
  await look(page, 'today')
  expect(readdirSync(till).toSorted()).toEqual(['delivered', 'tuesday.csv'])
  await waiting.getByRole('link', { name: 'tuesday.csv' }).click()
  await page.getByRole('button', { name: 'Leave it', exact: true }).click()
  await expect(page.getByText('Nothing loaded', { exact: true })).toBeVisible()
  await today.click()
  await expect(waiting).toHaveCount(0)
  await folders.getByRole('button', { name: `Watch no more: ${till}` }).click()
  await expect(folders).toContainText('None yet.')
})
