/** The one decision about a request, made before anything is read, parsed or answered. */
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
  cookie: string | undefined
  upgrade: boolean
}

export type Verdict =
  | { kind: 'enter'; url: URL }
  /**
   * Sets the cookie where it is new, then leads to the address without the token: `anew` when another page
   * has led here, for then a redirect would come without the cookie, which is `SameSite=Strict`.
   */
  | { kind: 'admit'; setCookie: string | null; anew: boolean }
  | { kind: 'alive' }
  | { kind: 'refuse'; status: 400 | 401 | 403 | 421; because: Refusal }
export type Refusal =
  | 'foreign host'
  | 'malformed address'
  | 'foreign page'
  | 'no token'
  | 'wrong token'
  | 'used token'

export function judge(knock: Knock, own: OwnAddress, admission: Admission): Verdict {
  if (!own.isHost(knock.host)) return refuse(421, 'foreign host')
  const url = urlOf(knock.target, knock.host)
  if (url === null) return refuse(400, 'malformed address')
  const reading = knock.method === 'GET' && !knock.upgrade
  const token = reading && url.pathname === '/' ? url.searchParams.get('token') : null
  const foreign = isForeign(knock, knock.host, own)
  // The page that `serve` gives to the browser leads here from its file, and no other page knows the token.
  if (foreign && !(token !== null && knock.fetchDest === 'document' && knock.origin === undefined))
    return refuse(403, 'foreign page')

  if (reading && url.pathname === '/healthz') return { kind: 'alive' }
  if (admission.admits(knock.cookie))
    return token === null
      ? { kind: 'enter', url }
      : { kind: 'admit', setCookie: null, anew: foreign }
  if (token === null) return refuse(401, 'no token')
  const exchanged = admission.exchange(token)
  if (exchanged === 'wrong') return refuse(401, 'wrong token')
  if (exchanged === 'used') return refuse(401, 'used token')
  return { kind: 'admit', setCookie: exchanged.setCookie, anew: foreign }
}

/**
 * A page of another origin stands behind the request. SameSite cookies do not help against
 * pages on other ports of 127.0.0.1: to the cookie they are the same site.
 */
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
