/**
 * `app://pallet/`: where the window lives in Electron. A scheme of its own gives it an
 * origin, a content security policy and no way to the file system.
 */
import type { Protocol } from 'electron'
import type { Logger } from 'pino'
import { owner } from '../../shared/domain/person.ts'
import type { FilesHandler } from '../rpc/files.ts'
import { securityHeaders, withHeaders } from '../rpc/headers.ts'
import type { StaticHandler } from '../rpc/staticFiles.ts'

const scheme = 'app'
const host = 'pallet'
export const windowUrl = `${scheme}://${host}/`

/** Must be called once, before the app is ready. */
export function registerAppScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
    },
  ])
}

/** Whether an address belongs to the app. Node gives schemes of our own no origin to compare. */
export function isAppUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return (
    parsed !== null &&
    parsed.protocol === `${scheme}:` &&
    parsed.host === host &&
    parsed.username === '' &&
    parsed.password === ''
  )
}

/** To be called when the app is ready. */
export function serveAppScheme(
  protocol: Pick<Protocol, 'handle'>,
  parts: { files: FilesHandler; statics: StaticHandler; log: Logger },
): void {
  protocol.handle(scheme, async (request) => {
    try {
      const answer = isAppUrl(request.url)
        ? ((await parts.files(request, owner)) ?? (await parts.statics(request)))
        : new Response(null, { status: 404 })
      return withHeaders(answer, securityHeaders())
    } catch (error) {
      parts.log.error({ err: error }, 'app:// request failed')
      return withHeaders(new Response(null, { status: 500 }), securityHeaders())
    }
  })
}
