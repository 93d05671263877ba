import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { writeSalesExport, writeStoresExport } from '../fixtures/exports.ts'
import { accountText, expect, test } from './app.ts'

test('a path and a URL, pasted', async ({ app }) => {
  const stores = join(app.folder, 'stores.csv')
  const sales = join(app.folder, 'sales.csv')
  await writeStoresExport(stores, 25, 9)
  const truth = await writeSalesExport(sales, { rows: 2_000, seed: 4, oneDefectIn: 50 })
  const { size } = await stat(sales)
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/exports/sales.csv') !== true) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/csv', 'content-length': size })
    createReadStream(sales).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    const { page } = app
    const paste = async (text: string): Promise<void> => {
      await page.getByLabel('or paste a path or https URL').fill(text)
      const zone = page.getByRole('region', { name: 'Drop files here' })
      await zone.getByRole('button', { name: 'Open', exact: true }).click()
    }
    const alert = page.getByRole('alert')
    const send = page.getByRole('button', { name: 'Send', exact: true })

    await paste(join(app.folder, 'sales-of-yesterday.csv'))
    await expect(alert).toContainText(
      `There is no file ${join(app.folder, 'sales-of-yesterday.csv')}.`,
    )
    await expect(alert).toContainText('Check the name and whether the drive is connected.')
    await paste('exports/sales.csv')
    await expect(alert).toContainText(
      '“exports/sales.csv” is neither a full path on this computer nor an https address.',
    )
    await paste(app.folder)
    await expect(alert).toContainText(`${app.folder} is a folder.`)

    // As Windows copies it: in quotes.
    await paste(`"${stores}"`)
    await expect(alert).toHaveCount(0)
    await expect(
      page.getByRole('grid', { name: 'Preview of stores.csv' }).getByText('0010'),
    ).toBeVisible()
    await send.click()
    await expect(page.getByTestId('account')).toHaveText(
      '25 in = 25 clean + 0 held back + 0 dropped',
    )
    await page.getByRole('link', { name: 'Send another file' }).click()

    await paste(`http://127.0.0.1:${port}/exports/nothing.csv`)
    await expect(page.getByText(/404|not there|no file/i).first()).toBeVisible()
    await expect(send).toBeDisabled()
    await page.getByRole('button', { name: 'Remove nothing.csv' }).click()

    await paste(`http://127.0.0.1:${port}/exports/sales.csv?sig=a-secret-of-the-shop`)
    await expect(
      page.getByRole('grid', { name: 'Preview of sales.csv' }).getByText('B00000001'),
    ).toBeVisible()
    await expect(page.locator('body')).not.toContainText('a-secret-of-the-shop')
    await send.click()
    await expect(page.getByTestId('account')).toHaveText(accountText(truth))
    await expect(page.locator('body')).not.toContainText('a-secret-of-the-shop')
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
