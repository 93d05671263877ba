/** The one decision about a request, made before anything is read, parsed or answered. */
import { rpcPath, sessionPath } from '../../shared/contract/session.ts'
import type { Admission } from './admission.ts'
import type { OwnAddress } from './ownAddress.ts'

/** What of a request the decision rests on. Header values as they arrived. */
export interface Knock {
  method: string
  /** Path and query as on the request line. */
  target: string
  host: string | undefined
  origin: string | undefined
  /** `Sec-Fetch-Site`, which browsers set and pages cannot. */
  fetchSite: string | undefined
  /** `Sec-Fetch-Dest`, likewise: `document` when a tab is to show what is asked for. */
  fetchDest: string | undefined
  /** The session's key, or the token that is exchanged for it, as `secretOf` finds it. */
  secret: string | null
  upgrade: boolean
}

export type Verdict =
  /** Shows the session's key. */
  | { kind: 'enter'; url: URL }
  /** Is given the key of the session. */
  | { kind: 'admit'; key: string }
  /** Shows no key: may have the files of the window, in which there is no secret. */
  | { kind: 'visit'; url: URL }
  | { kind: 'alive' }
  | { kind: 'refuse'; status: 400 | 401 | 403 | 421; because: Refusal }
export type Refusal =
  | 'foreign host'
  | 'malformed address'
  | 'foreign page'
  | 'no key'
  | 'wrong key'
  | 'used token'

export function judge(knock: Knock, own: OwnAddress, admission: Admission): Verdict {
  if (!own.isHost(knock.host)) return refuse(421, 'foreign host')
  const url = urlOf(knock.target, knock.host)
  if (url === null) return refuse(400, 'malformed address')
  const { secret, upgrade } = knock
  const reading = (knock.method === 'GET' || knock.method === 'HEAD') && !upgrade
  if (isForeign(knock, knock.host, own) && !(reading && isLed(knock, url)))
    return refuse(403, 'foreign page')

  if (reading && url.pathname === '/healthz') return { kind: 'alive' }
  if (secret === null) {
    const visiting = reading || (upgrade && url.pathname !== rpcPath)
    return visiting ? { kind: 'visit', url } : refuse(401, 'no key')
  }
  if (knock.method === 'POST' && url.pathname === sessionPath) {
    const exchanged = admission.exchange(secret)
    if (exchanged === 'used') return refuse(401, 'used token')
    return exchanged === 'wrong' ? refuse(401, 'wrong key') : { kind: 'admit', ...exchanged }
  }
  return admission.admits(secret) ? { kind: 'enter', url } : refuse(401, 'wrong key')
}

/**
 * A request shows its secret as `Authorization: Bearer`, a WebSocket, to which a page can give no header, as a
 * subprotocol `bearer.…`. It is in no address and in no cookie, for cookies go to every port of a computer.
 */
export function secretOf(
  authorization: string | undefined,
  subprotocols: string | undefined,
): string | null {
  const shown =
    /^Bearer +(\S+)$/i.exec(authorization ?? '') ??
    /(?:^|,)\s*bearer\.([\w-]+)/.exec(subprotocols ?? '')
  return shown?.[1] ?? null
}

/** A link or a page on this computer leads a tab to the window; what the tab shows, they cannot see. */
function isLed({ fetchDest, origin }: Knock, { pathname }: URL): boolean {
  return pathname === '/' && fetchDest === 'document' && origin === undefined
}

/** A page of another origin stands behind the request. */
function isForeign(knock: Knock, host: string, own: OwnAddress): boolean {
  if (
    knock.fetchSite !== undefined &&
    knock.fetchSite !== 'same-origin' &&
    knock.fetchSite !== 'none'
  )
    return true
  const mustName = knock.upgrade || (knock.method !== 'GET' && knock.method !== 'HEAD')
  if (knock.origin === undefined) return mustName
  return !own.isOrigin(knock.origin, host)
}

/** The request line may carry a whole address; only a path of ours is taken. */
function urlOf(target: string, host: string): URL | null {
  if (!target.startsWith('/')) return null
  return URL.parse(`http://${host}${target}`)
}

function refuse(status: 400 | 401 | 403 | 421, because: Refusal): Verdict {
  return { kind: 'refuse', status, because }
}
