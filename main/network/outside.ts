/**
 * What connections to the outside keep to, as this computer's owner has set it: the certificates that the system
 * trusts (a company's proxy has its own), and the proxy named by HTTPS_PROXY, HTTP_PROXY and NO_PROXY. Node does
 * neither by itself, and in the packaged app NODE_EXTRA_CA_CERTS is switched off with the other variables that
 * change what the program is. Both hold for one thread: whoever opens a connection calls this first.
 */
/** Never through a proxy: it would look for them on itself. */
const ownNames = ['localhost', '127.0.0.1', '::1', '[::1]']

let isReady = false

/** Reads the system's certificates, which takes some tenths of a second, once a thread. Never throws. */
export function readyForOutside(environment: NodeJS.ProcessEnv = process.env): void {
  if (isReady) return
  isReady = true
  quietly(trustWhatTheSystemTrusts)
  quietly(() => useProxy(environment))
}

/** Whether a connection failed for its certificate, or for what was said about it: no retry helps. */
export function isTls(code: string): boolean {
  return /CERT|^ERR_TLS|^ERR_SSL|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^EPROTO$/.test(code)
}

// Loaded by whoever opens a connection: threads know this file that mostly open none, and both cost each a twentieth of a second.
function trustWhatTheSystemTrusts(): void {
  const tls = process.getBuiltinModule('node:tls')
  const trusted = new Set(tls.getCACertificates('default'))
  for (const certificate of tls.getCACertificates('system')) trusted.add(certificate)
  tls.setDefaultCACertificates([...trusted])
}

function useProxy(environment: NodeJS.ProcessEnv): void {
  const http = process.getBuiltinModule('node:http')
  const { NO_PROXY, no_proxy: lower } = environment
  const no_proxy = [lower ?? NO_PROXY ?? '', ...ownNames].filter((name) => name !== '').join(',')
  http.setGlobalProxyFromEnv({ ...environment, no_proxy })
}

/** An older Node has not got it, or the setting makes no sense; the connection itself then says what is wrong. */
function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // As before.
  }
}
