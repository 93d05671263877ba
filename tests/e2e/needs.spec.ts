import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { writeStoresExport } from '../fixtures/exports.ts'
import { startFaultProxy } from '../fixtures/faultProxy.ts'
import { startStorage } from '../integration/upload/azurite.ts'
import { expectAccessible } from './accessible.ts'
import { expect, stepOf, test, type App } from './app.ts'

/** The connection “north-shop”, added by hand. */
async function addConnection(
  page: Page,
  { account, endpoint, key }: { account: string; endpoint: string; key: string },
): Promise<void> {
  await page.getByRole('link', { name: 'Connections' }).click()
  await page.getByRole('button', { name: 'Add connection' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('north-shop')
  await dialog.getByLabel('How to sign in').selectOption('Account key')
  await dialog.getByLabel('Storage account').fill(account)
  await dialog.getByLabel('Storage address').fill(endpoint)
  await dialog.getByLabel(/^Account key/).fill(key)
  await dialog.getByLabel('Container').fill('exports')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toHaveCount(0)
}

async function send(app: App, name: string, seed: number): Promise<void> {
  const { page } = app
  const file = join(app.folder, name)
  await writeStoresExport(file, 20, seed)
  await page.getByRole('link', { name: 'Send', exact: true }).click()
  await app.dropFiles([file])
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  await page.getByLabel('Connection', { exact: true }).selectOption('north-shop')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
}

test('three runs, one refused credential: asked once, answered once, all go on', async ({
  app,
}) => {
  const storage = await startStorage()
  try {
    const { page } = app
    const { account, key, endpoint } = storage.access
    const refused = { account, endpoint, key: randomBytes(64).toString('base64') }
    await storage.service.getContainerClient('exports').create()
    await addConnection(page, refused)
    const dialog = page.getByRole('dialog')
    const notices = page.getByRole('region', { name: 'Notices' })
    for (const [index, name] of ['one.csv', 'two.csv', 'three.csv'].entries()) {
      await send(app, name, index)
      await expect(stepOf(page, 'Upload', 'waiting')).toBeVisible()
      await expect(stepOf(page, 'Clean', 'done')).toBeVisible()
    }
    const asked = 'The connection “north-shop” needs a new credential; 3 runs wait for it.'
    await expect(notices).toContainText(asked)
    const open = page.getByRole('link', { name: 'Open connection' })
    // On the page of a run that waits, too: one notice, one way on.
    await expect(page.getByRole('alert')).toContainText('did not accept the key of the account')
    await expect(open).toHaveCount(1)
    await expectAccessible(page, 'A connection that needs a credential')
    await expect(page.locator('[aria-live=polite]').filter({ hasText: asked })).toHaveCount(1)

    // Its notice goes with the connection, and comes back with it.
    await page.getByRole('link', { name: 'Connections', exact: true }).click()
    await page.getByRole('button', { name: 'Remove north-shop' }).click()
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await expect(notices).not.toContainText('north-shop')
    await addConnection(page, refused)
    await expect(notices).toContainText(asked)

    await open.click()
    await expect(dialog).toContainText('Edit connection “north-shop”')
    await dialog.getByLabel(/^Account key/).fill(key)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
    await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(3)
    await expect(notices).not.toContainText('north-shop')
    const blobs: string[] = []
    for await (const { name } of storage.service.getContainerClient('exports').listBlobsFlat())
      blobs.push(name.replace(/\/[0-9-]{10}\/[0-9a-f-]+_/, '/DAY/RUN_'))
    expect(blobs).toEqual(['one/DAY/RUN_one.csv', 'three/DAY/RUN_three.csv', 'two/DAY/RUN_two.csv'])
  } finally {
    await storage.stop()
  }
})

test('rights that were given elsewhere: the runs try again when a person says so', async ({
  app,
}) => {
  const storage = await startStorage()
  let granted = false
  const proxy = await startFaultProxy(storage.access.endpoint, () =>
    granted
      ? { kind: 'forward' }
      : { kind: 'answer', status: 403, code: 'AuthorizationPermissionMismatch' },
  )
  try {
    const { page } = app
    await storage.service.getContainerClient('exports').create()
    await addConnection(page, { ...storage.access, endpoint: proxy.endpoint })
    for (const name of ['one.csv', 'two.csv']) {
      await send(app, name, 1)
      await expect(stepOf(page, 'Upload', 'waiting')).toBeVisible()
    }
    const notices = page.getByRole('region', { name: 'Notices' })
    const again = notices.getByRole('button', { name: 'Try again' })
    const asked = 'The connection “north-shop” needs more rights; 2 runs wait for them.'
    await expect(notices).toContainText(asked)
    const { length } = proxy.seen
    await again.click()
    // One of them has asked, and it is as it was.
    await expect.poll(() => proxy.seen.length).toBe(length + 1)
    await expect(notices).toContainText(asked)
    granted = true
    await again.click()
    await expect(notices).not.toContainText('north-shop')
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
    await expect(rows.filter({ hasText: 'Delivered' })).toHaveCount(2)
  } finally {
    await proxy.stop()
    await storage.stop()
  }
})
