import { join } from 'node:path'
import { writeSalesExport } from '../fixtures/exports.ts'
import { pallet } from '../fixtures/pallet.ts'
import { expectAccessible } from './accessible.ts'
import { accountText, expect, stepOf, test } from './app.ts'
import { picture, pictures } from './pictures.ts'

test('pause, resume, cancel, retry and discard', async ({ app }) => {
  const file = join(app.folder, 'sales.csv')
  const truth = await writeSalesExport(file, {
    rows: pictures ? 2_000_000 : 30_000,
    seed: 23,
    oneDefectIn: 400,
  })
  const { page } = app
  const button = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true })
  const state = page.getByRole('main').locator('strong').first()
  const sendIt = async (): Promise<void> => {
    await app.dropFiles([file])
    await button('Send').click()
  }

  // So that it is still under way whenever somebody looks.
  if (!pictures) await pallet(['limit', '5k'], { home: app.home })
  await sendIt()
  await expect(stepOf(page, 'Upload', 'under way')).toBeVisible()
  await button('Pause').click()
  await expect(state).toHaveText('Paused')
  await expect(stepOf(page, 'Read', 'done')).toBeVisible()
  await expect(stepOf(page, 'Upload', 'waiting')).toBeVisible()
  await expect(button('Pause')).toHaveCount(0)
  await expect(page.getByRole('contentinfo')).toContainText('1 run paused')
  await button('Cancel…').click()
  const ask = page.getByRole('alertdialog', { name: 'Cancel this run?' })
  await expect(ask).toContainText('sales.csv')
  await expectAccessible(page, 'Cancel this run?')
  await ask.getByRole('button', { name: 'Keep it going' }).click()
  await expect(ask).toHaveCount(0)
  await expect(state).toHaveText('Paused')

  await button('Resume').click()
  await expect(stepOf(page, 'Upload', 'under way')).toBeVisible()
  await expect(state).toHaveText('Running')
  await button('Cancel…').click()
  await ask.getByRole('button', { name: 'Cancel the run' }).click()
  await expect(state).toHaveText('Cancelled')
  // The button that was pressed is gone; the focus is not.
  await expect(page.getByRole('heading', { name: 'sales.csv' })).toBeFocused()

  await button('Retry').click()
  await expect(stepOf(page, 'Upload', 'under way')).toBeVisible()
  await expectAccessible(page, 'Run in progress')
  if (pictures) {
    await page.mouse.move(0, 0)
    await expect(stepOf(page, 'Upload', 'under way')).toContainText('left')
    await page.screenshot({ path: picture('run') })
  }
  await pallet(['limit', 'off'], { home: app.home })
  await expect(state).toHaveText('Delivered')
  await expect(page.getByTestId('account')).toHaveText(accountText(truth))

  // A second run of the same file, given up and forgotten.
  await page.getByRole('link', { name: 'Send', exact: true }).click()
  await sendIt()
  await expect(stepOf(page, 'Fetch', 'done')).toBeVisible()
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
  const files = page.getByRole('table', { name: 'Runs' }).getByRole('link', { name: 'sales.csv' })
  await files.first().focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowDown')
  await expect(files.last()).toBeFocused()
  await page.keyboard.press('Space')
  const chosen = page.getByRole('group', { name: 'Chosen runs' })
  await expect(chosen).toContainText('2 chosen')
  await expectAccessible(page, 'Runs that are chosen')
  await chosen.getByRole('button', { name: 'Cancel 1…' }).click()
  const askMany = page.getByRole('alertdialog', { name: 'Cancel 1 run?' })
  await expect(askMany).toContainText('The others that are chosen stay as they are')
  await askMany.getByRole('button', { name: 'Cancel 1 run' }).click()
  await expect(rows.filter({ hasText: 'Cancelled' })).toHaveCount(1)
  await expect(chosen).toHaveCount(0)
  await files.first().click()
  await expect(state).toHaveText('Cancelled')
  await button('Discard…').click()
  await expect(page.getByRole('alertdialog')).toContainText(/This frees [\d.]+ [KM]iB\./)
  await page.getByRole('button', { name: 'Discard the run' }).click()
  await expect(page.getByRole('heading', { name: 'Runs' })).toBeVisible()
  await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(1)
  await expect(rows.filter({ hasText: 'Cancelled' })).toHaveCount(0)

  await page.getByLabel('State', { exact: true }).selectOption('Failed or stopped')
  await expect(page.getByRole('heading', { name: 'No run fits' })).toBeVisible()
  await page.getByRole('button', { name: 'Show all runs' }).click()
  await page.getByLabel('Search runs').fill('no such file')
  await expect(page.getByRole('heading', { name: 'No run fits' })).toBeVisible()
  await page.getByLabel('Search runs').fill('SALES')
  await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(1)
  // A time is found as it stands in the list, and no other.
  await expect(async () => {
    await page.getByLabel('Search runs').fill(
      await rows
        .last()
        .getByTitle(/\d\d:\d\d:\d\d/)
        .innerText(),
    )
    await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(1)
  }).toPass()
  await page.getByLabel('Search runs').fill('31 May 2023')
  await expect(page.getByRole('heading', { name: 'No run fits' })).toBeVisible()
  await page.getByLabel('Search runs').fill('')
  await page.getByLabel('Sent from').fill('2100-01-01')
  await expect(page.getByRole('heading', { name: 'No run fits' })).toBeVisible()
  await page.getByLabel('Sent from').fill('2020-01-01')
  await page.getByLabel('Sent until').fill('2020-01-02')
  await expect(page.getByRole('heading', { name: 'No run fits' })).toBeVisible()
  await page.getByLabel('Sent until').fill('')
  await page.getByRole('main').getByLabel('Dataset').selectOption('sales')
  await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(1)
  const held = page.getByRole('columnheader', { name: 'Held back' })
  await held.getByRole('button').click()
  await expect(held).toHaveAttribute('aria-sort', 'descending')
  await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(1)
})
