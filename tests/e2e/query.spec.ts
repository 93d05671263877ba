import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pallet } from '../fixtures/pallet.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('a statement is saved under a name, chosen again, and asked by the command line too', async ({
  app,
}) => {
  const { page, home } = app
  const file = join(app.folder, 'sales.csv')
  writeFileSync(file, 'sku,qty\nA,1\nB,2\n')
  expect((await pallet(['run', file, '--no-blob'], { home })).code).toBe(0)
  await page.getByRole('link', { name: 'Query', exact: true }).click()
  const statement = page.getByRole('textbox', { name: 'Statement' })
  const saved = page.getByRole('region', { name: 'Saved queries' })
  const name = saved.getByRole('textbox', { name: 'Name of the query' })

  await statement.fill('select sku from sales where qty > 1')
  await name.fill('More than one')
  // By the keyboard alone.
  await name.press('Enter')
  await expect(saved.getByRole('button', { name: 'More than one', exact: true })).toBeVisible()
  await statement.fill('select 1 as one')
  await saved.getByRole('button', { name: 'More than one', exact: true }).click()
  await expect(statement).toHaveValue('select sku from sales where qty > 1')
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  await expect(page.getByTestId('answered')).toHaveText('1 row')
  await expect(saved.getByRole('button', { name: 'Save in its place' })).toBeVisible()
  const { events } = await pallet(['query', '--saved', 'More than one'], { home })
  expect(events.map(({ sku }) => String(sku))).toEqual(['B'])
  await expectAccessible(page, 'saved queries')
  await look(page, 'saved-queries')
  await page.setViewportSize({ width: 640, height: 800 })
  await expectAccessible(page, 'saved queries, narrow')

  await saved.getByRole('button', { name: 'Remove the query More than one' }).click()
  await expect(saved.getByRole('button', { name: 'More than one', exact: true })).toHaveCount(0)
})
