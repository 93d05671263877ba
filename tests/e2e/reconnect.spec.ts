import { join } from 'node:path'
import type { WebSocketRoute } from '@playwright/test'
import { writeSalesExport } from '../fixtures/exports.ts'
import { pallet } from '../fixtures/pallet.ts'
import { accountText, countText, expect, stepOf, test } from './app.ts'

// Electron's line is a message port, which ends only with the window or the app.
test('a cut line: a calm bar, the way back by itself, and what happened meanwhile @web', async ({
  app,
}) => {
  const file = join(app.folder, 'sales.csv')
  const truth = await writeSalesExport(file, { rows: 30_000, seed: 31, oneDefectIn: 300 })
  // So that it is still under way whenever the line is cut.
  await pallet(['limit', '5k'], { home: app.home })
  const { page } = app
  let cut = false
  const lines = new Set<WebSocketRoute>()
  await page.routeWebSocket(/\/rpc$/, (line) => {
    if (cut) {
      void line.close({ code: 1001 })
      return
    }
    lines.add(line)
    line.connectToServer()
  })
  await page.reload()
  const bar = page.getByRole('region', { name: 'Notices' })
  const witness = await page.context().newPage()
  await witness.goto(new URL('/#/runs', page.url()).href)

  await app.dropFiles([file])
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(stepOf(page, 'Upload', 'under way')).toBeVisible()
  cut = true
  for (const line of lines) await line.close({ code: 1001 })
  await expect(bar).toContainText('Reconnecting… What runs have done is kept.')
  // What was on the screen stays there.
  await expect(stepOf(page, 'Upload', 'under way')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'sales.csv' })).toBeVisible()

  // The other window of the same browser sees the run end.
  await pallet(['limit', 'off'], { home: app.home })
  await expect(witness.getByRole('row', { name: 'sales.csv' })).toContainText('Delivered')
  await expect(stepOf(page, 'Upload', 'under way')).toBeVisible()
  cut = false
  await expect(page.getByTestId('loaded')).toHaveText(
    `${countText(truth.clean)} rows in table sales`,
  )
  await expect(page.getByTestId('account')).toHaveText(accountText(truth))
  await expect(bar).not.toContainText('econnecting')

  // And the new line works: it can be asked, and it is told.
  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await expect(page.getByRole('row', { name: 'sales.csv' })).toContainText('Delivered')
})
