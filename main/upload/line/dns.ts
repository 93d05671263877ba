import { lookup } from 'node:dns/promises'
import { errorCode } from '../../../shared/domain/errorCode.ts'

/** A name that resolves wherever Azure can be reached at all. Only its address is asked for. */
const wellKnownHost = 'login.microsoftonline.com'
const lookupLimitMs = 10_000

export type Resolve = (host: string) => Promise<unknown>

/**
 * Whether the name server knows others but not this host. Without a network every name fails with the
 * same code, so one that must exist is asked first; then the host once more, as the network may have just come back.
 */
export async function noSuchHost(
  host: string,
  signal: AbortSignal,
  resolve: Resolve = lookup,
): Promise<boolean> {
  signal.throwIfAborted()
  const { promise: over, reject } = Promise.withResolvers<never>()
  over.catch(() => {})
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => reject(new Error('no answer from the name server')), lookupLimitMs)
  try {
    await Promise.race([resolve(wellKnownHost), over])
    await Promise.race([resolve(host), over])
    return false
  } catch (thrown) {
    signal.throwIfAborted()
    const { hostname } = thrown as { hostname?: unknown }
    return errorCode(thrown) === 'ENOTFOUND' && hostname === host
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
