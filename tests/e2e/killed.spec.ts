import { join } from 'node:path'
import { writeSalesExport } from '../fixtures/exports.ts'
import { pallet } from '../fixtures/pallet.ts'
import { accountText, countText, expect, stepOf, test } from './app.ts'

test('killed in the middle of a run, it goes on by itself and ends with the same rows', async ({
  app,
}) => {
  const file = join(app.folder, 'sales.csv')
  const truth = await writeSalesExport(file, { rows: 500_000, seed: 11, oneDefectIn: 400 })
  const limit = (given: string) => pallet(['limit', given], { home: app.home })
  // So that it is still sent whenever the window is there again.
  await limit('50k')
  await app.dropFiles([file])
  // The first rows are shown while the rest is still being taken over.
  const table = app.page.getByRole('grid', { name: 'Preview of sales.csv' })
  await expect(table.getByRole('gridcell', { name: 'B00000001' })).toBeVisible()
  await app.page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(stepOf(app.page, 'Clean', 'under way')).toBeVisible()
  await app.restart('SIGKILL')

  await app.page.getByRole('link', { name: 'Runs', exact: true }).click()
  await app.page.getByRole('link', { name: 'sales.csv' }).click()
  await expect(stepOf(app.page, 'Upload', 'under way')).toBeVisible()
  await app.restart('SIGKILL', async () => {
    await limit('off')
  })

  await app.page.getByRole('link', { name: 'Runs', exact: true }).click()
  await expect(app.page.getByRole('row', { name: 'sales.csv' })).toHaveCount(1)
  await app.page.getByRole('link', { name: 'sales.csv' }).click()
  await expect(app.page.getByText('Delivered').first()).toBeVisible()
  await expect(app.page.getByTestId('account')).toHaveText(accountText(truth))
  await expect(app.page.getByTestId('loaded')).toHaveText(
    `${countText(truth.clean)} rows in table sales`,
  )
})
