import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Papa from 'papaparse'
import { writeSalesExport } from '../fixtures/exports.ts'
import { expectAccessible } from './accessible.ts'
import { accountText, countText, expect, stepOf, test } from './app.ts'
import { picture, pictures } from './pictures.ts'

test('a dropped export becomes counted rows, and its receipt stays', async ({ app }) => {
  const file = join(app.folder, 'sales.csv')
  const truth = await writeSalesExport(file, { rows: 50_000, seed: 7, oneDefectIn: 180 })
  await expectAccessible(app.page, 'Send, empty')

  const started = performance.now()
  await app.dropFiles([file])
  const table = app.page.getByRole('grid', { name: 'Preview of sales.csv' })
  await expect(table.getByRole('gridcell', { name: 'B00000001' })).toBeVisible()
  console.log(`First rows of 50,000 after ${Math.round(performance.now() - started)} ms.`)

  const doubts = app.page.getByRole('main').getByRole('listitem')
  await test.step('columns, types and dialect are right', async () => {
    const types = {
      'Beleg-Nr': 'text',
      EAN: 'text',
      Artikel: 'text',
      Menge: 'integer',
      Preis: 'decimal ,',
      'Verkauft am': 'timestamp dmy',
      Filiale: 'text',
      Zahlart: 'text',
      Kassierer: 'text',
    }
    for (const [label, type] of Object.entries(types))
      await expect(table.getByLabel(`Type of ${label}`)).toHaveValue(type)
    const dialect = app.page.getByRole('group', { name: 'How the file is read' })
    await expect(dialect.getByLabel('Encoding')).toHaveValue('windows-1252')
    await expect(dialect.getByLabel('Separator')).toHaveValue(';')
    await expect(dialect.getByLabel('Starts at line')).toHaveValue('3')
    await expect(
      doubts.filter({ hasText: 'The first 2 lines do not belong to the table' }),
    ).toHaveCount(1)
    await expect(doubts.filter({ hasText: /“Menge”.* such as “Stk”/ })).toHaveCount(1)
    await expect(doubts.filter({ hasText: /“Preis”.* such as “auf Anfrage”/ })).toHaveCount(1)
    const all = `9 columns · ${countText(truth.records)} rows`
    await expect(app.page.getByRole('main').getByText(all)).toBeVisible()
    const held = `${countText(truth.held)} of ${countText(truth.records)} rows would be held back`
    await expect(doubts.filter({ hasText: held })).toHaveCount(1)
  })
  await expectAccessible(app.page, 'Send, with a preview')
  if (pictures) await app.page.screenshot({ path: picture('preview') })

  await test.step('a type that fits no row is told at once, and by its way back', async () => {
    const type = table.getByLabel('Type of Artikel')
    await type.selectOption('integer')
    const stops = doubts.filter({ hasText: 'the run would stop before anything is sent' })
    await expect(stops).toBeVisible()
    await expect(stops).toContainText('“Artikel” is not a whole number')
    await expect(
      table
        .getByRole('gridcell', {
          name: /does not fit the type of its column|is not a whole number/,
        })
        .first(),
    ).toBeVisible()
    await type.selectOption('text')
    await expect(stops).toBeHidden()
  })

  await test.step('another separator changes the preview, and the way back is there', async () => {
    const separator = app.page.getByLabel('Separator')
    await separator.selectOption('|')
    await expect(table.getByLabel('Type of Menge')).toHaveCount(0)
    await expect(table.getByRole('columnheader')).toHaveCount(2)
    await app.page.getByRole('button', { name: 'Undo how it is read' }).click()
    await expect(separator).toHaveValue(';')
    await expect(table.getByLabel('Type of Menge')).toHaveValue('integer')
  })

  await test.step('where it goes', async () => {
    await app.page.getByRole('combobox', { name: 'Dataset' }).fill('till')
    await app.page.getByRole('button', { name: 'Change', exact: true }).click()
    await app.page.getByRole('textbox', { name: 'Table' }).fill('till_sales')
    await expect(app.page.getByText(/To sandbox · container \S+ · table till_sales/)).toBeVisible()
    await app.page.getByRole('button', { name: 'Change', exact: true }).click()
  })
  await app.page.getByRole('button', { name: 'Send', exact: true }).click()

  await expect(app.page.getByTestId('account')).toHaveText(accountText(truth))
  await expect(app.page.getByTestId('loaded')).toHaveText(
    `${countText(truth.clean)} rows in table till_sales`,
  )
  const held = app.page.getByRole('grid', { name: 'Held-back rows' }).getByRole('row')
  await expect(held).toHaveCount(1 + Math.min(50, truth.held))
  // What is wrong, and the first row, are seen without scrolling.
  const groups = app.page.getByRole('list', { name: 'What is wrong' })
  await expect(groups.getByRole('button', { name: 'auf Anfrage' })).toBeInViewport()
  await expect(held.nth(1)).toBeInViewport()
  // On paper, too.
  await app.page.emulateMedia({ media: 'print' })
  await expect(groups.getByText('auf Anfrage')).toBeVisible()
  // There nothing can be scrolled to.
  const cut = await app.page
    .getByRole('main')
    .locator('*')
    .evaluateAll((all) =>
      all
        .filter(({ scrollHeight, clientHeight }) => clientHeight > 0 && scrollHeight > clientHeight)
        .filter((one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowY))
        .map((one) => one.outerHTML.slice(0, 200)),
    )
  expect(cut, 'what paper cuts off').toEqual([])
  await app.page.emulateMedia({ media: 'screen' })
  await app.page.getByText('Technical details').click()
  for (const step of ['Fetch', 'Read', 'Clean', 'Upload', 'Load'])
    await expect(stepOf(app.page, step, 'done')).toBeVisible()
  // Where nobody is to be told, there is no step that says so.
  await expect(app.page.getByRole('list', { name: 'Steps' }).getByRole('listitem')).toHaveCount(5)
  await expectAccessible(app.page, 'Receipt')
  await app.page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded()
  if (pictures) await app.page.screenshot({ path: picture('receipt') })

  await test.step('held-back rows as a file', async () => {
    const downloading = app.page.waitForEvent('download')
    await app.page.getByRole('button', { name: 'Save as CSV' }).click()
    const download = await downloading
    const { data } = Papa.parse(await readFile(await download.path(), 'utf8'), {
      skipEmptyLines: true,
    })
    expect(data).toHaveLength(1 + truth.held)
  })

  const runId = /runs\/(.+)$/.exec(app.page.url())?.[1] ?? ''
  await app.restart()
  await test.step('after a restart everything is still there', async () => {
    await app.page.getByRole('link', { name: 'Runs', exact: true }).click()
    const row = app.page
      .getByRole('table', { name: 'Runs' })
      .getByRole('row', { name: 'sales.csv' })
    await expect(row).toContainText('Delivered')
    await expect(row).toContainText(countText(truth.clean))
    await expectAccessible(app.page, 'Runs')
    await row.getByRole('link', { name: 'sales.csv' }).click()
    await expect(app.page).toHaveURL(new RegExp(`runs/${runId}$`))
    await expect(app.page.getByTestId('account')).toHaveText(accountText(truth))
    await app.page.getByText('History').click()
    await expect(
      app.page.getByRole('list', { name: 'History' }).getByRole('listitem').first(),
    ).toBeVisible()
    await app.page.getByRole('link', { name: 'Datasets' }).click()
    await expect(app.page.getByText('till', { exact: true }).first()).toBeVisible()
    await expectAccessible(app.page, 'Datasets')
  })
})
