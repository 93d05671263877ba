import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

const people = [
  'customer_name;email;amount',
  ...Array.from({ length: 30 }, (_, nth) => `Ada ${nth};ada${nth}@shop.test;${nth},50`),
  '',
].join('\n')

test('a column that looks personal is named before it is sent, and leaves as a person says', async ({
  app,
}) => {
  const { page } = app
  const narrow = async (name: string): Promise<void> => {
    await page.setViewportSize({ width: 640, height: 800 })
    const folder = process.env['PALLET_LOOKS']
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}-640.png` })
    await page.setViewportSize({ width: 1280, height: 800 })
  }
  const file = join(app.folder, 'customers.csv')
  writeFileSync(file, people)
  await app.dropFiles([file])
  const desk = page.getByRole('region', { name: 'Desk' })
  const said = '“email” looks personal (e-mail address)'
  await expect(desk).toContainText(said)
  await expect(desk).toContainText('“customer_name” looks personal (name)')
  await look(page, 'personal-1-desk')

  const grid = page.getByRole('grid', { name: /^Preview of/ })
  await desk.getByRole('tab', { name: 'Column' }).click()
  await grid.getByRole('gridcell', { name: 'ada3@shop.test', exact: true }).click()
  await desk.getByLabel('Whether email is personal').selectOption('Personal: hash')
  await look(page, 'personal-2-column')
  await narrow('personal-2-column')
  await expectAccessible(page, 'a personal column at the desk')
  await desk.getByRole('tab', { name: /^Problems/ }).click()
  await expect(desk).not.toContainText(said)
  await expect(desk).toContainText('“customer_name” looks personal (name)')

  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const receipt = page.getByRole('region', { name: 'Receipt' })
  await expect(receipt).toContainText('“email” is hashed')

  await page.getByRole('link', { name: 'Datasets', exact: true }).click()
  await page.getByRole('link', { name: 'customers', exact: true }).click()
  await page.getByText('Personal columns: email (customer_name may be)').click()
  const columns = page.getByRole('table', { name: 'Personal columns of customers' })
  await expect(columns.getByLabel('Whether email is personal')).toHaveValue('hash')
  await columns
    .getByLabel('Whether customer_name is personal')
    .selectOption('Personal: by destination')
  await columns.getByLabel('customer_name, Blobs').selectOption('Leave empty')
  await columns.getByLabel('Whether customer_name is personal').scrollIntoViewIfNeeded()
  await look(page, 'personal-3-dataset')
  await narrow('personal-3-dataset')
  await expectAccessible(page, 'personal columns of a dataset')
  await page.getByRole('button', { name: 'Save personal columns' }).click()
  await expect(page.getByText('Personal columns: customer_name, email')).toBeVisible()
})
