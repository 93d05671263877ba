import { join } from 'node:path'
import { writeSalesExport } from '../fixtures/exports.ts'
import { isCommit, isStageBlock, startFaultProxy, type Fault } from '../fixtures/faultProxy.ts'
import { startStorage } from '../integration/upload/azurite.ts'
import { expectAccessible } from './accessible.ts'
import { accountText, expect, stepOf, test } from './app.ts'

test('an upload says what is so: waiting, going on, committing, and never done before it is', async ({
  app,
}) => {
  const storage = await startStorage()
  let fateOf = (_line: string): Fault | Promise<Fault> => ({ kind: 'forward' })
  const proxy = await startFaultProxy(storage.access.endpoint, (line) => fateOf(line))
  try {
    const { page } = app
    const { account, key } = storage.access
    await storage.service.getContainerClient('exports').create()
    await page.getByRole('link', { name: 'Connections' }).click()
    await page.getByRole('button', { name: 'Add connection' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('shop')
    await dialog.getByLabel('How to sign in').selectOption('Account key')
    await dialog.getByLabel('Storage account').fill(account)
    await dialog.getByLabel('Storage address').fill(proxy.endpoint)
    await dialog.getByLabel(/^Account key/).fill(key)
    await dialog.getByLabel('Container').fill('exports')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)

    // About 30 MB. Five blocks arrive, then the storage has too much to do.
    const file = join(app.folder, 'sales.csv')
    const truth = await writeSalesExport(file, { rows: 300_000, seed: 5 })
    let arrived = 0
    let busy = true
    const commit = Promise.withResolvers<Fault>()
    fateOf = (line) => {
      if (isCommit(line)) return commit.promise
      if (!isStageBlock(line)) return { kind: 'forward' }
      arrived += 1
      if (busy && arrived > 5) return { kind: 'answer', status: 503, code: 'ServerBusy' }
      return { kind: 'slow', bytesPerSecond: 4_000_000, latencyMs: 100 }
    }
    await page.getByRole('link', { name: 'Send', exact: true }).click()
    await app.dropFiles([file])
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByLabel('Connection', { exact: true }).selectOption('shop')
    await page.getByRole('button', { name: 'Send', exact: true }).click()

    const waiting = stepOf(page, 'Upload', 'waiting')
    const running = stepOf(page, 'Upload', 'under way')
    const bar = page.getByRole('progressbar', { name: 'Upload' })
    await expect(waiting).toContainText('is busy; trying again')
    await expect(waiting).toContainText('Waiting: 127.0.0.1')
    await expect(page.getByRole('main').locator('strong').first()).toHaveText('Waiting')
    await expect(waiting).not.toContainText('/s')
    await expect(waiting).not.toContainText('left')
    await expectAccessible(page, 'An upload that waits')
    const shownAt = async (): Promise<number> => Number(await bar.getAttribute('aria-valuenow'))
    const before = await shownAt()
    expect(before).toBeGreaterThan(0)

    // Paused and gone on with, it neither falls back nor speaks of a rate that is over.
    const button = (name: string) => page.getByRole('button', { name, exact: true })
    await button('Pause').click()
    await expect(page.getByText('Paused', { exact: true })).toBeVisible()
    const values = await page.evaluateHandle((label) => {
      const seen: number[] = []
      const look = (): void => {
        const shown = document.querySelector(`[role=progressbar][aria-label=${label}]`)
        const value = shown?.getAttribute('aria-valuenow')
        if (value != null) seen.push(Number(value))
      }
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        attributes: true,
      })
      return seen
    }, 'Upload')
    busy = false
    await button('Resume').click()
    await expect(running).toContainText('Sending blocks')
    await expect(running).toContainText('/s')

    await expect(running).toContainText('Committing the blob')
    await expect(running).not.toContainText('left')
    expect(await shownAt()).toBeLessThan(1)
    commit.resolve({ kind: 'forward' })
    await expect(page.getByTestId('account')).toHaveText(accountText(truth))
    const shown = await values.jsonValue()
    expect(shown.length).toBeGreaterThan(2)
    expect(Math.min(...shown)).toBeGreaterThanOrEqual(before)
    expect(shown).toEqual(shown.toSorted((a, b) => a - b))
  } finally {
    await proxy.stop()
    await storage.stop()
  }
})
