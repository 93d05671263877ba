import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('dates in a form that no type reads are proposed, shown as they would be read, and sent as dates', async ({
  app,
}) => {
  const file = join(app.folder, 'till.csv')
  const rows = Array.from({ length: 60 }, (_, row) => {
    const day = `${(row % 12) + 1}`.padStart(2, '0')
    const due = row === 5 ? '31.02.26' : `${day}.${day}.26`
    return `${1000 + row};202601${day};${day}${day}26;${due}`
  })
  await writeFile(file, ['Bon;Sold;Paid date;Due', ...rows, ''].join('\n'))
  const { page } = app
  await page.setViewportSize({ width: 1280, height: 800 })
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of till.csv' })
  const desk = page.getByRole('region', { name: 'Desk' })
  const steps = desk.getByRole('list', { name: 'Cleaning steps of till.csv' })
  await expect(grid.getByRole('gridcell', { name: '1000', exact: true })).toBeVisible()

  await test.step('proposed from the cells', async () => {
    const suggested = desk.getByRole('region', { name: 'Suggested steps' })
    const dates = suggested.getByRole('listitem').filter({ hasText: 'written as “yyyyMMdd”' })
    // Any of the cells may be the one that is shown.
    await expect(dates).toContainText(/“202601(\d\d)” is 2026-01-\1/)
    await look(page, 'suggested')
    await dates.getByRole('button').click()
    await desk.getByRole('tab', { name: /^Steps/ }).click()
    await expect(steps.getByRole('listitem').nth(6)).toContainText('60 cells in “Sold”')
    await expect(
      grid.getByRole('gridcell', { name: '20260101 2026-01-01', exact: true }).first(),
    ).toBeVisible()
  })

  await test.step('asked where the cells do not say it, and shown', async () => {
    await grid.getByRole('button', { name: 'Steps for Paid date' }).click()
    await page.getByRole('menuitem', { name: 'Read as dates …' }).click()
    const form = desk.getByRole('form', { name: 'Parse dates' })
    await form.getByRole('button', { name: 'Look at the values' }).click()
    const values = form.getByRole('region', { name: 'How Paid date is read' })
    await expect(values).toContainText('Which one is meant only you can say')
    await expect(
      values.getByRole('button', { name: '“ddMMyy”: 010126 is 2026-01-01' }),
    ).toBeVisible()
    const written = form.getByLabel('As they are written')
    await written.fill('dd.mm.yy')
    await expect(form).toContainText('“mm” are minutes, and there is no hour; months are “MM”.')
    await written.fill('dd.MM.yy')
    await expect(values).toContainText(
      '12 values in 60 cells are not, and their rows are held back',
    )
    await look(page, 'not-read')
    await values.getByRole('button', { name: '“ddMMyy”: 010126 is 2026-01-01' }).click()
    await expect(written).toHaveValue('ddMMyy')
    await expect(values).toContainText('12 values of 12 are read.')
    await expectAccessible(page, 'the form of a step that parses')
    await look(page, 'read')
    await page.setViewportSize({ width: 640, height: 800 })
    await expectAccessible(page, 'the form in a narrow window')
    await page.setViewportSize({ width: 1280, height: 800 })
    await form.getByRole('button', { name: 'Add', exact: true }).press('Enter')
    await expect(steps.getByRole('listitem').nth(7)).toContainText('60 cells in “Paid date”')
  })

  await test.step('what is no such day is held back, and says so', async () => {
    await grid.getByRole('button', { name: 'Steps for Due' }).click()
    await page.getByRole('menuitem', { name: 'Read as dates …' }).click()
    const form = desk.getByRole('form', { name: 'Parse dates' })
    await form.getByLabel('As they are written').fill('dd.MM.yy')
    await form.getByRole('button', { name: 'Add', exact: true }).click()
    await expect(steps.getByRole('listitem').nth(8)).toContainText('1 row held back')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(page.getByTestId('loaded')).toHaveText('59 rows in table till')
    await expect(page.getByText('there is no such day').first()).toBeVisible()
  })
  expect(await readFile(file, 'utf8')).toContain('31.02.26')
})
