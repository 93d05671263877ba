import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

const labels = 'datum,filiale,bon,betrag'
const rows = (day: string, shops: readonly string[], from: number): string[] =>
  Array.from(
    { length: 30 },
    (_, nth) => `${day},${shops[nth % 3]},${from + nth},${10 + nth}.${nth % 10}0`,
  )
const own = ['Cologne', 'Bonn', 'Trier']

test('a file of another name says whose it is, and another answer is one click away', async ({
  app,
}) => {
  const { page } = app
  const drop = async (name: string, lines: readonly string[]): Promise<void> => {
    const file = join(app.folder, name)
    await writeFile(file, [labels, ...lines, ''].join('\n'))
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
  }
  const send = page.getByRole('button', { name: 'Send', exact: true })
  const whose = page.getByRole('radiogroup', { name: 'Whose file is it?' })
  const loaded = page.getByTestId('loaded')

  const monday = rows('2026-11-16', own, 100)
  await drop('umsatz-1.csv', monday)
  await expect(page.getByRole('grid', { name: 'Preview of umsatz-1.csv' })).toBeVisible()
  await expect(whose).toHaveCount(0)
  await send.click()
  await expect(loaded).toHaveText('30 rows in table umsatz')

  // The same, with three amounts put right.
  await drop('umsatz-1-corrected.csv', [
    ...monday.slice(3),
    ...monday.slice(0, 3).map((line) => line.replace(/[^,]+$/, '1.00')),
  ])
  await expect(whose.getByRole('radio', { name: 'It goes to umsatz', exact: true })).toBeChecked()
  await expect(
    page.getByText('It has the 4 columns of the dataset “umsatz”, with values of the same kind.'),
  ).toBeVisible()
  const fresh = whose.getByRole('radio', { name: 'A new dataset, umsatz-corrected', exact: true })
  await fresh.check()
  await expect(page.getByRole('combobox', { name: 'Dataset' })).toHaveValue('umsatz-corrected')
  await whose.getByRole('radio', { name: 'It goes to umsatz', exact: true }).check()
  await expectAccessible(page, 'whose file it is')
  await look(page, 'whose-file')
  await send.click()
  const question = page.getByRole('alert')
  await expect(question).toContainText(
    'It looks like a corrected file: 27 of its 30 rows are the same',
  )
  await question.getByRole('button', { name: 'It is a correction' }).click()
  await expect(loaded).toHaveText('30 rows in table umsatz')

  // Another chain: new, unless a person knows better.
  await drop('austria.csv', rows('2026-11-17', ['Graz', 'Linz', 'Wels'], 900))
  await expect(
    whose.getByRole('radio', { name: 'A new dataset, austria', exact: true }),
  ).toBeChecked()
  await expect(page.getByText('but none of the values known there in “filiale”.')).toBeVisible()
  await send.click()
  await expect(loaded).toHaveText('30 rows in table austria')

  // A third dataset with the shops of the first one: now two fit, and it has to be said.
  await drop('copy.csv', rows('2026-11-18', own, 300))
  await whose.getByRole('radio', { name: 'A new dataset, copy', exact: true }).check()
  await send.click()
  await expect(loaded).toHaveText('30 rows in table copy')
  await drop('unclear.csv', rows('2026-11-19', own, 400))
  await expect(page.getByText('Say first whose file it is.')).toBeVisible()
  await expect(send).toBeDisabled()
  await whose.getByRole('radio', { name: 'It goes to umsatz', exact: true }).check()
  await expect(send).toBeEnabled()
  await send.click()
  await expect(loaded).toHaveText('30 rows in table umsatz · the table now has 60 rows')
})
