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

test('rows of one key become one at the desk, with the names that the file has, once each is mapped', async ({
  app,
}) => {
  const rows = Array.from({ length: 40 }, (_, nth) => [
    `Artikel ${nth + 1},${nth === 7 ? 'Jaenner' : 'Jan'},${nth}`,
    `Artikel ${nth + 1},Feb,${nth + 100}`,
  ])
  const file = join(app.folder, 'lang.csv')
  await writeFile(file, ['Artikel,Monat,Menge', ...rows.flat(), ''].join('\n'))
  const { page } = app
  await page.setViewportSize({ width: 1280, height: 800 })
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of lang.csv' })
  const desk = page.getByRole('region', { name: 'Desk' })
  const steps = desk.getByRole('list', { name: 'Cleaning steps of lang.csv' })
  await expect(grid.getByRole('gridcell', { name: 'Artikel 1', exact: true }).first()).toBeVisible()
  await desk.getByRole('tab', { name: /^Steps/ }).click()
  const before = await steps.getByRole('listitem').count()
  const add = desk.getByRole('combobox', { name: 'Add a step' })
  const form = desk.getByRole('form')
  const begin = async (words: string, kind: string) => {
    await add.click()
    await add.pressSequentially(words)
    await page.getByRole('option', { name: kind, exact: true }).click()
  }

  await begin('map', 'Map values')
  await form.getByRole('checkbox', { name: 'Monat', exact: true }).check()
  await form.getByRole('button', { name: 'List every value' }).click()
  const values = form.getByRole('region', { name: 'Every value of Monat' })
  await values.getByLabel('Feb becomes').focus()
  await page.evaluate(() => {
    const data = new DataTransfer()
    data.setData('text/plain', 'Jaenner\tJan\r\n')
    document.activeElement?.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    )
  })
  await expect(values.getByLabel('Jaenner becomes')).toHaveValue('Jan')
  await expect(values).toContainText('1 value of 3 in 1 cell will change.')
  await expectAccessible(page, 'every value of a column')
  await look(page, 'values')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(steps.getByRole('listitem').nth(before)).toContainText('1 cell in “Monat”')

  await begin('spread', 'Pivot wider')
  await form.getByLabel('Column with the names').selectOption('Monat')
  await form.getByLabel('Column with the values').selectOption('Menge')
  await form.getByRole('button', { name: 'Propose keys and columns from the file' }).click()
  const names = form.getByRole('region', { name: 'Names in Monat' })
  await expect(names).toContainText('2 names: Jan (40), Feb (40)')
  await names.getByRole('button', { name: /^Take them/ }).click()
  await expect(form.getByRole('checkbox', { name: 'Artikel', exact: true })).toBeChecked()
  await expectAccessible(page, 'the form that puts rows together')
  await look(page, 'wider')
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(steps.getByRole('listitem').nth(before + 1)).toContainText('40 rows fewer')
  await expect(grid.getByText('joined', { exact: true }).first()).toBeVisible()
  await look(page, 'joined')

  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByTestId('loaded')).toHaveText('40 rows in table lang')
  await expect(page.getByTestId('account')).toHaveText(
    '80 in − 40 put together = 40 clean + 0 held back + 0 dropped',
  )
})
