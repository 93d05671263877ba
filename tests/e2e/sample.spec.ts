import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'
import { look } from './pictures.ts'

/** More than is judged unasked: about 115 MB; of every hundred rows one has no price. */
async function writeLarge(path: string): Promise<number> {
  const text = 'a long note about the sale that nobody will ever read again '.repeat(8)
  const file = await open(path, 'w')
  await file.write('id,price,note\n')
  let rows = 0
  for (let part = 0; part < 230; part += 1) {
    const lines = Array.from({ length: 1000 }, (_, n) => {
      rows += 1
      return `${rows},${n % 100 === 5 ? 'free' : '1.50'},${text}${rows}\n`
    })
    await file.write(lines.join(''))
  }
  await file.close()
  return rows
}

test('some rows of a file that is too large to be judged in full are tried before it is sent', async ({
  app,
}) => {
  const file = join(app.folder, 'large.csv')
  const rows = await writeLarge(file)
  const { page } = app
  await page.getByLabel('or paste a path or https URL').fill(file)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  const desk = page.getByRole('region', { name: 'Desk' })
  const sample = desk.getByRole('region', { name: 'A sample of the rows' })
  await expect(sample).toContainText('Every row of so large a file is judged when it is sent.')
  await sample.getByRole('button', { name: 'Try 10,000 of its rows' }).click()
  await expect(sample).toContainText(
    /[\d,]+ clean, [\d,]+ held back and 0 dropped of 10,000 sampled rows\./,
  )
  await expect(sample).toContainText('of 10,000 sampled rows would be held back, for example line')
  await expect(sample).toContainText(`A sample of 10,000 of ${rows.toLocaleString('en-US')} rows`)
  await expectAccessible(page, 'a sample of a large file')
  await look(page, 'sample')

  const grid = page.getByRole('grid', { name: 'Preview of large.csv' })
  await grid.getByRole('gridcell', { name: /^free/ }).first().click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Empty “free”' }).click()
  await desk.getByRole('tab', { name: /^Problems/ }).click()
  await expect(sample).toContainText(
    '10,000 clean, 0 held back and 0 dropped of 10,000 sampled rows.',
  )
})
