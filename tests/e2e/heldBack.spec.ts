import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

const rows = (count: number): string[] =>
  Array.from({ length: count }, (_, row) => `${row + 1},2026-11-${10 + (row % 20)},1.${row % 10}0`)

test('held-back rows are fixed like a sheet, survive a kill, and come home until none is left', async ({
  app,
}) => {
  const file = join(app.folder, 'till.csv')
  const faulty = ['101,2026-11-20,1,50', '102,2026-11-21,2,50', '103,2026-11-22,3,50']
  writeFileSync(file, ['number,day,amount', ...rows(97), ...faulty, ''].join('\n'))
  await app.dropFiles([file])
  await app.page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(app.page.getByTestId('loaded')).toHaveText('97 rows in table till')
  const held = app.page.getByTestId('held')
  await expect(held).toHaveText('3 held back, 0 ready to be sent')

  const grid = app.page.getByRole('grid', { name: 'Held-back rows' })
  const cell = (row: number, column: number) =>
    grid.getByRole('row').nth(row).getByRole('gridcell').nth(column)
  // Typed over, Enter goes down; F2 edits what is there, Escape leaves it.
  await cell(1, 3).click()
  await app.page.keyboard.type('1.50')
  await app.page.keyboard.press('Enter')
  await expect(cell(1, 3)).toHaveText('1.50')
  await expect(cell(2, 3)).toBeFocused()
  await app.page.keyboard.press('F2')
  await app.page.keyboard.type('9')
  await app.page.keyboard.press('Escape')
  await expect(cell(2, 3)).toHaveText('2')
  // From a spreadsheet: two rows, two cells each, the second one empty.
  await cell(2, 3).evaluate((element) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', '2.50\t\r\n3.50\t\r\n')
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  })
  await expect(held).toHaveText('3 held back, 2 ready to be sent')
  await expectAccessible(app.page, 'held-back rows')

  await app.restart('SIGKILL')
  const { page } = app
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name: 'till.csv' }).click()
  const heldNow = page.getByTestId('held')
  await expect(heldNow).toHaveText('3 held back, 2 ready to be sent')
  const sheet = page.getByRole('grid', { name: 'Held-back rows' })
  const beyond = sheet.getByRole('row').nth(1).getByRole('gridcell').nth(4)
  await beyond.click()
  await page.keyboard.press('Delete')
  await expect(heldNow).toHaveText('3 held back, 3 ready to be sent')
  await page.keyboard.press('Control+z')
  await expect(heldNow).toHaveText('3 held back, 2 ready to be sent')

  await page.getByRole('button', { name: 'Send 2 rows again' }).click()
  await expect(page.getByTestId('account')).toHaveText(
    '100 in = 99 clean + 1 held back + 0 dropped',
  )
  await sheet.getByRole('row').nth(1).getByRole('gridcell').nth(3).click()
  await page.getByRole('button', { name: 'Drop…' }).click()
  await page.getByRole('textbox', { name: 'Reason' }).fill('a test sale')
  await page.getByRole('button', { name: 'Drop', exact: true }).click()
  await expect(page.getByTestId('account')).toHaveText(
    '100 in = 99 clean + 0 held back + 1 dropped',
  )
  await expect(heldNow).toHaveText('None is held back any more.')
  await expect(page.getByText('because: a test sale')).toBeVisible()
  await expectAccessible(page, 'a run whose rows are home')
})
