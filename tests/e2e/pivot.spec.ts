import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('a table with a column a month is turned at the desk, and sent with a row for each', async ({
  app,
}) => {
  const rows = Array.from(
    { length: 40 },
    (_, nth) => `Artikel ${nth + 1},${nth},${nth + 100},${nth + 200}`,
  )
  const file = join(app.folder, 'monate.csv')
  await writeFile(file, ['Artikel,Jan,Feb,Mar', ...rows, ''].join('\n'))
  const { page } = app
  await page.setViewportSize({ width: 1280, height: 800 })
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of monate.csv' })
  const desk = page.getByRole('region', { name: 'Desk' })
  const steps = desk.getByRole('list', { name: 'Cleaning steps of monate.csv' })
  await expect(grid.getByRole('gridcell', { name: 'Artikel 1', exact: true })).toBeVisible()
  await desk.getByRole('tab', { name: /^Steps/ }).click()
  const before = await steps.getByRole('listitem').count()
  const add = desk.getByRole('combobox', { name: 'Add a step' })
  await add.click()
  await add.pressSequentially('unpivot')
  await page.getByRole('option', { name: 'Pivot longer' }).click()
  const form = desk.getByRole('form')
  for (const month of ['Jan', 'Feb', 'Mar'])
    await form.getByRole('checkbox', { name: month, exact: true }).check()
  await form.getByLabel('Column for their names').fill('Monat')
  await form.getByLabel('Column for their cells').fill('Menge')
  await expectAccessible(page, 'the form of a pivot')
  await look(page, 'form')
  await form.getByRole('button', { name: 'Add' }).click()

  await expect(steps.getByRole('listitem').nth(before)).toContainText('80 rows more')
  await expect(grid.getByRole('columnheader', { name: /^Monat/ })).toBeVisible()
  await look(page, 'both')
  await page.getByRole('radio', { name: 'After' }).check()
  await expect(grid.getByRole('columnheader', { name: /^Jan/ })).toHaveCount(0)
  await expect(
    grid.getByRole('gridcell', { name: 'Jan · Feb · Mar', exact: true }).first(),
  ).toBeVisible()
  // Each part is held to the type of its column, not all of them as one.
  await expect(
    grid.getByRole('gridcell', { name: '0 · 100 · 200', exact: true }).first(),
  ).toBeVisible()
  await expectAccessible(page, 'a table that is turned')
  await look(page, 'after')

  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByTestId('loaded')).toHaveText('120 rows in table monate')
  await expect(page.getByTestId('account')).toHaveText(
    '40 in + 80 made of them = 120 clean + 0 held back + 0 dropped',
  )
  await look(page, 'receipt')
})
