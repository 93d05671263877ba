import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pallet } from '../fixtures/pallet.ts'
import { expectAccessible } from './accessible.ts'
import { type App, expect, test } from './app.ts'
import { look } from './pictures.ts'

const rows = (from: number, count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) => `${from + index},2026-11-${10 + (index % 20)},1.${index % 10}0`,
  )

/** Every row of a table, as the warehouse has it, is one of these, and the other way round. */
async function expectTable({ home }: App, table: string, lines: readonly string[]): Promise<void> {
  const sql = `select number::varchar || ',' || day || ',' || amount as line from ${table}`
  const { events } = await pallet(['query', sql], { home })
  expect(events.map(({ line }) => String(line)).toSorted()).toEqual([...lines].toSorted())
}

test('a corrected file is asked about, takes the place of the first, and is undone', async ({
  app,
}) => {
  const { page } = app
  const file = join(app.folder, 'till.csv')
  const write = (lines: readonly string[]): void =>
    writeFileSync(file, ['number,day,amount', ...lines, ''].join('\n'))
  const send = async (): Promise<void> => {
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('button', { name: 'Send', exact: true }).click()
  }

  // One line has a cell too many.
  write([...rows(1, 59), '60,2026-11-20,1,50'])
  await send()
  await expect(page.getByTestId('loaded')).toHaveText('59 rows in table till')
  const first = rows(1, 59)
  await expectTable(app, 'till', first)

  write([...rows(1, 59), '60,2026-11-20,1.50'])
  await send()
  const question = page.getByRole('alert')
  await expect(question).toContainText('59 of its 60 rows are the same')
  await expectAccessible(page, 'a question')
  // It is asked above every other page, too.
  await page.getByRole('link', { name: 'Connections' }).click()
  await expect(page.getByRole('region', { name: 'Notices' })).toContainText('59 of its 60 rows')
  await page.getByRole('link', { name: 'Answer' }).click()
  await question.getByRole('button', { name: 'It is a correction' }).click()
  await expect(page.getByTestId('loaded')).toHaveText('60 rows in table till')
  await expect(
    page.getByText(/It took the place of run .*: 59 rows out, 60 rows in\./),
  ).toBeVisible()

  await expectTable(app, 'till', [...first, '60,2026-11-20,1.50'])

  const verification = page.getByRole('region', { name: 'Verification' })
  await verification.getByText('12 figures compared with the warehouse, all the same').click()
  await expect(verification.getByRole('row', { name: 'number sum 1830 1830' })).toBeVisible()
  await expectAccessible(page, 'a receipt with its figures')
  await verification.getByRole('button', { name: 'Verify' }).click()
  await expect(verification).toContainText('All 60 rows are there, as they were sent.')

  await page.getByRole('button', { name: 'Undo…' }).click()
  const ask = page.getByRole('alertdialog')
  await expect(ask).toContainText('60 rows of till.csv go out of the table till.')
  await expect(ask).toContainText('59 rows that they took the place of come back.')
  await expectAccessible(page, 'Undo this delivery?')
  await ask.getByRole('button', { name: 'Undo', exact: true }).click()
  await expect(page.getByText('its rows are out of the table again')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Undo…' })).toHaveCount(0)
  await expectAccessible(page, 'an undone run')
  await expectTable(app, 'till', first)

  // The first file stands again, and its bytes are known.
  write([...rows(1, 59), '60,2026-11-20,1,50'])
  await send()
  await expect(question).toContainText('Exactly this file was delivered before')
  await question.getByRole('button', { name: 'Leave it' }).click()
  await expect(page.getByTestId('loaded')).toContainText('Nothing was loaded.')
  await expectTable(app, 'till', first)

  // What stands in the table, and which run brought it.
  await page.getByRole('link', { name: 'Query', exact: true }).click()
  const tables = page.getByRole('region', { name: 'Tables' })
  await tables.locator('summary').filter({ hasText: 'till' }).click()
  const ledger = tables.getByRole('list', { name: 'Deliveries into till, newest first' })
  await expect(ledger.getByRole('listitem')).toHaveCount(2)
  await expect(ledger.getByRole('listitem').first()).toContainText(
    '60 rows of till, 59 rows went out (corrects',
  )
  await expect(ledger.getByRole('listitem').last()).toContainText('59 rows of till')
  await tables.getByRole('button', { name: 'Show rows of till' }).click()
  await expect(page.getByTestId('answered')).toHaveText('59 rows')
  await expectAccessible(page, 'Query, with a table opened')
  await look(page, 'query')
  await page.getByRole('region', { name: 'Answer' }).getByRole('link').first().click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('till.csv')

  // The storage is emptied behind its back: it is noticed, and the blob is made again from the file.
  await app.restart('SIGTERM', () => rm(join(app.home, 'sandbox'), { recursive: true }))
  const window = app.page
  await window.getByRole('link', { name: 'Runs', exact: true }).click()
  const lost = window.getByRole('row').filter({ hasText: 'Blob gone' })
  await expect(lost).toHaveCount(1)
  await lost.getByRole('link', { name: 'till.csv' }).click()
  const notice = window.getByRole('alert')
  await expect(notice).toContainText('Its rows are in the table as before')
  await notice.getByRole('button', { name: 'Send it again' }).click()
  // What a browser had received is not kept.
  await expect(notice).toContainText('Pallet does not have till.csv any more')
  await expectAccessible(window, 'a blob that is gone')
  await window.getByLabel('The file till.csv as it was sent').setInputFiles(file)
  await expect(window.getByRole('alert')).toHaveCount(0)
  await window.getByText('Technical details').click()
  await expect(window.getByText(/till\.csv, sent again/)).toBeVisible()
  await expectTable(app, 'till', first)
})

test('a file that brings its days is told so in plain words, and the dataset keeps it', async ({
  app,
}) => {
  const { page } = app
  const file = join(app.folder, 'days.csv')
  const send = async (lines: readonly string[], choose: () => Promise<void>): Promise<void> => {
    writeFileSync(file, ['Shop 12', '', 'number,day,amount', ...lines, ''].join('\n'))
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await choose()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
  }
  const day20 = '1,2026-11-20,1.50'
  await send([day20, '2,2026-11-21,2.50'], async () => {
    await expect(page.getByText('Its rows are added to the table.')).toBeVisible()
    await expect(page.getByText('The first 2 lines do not belong')).toBeVisible()
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByRole('radio', { name: 'The days or stores that are in the file' }).click()
    await expect(page.getByRole('combobox', { name: 'The same by' })).toHaveText('day')
    await expectAccessible(page, 'what the file is')
  })
  await expect(page.getByTestId('loaded')).toHaveText('2 rows in table days')
  await expectTable(app, 'days', [day20, '2,2026-11-21,2.50'])
  // The next one is not told again.
  await send(['3,2026-11-21,3.50'], async () => {
    await expect(page.getByText('take the place of all rows with the same day')).toBeVisible()
    // Nor is what was told of the first file in the same words.
    await expect(page.getByText('1 thing as the last time')).toBeVisible()
    await expect(page.getByText('Please look')).toHaveCount(0)
  })
  // On the run's page: the Send page had the same words, folded, and goes away with them.
  await expect(page.getByTestId('loaded')).toHaveText(
    '1 row in table days · the table now has 2 rows',
  )
  await page.getByText('1 thing as the last time').click()
  await expect(
    page.getByRole('listitem').filter({ hasText: 'The first 2 lines do not belong' }),
  ).toBeVisible()
  await expectAccessible(page, 'what is as the last time')
  await expect(page.getByText('It took the place of 1 row.')).toBeVisible()
  await expectTable(app, 'days', [day20, '3,2026-11-21,3.50'])

  // A file with fewer rows than usual is asked about, once it is said what is usual.
  await page.getByRole('link', { name: 'Datasets' }).click()
  await page.getByRole('link', { name: 'days', exact: true }).click()
  const files = page.getByRole('table', { name: 'Files of days' })
  await expect(files.getByRole('row').nth(1)).toContainText('Delivered')
  await expect(files.getByRole('row')).toHaveCount(3)
  await expectAccessible(page, 'the files so far')
  await page.getByText('Rows in a file: any number').click()
  await page.getByLabel('At least').fill('2')
  await page.getByLabel('At most').fill('1')
  await expect(page.getByText('Use whole numbers, the smaller one first.')).toBeVisible()
  await page.getByLabel('At most').fill('')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(page.getByText('Rows in a file: at least 2 rows')).toBeVisible()
  await expectAccessible(page, 'how many rows are usual')
  // Its columns can be changed where they stand, and what that does to the table is said first.
  await page.getByText('3 columns').click()
  await page.getByLabel('amount is never empty').check()
  await expect(page.getByText('keeps the columns it has')).toHaveCount(0)
  await page.getByRole('button', { name: 'Save columns' }).click()
  await expect(page.getByText('Saved, for the files to come.')).toBeVisible()
  await expect(page.getByLabel('amount is never empty')).toBeChecked()
  await page.getByLabel('Name of amount in the table').fill('day')
  await expect(page.getByText('Two columns would be called “day”.')).toBeVisible()
  await page.getByLabel('Name of amount in the table').fill('amount')
  await page.getByLabel('Type of amount').selectOption('Text')
  await expect(page.getByText('The table days keeps the columns it has')).toBeVisible()
  await expectAccessible(page, 'columns that are changed')
  await send(['4,2026-11-22,3.50'], async () => {})
  const question = page.getByRole('alert')
  await expect(question).toContainText(
    'It has 1 clean row; its files usually have at least 2 rows.',
  )
  await question.getByRole('button', { name: 'Yes, load them' }).click()
  await expect(page.getByTestId('loaded')).toContainText('1 row in table days')
  await expectTable(app, 'days', [day20, '3,2026-11-21,3.50', '4,2026-11-22,3.50'])
})
