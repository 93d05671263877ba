import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

// Where there is no keychain the key of this home comes from the environment.
const variable = 'PALLET_SECRET_TOKENS__KEY'
process.env[variable] = 'a key that is long enough to be kept in mind'
test.afterAll(() => {
  delete process.env[variable]
})

const people = [
  'customer;email;amount',
  ...Array.from({ length: 30 }, (_, nth) => `C${nth};guest${nth}@shop.test;${nth},50`),
  '',
].join('\n')

test('a person is found, counted, and taken out; the protocol does not say whom', async ({
  app,
}) => {
  const { page } = app
  const file = join(app.folder, 'customers.csv')
  writeFileSync(file, people)
  await app.dropFiles([file])
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Receipt' })).toContainText('30 rows in table')

  await page.getByRole('link', { name: 'Settings', exact: true }).click()
  await page.getByText('Erase a person', { exact: true }).click()
  await page.getByLabel('Found by the column').selectOption('email')
  await page.getByLabel('Values, one a line').fill('guest7@shop.test')
  await page.getByRole('button', { name: 'Find', exact: true }).click()
  const found = page.getByRole('region', { name: 'Found' })
  await expect(found).toContainText('Found: 1 row in 1 table, 1 row in 1 blob.')
  await found.scrollIntoViewIfNeeded()
  await look(page, 'erase-1-found')
  await page.setViewportSize({ width: 640, height: 800 })
  await found.scrollIntoViewIfNeeded()
  const folder = process.env['PALLET_LOOKS']
  if (folder !== undefined) await page.screenshot({ path: `${folder}/erase-1-found-640.png` })
  await page.setViewportSize({ width: 1280, height: 800 })
  await expectAccessible(page, 'a person that was found')

  await page.getByRole('button', { name: 'Erase…' }).click()
  await page.getByRole('button', { name: 'Erase', exact: true }).click()
  const protocols = page.getByRole('region', { name: 'Protocols' })
  await expect(protocols).toContainText('1 row in 1 table, 1 row in 1 blob; 0 places not reached')
  await protocols.scrollIntoViewIfNeeded()
  await look(page, 'erase-2-erased')
  const [protocol = ''] = readdirSync(join(app.home, 'erasures'))
  expect(readFileSync(join(app.home, 'erasures', protocol), 'utf8')).not.toContain('@')

  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name: 'customers.csv' }).click()
  await page.getByRole('button', { name: 'Verify' }).click()
  await expect(page.getByRole('region', { name: 'Verification' })).toContainText(
    '1 row of it was erased for a person',
  )
})
