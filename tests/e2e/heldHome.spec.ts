import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

const header = 'number,day,amount,shop'
const good = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${from + at},2026-11-${10 + (at % 20)},${at}.25,Köln`)

test('held-back rows of three kinds come home: by a step that stays, in the sheet, and outside; the next file passes by itself', async ({
  app,
}) => {
  const { page } = app
  await page.setViewportSize({ width: 1280, height: 800 })
  const send = async (name: string, rows: readonly string[]): Promise<void> => {
    const file = join(app.folder, name)
    writeFileSync(file, [header, ...rows, ''].join('\n'))
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('combobox', { name: 'Dataset' }).fill('sales')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
  }
  await send('september.csv', good(1, 60))
  await expect(page.getByTestId('loaded')).toHaveText('60 rows in table sales')

  await send('october.csv', [
    ...good(1001, 400),
    ...[0, 1, 2, 3, 4].map((at) => `${2001 + at},2026-11-20,"${at},75",Köln`),
    '2010,Mo,1.00,Köln',
    '2011,Mo,1.00,Köln',
    '2012,Mo,1.00,Köln',
    '2013,Di,1.00,Köln',
    '2020,2026-11-20,Stk,=Köln',
  ])
  const held = page.getByTestId('held')
  await expect(held).toHaveText('10 held back, 0 ready to be sent')
  const groups = page.getByRole('list', { name: 'What is wrong' })

  // Five by a step: counted before it is done, and for the next files, too.
  await groups.getByRole('button', { name: /6 rows, first in line 402/ }).click()
  const comma = page.getByRole('button', { name: 'Repair: Decimal comma in “amount”' })
  await expect(page.getByText('repairs 5 of 6')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Steps are for the next files, too' }).check()
  await expectAccessible(page, 'what could repair a group')
  await comma.click()
  await expect(held).toHaveText('10 held back, 5 ready to be sent')

  // In the sheet: one cell by hand offers the others; paste and fill down for the rest.
  const sheet = page.getByRole('grid', { name: 'Held-back rows' })
  const day = (line: string) =>
    sheet.getByRole('row').filter({ hasText: line }).getByRole('gridcell').nth(2)
  await day('407').click()
  await page.keyboard.type('2026-11-23')
  await page.keyboard.press('Enter')
  await expect(
    page.getByText('“Mo” → “2026-11-23” in “day”: the same in 2 more rows?'),
  ).toBeVisible()
  await page.getByRole('button', { name: 'There, too' }).click()
  await expect(held).toHaveText('10 held back, 8 ready to be sent')
  await day('409').click()
  await page.keyboard.press('Control+z')
  await expect(held).toHaveText('10 held back, 6 ready to be sent')
  await day('407').click()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+d')
  await expect(held).toHaveText('10 held back, 8 ready to be sent')
  await day('410').click()
  await day('410').evaluate((element) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', '2026-11-24\r\n')
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  })
  await expect(held).toHaveText('10 held back, 9 ready to be sent')
  await expectAccessible(page, 'held-back rows in the sheet')

  // The last one outside, in another program.
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as CSV' }).click()
  const out = join(app.folder, 'outside.csv')
  await (await downloading).saveAs(out)
  await expect(page.getByRole('status').filter({ hasText: 'apostrophe' })).toHaveText(
    /^1 cell that a spreadsheet would run as a formula got an apostrophe in front/,
  )
  writeFileSync(out, readFileSync(out, 'utf8').replace(',Stk,', ',6.50,'))
  await page.locator('input[aria-label="File of held-back rows"]').setInputFiles(out)
  await expect(page.getByTestId('brought')).toHaveText(/^1 row edited, 0 dropped, 9 as before/)
  await expect(held).toHaveText('10 held back, 10 ready to be sent')
  await page.getByRole('button', { name: 'Send 10 rows again' }).click()
  await expect(page.getByTestId('account')).toHaveText(
    '410 in = 410 clean + 0 held back + 0 dropped',
  )
  await expect(held).toHaveText('None is held back any more.')

  await send('november.csv', [...good(3001, 100), '4001,2026-11-20,"7,75",Köln'])
  await expect(page.getByTestId('loaded')).toHaveText(
    '101 rows in table sales · the table now has 571 rows',
  )
  await expect(page.getByTestId('account')).toHaveText(
    '101 in = 101 clean + 0 held back + 0 dropped',
  )
})
