import { describe, expect, it } from 'vitest'
import { Admission } from '../../../main/web/admission.ts'
import { judge } from '../../../main/web/gate.ts'
import type { Knock } from '../../../main/web/gate.ts'
import { OwnAddress } from '../../../main/web/ownAddress.ts'
import { refusalPage } from '../../../main/web/refusal.ts'

const port = 4711
const host = `127.0.0.1:${port}`
const secrets = ['the-token', 'the-session']

function setUp(state: 'fresh' | 'used' = 'used') {
  const left = [...secrets]
  const admission = new Admission(port, () => left.shift() ?? '')
  if (state === 'used') admission.exchange('the-token')
  const knock = (more: Partial<Knock>) =>
    judge(
      {
        method: 'GET',
        target: '/',
        host,
        origin: undefined,
        fetchSite: undefined,
        fetchDest: undefined,
        cookie: undefined,
        upgrade: false,
        ...more,
      },
      new OwnAddress(port),
      admission,
    )
  return { admission, knock }
}
const cookie = `pallet_${port}=the-session`

describe('who comes in', () => {
  it('the browser with the cookie', () => {
    const { knock } = setUp()
    expect(knock({ cookie }).kind).toBe('enter')
    expect(knock({ cookie: `theme=dark; ${cookie}; x=y` }).kind).toBe('enter')
    expect(knock({ cookie, fetchSite: 'none' }).kind).toBe('enter')
    expect(knock({ cookie, fetchSite: 'same-origin', origin: `http://${host}` }).kind).toBe('enter')
    expect(knock({ cookie, host: `localhost:${port}` }).kind).toBe('enter')
  })

  it('the first browser with the token, and that browser again', () => {
    const { knock } = setUp('fresh')
    expect(knock({ target: '/?token=the-token' })).toEqual({
      kind: 'admit',
      setCookie: `${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`,
      anew: false,
    })
    expect(knock({ target: '/?token=the-token', cookie })).toEqual({
      kind: 'admit',
      setCookie: null,
      anew: false,
    })
    expect(knock({ target: '/?token=of-an-earlier-start', cookie }).kind).toBe('admit')
  })

  it('a tab that a page on this computer leads here with the token, which brings no cookie by redirect', () => {
    const { knock } = setUp('fresh')
    const led = { fetchSite: 'cross-site', fetchDest: 'document' }
    expect(knock({ ...led, target: '/?token=the-token' })).toMatchObject({
      kind: 'admit',
      anew: true,
    })
    expect(knock({ ...led, target: '/?token=the-token' }).kind).toBe('refuse')
    expect(knock({ ...led, cookie }).kind).toBe('refuse')
  })

  it('anyone who asks whether it is alive, and learns nothing else', () => {
    expect(setUp().knock({ target: '/healthz' })).toEqual({ kind: 'alive' })
    expect(setUp().knock({ target: '/healthz', host: 'evil.test' }).kind).toBe('refuse')
  })

  it('a WebSocket and a PUT of our own page', () => {
    const { knock } = setUp()
    const origin = `http://${host}`
    expect(knock({ cookie, upgrade: true, origin, target: '/rpc' }).kind).toBe('enter')
    expect(knock({ cookie, method: 'PUT', origin, target: '/files/a' }).kind).toBe('enter')
  })
})

describe('who does not', () => {
  it.each([
    ['no cookie', {}, 401, 'no token'],
    ['a wrong cookie', { cookie: `pallet_${port}=the-sessio` }, 401, 'no token'],
    ['the cookie of another port', { cookie: 'pallet_1=the-session' }, 401, 'no token'],
    ['a wrong token', { target: '/?token=the-toke' }, 401, 'wrong token'],
    ['an empty token', { target: '/?token=' }, 401, 'wrong token'],
    ['a second browser with the token', { target: '/?token=the-token' }, 401, 'used token'],
    ['the token elsewhere', { target: '/assets/x?token=the-token' }, 401, 'no token'],
    [
      'the token by another method',
      { method: 'HEAD', target: '/?token=the-token' },
      401,
      'no token',
    ],
    ['a rebound name', { cookie, host: `evil.test:${port}` }, 421, 'foreign host'],
    ['another port as host', { cookie, host: '127.0.0.1:1' }, 421, 'foreign host'],
    ['a host without port', { cookie, host: '127.0.0.1' }, 421, 'foreign host'],
    ['a host that only begins right', { cookie, host: `${host}.evil.test` }, 421, 'foreign host'],
    ['no host', { cookie, host: undefined }, 421, 'foreign host'],
    ['a page on another port', { cookie, origin: 'http://127.0.0.1:1' }, 403, 'foreign page'],
    ['an opaque page', { cookie, origin: 'null' }, 403, 'foreign page'],
    [
      'the other loopback name',
      { cookie, origin: `http://localhost:${port}` },
      403,
      'foreign page',
    ],
    ['https', { cookie, origin: `https://${host}` }, 403, 'foreign page'],
    ['cross-site', { cookie, fetchSite: 'cross-site' }, 403, 'foreign page'],
    ['another port by Sec-Fetch-Site', { cookie, fetchSite: 'same-site' }, 403, 'foreign page'],
    ['two Sec-Fetch-Site', { cookie, fetchSite: 'none, cross-site' }, 403, 'foreign page'],
    ['a PUT without Origin', { cookie, method: 'PUT' }, 403, 'foreign page'],
    [
      'a PUT of another page',
      { cookie, method: 'PUT', origin: 'http://a.test' },
      403,
      'foreign page',
    ],
    ['a WebSocket without Origin', { cookie, upgrade: true }, 403, 'foreign page'],
    [
      'a WebSocket of another page',
      { cookie, upgrade: true, origin: 'http://127.0.0.1:1' },
      403,
      'foreign page',
    ],
    ['a WebSocket without cookie', { upgrade: true, origin: `http://${host}` }, 401, 'no token'],
    ['a proxy request', { cookie, target: 'http://evil.test/' }, 400, 'malformed address'],
    ['a request for *', { cookie, target: '*' }, 400, 'malformed address'],
  ] as const)('%s', (_, more, status, because) => {
    expect(setUp().knock(more)).toEqual({ kind: 'refuse', status, because })
  })

  it('a cross-site request with a right token, which stays unused', () => {
    const { knock } = setUp('fresh')
    const target = '/?token=the-token'
    expect(knock({ target, fetchSite: 'cross-site' }).kind).toBe('refuse')
    expect(knock({ target, fetchSite: 'cross-site', fetchDest: 'iframe' }).kind).toBe('refuse')
    expect(knock({ target, host: 'evil.test' }).kind).toBe('refuse')
    expect(knock({ target }).kind).toBe('admit')
  })
})

describe('the address', () => {
  it('stays on our host, whatever the path looks like', () => {
    const verdict = setUp().knock({ cookie, target: '//evil.test/x' })
    expect(verdict.kind === 'enter' ? verdict.url.host : verdict).toBe(host)
  })

  it('knows that browsers leave out port 80', () => {
    expect(new OwnAddress(80).isHost('127.0.0.1')).toBe(true)
    expect(new OwnAddress(80).isOrigin('http://127.0.0.1', '127.0.0.1')).toBe(true)
  })
})

it('secrets are long, random and not each other', () => {
  const one = new Admission(port)
  const other = new Admission(port)
  expect(Buffer.from(one.token, 'base64url')).toHaveLength(32)
  expect(one.token).not.toBe(other.token)
  const exchanged = one.exchange(one.token)
  expect(typeof exchanged === 'object' && exchanged.setCookie).not.toContain(one.token)
})

it('the refusal is a page for people, without a script', () => {
  expect(refusalPage('no token')).toContain('Open Pallet from the address it printed')
  expect(refusalPage('no token')).not.toContain('<script')
})
