import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pallet } from '../fixtures/pallet.ts'
import { escaped, packed, rowsXml, xlsxParts } from '../fixtures/workbooks.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

test('a sheet of a workbook is dropped, chosen and delivered, every value as it is stored', async ({
  app,
}) => {
  const { page } = app
  const sales = Array.from({ length: 300 }, (_, index) => ({
    sku: String(index).padStart(6, '0'),
    day: 46_082 + (index % 28),
    product: index % 3 === 0 ? 'Ölkanne <1 l>' : `Nail, ${index}"`,
    barcode: 4_006_381_000_000 + index,
    net: index / 8,
    paid: index % 2 === 0,
  }))
  const text = (place: string, value: string): string =>
    `<c r="${place}" t="inlineStr"><is><t>${escaped(value)}</t></is></c>`
  const rows = sales.map(({ sku, day, product, barcode, net, paid }, index) => {
    const row = index + 4
    return `<row r="${row}">${text(`A${row}`, sku)}<c r="B${row}" s="1"><v>${day}</v></c>${text(`C${row}`, product)}<c r="D${row}" s="2"><v>${barcode}</v></c><c r="E${row}"><v>${net}</v></c><c r="F${row}" t="b"><v>${paid ? 1 : 0}</v></c></row>`
  })
  const labels = ['SKU', 'Sold', 'Product', 'Barcode', 'Net', 'Paid']
  const workbook = join(app.folder, 'till.xlsx')
  writeFileSync(
    workbook,
    packed({
      ...xlsxParts({
        formats: [0, 14, '0.00E+00'],
        sheets: [
          {
            name: 'Stock',
            xml: rowsXml([
              ['SKU', 'Count'],
              ['000001', '7'],
            ]),
          },
          {
            name: 'Sales',
            xml: rowsXml([['Sales of March', ''], ['', ''], labels]) + rows.join(''),
          },
        ],
      }),
      // So large that its first rows are asked for before its end has arrived.
      'docProps/thumbnail.jpeg': randomBytes(3 * 1024 * 1024),
    }),
  )
  await app.dropFiles([workbook])
  const table = page.getByRole('grid', { name: 'Preview of till.xlsx' })
  await expect(table.getByRole('gridcell', { name: '000001' })).toBeVisible()
  await expect(
    page.getByText('The workbook has 2 sheets; “Stock” was taken. The other one is “Sales”.'),
  ).toBeVisible()

  await page.getByRole('combobox', { name: 'Sheet' }).selectOption('Sales')
  await expect(table.getByRole('gridcell', { name: '4006381000000' })).toBeVisible()
  const range = page.getByRole('textbox', { name: 'Range', exact: true })
  // What is no range says so, and nothing is read by it.
  await range.fill('b3-f9')
  await expect(range).toHaveAttribute('aria-invalid', 'true')
  const sentence = 'This is no range. Write two corners, like B3:F200 or B:F.'
  await expect(page.getByText(sentence)).toBeVisible()
  await expect(range).toHaveAccessibleDescription(new RegExp(sentence.replaceAll('.', '\\.')))
  await expectAccessible(page, 'Send, with a range that is none')
  await page.setViewportSize({ width: 640, height: 800 })
  await look(page, 'sheet-range-wrong-640')
  await page.setViewportSize({ width: 1280, height: 800 })
  await range.press('Enter')
  await expect(table.getByRole('gridcell', { name: '4006381000000' })).toBeVisible()
  await range.fill('a3:c9')
  await expect(range).not.toHaveAttribute('aria-invalid', 'true')
  await range.press('Enter')
  await expect(range).toHaveValue('A3:C9')
  await expect(page.getByText('Only A3:C9 of the sheet is read, as chosen')).toBeVisible()
  await expect(table.getByLabel('Type of Product')).toBeVisible()
  await expect(table.getByLabel('Type of Barcode')).toBeHidden()
  await range.fill('')
  await range.press('Tab')
  await expect(table.getByLabel('Type of SKU')).toHaveValue('text')
  await expect(table.getByLabel('Type of Sold')).toHaveValue('date ymd')
  await expect(table.getByLabel('Type of Barcode')).toHaveValue('text')
  await expect(table.getByLabel('Type of Net')).toHaveValue('decimal .')
  await expect(table.getByLabel('Type of Paid')).toHaveValue('boolean')
  const numbers = page.getByRole('combobox', { name: 'Numbers', exact: true })
  await expect(numbers).toHaveValue('stored')
  await numbers.selectOption('shown')
  await expect(table.getByRole('gridcell', { name: '4.01E+12' }).first()).toBeVisible()
  await look(page, 'sheet-as-shown')
  await numbers.selectOption('stored')
  await expect(table.getByRole('gridcell', { name: '4006381000000' })).toBeVisible()
  await expect(page.getByText('skipped (“Sales of March”)')).toBeVisible()
  await expectAccessible(page, 'Send, with a workbook')

  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(page.getByTestId('account')).toHaveText(
    '300 in = 300 clean + 0 held back + 0 dropped',
  )
  await expect(page.getByTestId('loaded')).toHaveText('300 rows in table till')
  const sql =
    'SELECT sku, sold::VARCHAR AS sold, product, barcode, net::DOUBLE AS net, paid FROM till ORDER BY sku'
  const { events } = await pallet(['query', sql], { home: app.home })
  expect(events).toEqual(
    sales.map(({ sku, day, product, barcode, net, paid }) => ({
      sku,
      sold: new Date(Date.UTC(1899, 11, 30 + day)).toISOString().slice(0, 10),
      product,
      barcode: String(barcode),
      net: String(net),
      paid: String(paid),
    })),
  )
})
