/** What the window shows of the desktop, with a bridge that stands in for Electron's preload script. */
import type { DesktopBridge, DesktopNews, DesktopSettings } from '../../shared/contract/bridge.ts'
import { expectAccessible } from './accessible.ts'
import { type App, expect, test } from './app.ts'

interface Played {
  pallet: DesktopBridge<File>
  told: (news: DesktopNews) => void
  restarts: number
}

/** Gives the page a bridge whose message port ends at the host's own socket, and loads it anew. */
async function asOnTheDesktop(app: App): Promise<void> {
  const { page } = app
  // Loading it anew cuts what the first page still fetched.
  app.allow(/net::ERR_ABORTED/)
  await page.addInitScript(() => {
    const here = window as unknown as Played
    let settings: DesktopSettings = { whenClosed: 'ask', notify: true, startAtLogin: false }
    here.restarts = 0
    here.pallet = {
      connect() {
        const { port1, port2 } = new MessageChannel()
        const socket = new WebSocket('/rpc', [
          'pallet',
          `bearer.${localStorage.getItem('pallet.session')}`,
        ])
        socket.binaryType = 'arraybuffer'
        socket.addEventListener('open', () => {
          port1.addEventListener('message', ({ data }) => socket.send(data as string))
          port1.start()
        })
        socket.addEventListener('message', ({ data }) => port1.postMessage(data))
        socket.addEventListener('close', () => port1.close())
        window.postMessage('pallet-port', '*', [port2])
      },
      filesForDrop: async () => [],
      chooseFiles: async () => [],
      listen: (listener) => {
        here.told = listener
      },
      restartToUpdate: async () => {
        here.restarts += 1
      },
      settings: async () => settings,
      saveSettings: async (next) => {
        if (next.startAtLogin === true) throw new Error('The system refused.')
        settings = next
        return settings
      },
    }
  })
  await page.reload()
  await expect(page.getByText('Nothing is running')).toBeVisible()
}

const tell = (page: App['page'], news: DesktopNews) =>
  page.evaluate((said) => (window as unknown as Played).told(said), news)

test('an update is found, fetched, ready, and installed when asked', async ({ app }) => {
  const { page } = app
  await asOnTheDesktop(app)
  const notices = page.getByRole('region', { name: 'Notices' })
  const update = (state: Extract<DesktopNews, { kind: 'update' }>['update']) =>
    tell(page, { kind: 'update', update: state })
  await update({ state: 'downloading', version: '2.0.0', percent: 45 })
  await expect(notices).toContainText('Pallet 2.0.0 is being fetched: 45 %.')
  await update({ state: 'ready', version: '2.0.0' })
  await expect(notices).toContainText('Pallet 2.0.0 is ready.')
  await expectAccessible(page, 'An update is ready')
  await page.getByRole('button', { name: 'Restart now' }).click()
  await expect(page.getByRole('button', { name: 'Restarting…' })).toBeVisible()
  expect(await page.evaluate(() => (window as unknown as Played).restarts)).toBe(1)
  await update({ state: 'failed', reason: 'sha512 checksum mismatch' })
  await expect(notices).toContainText('looks again by itself')
  await page.getByRole('button', { name: 'Close update' }).click()
  await expect(notices).toBeEmpty()
})

test('files that were opened with Pallet stand on the Send page, with the reason of one that cannot be', async ({
  app,
}) => {
  const { page } = app
  await asOnTheDesktop(app)
  await page.getByRole('link', { name: 'Settings' }).click()
  await tell(page, {
    kind: 'opened',
    files: [
      {
        ok: false,
        name: 'gone.csv',
        problem: {
          code: 'source-missing',
          what: 'There is no file /x/gone.csv.',
          did: 'Nothing was sent.',
          advice: 'Look whether it was moved.',
          detail: '',
        },
      },
    ],
  })
  await expect(page.getByRole('list', { name: 'Files to send' })).toContainText('gone.csv')
  await expect(page.getByText('There is no file /x/gone.csv.')).toBeVisible()
  await tell(page, { kind: 'run', runId: 'a-run' })
  await expect(page).toHaveURL(/#\/runs\/a-run$/)
})

test('what is set for the desktop holds at once, and what the system refuses is said', async ({
  app,
}) => {
  const { page } = app
  await asOnTheDesktop(app)
  await page.getByRole('link', { name: 'Settings' }).click()
  const card = page.getByRole('region', { name: 'Pallet on this computer' })
  const closing = card.getByLabel('When its window is closed while runs are under way')
  await closing.selectOption('Go on in the background')
  const notices = card.getByLabel(/^Tell me when a run ends/)
  await notices.click()
  await expect(notices).not.toBeChecked()
  await expectAccessible(page, 'Settings of the desktop')
  await card.getByLabel(/^Start Pallet in the background/).click()
  await expect(card.getByRole('alert')).toContainText('This was not set.')
  await expect(card.getByLabel(/^Start Pallet in the background/)).not.toBeChecked()

  await page.getByRole('link', { name: 'Runs', exact: true }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(closing).toHaveValue('background')
  await expect(notices).not.toBeChecked()
})
