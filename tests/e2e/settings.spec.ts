import { join } from 'node:path'
import { writeSalesExport } from '../fixtures/exports.ts'
import { slackReceiver } from '../fixtures/receivers.ts'
import { expectAccessible } from './accessible.ts'
import { accountText, expect, stepOf, test } from './app.ts'
import { look } from './pictures.ts'

test('room for the shop: set, checked, kept, seen at the upload, and taken away again', async ({
  app,
}) => {
  const file = join(app.folder, 'sales.csv')
  const truth = await writeSalesExport(file, { rows: 30_000, seed: 3 })
  const toSettings = async (): Promise<void> => {
    await app.page.getByRole('link', { name: 'Settings' }).click()
    await expect(app.page.getByRole('heading', { name: 'Leave room for the shop' })).toBeVisible()
  }
  const on = () => app.page.getByLabel('Hold uploads back at certain times')
  const time = (number: number) =>
    app.page.getByRole('listitem', { name: `Time ${number}`, exact: true })
  const save = () => app.page.getByRole('button', { name: 'Save' })
  const form = () => app.page.locator('form')

  await toSettings()
  await expect(on()).not.toBeChecked()
  await expect(form()).toContainText('Now: uploads take what the line gives.')
  await expectAccessible(app.page, 'Settings')

  // With the keyboard alone, from the heading on.
  await app.page.keyboard.press('Tab')
  await expect(on()).toBeFocused()
  await app.page.keyboard.press('Space')
  await expect(time(1).getByLabel('Between')).toHaveValue('08:00')
  await expect(time(1).getByLabel('and', { exact: true })).toHaveValue('20:00')
  await expect(time(1)).toContainText('= 4.1 Mbit/s')
  await app.page.getByRole('button', { name: 'Add another time' }).focus()
  await app.page.keyboard.press('Enter')
  await time(2).getByLabel('Between').fill('19:00')
  await time(2).getByLabel('and', { exact: true }).fill('06:00')
  await time(2).getByLabel('send at most (KiB/s)').fill('much')
  const before = await save().boundingBox()
  await save().click()
  // What is wrong is said at its field, which has the focus, and nothing has moved.
  await expect(time(2).getByLabel('send at most (KiB/s)')).toHaveAttribute('aria-invalid', 'true')
  await expect(time(1)).toContainText('Overlaps another time.')
  await expect(time(1).getByLabel('and', { exact: true })).toBeFocused()
  expect(await save().boundingBox()).toEqual(before)
  await expectAccessible(app.page, 'Settings with complaints')
  await time(2).getByRole('button', { name: 'Remove time 2' }).click()

  await time(1).getByLabel('Between').fill('00:00')
  await time(1).getByLabel('and', { exact: true }).fill('00:00')
  await time(1).getByLabel('send at most (KiB/s)').fill('20')
  await save().click()
  await expect(form()).toContainText('Saved. Uploads under way follow within a few seconds.')
  await expect(form()).toContainText('Now: uploads are held to 20 KiB/s.')
  await expect(save()).toBeFocused()

  await app.restart()
  await toSettings()
  await expect(time(1).getByLabel('send at most (KiB/s)')).toHaveValue('20')

  // The upload says what holds it; without that it goes on at once.
  const { page } = app
  await page.getByRole('link', { name: 'Send', exact: true }).click()
  await app.dropFiles([file])
  await page.getByRole('main').getByRole('button', { name: 'Send', exact: true }).click()
  await expect(stepOf(page, 'Upload', 'under way')).toContainText('held to 20 KiB/s')
  await expectAccessible(page, 'An upload that is held back')
  await toSettings()
  await on().uncheck()
  await save().click()
  await expect(form()).toContainText('Now: uploads take what the line gives.')
  await page.goBack()
  await expect(page.getByTestId('account')).toHaveText(accountText(truth))
})

test('the colours are kept, and the log can be read and narrowed', async ({ app }) => {
  const colour = () =>
    app.page.evaluate(
      () =>
        getComputedStyle(document.querySelector('#root > div') ?? document.body).backgroundColor,
    )
  await app.page.getByRole('link', { name: 'Settings' }).click()
  const light = await colour()
  await app.page.getByLabel('Colours').selectOption('Dark')
  await expect.poll(colour).not.toBe(light)
  await expectAccessible(app.page, 'Settings in dark colours')
  await app.page.emulateMedia({ media: 'print' })
  await expect.poll(colour).toBe(light)
  await app.restart()
  await app.page.getByRole('link', { name: 'Settings' }).click()
  await expect(app.page.getByLabel('Colours')).toHaveValue('dark')
  await expect.poll(colour).not.toBe(light)

  // Nobody's request: it is refused, and that is in the log.
  const stranger = { headers: { origin: 'http://elsewhere' } }
  expect((await fetch(new URL('/', app.page.url()), stranger)).ok).toBe(false)
  await app.page.getByText('Log', { exact: true }).click()
  const lines = app.page.getByRole('region', { name: 'Lines of the log' })
  await expect(lines).toContainText('refused a request')
  await expectAccessible(app.page, 'the log')
  await app.page.getByLabel('Show', { exact: true }).selectOption('Errors alone')
  await expect(app.page.getByText('Nothing to show.')).toBeVisible()

  await app.page.getByText('Who did what', { exact: true }).click()
  const done = app.page.getByRole('region', { name: 'What was done' })
  await expect(done.getByRole('listitem')).toHaveText([/changed the settings$/])
  await app.page.getByRole('button', { name: 'Verify all entries' }).click()
  await expect(
    app.page.getByText('All entries up to number 1 are as Pallet wrote them.'),
  ).toBeVisible()
  await expectAccessible(app.page, 'who did what')
  await look(app.page, 'who-did-what')
})

test('a channel is told what needs a person: chosen, tried, kept, and told no more', async ({
  app,
}) => {
  const chat = await slackReceiver()
  try {
    const { page } = app
    const toSettings = () => app.page.getByRole('link', { name: 'Settings', exact: true }).click()
    const section = () =>
      app.page.getByRole('region', { name: 'Who is told when something needs a person' })
    await toSettings()
    await section().getByRole('link', { name: 'Add one' }).click()
    await page.getByRole('button', { name: 'Add connection' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('System').selectOption('Slack')
    await dialog.getByLabel('Name').fill('chat')
    await dialog.getByLabel('Webhook address').fill(`${chat.url}/services/T0/B0/good`)
    await dialog.getByRole('button', { name: 'Save' }).click()
    await expect(dialog).toHaveCount(0)

    await toSettings()
    const told = () => section().getByRole('group', { name: 'chat' })
    const failed = () => told().getByRole('checkbox', { name: 'A run has failed' })
    const late = () => told().getByRole('checkbox', { name: 'A file is late' })
    await failed().check()
    await late().check()
    await told().getByRole('button', { name: 'Send a test message: chat' }).click()
    await expect(told()).toContainText('Slack took a test message: look whether it is there.')
    expect(chat.taken).toHaveLength(1)
    await expectAccessible(page, 'Settings with alerts')
    await told().getByRole('checkbox', { name: 'Messages wait at quiet hours' }).check()
    const until = () => told().getByLabel('Quiet until: chat')
    await until().fill('06:30')
    await told().getByRole('button', { name: 'Send a test message: chat' }).focus()
    await expectAccessible(page, 'Settings with quiet hours')
    await told().scrollIntoViewIfNeeded()
    await look(page, 'alerts')

    await app.restart()
    await toSettings()
    await expect(failed()).toBeChecked()
    await expect(late()).toBeChecked()
    await expect(told().getByLabel('Quiet from: chat')).toHaveValue('20:00')
    await expect(until()).toHaveValue('06:30')
    await late().uncheck()
    await expect(late()).not.toBeChecked()
    await expect(failed()).toBeChecked()
  } finally {
    await chat.close()
  }
})
