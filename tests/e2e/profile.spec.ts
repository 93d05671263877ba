import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pallet } from '../fixtures/pallet.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

test('a column is looked at closely, over every row of the file', async ({ app }) => {
  const file = join(app.folder, 'till.csv')
  const rows = Array.from({ length: 1500 }, (_, index) => {
    const price = index === 1400 ? '9999.00' : `${(index % 40) + 1}.50`
    const quantity = index % 500 === 7 ? 'viele' : index % 100 === 3 ? '' : `${(index % 9) + 1}`
    return `${index},${String((index % 28) + 1).padStart(2, '0')}.0${1 + (index % 3)}.2026,${['Brot', 'Käse', 'Tee'][index % 3]},${quantity},${price},kunde${index}@example.org`
  })
  await writeFile(file, `Bon,Datum,Artikel,Menge,Preis,Mail\n${rows.join('\n')}\n`)
  const { page } = app
  await page.setViewportSize({ width: 1440, height: 900 })
  await app.dropFiles([file])
  const table = page.getByRole('grid', { name: 'Preview of till.csv' })
  const heading = (name: string) => table.getByRole('button', { name, exact: true })

  // The cell at hand brings its column, by a click and then by the arrows.
  await table.getByRole('gridcell', { name: 'Käse', exact: true }).first().click()
  await expect(page.getByRole('complementary', { name: 'Profile of Artikel' })).toContainText(
    'Brot',
  )
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('complementary', { name: 'Profile of Menge' })).toBeVisible()

  await heading('Preis').click()
  const price = page.getByRole('complementary', { name: 'Profile of Preis' })
  await expect(price.getByText('1 value far out')).toBeVisible()
  await expect(price.getByText('9999.00').first()).toBeVisible()
  await expect(
    price.getByRole('figure', { name: 'Histogram of Preis, from 1.5 to 40.5' }),
  ).toBeVisible()
  await expect(heading('Preis')).toHaveAttribute('aria-expanded', 'true')

  // Every column was looked at by then: no second wait.
  await heading('Menge').click()
  const quantity = page.getByRole('complementary', { name: 'Profile of Menge' })
  await expect(quantity.getByRole('heading', { name: 'Would be held back' })).toBeVisible()
  await expect(quantity.getByText('viele').first()).toBeVisible()
  await expect(
    table.getByRole('img', { name: '98.8 % fit, 0.2 % do not, 1.0 % empty' }),
  ).toBeVisible()
  await expectAccessible(page, 'Send, with the profile of a column')
  if (process.env['PALLET_SCREENSHOTS'] !== undefined)
    await page.screenshot({ path: '/tmp/profile.png' })

  await heading('Mail').click()
  await expect(page.getByText('e-mail address')).toBeVisible()
  await page.keyboard.press('Tab')
  await page.getByRole('region', { name: 'What Mail holds' }).focus()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary')).toHaveCount(0)
})

test('what nothing in a file says is asked: which number is the day, and what a clock shows; the next best separator is a click away', async ({
  app,
}) => {
  const file = join(app.folder, 'deliveries.csv')
  await writeFile(
    file,
    'no,arrived,pieces,rest,shelf\n1,02/02/2026,4,9:05,A;1;2;3;4\n2,03/02/2026,5,0:30,B;2;3;4;5\n',
  )
  const { page } = app
  await app.dropFiles([file])
  const send = page.getByRole('button', { name: 'Send', exact: true })
  await expect(page.getByText('What is 03/02/2026?')).toBeVisible()
  await expect(page.getByText('Say first how the dates are written.')).toBeVisible()
  await expect(page.getByText(/whether the day or the month stands first/)).toHaveCount(1)
  await expect(send).toBeDisabled()
  await expect(page.getByRole('button', { name: 'Held back' })).toBeEnabled()
  await expectAccessible(page, 'Send, with a question about dates')
  if (process.env['PALLET_SCREENSHOTS'] !== undefined)
    await page.screenshot({ path: '/tmp/order.png' })
  const separator = page.getByLabel('Separator')
  await page.getByRole('button', { name: 'Semicolon ; instead: 5 columns, 67 % of rows' }).click()
  await expect(separator).toHaveValue(';')
  await page.getByRole('button', { name: 'Undo how it is read' }).click()
  await expect(separator).toHaveValue(',')
  await page.getByRole('button', { name: 'Read “rest” as Duration' }).click()
  await expect(page.getByLabel('Type of rest')).toHaveValue('duration')
  await page.getByRole('button', { name: '2 March: month first' }).click()
  await expect(page.getByText('What is 03/02/2026?')).toHaveCount(0)
  await expect(page.getByLabel('Type of arrived')).toHaveValue('date mdy')
  await send.click()
  await expect(page.getByTestId('account')).toHaveText('2 in = 2 clean + 0 held back + 0 dropped')
  const { events } = await pallet(
    ['query', 'select arrived::varchar as day, rest::varchar as rest from deliveries order by no'],
    { home: app.home },
  )
  expect(events).toEqual([
    { day: '2026-02-02', rest: '32700.000000' },
    { day: '2026-03-02', rest: '1800.000000' },
  ])
})

test('amounts among which some are none are offered as numbers, and what that holds back is said of the whole file', async ({
  app,
}) => {
  const file = join(app.folder, 'prices.csv')
  const rows = Array.from({ length: 400 }, (_, index) => {
    const price = index % 100 === 99 ? 'auf Anfrage' : `1.${100 + index},50 €`
    return `A${index};${price};${index % 2 === 0 ? '19 %' : '7 %'};${(index % 28) + 1}. März 2026`
  })
  await writeFile(file, `Artikel;Preis;MwSt;Tag\n${rows.join('\n')}\n`)
  const { page } = app
  await app.dropFiles([file])
  await expect(page.getByLabel('Type of Preis')).toHaveValue('text')
  await expect(page.getByLabel('Type of MwSt')).toHaveValue('integer %')
  await expect(page.getByLabel('Type of Tag')).toHaveValue('date dmy')
  await expectAccessible(page, 'Send, with amounts that are offered as numbers')
  if (process.env['PALLET_SCREENSHOTS'] !== undefined)
    await page.screenshot({ path: '/tmp/amounts.png' })
  const look = page.getByRole('region', { name: 'Please look' })
  await expect(look).toContainText('Column “Preis” is read as text')
  await page.getByRole('button', { name: 'Read “Preis” as Decimal number in “€”' }).click()
  await expect(page.getByLabel('Type of Preis')).toHaveValue('decimal , €')
  await expect(look).toContainText(
    '4 of 400 rows would be held back, for example line 101: “auf Anfrage” in “Preis” is not a decimal number in “€”.',
  )
  await expect(look).not.toContainText('Column “Preis” is read as text')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByTestId('account')).toHaveText(
    '400 in = 396 clean + 4 held back + 0 dropped',
  )
  const { events } = await pallet(
    ['query', 'select sum(preis)::varchar as sum, max(mw_st) as vat from prices'],
    { home: app.home },
  )
  expect(events).toEqual([{ sum: '514602.00', vat: '19' }])

  await test.step('a run that is stopped leads back to what was chosen', async () => {
    const offers = join(app.folder, 'offers.csv')
    await writeFile(
      offers,
      `Artikel;Preis\n${'A;1,50 €\n'.repeat(30)}${'B;auf Anfrage\n'.repeat(10)}`,
    )
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([offers])
    await page.getByRole('button', { name: 'Read “Preis” as Decimal number in “€”' }).click()
    await expect(look).toContainText('These are so many that the run would stop')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    const back = page.getByRole('button', { name: 'Change and send again' })
    await expect(back).toBeVisible()
    await expectAccessible(page, 'a run that was stopped')
    await back.click()
    await expect(page.getByLabel('Type of Preis')).toHaveValue('decimal , €')
    await page.getByLabel('Type of Preis').selectOption('text')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(page.getByTestId('account')).toHaveText(
      '40 in = 40 clean + 0 held back + 0 dropped',
    )
  })
})
