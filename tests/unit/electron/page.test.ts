import { EventEmitter } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  CustomScheme,
  HandlerDetails,
  Protocol,
  Session,
  WebContents,
  WindowOpenHandlerResponse,
} from 'electron'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  guardContents,
  guardPermissions,
  isExternalAllowed,
} from '../../../main/electron/navigation.ts'
import { isAppUrl, registerAppScheme, serveAppScheme } from '../../../main/electron/scheme.ts'
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
