/** The two hosts of the window, each started as a person starts it: one process, one window. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { _electron, type Browser, type CDPSession, type Page } from '@playwright/test'

const root = fileURLToPath(new URL('../../', import.meta.url))
const entry = fileURLToPath(new URL('../../build/pallet.mjs', import.meta.url))

/** A running Pallet and its window. */
export interface Running {
  page: Page
  devTools: CDPSession
  /** Ends the process (SIGTERM in good order, SIGKILL as a power cut does), then the window. */
  end(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export const viewport = { width: 1280, height: 800 }

/** `watch` sees the page before it loads anything. */
export async function startWeb(
  browser: Browser,
  home: string,
  watch: (page: Page) => void,
): Promise<Running> {
  const server = spawn(process.execPath, [entry, '--home', home, '--json', 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: cleanEnvironment(),
  })
  let stderr = ''
  server.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const exited = once(server, 'exit')
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: server.stdout }).on('line', (line) => {
        const event = JSON.parse(line) as { event: string; url?: string }
        if (event.event === 'ready' && event.url !== undefined) resolve(event.url)
      })
      void exited.then(([code]) => reject(new Error(`Pallet ended with ${code}: ${stderr}`)))
    })
    // The address lets in one browser; every context is one.
    const context = await browser.newContext({ viewport, locale: 'en-GB', acceptDownloads: true })
    const page = await context.newPage()
    watch(page)
    await page.goto(url)
    // A test may load the page anew at once; the token works no second time.
    await page.waitForFunction(() => localStorage.getItem('pallet.session') !== null)
    return {
      page,
      devTools: await context.newCDPSession(page),
      async end(how) {
        // A power cut takes the window along; in good order the person closes it first, too.
        await context.close()
        server.kill(how)
        await exited
      },
    }
  } catch (error) {
    server.kill('SIGKILL')
    await exited
    throw error
  }
}

export async function startElectron(home: string, watch: (page: Page) => void): Promise<Running> {
  const app = await _electron.launch({
    args: [root, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    env: { ...cleanEnvironment(), PALLET_HOME: home },
    locale: 'en-GB',
  })
  const page = await app.firstWindow()
  watch(page)
  await page.setViewportSize(viewport)
  return {
    page,
    devTools: await app.context().newCDPSession(page),
    async end(how) {
      if (how === 'SIGTERM') {
        await app.close()
        return
      }
      const child = app.process()
      const exited = once(child, 'exit')
      child.kill(how)
      await exited
    },
  }
}

/** Neither the storage account, nor the secrets, nor the keychain of whoever runs the tests; but the key that a spec makes tokens with. */
function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined &&
      !/^(AZURE_|PALLET_(?!SECRET_TOKENS__KEY$)|NODE_OPTIONS$)/.test(pair[0]),
  )
  return { ...Object.fromEntries(kept), DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' }
}
