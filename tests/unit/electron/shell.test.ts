import { EventEmitter } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  App,
  BrowserWindow,
  CustomScheme,
  HandlerDetails,
  Protocol,
  Session,
  WebContents,
  WindowOpenHandlerResponse,
} from 'electron'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { menuTemplate } from '../../../main/electron/menu.ts'
import {
  guardContents,
  guardPermissions,
  isExternalAllowed,
} from '../../../main/electron/navigation.ts'
import { closeOnQuit } from '../../../main/electron/quit.ts'
import { isAppUrl, registerAppScheme, serveAppScheme } from '../../../main/electron/scheme.ts'
import { startUpdates } from '../../../main/electron/updates.ts'
import { focusWindow, openWindow, windowOptions } from '../../../main/electron/window.ts'
import { createFilesHandler } from '../../../main/rpc/files.ts'
import { createStaticHandler } from '../../../main/rpc/staticFiles.ts'
import { fakeCore } from '../../fixtures/fakeCore.ts'

const log = pino({ level: 'silent' })

describe('the app:// scheme', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pallet-app-'))
    await writeFile(join(folder, 'index.html'), '<!doctype html>')
  })
  afterAll(() => rm(folder, { recursive: true }))

  function serve(): (url: string, method?: string) => Promise<Response> {
    let handler: ((request: Request) => Response | Promise<Response>) | null = null
    const protocol: Pick<Protocol, 'handle'> = {
      handle: (_scheme, given) => {
        handler = given
      },
    }
    serveAppScheme(protocol, {
      files: createFilesHandler({ core: fakeCore(), log }),
      statics: createStaticHandler(folder),
      log,
    })
    return async (url, method = 'GET') => {
      if (handler === null) throw new Error('nothing was registered')
      return await handler(new Request(url, { method }))
    }
  }

  it('is a standard, secure scheme without a way around the content security policy', () => {
    const schemes: CustomScheme[] = []
    registerAppScheme({ registerSchemesAsPrivileged: (given) => void schemes.push(...given) })
    expect(schemes).toEqual([
      {
        scheme: 'app',
        privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
      },
    ])
  })

  it('serves the window under the policy', async () => {
    const answer = await serve()('app://pallet/')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self';.* connect-src 'self';.* frame-ancestors 'none'$/,
    )
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('serves nothing of another host, and nothing outside the folder', async () => {
    const ask = serve()
    expect((await ask('app://other/index.html')).status).toBe(404)
    expect((await ask('app://pallet/..%2f..%2fetc%2fpasswd')).status).toBe(404)
    expect((await ask('app://pallet/index.html', 'POST')).status).toBe(405)
    expect((await ask('app://pallet/rejects/none.csv')).status).toBe(404)
  })

  it('knows its own addresses', () => {
    for (const url of ['app://pallet/', 'app://pallet/index.html#/runs', 'app://pallet'])
      expect(isAppUrl(url)).toBe(true)
    for (const url of [
      'app://pallet.evil.test/',
      'app://pallet:1/',
      'app://user@pallet/',
      'https://pallet/',
      'https://evil.test/?next=app://pallet/',
      'file:///app://pallet/',
      'about:blank',
      '',
    ])
      expect(isAppUrl(url)).toBe(false)
  })
})

describe('a window stays where it is', () => {
  function guarded() {
    const events = new EventEmitter()
    const opened: string[] = []
    let open: ((details: HandlerDetails) => WindowOpenHandlerResponse) | null = null
    const contents = Object.assign(events, {
      setWindowOpenHandler: (handler: typeof open) => {
        open = handler
      },
    })
    guardContents(
      contents as unknown as WebContents,
      { openExternal: async (url) => void opened.push(url) },
      log,
    )
    return {
      opened,
      open: (url: string) => open?.({ url } as unknown as HandlerDetails),
      /** Whether the event was prevented. */
      prevents: (name: string, url: string) => {
        let prevented = false
        events.emit(name, { url, preventDefault: () => (prevented = true) })
        return prevented
      },
    }
  }

  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('%s', (name) => {
    const { prevents } = guarded()
    expect(prevents(name, 'https://evil.test/?next=app://pallet/')).toBe(true)
    expect(prevents(name, 'file:///etc/passwd')).toBe(true)
    expect(prevents(name, 'data:text/html,x')).toBe(true)
    expect(prevents(name, 'app://pallet/index.html')).toBe(false)
  })

  it('embeds nothing', () => {
    expect(guarded().prevents('will-attach-webview', 'app://pallet/')).toBe(true)
  })

  it('opens no window, and in the browser only what is on the list', () => {
    const { open, opened } = guarded()
    for (const url of ['https://microsoft.com/devicelogin', 'https://evil.test/', 'file:///x'])
      expect(open(url)).toEqual({ action: 'deny' })
    expect(opened).toEqual(['https://microsoft.com/devicelogin'])
  })

  it('the list is exact', () => {
    expect(isExternalAllowed('https://login.microsoftonline.com/common/oauth2')).toBe(true)
    for (const url of [
      'http://microsoft.com/devicelogin',
      'https://microsoft.com.evil.test/',
      'https://microsoft.com@evil.test/',
      'https://user@microsoft.com/',
      'https://microsoft.com:8443/',
      'ms-settings:privacy',
      'javascript:alert(1)',
      'no address',
    ])
      expect(isExternalAllowed(url)).toBe(false)
  })

  /** What a page is told, by the check and by the request. */
  function permission(name: string, details: { isMainFrame: boolean; requestingUrl?: string }) {
    const answers: boolean[] = []
    const session = {
      setPermissionRequestHandler: (
        handler: (c: null, name: string, answer: (given: boolean) => void, d: object) => void,
      ) => handler(null, name, (given) => answers.push(given), details),
      setPermissionCheckHandler: (
        handler: (c: null, name: string, origin: string, d: object) => boolean,
      ) => answers.push(handler(null, name, 'app://pallet/', details)),
      setDevicePermissionHandler: (handler: () => boolean) => answers.push(handler()),
    }
    guardPermissions(session as unknown as Session)
    return answers
  }
  const own = { isMainFrame: true, requestingUrl: 'app://pallet/index.html#/runs' }

  it('may put text on the clipboard, and nothing else', () => {
    expect(permission('clipboard-sanitized-write', own)).toEqual([true, true, false])
    for (const name of ['clipboard-read', 'media', 'notifications', 'openExternal', 'unknown'])
      expect(permission(name, own)).toEqual([false, false, false])
  })

  it.each([
    ['a frame inside the page', { ...own, isMainFrame: false }],
    ['another origin', { ...own, requestingUrl: 'https://evil.test/?app://pallet/' }],
    ['another host of the scheme', { ...own, requestingUrl: 'app://evil/' }],
    ['nobody’s page', { isMainFrame: true }],
  ])('%s may not', (_, details) => {
    expect(permission('clipboard-sanitized-write', details)).toEqual([false, false, false])
  })
})

describe('the window', () => {
  it('is sealed', () => {
    expect(windowOptions('/app/preload.cjs').webPreferences).toMatchObject({
      preload: '/app/preload.cjs',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    })
  })

  function fakeWindow() {
    const done: string[] = []
    const webContents = new EventEmitter()
    const window = Object.assign(new EventEmitter(), {
      webContents,
      show: () => done.push('show'),
      focus: () => done.push('focus'),
      restore: () => done.push('restore'),
      reload: () => done.push('reload'),
      isMinimized: () => true,
      isDestroyed: () => false,
      loadURL: async (url: string) => void done.push(url),
    })
    return { done, window: window as unknown as BrowserWindow, raw: window, webContents }
  }

  it('is shown once it has been drawn', () => {
    const { done, window, raw } = fakeWindow()
    openWindow(window, { log, now: () => 0, onHopeless: () => {} })
    expect(done).toEqual(['app://pallet/'])
    raw.emit('ready-to-show')
    expect(done).toEqual(['app://pallet/', 'show'])
  })

  it('comes back after a crash, but not for ever', () => {
    const { done, window, webContents } = fakeWindow()
    let now = 0
    let hopeless = 0
    openWindow(window, { log, now: () => now, onHopeless: () => (hopeless += 1) })
    const crash = (reason: string) =>
      webContents.emit('render-process-gone', {}, { reason, exitCode: 1 })
    crash('clean-exit')
    expect(done).toEqual(['app://pallet/'])
    for (let time = 0; time < 3; time += 1) crash('crashed')
    expect(done.filter((what) => what === 'reload')).toHaveLength(3)
    crash('oom')
    expect(hopeless).toBe(1)
    now = 61_000
    crash('crashed')
    expect(done.filter((what) => what === 'reload')).toHaveLength(4)
  })

  it('comes to the front when Pallet is started again', () => {
    const { done, window } = fakeWindow()
    focusWindow(window)
    expect(done).toEqual(['restore', 'show', 'focus'])
  })
})

describe('quitting', () => {
  function quitting(close: () => Promise<void>, limitMs?: number) {
    const events = new EventEmitter()
    const exited = Promise.withResolvers<number>()
    const app = Object.assign(events, { exit: (code: number) => exited.resolve(code) })
    closeOnQuit(app as unknown as App, close, log, limitMs)
    let prevented = 0
    return {
      quit: () => events.emit('will-quit', { preventDefault: () => (prevented += 1) }),
      exited: exited.promise,
      prevented: () => prevented,
    }
  }

  it('waits for the core, and closes it once', async () => {
    let closed = 0
    const done = Promise.withResolvers<void>()
    const { quit, exited, prevented } = quitting(() => {
      closed += 1
      return done.promise
    })
    quit()
    quit()
    expect(prevented()).toBe(2)
    done.resolve()
    expect(await exited).toBe(0)
    expect(closed).toBe(1)
  })

  it('ends even when closing fails or hangs', async () => {
    const failing = quitting(() => Promise.reject(new Error('x')))
    failing.quit()
    expect(await failing.exited).toBe(1)
    const hanging = quitting(() => new Promise(() => {}), 5)
    hanging.quit()
    expect(await hanging.exited).toBe(1)
  })
})

describe('updates', () => {
  function updater() {
    const done: unknown[] = []
    const loaded = Object.assign(new EventEmitter(), {
      autoDownload: false,
      logger: null,
      setFeedURL: (feed: unknown) => done.push(feed),
      checkForUpdates: async () => {
        done.push('check')
        return null
      },
    })
    type Updater = Awaited<ReturnType<Parameters<typeof startUpdates>[2]>>
    return { done, load: async () => loaded as unknown as Updater }
  }

  it.each([undefined, '', '0'])('are off by default: %s', async (setting) => {
    await startUpdates(setting, true, () => Promise.reject(new Error('loaded')), log)
  })

  it('are looked for where the build or the setting says', async () => {
    const { done, load } = updater()
    await startUpdates('1', true, load, log)
    await startUpdates('https://updates.example/pallet', true, load, log)
    expect(done).toEqual([
      'check',
      { provider: 'generic', url: 'https://updates.example/pallet' },
      'check',
    ])
  })

  it('are never fetched without encryption, nor for a checkout, and never stop the start', async () => {
    const { done, load } = updater()
    await startUpdates('http://updates.example/pallet', true, load, log)
    await startUpdates('1', false, load, log)
    await startUpdates('1', true, () => Promise.reject(new Error('no such module')), log)
    expect(done).toEqual([])
  })
})

it('the menu has the standard roles, and developer tools only in a checkout', () => {
  const roles = (...given: Parameters<typeof menuTemplate>) =>
    JSON.stringify(menuTemplate(...given))
  expect(roles('darwin', true)).toContain('appMenu')
  expect(roles('linux', true)).toContain('editMenu')
  expect(roles('linux', true)).not.toContain('toggleDevTools')
  expect(roles('linux', false)).toContain('toggleDevTools')
})
