import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

test('the steps of a dataset are added, moved, switched off, undone and saved, and the next file is cleaned so', async ({
  app,
}) => {
  const { page } = app
  const file = join(app.folder, 'till.csv')
  const send = async (rows: readonly string[]): Promise<void> => {
    writeFileSync(file, ['Store,Day,Price', ...rows, ''].join('\n'))
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('button', { name: 'Send', exact: true }).click()
  }
  await send(['S1,2026-11-20,1.50', 'S2,2026-11-20,2.00'])
  await expect(page.getByTestId('loaded')).toHaveText('2 rows in table till')

  await page.getByRole('link', { name: 'Datasets' }).click()
  await page.getByRole('link', { name: 'till', exact: true }).click()
  const steps = page.getByRole('list', { name: 'Cleaning steps of till' })
  await page.getByText('6 cleaning steps').click()
  await expect(steps.getByRole('listitem')).toHaveCount(6)
  const add = async (words: string, kind: string) => {
    const box = page.getByRole('combobox', { name: 'Add a step' })
    await box.click()
    await box.fill(words)
    await page.getByRole('option', { name: kind, exact: true }).click()
  }

  await add('filter', 'Drop rows')
  const form = page.getByRole('form', { name: 'Drop rows' })
  await form.getByLabel('Where').fill('[Price] < 0')
  await expect(form).toContainText('A cell is a text: write number(…) around it.')
  await expect(form.getByRole('button', { name: 'Add' })).toHaveAttribute('aria-disabled', 'true')
  const where = form.getByRole('combobox', { name: 'Where' })
  await where.fill('')
  await where.pressSequentially('num')
  await expect(form.getByRole('option')).toContainText(['number(text, ["." or ","])'])
  await expectAccessible(page, 'what a formula may go on with')
  await where.press('ArrowDown')
  await where.press('Tab')
  await where.pressSequentially('[pr')
  await where.press('ArrowDown')
  await where.press('Enter')
  await expect(where).toHaveValue('number([Price]')
  await where.pressSequentially(') < 0')
  await expect(form.getByRole('listbox')).toBeHidden()
  await form.getByLabel('Name of the step').fill('returns')
  await expectAccessible(page, 'the form of a step')
  await form.getByLabel('Where').press('Enter')
  await expect(steps.getByRole('listitem').nth(6)).toContainText('returns')

  await add('fill', 'Fill empty cells')
  await page.getByRole('form').getByRole('checkbox', { name: 'Store' }).check()
  await page.getByRole('form').getByRole('button', { name: 'Add' }).click()
  await page.getByRole('button', { name: 'Move step 8 up' }).press('Enter')
  await expect(steps.getByRole('listitem').nth(6)).toContainText('Fill “Store” from above')

  await page.getByRole('button', { name: 'Remove step 1', exact: true }).click()
  await expect(steps.getByRole('listitem')).toHaveCount(7)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(steps.getByRole('listitem')).toHaveCount(8)
  await page.getByRole('checkbox', { name: 'Step 5 is on' }).uncheck()

  await page.getByRole('button', { name: 'Edit step 8' }).click()
  await page.getByRole('form').getByLabel('Name of the step').fill('bad returns')
  await page.getByRole('form').getByRole('button', { name: 'Change', exact: true }).click()
  await expectAccessible(page, 'steps')
  await page.getByRole('button', { name: 'Save steps' }).click()
  await expect(page.getByText('7 cleaning steps, 1 off')).toBeVisible()
  const save = page.getByRole('button', { name: 'Save steps' })
  await expect(save).toHaveAttribute('aria-disabled', 'true')
  await expect(save).toBeFocused()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(save).not.toHaveAttribute('aria-disabled', 'true')
  await page.getByRole('button', { name: 'Redo' }).click()

  await send(['S1,2026-11-21,3.00', ',2026-11-21,-1.00', ',2026-11-22,4.00'])
  await expect(page.getByTestId('loaded')).toHaveText(
    '2 rows in table till · the table now has 4 rows',
  )
  await expect(page.getByText('Dropped by a condition (“bad returns”): 1 row.')).toBeVisible()

  // The way back is that of the dataset, not of the window.
  await page.reload()
  await page.getByRole('link', { name: 'Datasets' }).click()
  await page.getByRole('link', { name: 'till', exact: true }).click()
  await page.getByText('7 cleaning steps, 1 off').click()
  await expect(steps.getByRole('listitem')).toHaveCount(8)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(steps.getByRole('listitem')).toHaveCount(6)
  await page.getByRole('button', { name: 'Redo' }).click()
  await expect(steps.getByRole('listitem')).toHaveCount(8)
})
