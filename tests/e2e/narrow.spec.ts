import { join } from 'node:path'
import { writeStoresExport } from '../fixtures/exports.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

test('a window of 640 pixels shows the rows of a file, and the name of a run above its buttons', async ({
  app,
}) => {
  const { page } = app
  const shot = async (name: string): Promise<void> => {
    const folder = process.env['PALLET_LOOKS']
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
  }
  await page.setViewportSize({ width: 640, height: 800 })
  const file = join(app.folder, 'stores-of-the-northern-region.csv')
  await writeStoresExport(file, 40, 3)
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of stores-of-the-northern-region.csv' })
  await expect(grid.getByRole('gridcell', { name: '0001' })).toBeVisible()
  // At least ten rows stand whole in the window, and what is done with them follows below.
  await expect(grid.getByRole('gridcell', { name: '0010' })).toBeInViewport({ ratio: 1 })
  const width = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth)
  expect(await width()).toBe(640)
  await expectAccessible(page, 'Send, 640 pixels wide')
  await shot('narrow-send')
  const send = page.getByRole('button', { name: 'Send', exact: true })
  await send.scrollIntoViewIfNeeded()
  await expect(send).toBeInViewport({ ratio: 1 })
  const problems = page.getByRole('tab', { name: 'Problems' })
  await problems.scrollIntoViewIfNeeded()
  await expect(problems).toBeInViewport({ ratio: 1 })
  await shot('narrow-send-below')
  await page.emulateMedia({ colorScheme: 'dark' })
  await shot('narrow-send-below-dark')
  await page.emulateMedia({ colorScheme: 'light' })

  await send.click()
  await expect(page.getByTestId('account')).toBeVisible()
  const title = page.getByRole('heading', { name: 'stores-of-the-northern-region.csv' })
  const another = page.getByRole('link', { name: 'Send another file' })
  await expect(another).toBeInViewport({ ratio: 1 })
  const [heading, button] = [await title.boundingBox(), await another.boundingBox()]
  if (heading === null || button === null) throw new Error('They are not there.')
  // One line of it, and the buttons below.
  expect(heading.height).toBeLessThan(48)
  expect(button.y).toBeGreaterThan(heading.y + heading.height)
  expect(await width()).toBe(640)
  await expectAccessible(page, 'A run, 640 pixels wide')
  await shot('narrow-run')
})
