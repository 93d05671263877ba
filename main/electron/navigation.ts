/** A window shows the app and nothing else, for as long as it lives. */
import type { Session, Shell, WebContents } from 'electron'
import type { Logger } from 'pino'
import { isAppUrl } from './scheme.ts'

/** Where a link may lead: sign-in at Microsoft Entra ID, the portal, and the documentation. */
const externalHosts: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.microsoft.com',
  'microsoft.com',
  'www.microsoft.com',
  'aka.ms',
  'portal.azure.com',
  'learn.microsoft.com',
])

/** https to a host of the list, exactly: no port, no credentials in the address. */
export function isExternalAllowed(url: string): boolean {
  const parsed = URL.parse(url)
  return (
    parsed !== null &&
    parsed.protocol === 'https:' &&
    parsed.port === '' &&
    parsed.username === '' &&
    parsed.password === '' &&
    externalHosts.has(parsed.hostname)
  )
}

type Guarded = Pick<WebContents, 'setWindowOpenHandler' | 'on'>

/** To be called for every `web-contents-created`. */
export function guardContents(
  contents: Guarded,
  shell: Pick<Shell, 'openExternal'>,
  log: Logger,
): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (isExternalAllowed(url))
      shell.openExternal(url).catch((error: unknown) => {
        log.warn({ err: error }, 'the browser could not be opened')
      })
    else log.warn('denied opening a window')
    return { action: 'deny' }
  })
  const stayHome = (event: { url: string; preventDefault(): void }): void => {
    if (isAppUrl(event.url)) return
    log.warn('denied a navigation')
    event.preventDefault()
  }
  contents.on('will-navigate', stayHome)
  contents.on('will-redirect', stayHome)
  contents.on('will-frame-navigate', stayHome)
  contents.on('will-attach-webview', (event) => event.preventDefault())
}

type Asking = Parameters<NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>>[3]

/**
 * The app asks for no permission (camera, location, notifications …), so none is given, but one: its
 * own page may put text on the clipboard (“Copy code”). Chromium's name for writing without reading
 * back is `clipboard-sanitized-write`; it checks first and asks only where the check said no.
 */
export function guardPermissions(
  session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >,
): void {
  const isGiven = (
    permission: string,
    by: Pick<Asking, 'isMainFrame' | 'requestingUrl'>,
  ): boolean =>
    permission === 'clipboard-sanitized-write' &&
    by.isMainFrame &&
    by.requestingUrl !== undefined &&
    isAppUrl(by.requestingUrl)
  session.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(isGiven(permission, details)),
  )
  session.setPermissionCheckHandler((_contents, permission, _origin, details) =>
    isGiven(permission, details),
  )
  session.setDevicePermissionHandler(() => false)
}
