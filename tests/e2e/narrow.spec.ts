import { writeFile } from 'node:fs/promises'
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

/** A real till's: wide, with words that mean nothing, dates in a form of its own, prices that are none. */
function tillExport(): string {
  const rows = Array.from({ length: 300 }, (_, n) =>
    [
      `B${100_000 + n}`,
      `202601${10 + (n % 20)}`,
      n % 3 === 0 ? 'Köln-Ehrenfeld' : 'köln-ehrenfeld ',
      n === 7 ? '20260231' : `202602${10 + (n % 18)}`,
      `Müsli & Käse, Großpackung ${n % 9}`,
      n % 60 === 5 ? 'gratis' : `${n % 40},50`,
      n % 2 === 0 ? 'oui' : 'non',
    ].join(';'),
  )
  const head =
    'Belegnummer;Verkauft am;Filialbezeichnung;Lieferdatum;Artikelbezeichnung;Preis;Bezahlt'
  return [head, ...rows, ''].join('\n')
}

test('the desk in a window of 640 pixels: nothing is cut, and the page is not scrolled sideways', async ({
  app,
}) => {
  const { page } = app
  await page.setViewportSize({ width: 640, height: 800 })
  const file = join(app.folder, 'umsatz-der-filiale-am-rhein-ehrenfeld.csv')
  await writeFile(file, tillExport())
  await app.dropFiles([file])
  const grid = page.getByRole('grid', { name: 'Preview of umsatz-der-filiale' })
  const desk = page.getByRole('region', { name: 'Desk' })
  await expect(grid.getByRole('gridcell', { name: 'B100000' })).toBeVisible()
  const seen = async (name: string): Promise<void> => {
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(640)
    // What is wider than its box, and no table, hides something.
    const cut = await desk.evaluate((pane) =>
      [pane, ...pane.querySelectorAll('*')]
        .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
        .filter((one) => getComputedStyle(one).overflowX !== 'visible')
        .filter((one) => one.matches(':not(select, input, [class*="hidden"])'))
        .map((one) => `${one.tagName} ${one.className}: ${one.textContent?.slice(0, 60)}`),
    )
    expect(cut, name).toEqual([])
    await expectAccessible(page, `the desk, ${name}`)
    const folder = process.env['PALLET_LOOKS']
    if (folder === undefined) return
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.screenshot({ path: `${folder}/narrow-desk-${name}-${colorScheme}.png` })
    }
  }
  await seen('table')
  const suggested = desk.getByRole('region', { name: 'Suggested steps' })
  await suggested.scrollIntoViewIfNeeded()
  await expect(suggested).toContainText('held back')
  await seen('problems')
  await suggested
    .getByRole('listitem')
    .filter({ hasText: 'Lieferdatum' })
    .getByRole('button')
    .click()
  await desk.getByRole('tab', { name: /^Steps/ }).click()
  await expect(desk.getByRole('listitem').nth(6)).toContainText('1 row held back')
  await desk.getByRole('listitem').nth(6).scrollIntoViewIfNeeded()
  await seen('steps')
  await desk.getByRole('button', { name: 'Edit step 7' }).click()
  await desk.getByRole('form').scrollIntoViewIfNeeded()
  await seen('form')
  await page.keyboard.press('Escape')
  await grid.getByRole('gridcell', { name: 'gratis' }).first().click()
  await desk.getByRole('tab', { name: 'Column' }).click()
  await seen('column')
  await page.reload()
  await app.dropFiles([file])
  await expect(page.getByRole('button', { name: 'Start over' })).toBeVisible()
  await seen('again')
})
