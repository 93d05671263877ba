import type { Session } from 'electron'

/** Asked for in place of every storage account; a company's rules rarely tell one from another. */
const asked = 'https://account.blob.core.windows.net/'

/**
 * The proxy that is set in this computer's system settings, as the variables that the core and its threads read; none
 * where the environment names one, or the system goes straight. SOCKS is not understood, and left alone.
 */
export async function systemProxy(
  session: Pick<Session, 'resolveProxy'>,
  environment: NodeJS.ProcessEnv,
): Promise<{ HTTPS_PROXY?: string }> {
  const isNamed = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'].some(
    (name) => (environment[name] ?? '') !== '',
  )
  if (isNamed) return {}
  const ways = await session.resolveProxy(asked).catch(() => 'DIRECT')
  // “PROXY host:port; DIRECT”: the first that can be used.
  for (const way of ways.split(';')) {
    const [kind, place] = way.trim().split(/\s+/)
    if (kind === 'DIRECT') return {}
    const scheme = kind === 'PROXY' ? 'http' : kind === 'HTTPS' ? 'https' : null
    if (scheme !== null && place !== undefined) return { HTTPS_PROXY: `${scheme}://${place}` }
  }
  return {}
}
