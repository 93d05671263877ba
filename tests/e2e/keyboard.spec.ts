import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { writeStoresExport } from '../fixtures/exports.ts'
import { expectAccessible } from './accessible.ts'
import { expect, test } from './app.ts'

/** What a person without a mouse hears or sees as the place they are at. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return ''
    const labels = (element as HTMLInputElement).labels
    return (
      element.getAttribute('aria-label') ??
      labels?.[0]?.textContent ??
      element.textContent ??
      ''
    ).trim()
  })
}

/** The place of the focus is marked: the pixels around it change when it goes. */
async function expectMarked(page: Page): Promise<void> {
  const place = await page.evaluate(() => {
    const box = document.activeElement?.getBoundingClientRect()
    return box === undefined ? null : { x: box.x, y: box.y, width: box.width, height: box.height }
  })
  if (place === null) throw new Error('nothing has the focus')
  const x = Math.max(0, place.x - 4)
  const y = Math.max(0, place.y - 4)
  const clip = { x, y, width: place.width + 8, height: place.height + 8 }
  const name = await focused(page)
  const marked = await page.screenshot({ clip, animations: 'disabled' })
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  const plain = await page.screenshot({ clip, animations: 'disabled' })
  expect(marked.equals(plain), `the focus on “${name}” cannot be seen`).toBe(false)
}

/** Tab until the place is reached; each place on the way must show that it has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = []
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    const here = await focused(page)
    seen.push(here)
    if (name.test(here)) return
    if (here !== '') await expectMarked(page)
  }
  throw new Error(`${name} was not reached; on the way were: ${seen.join(' | ')}`)
}

// The native dialog of Electron is not the page's: there a path is pasted.
test('from load to a sent file with the keyboard alone @web', async ({ app }) => {
  const stores = join(app.folder, 'stores.csv')
  await writeStoresExport(stores, 30, 2)
  const { page } = app
  await page.emulateMedia({ reducedMotion: 'reduce' })
  // Asked for early: the browser hands a dialog over only once it knows that somebody waits for it.
  const choosing = page.waitForEvent('filechooser')
  await page.keyboard.press('Tab')
  expect(await focused(page)).toBe('Skip to the page')
  await page.keyboard.press('Enter')
  await tabTo(page, /^Choose files/)
  await page.keyboard.press('Enter')
  await (await choosing).setFiles(stores)
  await expect(
    page
      .getByRole('grid', { name: 'Preview of stores.csv' })
      .getByRole('gridcell', { name: '0001' }),
  ).toBeVisible()

  // Through the list, the dialect and every column's type to where it goes.
  await tabTo(page, /^Type of Town$/)
  await tabTo(page, /^Dataset/)
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('branches')
  await tabTo(page, /^Change$/)
  await page.keyboard.press('Space')
  await tabTo(page, /^Format$/)
  await page.keyboard.press('ArrowDown')
  await expect(page.getByLabel('Format', { exact: true })).toHaveValue('csv.gz')
  await tabTo(page, /^Send$/)
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('account')).toHaveText('30 in = 30 clean + 0 held back + 0 dropped')
  // A screen reader starts at the new page's heading.
  expect(await focused(page)).toBe('stores.csv')
  const blob = page.getByText('sandbox · pallet/branches/')
  await expect(blob).toHaveCount(1)
  await expect(blob).toBeHidden()

  // Printed, by night as by day: dark on light, what is folded opened, nothing that can only be pressed.
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.evaluate(() => {
    addEventListener('beforeprint', () => document.body.setAttribute('data-printed', ''))
  })
  await tabTo(page, /^Print$/)
  await page.keyboard.press('Enter')
  await expect(page.locator('body')).toHaveAttribute('data-printed')
  await page.emulateMedia({ media: 'print' })
  await expect(blob).toBeVisible()
  await expect(page.getByRole('navigation')).toBeHidden()
  await expect(page.getByRole('button')).toHaveCount(0)
  await expect(page.getByRole('heading', { level: 1 })).toHaveCSS('color', 'rgb(36, 36, 36)')
  await page.emulateMedia({ media: 'screen' })

  await test.step('keys lead everywhere, and a field keeps what is typed in it', async () => {
    await page.keyboard.press('Alt+3')
    await expect(page.getByRole('heading', { name: 'Runs' })).toBeFocused()
    await page.keyboard.press('?')
    const keys = page.getByRole('dialog', { name: 'Keys' })
    await expect(keys).toContainText('Go to Connections')
    await expectAccessible(page, 'Keys')
    // A dialog keeps all keys.
    await page.keyboard.press('Alt+2')
    await page.keyboard.press('Escape')
    await expect(keys).toHaveCount(0)
    await expect(page.getByRole('heading', { name: 'Runs' })).toBeFocused()
    const search = page.getByLabel('Search runs')
    await search.focus()
    await page.keyboard.type('?')
    await expect(search).toHaveValue('?')

    await page.keyboard.press('ControlOrMeta+K')
    const palette = page.getByRole('dialog', { name: 'Commands' })
    const wanted = palette.getByRole('combobox')
    await expect(wanted).toBeFocused()
    await expect(palette.getByRole('option', { name: 'Go to Settings' })).toBeVisible()
    await expectAccessible(page, 'Commands')
    await page.keyboard.press('Escape')
    await expect(search).toBeFocused()
    await page.keyboard.press('ControlOrMeta+K')
    await expect(wanted).toBeFocused()
    // A run, found by the core: by its dataset, which its name does not have.
    await page.keyboard.type('branches')
    const run = palette.getByRole('option', { name: /^stores\.csv/ })
    await expect(run).toBeVisible()
    await page.keyboard.press('ArrowUp')
    await expect(run).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'stores.csv' })).toBeFocused()

    // What is typed counts, however fast Enter follows.
    await page.keyboard.press('ControlOrMeta+K')
    await expect(wanted).toBeFocused()
    await page.keyboard.type('open log')
    await page.keyboard.press('Enter')
    await expect(page.getByLabel('Show', { exact: true })).toBeVisible()
    await expect(page.getByText('Log', { exact: true })).toBeFocused()
  })
})
