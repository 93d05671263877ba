import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { writeSalesExport } from '../fixtures/exports.ts'
import { pallet } from '../fixtures/pallet.ts'
import { zipOf } from '../fixtures/zip.ts'
import { expectAccessible } from './accessible.ts'
import { accountText, expect, test } from './app.ts'

test('packed exports, records as JSON and text of fixed width are dropped, chosen from and delivered', async ({
  app,
}) => {
  const { page } = app
  const plain = join(app.folder, 'sales.csv')
  const truth = await writeSalesExport(plain, { rows: 2000, seed: 3, oneDefectIn: 200 })
  const put = (name: string, content: Buffer | string): string => {
    const file = join(app.folder, name)
    writeFileSync(file, content)
    return file
  }
  const stock = 'sku;count\nA-01;3\nA-02;5\n'
  const orders = Array.from({ length: 300 }, (_, id) => ({
    id: `2026${String(id).padStart(16, '0')}`,
    total: id / 4,
    store: { city: id % 2 === 0 ? 'Köln' : 'Bonn' },
  }))
  const files = [
    put('sales.csv.gz', gzipSync(readFileSync(plain))),
    put(
      'march.zip',
      zipOf({ name: 'sales.csv', content: 'a,b\n1,2\n' }, { name: 'stock.csv', content: stock }),
    ),
    put(
      'till.prn',
      [
        'Item  Name      Count',
        '00001 Nails       120',
        '00002 Screws       80',
        '00003 Oil can       7',
        '',
      ].join('\n'),
    ),
    put('orders.json', JSON.stringify({ shops: [{ city: 'Köln' }], data: { orders } })),
  ]
  const send = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect(page.getByRole('heading', { name })).toBeVisible()
  }
  const asked = async (sql: string) => (await pallet(['query', sql], { home: app.home })).events

  await test.step('a gzip file', async () => {
    await app.dropFiles(files.slice(0, 1))
    await expect(page.getByRole('grid', { name: 'Preview of sales.csv.gz' })).toBeVisible()
    await expect(page.getByLabel('Encoding')).toHaveValue('windows-1252')
    await send('sales.csv.gz')
    await expect(page.getByTestId('account')).toHaveText(accountText(truth))
  })

  await test.step('a file of an archive', async () => {
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles(files.slice(1, 2))
    const table = page.getByRole('grid', { name: 'Preview of march.zip' })
    await expect(table.getByRole('columnheader', { name: 'a' })).toBeVisible()
    await expect(
      page.getByText('Of the archive “sales.csv” is read, and not “stock.csv”.'),
    ).toBeVisible()
    await expectAccessible(page, 'Send, with an archive')
    await page.getByLabel('File in the archive').selectOption('stock.csv')
    await expect(table.getByRole('gridcell', { name: 'A-01' })).toBeVisible()
    await expect(page.getByText('“sales.csv” is read')).toBeHidden()
    await page.getByRole('combobox', { name: 'Dataset' }).fill('stock')
    await send('march.zip')
    await expect(page.getByTestId('loaded')).toHaveText('2 rows in table stock')
  })

  await test.step('a text of fixed width', async () => {
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles(files.slice(2, 3))
    const table = page.getByRole('grid', { name: 'Preview of till.prn' })
    await expect(table.getByRole('gridcell', { name: 'Oil can' })).toBeVisible()
    await expect(page.getByLabel('Separator')).toHaveValue('fixed')
    const ruler = page.getByRole('group', { name: 'Where the columns begin' })
    await expectAccessible(page, 'Send, with text of fixed width')
    await ruler.getByRole('button', { name: 'Add a border' }).click()
    await expect(table.getByRole('columnheader')).toHaveCount(5)
    const border = ruler.getByRole('slider').nth(1)
    const at = Number(await border.getAttribute('aria-valuenow'))
    await border.press('ArrowRight')
    await expect(border).toHaveAttribute('aria-valuenow', String(at + 1))
    await border.press('Delete')
    await expect(table.getByRole('columnheader')).toHaveCount(4)
    await send('till.prn')
    await expect(page.getByTestId('loaded')).toHaveText('3 rows in table till')
    expect(
      await asked('SELECT item, name, count::VARCHAR AS count FROM till ORDER BY item'),
    ).toEqual([
      { item: '00001', name: 'Nails', count: '120' },
      { item: '00002', name: 'Screws', count: '80' },
      { item: '00003', name: 'Oil can', count: '7' },
    ])
  })

  await test.step('a list in a document', async () => {
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles(files.slice(3))
    const table = page.getByRole('grid', { name: 'Preview of orders.json' })
    await expect(table.getByRole('columnheader')).toHaveCount(4)
    const list = page.getByLabel('List of records')
    await expect(list).toHaveValue('data.orders')
    await expectAccessible(page, 'Send, with records as JSON')
    await list.selectOption('shops')
    await expect(table.getByRole('columnheader')).toHaveCount(2)
    await list.selectOption('data.orders')
    await expect(table.getByRole('columnheader')).toHaveCount(4)
    await send('orders.json')
    await expect(page.getByTestId('loaded')).toHaveText('300 rows in table orders')
    const rows = await asked(
      'SELECT id, total::DOUBLE AS total, store_city FROM orders ORDER BY id',
    )
    expect(rows).toEqual(
      orders.map(({ id, total, store }) => ({ id, total: String(total), store_city: store.city })),
    )
  })
})
