import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'
import { editedElsewhere } from '../fixtures/workbooks.ts'

const header = 'number;day;amount;shop;note'
const good = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => {
    const shop = at % 5 === 3 ? 'BONN' : 'Köln'
    return `${from + at};2026-11-${10 + (at % 20)};${at % 40}.25;${shop};${at % 6 === 1 ? 'k.A.' : 'paid'}`
  })
/** Rows as the till writes them: it leaves out what is empty at the end. */
const short = ['61;2026-11-20;1.25;Köln', '62;2026-11-20;2.25;Köln', '63;2026-11-20;3.25;Köln']

test('a stewardship: a messy export is read, cleaned and held to rules; held-back rows come home, and the next months pass by themselves', async ({
  app,
}) => {
  const { page } = app
  await page.setViewportSize({ width: 1280, height: 800 })
  const open = async (name: string, rows: readonly string[], head = header): Promise<string> => {
    const file = join(app.folder, name)
    writeFileSync(file, ['Till 3', '', head, ...rows, ''].join('\n'))
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('combobox', { name: 'Dataset' }).fill('sales')
    return file
  }
  const send = page.getByRole('button', { name: 'Send', exact: true })
  const desk = page.getByRole('region', { name: 'Desk' })
  const grid = page.getByRole('grid', { name: /^Preview of/ })
  const cell = (text: string) => grid.getByRole('gridcell', { name: text, exact: true })
  await open('september.csv', [...good(1, 60), ...short])

  await test.step('how it is read is corrected', async () => {
    await expect(cell('2026-11-10').first()).toBeVisible()
    await expect(desk).toContainText('3 of 63 rows would be held back')
    await look(page, 'steward-1-opened')
    const dialect = page.getByRole('group', { name: 'How the file is read' })
    await expect(dialect.getByLabel('Starts at line')).toHaveValue('3')
    await dialect.getByLabel('Short rows').selectOption('Fill up')
    await expect(desk).not.toContainText('would be held back')
    await expect(page.getByTestId('caption')).toContainText('5 columns · 63 rows')
  })

  const steps = desk.getByRole('list', { name: 'Cleaning steps of september.csv' })
  await test.step('three steps, one of them where it belongs', async () => {
    await cell('k.A.').first().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Empty “k.A.”' }).click()
    await expect(steps.getByRole('listitem').nth(6)).toContainText('10 cells in “note”')
    await grid.getByRole('button', { name: 'Steps for shop' }).click()
    await page.getByRole('menuitem', { name: 'Capital First Letters' }).click()
    await expect(steps.getByRole('listitem').nth(7)).toContainText('12 cells in “shop”')
    // Behind the step that is looked at, not behind all.
    await steps.getByRole('button', { name: /in “note”/ }).click()
    const add = desk.getByRole('combobox', { name: 'Add a step' })
    await expect(add).toHaveAttribute('placeholder', 'Add a step behind step 7 …')
    await add.click()
    await add.pressSequentially('derive')
    await page.getByRole('option', { name: 'Derive a column' }).click()
    const form = desk.getByRole('form', { name: 'Derive a column' })
    await form.getByLabel('Name of the column').fill('receipt')
    await form.getByLabel('Formula').fill('[shop] & "/" & [number]')
    await form.getByRole('button', { name: 'Add' }).click()
    await expect(steps.getByRole('listitem').nth(7)).toContainText('63 cells in “receipt”')
    await expect(page.getByRole('button', { name: 'Step 8 alone' })).toBeVisible()
    await page.getByRole('button', { name: 'Step 8 alone' }).click()
  })

  await test.step('only the rows that a step changes', async () => {
    await steps.getByRole('button', { name: /Capital First/i }).click()
    await page.getByRole('button', { name: 'Changed', exact: true }).click()
    await expect(grid).toHaveAttribute('aria-rowcount', '13')
    await expect(cell('BONN Bonn').first()).toBeVisible()
    await look(page, 'steward-2-changed')
    await expectAccessible(page, 'the rows that a step changes')
    await page.getByRole('button', { name: 'Changed', exact: true }).click()
    await page.getByRole('button', { name: 'Step 9 alone' }).click()
    await expect(grid).toHaveAttribute('aria-rowcount', '64')
  })

  await test.step('rules beside the profile, counted over the whole file', async () => {
    await grid.getByRole('button', { name: 'amount', exact: true }).click()
    const pane = desk.getByRole('complementary', { name: 'Profile of amount' })
    const rules = pane.getByRole('region', { name: 'What amount is held to' })
    await rules.getByLabel('Add a rule to amount').selectOption('At most')
    await rules.getByLabel('At most of amount: value').fill('30')
    await expect(rules).toContainText('10 rows would be held back for this column.')
    await rules.scrollIntoViewIfNeeded()
    await look(page, 'steward-3-rules')
    await expectAccessible(page, 'the rules of a column')
    await rules.getByRole('button', { name: 'Show the rows' }).click()
    await expect(grid).toHaveAttribute('aria-rowcount', '11')
    await page.getByRole('button', { name: /^Remove the filter: “amount” breaks/ }).click()
    await rules.getByRole('button', { name: 'Remove At most of amount' }).click()
    await rules.getByRole('button', { name: 'Add to amount: is at least 0' }).click()
    await expect(rules.getByLabel('At least of amount: value')).toHaveValue('0')
    await grid.getByRole('button', { name: 'shop', exact: true }).click()
    await desk.getByRole('button', { name: 'Add to shop: is one of “Bonn”, “Köln”' }).click()
    await expect(desk.getByLabel('One of a list of shop: value')).toHaveValue('Bonn\nKöln')
  })

  const ofReceipt = desk.getByRole('region', { name: 'What receipt is held to' })
  const pattern = ofReceipt.getByLabel('Fits a pattern of receipt: value')
  await test.step('a column that a step makes is held to rules, too', async () => {
    await expect(grid.getByLabel('Type of receipt')).toHaveValue('text')
    await grid.getByRole('button', { name: 'receipt', exact: true }).click()
    await ofReceipt.getByLabel('Add a rule to receipt').selectOption('Fits a pattern')
    await pattern.fill('Köln/[0-9]+')
    await expect(ofReceipt).toContainText('12 rows would be held back for this column.')
    await ofReceipt.getByRole('button', { name: 'Show the rows' }).click()
    await expect(grid).toHaveAttribute('aria-rowcount', '13')
    await expect(cell('BONN/4')).toBeVisible()
    await look(page, 'steward-3-made')
    await expectAccessible(page, 'the rules of a column that a step makes')
    await page.getByRole('button', { name: /^Remove the filter: “receipt” breaks/ }).click()
    await pattern.fill('[^/]+/[0-9]+')
    await expect(ofReceipt).not.toContainText('would be held back')
  })
  await send.click()
  await expect(page.getByTestId('loaded')).toHaveText('63 rows in table sales')

  await open('october.csv', [
    ...good(1001, 400),
    ...[0, 1, 2, 3, 4].map((at) => `${2001 + at};2026-11-20;${at},75;Köln;paid`),
    '2010;Mo;1.00;Köln;paid',
    '2011;Mo;1.00;Köln;paid',
    '2012;Mo;1.00;Köln;paid',
    '2013;Di;1.00;Köln;paid',
    '2020;2026-11-20;Stk;Köln;paid',
    '2021;2026-11-20;1.00;Paris;paid',
  ])
  await send.click()
  const held = page.getByTestId('held')
  await expect(held).toHaveText('11 held back, 0 ready to be sent')
  const groups = page.getByRole('list', { name: 'What is wrong' })

  await test.step('five by a step: counted before it is done, and for the next files, too', async () => {
    await groups.getByRole('button', { name: /6 rows, first in line 404/ }).click()
    const comma = page.getByRole('button', { name: 'Repair: Decimal comma in “amount”' })
    await expect(page.getByText('repairs 5 of 6')).toBeVisible()
    await page.getByRole('checkbox', { name: 'Steps are for the next files, too' }).check()
    await expectAccessible(page, 'what could repair a group')
    await look(page, 'steward-4-held')
    await comma.click()
    await expect(held).toHaveText('11 held back, 5 ready to be sent')
  })

  await test.step('in the sheet: one cell by hand offers the others; paste and fill down', async () => {
    const sheet = page.getByRole('grid', { name: 'Held-back rows' })
    const day = (line: string) =>
      sheet.getByRole('row').filter({ hasText: line }).getByRole('gridcell').nth(2)
    await day('409').click()
    await page.keyboard.type('2026-11-23')
    await page.keyboard.press('Enter')
    await expect(
      page.getByText('“Mo” → “2026-11-23” in “day”: the same in 2 more rows?'),
    ).toBeVisible()
    await page.getByRole('button', { name: 'There, too' }).click()
    await expect(held).toHaveText('11 held back, 8 ready to be sent')
    await day('411').click()
    await page.keyboard.press('Control+z')
    await expect(held).toHaveText('11 held back, 6 ready to be sent')
    await day('409').click()
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Control+d')
    await expect(held).toHaveText('11 held back, 8 ready to be sent')
    await day('412').click()
    await day('412').evaluate((element) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', '2026-11-24\r\n')
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
    })
    await expect(held).toHaveText('11 held back, 9 ready to be sent')
    await look(page, 'steward-5-sheet')
    await expectAccessible(page, 'held-back rows in the sheet')
  })

  await test.step('the last ones outside, in another program', async () => {
    const saved = async (button: string, name: string): Promise<string> => {
      const downloading = page.waitForEvent('download')
      await page.getByRole('button', { name: button }).click()
      const file = join(app.folder, name)
      await (await downloading).saveAs(file)
      return file
    }
    const back = page.locator('input[aria-label="File of held-back rows"]')
    await back.setInputFiles(await saved('Save for Excel', 'outside.xlsx'))
    await expect(page.getByTestId('brought')).toHaveText(/^0 rows edited, 0 dropped, 11 as before/)
    const elsewhere = join(app.folder, 'elsewhere.xlsx')
    const book = readFileSync(join(app.folder, 'outside.xlsx'))
    writeFileSync(
      elsewhere,
      await editedElsewhere(book, (cells) => cells.map((cell) => (cell === 'Stk' ? 6.5 : cell))),
    )
    await back.setInputFiles(elsewhere)
    await expect(page.getByTestId('brought')).toHaveText(/^1 row edited, 0 dropped, 10 as before/)
    const out = await saved('Save as CSV', 'outside.csv')
    const text = readFileSync(out, 'utf8').replace(';Paris;', ';Bonn;')
    writeFileSync(out, text)
    await back.setInputFiles(out)
    await expect(page.getByTestId('brought')).toHaveText(/^1 row edited, 0 dropped, 10 as before/)
    await expect(held).toHaveText('11 held back, 11 ready to be sent')
    await page.getByRole('button', { name: 'Send 11 rows again' }).click()
    await expect(page.getByTestId('account')).toHaveText(
      '411 in = 411 clean + 0 held back + 0 dropped',
    )
    await expect(held).toHaveText('None is held back any more.')
    await look(page, 'steward-6-home')
  })

  await test.step('next month passes by itself', async () => {
    await open('november.csv', [...good(3001, 100), '4001;2026-11-20;7,75;Köln;paid'])
    await desk.getByRole('tab', { name: /^Steps/ }).click()
    await page.getByRole('radio', { name: 'Both', exact: true }).check()
    await grid.getByRole('button', { name: 'receipt', exact: true }).click()
    await expect(pattern).toHaveValue('[^/]+/[0-9]+')
    await send.click()
    await expect(page.getByTestId('loaded')).toHaveText(
      '101 rows in table sales · the table now has 575 rows',
    )
    await expect(page.getByTestId('account')).toHaveText(
      '101 in = 101 clean + 0 held back + 0 dropped',
    )
  })

  await test.step('a header that has changed is asked about, and the steps fit it', async () => {
    await open('december.csv', good(5001, 30), 'number;day;amount;branch;note')
    await expect(page.getByRole('table', { name: 'Columns that changed' })).toContainText(
      '“shop” is missing',
    )
    await look(page, 'steward-7-asked')
    await page.getByRole('button', { name: 'Take them so' }).click()
    await desk.getByRole('tab', { name: /^Steps/ }).click()
    await expect(desk.getByRole('listitem').filter({ hasText: '6 cells in “shop”' })).toBeVisible()
    await send.click()
    await expect(page.getByTestId('loaded')).toContainText('30 rows in table sales')
  })

  await test.step('two versions on one file', async () => {
    await page.getByRole('link', { name: 'Datasets' }).click()
    await page.getByRole('link', { name: 'sales', exact: true }).click()
    await page.getByRole('button', { name: 'Compare versions…' }).click()
    await page.getByLabel('Before: version').selectOption('1')
    const choosing = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Choose another file…' }).click()
    await (await choosing).setFiles(join(app.folder, 'october.csv'))
    await expect(page.getByLabel('File', { exact: true })).toContainText('october.csv')
    await page.getByRole('button', { name: 'Compare', exact: true }).click()
    await expect(page.getByTestId('compared')).toHaveText('Of 411 rows: 5 come.')
    const rows = page.getByRole('table', { name: 'Rows of october.csv that differ' })
    await expect(rows.getByRole('row')).toHaveCount(6)
    await expect(rows.getByRole('row').nth(1)).toContainText('comes')
    await expectAccessible(page, 'two versions compared')
    await look(page, 'steward-8-compared')
  })
})
