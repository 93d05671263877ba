/** What every test of the window starts from: a fresh home, a host on it, a window, and an eye on its faults. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect, type Browser, type Locator, type Page } from '@playwright/test'
import { startElectron, startWeb, type Running } from './hosts.ts'

export { expect } from '@playwright/test'

export interface HostOptions {
  host: 'web' | 'electron'
  /** Chromium for the web host; Electron brings its own. */
  chromiumFor: Browser | null
}

export interface App {
  /** The window as it is now; another one after `restart`. */
  readonly page: Page
  /** Pallet's data. */
  readonly home: string
  /** For the files of the test; not in Pallet's home. */
  readonly folder: string
  /** Files from the disk, dropped by the browser itself onto the drop zone. */
  dropFiles(paths: readonly string[]): Promise<void>
  /** Ends Pallet and starts it again on the same home, with a new window. */
  restart(how?: 'SIGTERM' | 'SIGKILL', meanwhile?: () => Promise<void>): Promise<void>
  /** A fault that belongs to the test's story, such as the error of a cut line. */
  allow(fault: RegExp): void
}

export const test = base.extend<{ app: App }, HostOptions>({
  host: ['web', { option: true, scope: 'worker' }],
  chromiumFor: [
    async ({ host, playwright }, use) => {
      if (host === 'electron') {
        await use(null)
        return
      }
      const browser = await playwright.chromium.launch({
        executablePath: process.env['PALLET_CHROMIUM'] ?? '/usr/bin/chromium',
        chromiumSandbox: process.getuid?.() !== 0,
        args: ['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  app: async ({ chromiumFor }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'pallet-e2e-'))
    const home = join(folder, 'home')
    const files = join(folder, 'files')
    await mkdir(files)
    const faults: string[] = []
    const allowed: RegExp[] = []
    const watch = (page: Page): void => watchFaults(page, (fault) => faults.push(fault))
    const start = (): Promise<Running> =>
      chromiumFor === null ? startElectron(home, watch) : startWeb(chromiumFor, home, watch)
    let running: Running | null = null
    const now = (): Running => {
      if (running === null) throw new Error('Pallet is not running')
      return running
    }
    try {
      running = await start()
      await use({
        get page() {
          return now().page
        },
        home,
        folder: files,
        dropFiles: (paths) => drop(now(), paths),
        async restart(how = 'SIGTERM', meanwhile) {
          const old = now()
          running = null
          await old.end(how)
          await meanwhile?.()
          running = await start()
        },
        allow: (fault) => allowed.push(fault),
      })
    } finally {
      await running?.end('SIGTERM')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
    const unexpected = faults.filter((fault) => !allowed.some((pattern) => pattern.test(fault)))
    expect(unexpected, 'faults of the window').toEqual([])
  },
})

/** Console errors and warnings (a violated CSP is one), uncaught errors, failed requests, answers from 400 on. */
function watchFaults(page: Page, report: (fault: string) => void): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      report(`console ${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => report(`uncaught: ${error.stack ?? error.message}`))
  page.on('crash', () => report('the page crashed'))
  page.on('requestfailed', (request) =>
    report(`failed: ${request.method()} ${pathOf(request.url())} ${request.failure()?.errorText}`),
  )
  page.on('response', (response) => {
    if (response.status() >= 400) report(`HTTP ${response.status()} ${pathOf(response.url())}`)
  })
}

/** Without the query: it may be the token. */
function pathOf(url: string): string {
  return URL.parse(url)?.pathname ?? url
}

/** A drop as Chromium makes it from a file manager's: files on the disk, no script of the page involved. */
async function drop({ page, devTools }: Running, paths: readonly string[]): Promise<void> {
  const zone = page.getByRole('region', { name: 'Drop files here' })
  const box = await zone.boundingBox()
  if (box === null) throw new Error('there is no drop zone')
  const place = {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    data: { items: [], files: [...paths], dragOperationsMask: 1 },
  }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devTools.send('Input.dispatchDragEvent', { type, ...place })
}

/** The six steps of the run on screen; each says its state in its name. */
export function stepOf(page: Page, name: string, state: string): Locator {
  return page.getByRole('listitem', { name: `${name}: ${state}`, exact: true })
}

export function countText(count: number): string {
  return count.toLocaleString('en-US')
}

/** The account as the receipt must say it. */
export function accountText(truth: {
  records: number
  clean: number
  held: number
  dropped: number
}): string {
  return `${countText(truth.records)} in = ${countText(truth.clean)} clean + ${countText(truth.held)} held back + ${countText(truth.dropped)} dropped`
}
