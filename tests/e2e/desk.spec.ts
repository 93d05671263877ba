import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

const towns = ['Köln', 'köln ', 'Bonn', 'KÖLN', 'Trier']

/** As a till writes it that nobody has looked at for years: a title, semicolons, commas, a total at the end. */
function messyExport(): Buffer {
  const rows = Array.from({ length: 600 }, (_, index) => {
    const price = index % 150 === 149 ? 'gratis' : `${(index % 40) + 1},50`
    const town = towns[index % towns.length] ?? ''
    return `${1000 + index};${String((index % 28) + 1).padStart(2, '0')}.03.2026;${town};${index % 50 === 7 ? 'k.A.' : 'Müsli & Käse'};${(index % 9) + 1};${price}`
  })
  const lines = [
    'Umsatz März',
    '',
    'Bon;Datum;Ort;Artikel;Menge;Preis',
    ...rows,
    'Summe;;;;3000;9999,00',
    '',
  ]
  return Buffer.from(lines.join('\r\n'), 'latin1')
}

test('a messy export is cleaned at the desk: seen, mended, looked at before and after, and sent', async ({
  app,
}) => {
  const file = join(app.folder, 'umsatz.csv')
  await writeFile(file, messyExport())
  const { page } = app
  await page.setViewportSize({ width: 1280, height: 800 })
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of umsatz.csv' })
  const desk = page.getByRole('region', { name: 'Desk' })
  const steps = desk.getByRole('list', { name: 'Cleaning steps of umsatz.csv' })
  const cell = (name: string) => grid.getByRole('gridcell', { name, exact: true })
  await expect(cell('1000')).toBeVisible()

  await test.step('from a problem to its step in two clicks', async () => {
    await expect(desk).toContainText('4 of 600 values do not fit its type')
    await expect(desk.getByRole('region', { name: 'Suggested steps' })).toBeVisible()
    await expect(desk.getByRole('button', { name: 'Show the rows' }).first()).toBeEnabled()
    await expectAccessible(page, 'the desk, its problems')
    await look(page, 'problems')
    await desk.getByRole('button', { name: 'Mend …' }).click()
    await look(page, 'menu')
    await page.getByRole('menuitem', { name: 'Empty “gratis”' }).click()
    await expect(steps.getByRole('listitem').nth(6)).toContainText('4 cells in “Preis”')
  })

  await test.step('from a cell', async () => {
    await cell('k.A.').first().click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Replace “k.A.” by …' }).click()
    const form = desk.getByRole('form', { name: 'Replace' })
    await expect(form.getByLabel('Replace by')).toBeFocused()
    await page.keyboard.type('Müsli & Käse')
    await look(page, 'form')
    await page.keyboard.press('Enter')
    await expect(steps.getByRole('listitem').nth(7)).toContainText('12 cells in “Artikel”')
    await expect(cell('k.A. Müsli & Käse').first()).toBeVisible()
  })

  await test.step('a formula', async () => {
    await grid.getByRole('button', { name: 'Steps for Preis' }).click()
    await page.getByRole('menuitem', { name: 'New column by a formula …' }).click()
    const form = desk.getByRole('form', { name: 'Derive a column' })
    await form.getByLabel('Name of the column').fill('Summe')
    await form.getByLabel('Formula').fill('number([Preis], ",") * number([Menge])')
    await form.getByRole('button', { name: 'Add' }).click()
    await expect(grid.getByRole('columnheader', { name: /^Summe/ })).toContainText('new')
    await expectAccessible(page, 'the desk, its steps')
    await look(page, 'both')
  })

  await test.step('similar spellings', async () => {
    const add = desk.getByRole('combobox', { name: 'Add a step' })
    await add.click()
    await add.pressSequentially('map')
    await page.getByRole('option', { name: 'Map values' }).click()
    const form = desk.getByRole('form', { name: 'Map values' })
    await form.getByRole('checkbox', { name: 'Ort' }).check()
    await form.getByRole('button', { name: 'Find similar spellings' }).click()
    await expect(form.getByRole('region', { name: 'Similar values of Ort' })).toContainText(
      '1 group in 5 different values',
    )
    await expectAccessible(page, 'the desk, similar values')
    await look(page, 'similar')
    await form.getByRole('button', { name: 'Take 1 group' }).click()
    await expect(form.getByLabel('Values', { exact: true })).toHaveValue('köln = Köln\nKÖLN = Köln')
    await form.getByRole('button', { name: 'Cancel' }).click()
  })

  await test.step('a suggestion', async () => {
    await desk.getByRole('tab', { name: /^Problems/ }).click()
    const suggested = desk.getByRole('region', { name: 'Suggested steps' })
    await look(page, 'suggested')
    await suggested.getByRole('listitem').filter({ hasText: 'Ort' }).getByRole('button').click()
    await desk.getByRole('tab', { name: /^Steps/ }).click()
    await expect(steps.getByRole('listitem').nth(9)).toContainText('in “Ort”')
  })

  await test.step('before and after, and one step alone', async () => {
    await page.getByRole('radio', { name: 'Before' }).check()
    await expect(cell('KÖLN').first()).toBeVisible()
    await expect(grid.getByRole('columnheader', { name: /^Summe/ })).toHaveCount(0)
    await page.getByRole('radio', { name: 'After' }).check()
    await expect(cell('KÖLN')).toHaveCount(0)
    await steps.getByRole('button', { name: /Replace “k.A.”/ }).click()
    await expect(page.getByRole('button', { name: 'Step 8 alone' })).toBeVisible()
    await look(page, 'alone')
    await page.getByRole('button', { name: 'Step 8 alone' }).click()
  })

  await test.step('a text is found where it is shown, in a row that a step drops, too', async () => {
    const find = async (text: string) => {
      await page.getByLabel('Text to find').fill(text)
      await page.getByRole('button', { name: 'Find', exact: true }).click()
    }
    await find('k.A.')
    await expect(page.getByText('No row is found.')).toBeVisible()
    await expect(grid).toHaveAttribute('aria-rowcount', '1')
    await look(page, 'found-none')
    await page.getByRole('radio', { name: 'Before' }).check()
    await expect(grid).toHaveAttribute('aria-rowcount', '13')
    await page.getByRole('button', { name: 'Remove the filter: contains “k.A.”' }).click()
    await find('9999')
    await expect(grid).toHaveAttribute('aria-rowcount', '2')
    await page.getByRole('radio', { name: 'Both' }).check()
    await expect(grid).toHaveAttribute('aria-rowcount', '2')
    await expect(cell('Summe')).toBeVisible()
    await look(page, 'found')
    await page.getByRole('button', { name: 'Remove the filter: contains “9999”' }).click()
    await page.getByRole('radio', { name: 'After' }).check()
  })

  await test.step('taken back, done again, off, moved by keys', async () => {
    await desk.getByRole('button', { name: 'Undo' }).click()
    await expect(steps.getByRole('listitem')).toHaveCount(9)
    await desk.getByRole('button', { name: 'Redo' }).click()
    await expect(steps.getByRole('listitem')).toHaveCount(10)
    await desk.getByRole('checkbox', { name: 'Step 2 is on' }).uncheck()
    await steps.getByRole('button', { name: /Map “köln”/ }).press('Alt+ArrowUp')
    await expect(steps.getByRole('listitem').nth(8)).toContainText('Map “köln”')
  })

  await grid.getByRole('button', { name: 'Ort', exact: true }).click()
  await expect(desk.getByRole('complementary', { name: 'Profile of Ort' })).toContainText('Köln')
  await look(page, 'column')
  await expectAccessible(page, 'the desk, a column')

  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByTestId('account')).toHaveText(
    '601 in = 600 clean + 0 held back + 1 dropped',
  )

  await test.step('the dataset has kept the steps, and asks before it takes others', async () => {
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await expect(cell('1000')).toBeVisible()
    const tab = desk.getByRole('tab', { name: /^Steps/ })
    await expect(tab).toContainText('9')
    await tab.click()
    await desk.getByRole('checkbox', { name: 'Step 7 is on' }).uncheck()
    const send = page.getByRole('button', { name: 'Send', exact: true })
    await expect(send).toHaveAttribute('aria-disabled', 'true')
    await expect(page.getByText('Say first, beside the steps,')).toBeVisible()
    await look(page, 'asked')
    await desk.getByRole('radio', { name: 'This file only' }).check()
    await expect(send).not.toHaveAttribute('aria-disabled', 'true')
    await expectAccessible(page, 'the desk, a question')
  })
})
