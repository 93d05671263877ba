/** The one decision about a request, made before anything is read, parsed or answered. */
import {
  rpcPath,
  sessionPath,
  signedInPath,
  signInPath,
  signOutPath,
} from '../../shared/contract/session.ts'
import type { Entrance, Refusal, Visitor } from './entrance.ts'
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
  /** Of whoever has signed in. */
  cookie: string | null
  /** `X-Forwarded-Proto`: how the browser reached whoever is in front. */
  forwardedProto: string | undefined
  upgrade: boolean
}

export type Verdict =
  /** Shows the session's key. */
  | { kind: 'enter'; url: URL; visitor: Visitor }
  /** Is given the key of the session. */
  | { kind: 'admit'; key: string }
  /** Shows no key: may have the files of the window, in which there is no secret. */
  | { kind: 'visit'; url: URL }
  | { kind: 'alive' }
  /** Signs in or out; only where people sign in. */
  | { kind: 'sign'; url: URL }
  | { kind: 'refuse'; status: 400 | 401 | 403 | 421; because: Refusal }

export function judge(knock: Knock, own: OwnAddress, entrance: Entrance): Verdict {
  if (!own.isHost(knock.host)) return refuse(421, 'foreign host')
  const url = urlOf(knock.target, knock.host)
  if (url === null) return refuse(400, 'malformed address')
  if (own.isPublic && knock.forwardedProto !== undefined && knock.forwardedProto !== 'https')
    return refuse(403, 'without TLS')
  const { secret, upgrade } = knock
  const reading = (knock.method === 'GET' || knock.method === 'HEAD') && !upgrade
  if (isForeign(knock, knock.host, own) && !(reading && isLed(knock, url, own)))
    return refuse(403, 'foreign page')

  if (reading && url.pathname === '/healthz') return { kind: 'alive' }
  if (own.isPublic && isSigning(knock.method, url)) return { kind: 'sign', url }
  if (knock.method === 'POST' && url.pathname === sessionPath) {
    const exchanged = entrance.exchange(knock)
    return typeof exchanged === 'string' ? refuse(401, exchanged) : { kind: 'admit', ...exchanged }
  }
  if (secret === null) {
    const visiting = reading || (upgrade && url.pathname !== rpcPath)
    return visiting ? { kind: 'visit', url } : refuse(401, 'no key')
  }
  const visitor = entrance.admits(knock)
  return visitor === null ? refuse(401, 'wrong key') : { kind: 'enter', url, visitor }
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

/** A request carries its session's cookie only by TLS: the prefix keeps a browser from taking it otherwise, or from others. */
export const sessionCookie = '__Host-pallet'

/** The value of a cookie; null: it is not there, or is there twice, and one of them is somebody else's. */
export function cookieOf(header: string | undefined, name: string): string | null {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? (values[0] ?? null) : null
}

/** A link, a page on this computer or whoever people sign in with leads a tab to the window; what the tab shows, they cannot see. */
function isLed({ fetchDest, origin }: Knock, { pathname }: URL, own: OwnAddress): boolean {
  const places = own.isPublic ? ['/', signInPath, signedInPath] : ['/']
  return places.includes(pathname) && fetchDest === 'document' && origin === undefined
}

function isSigning(method: string, { pathname }: URL): boolean {
  return method === 'GET'
    ? pathname === signInPath || pathname === signedInPath
    : method === 'POST' && pathname === signOutPath
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
