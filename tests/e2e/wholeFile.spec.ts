import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

const rowCount = 30_000

test('every row of a file is looked at: scrolled to, found, filtered, brought into order, by keys alone too', async ({
  app,
}) => {
  const file = join(app.folder, 'till.csv')
  const rows = Array.from({ length: rowCount }, (_, index) => {
    const no = index + 1
    if (no === 20_000) return `${no},broken`
    const price = no === 12_345 ? 'gratis' : `${(no % 40) + 1}.50`
    if (no === 15_000) return `${no},05.03.2026,"12" Brot",9.50,note ${no}`
    const note = no === 25_000 ? `"${'long text '.repeat(1000)}"` : `note ${no}`
    return `${no},${String((no % 28) + 1).padStart(2, '0')}.03.2026,${['Brot', 'Käse', 'Tee'][no % 3]},${price},${note}`
  })
  const table = 'Bon,Datum,Artikel,Preis,Notiz'
  const below = '\nRetouren\nTag,Filiale,Summe\n2026-03-01,Bonn,5\n2026-03-02,Ulm,6\n'
  await writeFile(file, `${table}\n${rows.join('\n')}\n${below}`)
  const { page } = app
  await page.setViewportSize({ width: 1440, height: 900 })
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of till.csv' })
  const cell = (name: string) => grid.getByRole('gridcell', { name, exact: true })
  const find = page.getByRole('textbox', { name: 'Text to find' })
  const caption = (text: string | RegExp) => expect(page.getByTestId('caption')).toContainText(text)
  await expect(cell('note 1')).toBeVisible()
  await caption('30,000 rows')
  await expect(grid).toHaveAttribute('aria-rowcount', String(rowCount + 1))
  await caption('2 rows would be held back')

  // The last row, by keys.
  await grid.focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Control+End')
  await expect(cell('note 30000')).toBeVisible()
  await expect(grid.getByRole('row').last()).toHaveAttribute('aria-rowindex', String(rowCount + 1))
  await expect(page.getByText('Line 30,001 · Notiz')).toBeVisible()
  await page.keyboard.press('PageUp')
  await expect(page.getByText(/^Line 29,9\d\d · Notiz$/)).toBeVisible()
  await page.keyboard.press('Control+Home')
  await expect(cell('note 1')).toBeVisible()

  // A line that is broken.
  await page.keyboard.press('Control+g')
  await page.keyboard.type('20.001')
  await page.keyboard.press('Enter')
  await expect(grid.getByText('Would be held back: ').first()).toBeVisible()
  await expect(page.getByText('Line 20,001', { exact: true })).toBeVisible()
  await expectAccessible(page, 'Send, in the middle of a file')

  // A long cell is seen as a whole below the grid.
  await page.keyboard.press('Control+g')
  await page.keyboard.type('25001')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Line 25,001 · Bon')).toBeVisible()
  await page.keyboard.press('End')
  await expect(page.getByRole('region', { name: 'The whole value' })).toContainText('long text')
  await expect(page.getByText('the first 1,000 of 10,000 characters')).toBeVisible()

  // What is seen is found, and only that is left.
  await page.keyboard.press('Control+f')
  await page.keyboard.type('NOTE 1234')
  await page.keyboard.press('Enter')
  await caption('11 rows found')
  await expect(cell('note 12345')).toBeVisible()
  await expect(
    grid.getByRole('gridcell', { name: '“gratis” in “Preis” is not a decimal number.' }),
  ).toBeVisible()
  await grid.getByRole('button', { name: 'Order by Bon' }).click()
  await grid.getByRole('button', { name: 'Order by Bon' }).click()
  await expect(grid.getByRole('row').nth(1)).toContainText('note 12349')
  await grid.getByRole('button', { name: 'Bon: order of the file' }).click()
  await page.getByRole('button', { name: /^Remove the filter: contains “NOTE 1234”/ }).click()
  await page.getByRole('button', { name: 'Held back' }).click()
  await caption('2 rows found')
  await expect(grid.getByRole('row')).toHaveCount(3)
  if (process.env['PALLET_SCREENSHOTS'] !== undefined)
    await page.screenshot({ path: '/tmp/view-held.png' })
  await page.getByRole('button', { name: 'Held back' }).click()

  // What was repaired says so where it stands.
  await page.getByRole('button', { name: 'Repaired' }).click()
  await caption('1 row found')
  await expect(grid.getByRole('rowheader', { name: 'mended 15,001' })).toBeVisible()
  await cell('12" Brot').click()
  await expect(page.getByText('Repaired: a stray quote stands in this row.')).toBeVisible()
  await expectAccessible(page, 'Send, with a repaired row')
  await page.getByRole('button', { name: 'Repaired' }).click()

  // From a column's profile to its rows.
  await grid.getByRole('button', { name: 'Artikel', exact: true }).click()
  const profile = page.getByRole('complementary', { name: 'Profile of Artikel' })
  await profile.getByRole('button', { name: /^Käse/ }).click()
  await caption('10,000 rows found')
  await expect(grid.getByRole('row').nth(1)).toContainText('Käse')
  await find.focus()
  if (process.env['PALLET_SCREENSHOTS'] !== undefined)
    await page.screenshot({ path: '/tmp/view-filter.png' })
  await expectAccessible(page, 'Send, with a filter')
  await page.getByRole('button', { name: /^Remove the filter/ }).click()
  await caption('30,000 rows')

  // Another table, of which the first rows show nothing.
  await page
    .getByRole('combobox', { name: 'Table' })
    .selectOption({ label: 'Line 30,004: Retouren (Tag, Filiale, Summe)' })
  await expect(cell('Ulm')).toBeVisible()
  await caption('2 rows')
})

test('a file that changes while it is looked at is read again, and said so', async ({ app }) => {
  const file = join(app.folder, 'stores.csv')
  await writeFile(file, 'id,town\n1,Bonn\n2,Köln\n')
  const { page } = app
  await page.getByLabel('or paste a path or https URL').fill(file)
  await page.keyboard.press('Enter')
  const grid = page.getByRole('grid', { name: 'Preview of stores.csv' })
  await expect(grid).toHaveAttribute('aria-rowcount', '3')
  await expect(page.getByTestId('caption')).toContainText('2 rows')
  await appendFile(file, '3,Trier\n')
  await expect(grid.getByText('Trier')).toBeVisible()
  await expect(grid).toHaveAttribute('aria-rowcount', '4')
})
