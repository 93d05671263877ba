import { describe, expect, it } from 'vitest'
import { Admission } from '../../../main/web/admission.ts'
import { judge, secretOf } from '../../../main/web/gate.ts'
import type { Knock } from '../../../main/web/gate.ts'
import { OwnAddress } from '../../../main/web/ownAddress.ts'
import { refusalPage } from '../../../main/web/refusal.ts'

const port = 4711
const host = `127.0.0.1:${port}`
const secrets = ['the-token', 'the-key']

function setUp(state: 'fresh' | 'used' = 'used') {
  const left = [...secrets]
  const admission = new Admission(() => left.shift() ?? '')
  if (state === 'used') admission.admits({ secret: 'the-key', cookie: null })
  const knock = (more: Partial<Knock>) =>
    judge(
      {
        method: 'GET',
        target: '/',
        host,
        origin: undefined,
        fetchSite: undefined,
        fetchDest: undefined,
        secret: null,
        cookie: null,
        forwardedProto: undefined,
        upgrade: false,
        ...more,
      },
      OwnAddress.onLoopback(port),
      admission,
    )
  return { admission, knock }
}
const secret = 'the-key'
const ask = { method: 'POST', target: '/session', origin: `http://${host}` }

describe('who comes in', () => {
  it('whoever shows the key', () => {
    const { knock } = setUp()
    expect(knock({ secret }).kind).toBe('enter')
    expect(knock({ secret, fetchSite: 'none' }).kind).toBe('enter')
    expect(knock({ secret, fetchSite: 'same-origin', origin: `http://${host}` }).kind).toBe('enter')
    expect(knock({ secret, host: `localhost:${port}` }).kind).toBe('enter')
  })

  it('the first page with the token, and whoever has the key of it', () => {
    const { knock } = setUp('fresh')
    expect(knock({ ...ask, secret: 'the-token' })).toEqual({ kind: 'admit', key: 'the-key' })
    // Reloaded before the answer came.
    expect(knock({ ...ask, secret: 'the-token' })).toEqual({ kind: 'admit', key: 'the-key' })
    expect(knock({ secret }).kind).toBe('enter')
    expect(knock({ ...ask, secret: 'the-token' })).toMatchObject({ because: 'used token' })
    expect(knock({ ...ask, secret: 'the-key' })).toEqual({ kind: 'admit', key: 'the-key' })
  })

  it('everybody to the files of the window, also a tab that a page on this computer leads there', () => {
    const { knock } = setUp('fresh')
    const led = { fetchSite: 'cross-site', fetchDest: 'document' }
    expect(knock({ target: '/assets/x.js' }).kind).toBe('visit')
    expect(knock({ ...led, target: '/?token=the-token' }).kind).toBe('visit')
    expect(knock({ ...led, target: '/assets/x.js' }).kind).toBe('refuse')
    expect(knock({ ...led, fetchDest: 'iframe' }).kind).toBe('refuse')
    expect(knock({ ...led, origin: 'null' }).kind).toBe('refuse')
  })

  it('anyone who asks whether it is alive, and learns nothing else', () => {
    expect(setUp().knock({ target: '/healthz' })).toEqual({ kind: 'alive' })
    expect(setUp().knock({ target: '/healthz', host: 'evil.test' }).kind).toBe('refuse')
  })

  it('a WebSocket and a PUT of our own page', () => {
    const { knock } = setUp()
    const origin = `http://${host}`
    expect(knock({ secret, upgrade: true, origin, target: '/rpc' }).kind).toBe('enter')
    expect(knock({ secret, method: 'PUT', origin, target: '/files/a' }).kind).toBe('enter')
  })
})

describe('who does not', () => {
  it.each([
    ['a wrong key', { secret: 'the-ke' }, 401, 'wrong key'],
    ['nobody at all', ask, 401, 'no key'],
    ['a wrong token', { ...ask, secret: 'the-toke' }, 401, 'wrong key'],
    ['a second browser with the token', { ...ask, secret: 'the-token' }, 401, 'used token'],
    ['the token in place of the key', { secret: 'the-token' }, 401, 'wrong key'],
    [
      'the token by another method',
      { ...ask, method: 'GET', secret: 'the-token' },
      401,
      'wrong key',
    ],
    [
      'another page with the token',
      { ...ask, origin: 'null', secret: 'the-token' },
      403,
      'foreign page',
    ],
    ['a rebound name', { secret, host: `evil.test:${port}` }, 421, 'foreign host'],
    ['another port as host', { secret, host: '127.0.0.1:1' }, 421, 'foreign host'],
    ['a host without port', { secret, host: '127.0.0.1' }, 421, 'foreign host'],
    ['a host that only begins right', { secret, host: `${host}.evil.test` }, 421, 'foreign host'],
    ['no host', { secret, host: undefined }, 421, 'foreign host'],
    ['a page on another port', { secret, origin: 'http://127.0.0.1:1' }, 403, 'foreign page'],
    ['an opaque page', { secret, origin: 'null' }, 403, 'foreign page'],
    [
      'the other loopback name',
      { secret, origin: `http://localhost:${port}` },
      403,
      'foreign page',
    ],
    ['https', { secret, origin: `https://${host}` }, 403, 'foreign page'],
    ['cross-site', { secret, fetchSite: 'cross-site' }, 403, 'foreign page'],
    ['another port by Sec-Fetch-Site', { secret, fetchSite: 'same-site' }, 403, 'foreign page'],
    ['two Sec-Fetch-Site', { secret, fetchSite: 'none, cross-site' }, 403, 'foreign page'],
    ['a PUT without Origin', { secret, method: 'PUT' }, 403, 'foreign page'],
    [
      'a PUT of another page',
      { secret, method: 'PUT', origin: 'http://a.test' },
      403,
      'foreign page',
    ],
    ['a WebSocket without Origin', { secret, upgrade: true }, 403, 'foreign page'],
    [
      'a WebSocket of another page',
      { secret, upgrade: true, origin: 'http://127.0.0.1:1' },
      403,
      'foreign page',
    ],
    [
      'a WebSocket without the key',
      { upgrade: true, origin: `http://${host}`, target: '/rpc' },
      401,
      'no key',
    ],
    ['a proxy request', { secret, target: 'http://evil.test/' }, 400, 'malformed address'],
    ['a request for *', { secret, target: '*' }, 400, 'malformed address'],
  ] as const)('%s', (_, more, status, because) => {
    expect(setUp().knock(more)).toEqual({ kind: 'refuse', status, because })
  })

  it('a foreign page with a right token, which stays unused', () => {
    const { knock } = setUp('fresh')
    const token = { ...ask, secret: 'the-token' }
    expect(knock({ ...token, fetchSite: 'cross-site' }).kind).toBe('refuse')
    expect(knock({ ...token, host: 'evil.test' }).kind).toBe('refuse')
    expect(knock(token).kind).toBe('admit')
  })
})

describe('the address', () => {
  it('stays on our host, whatever the path looks like', () => {
    const verdict = setUp().knock({ secret, target: '//evil.test/x' })
    expect(verdict.kind === 'enter' ? verdict.url.host : verdict).toBe(host)
  })

  it('knows that browsers leave out port 80', () => {
    expect(OwnAddress.onLoopback(80).isHost('127.0.0.1')).toBe(true)
    expect(OwnAddress.onLoopback(80).isOrigin('http://127.0.0.1', '127.0.0.1')).toBe(true)
  })
})

it.each([
  ['Bearer abc', undefined, 'abc'],
  ['bearer abc', undefined, 'abc'],
  [undefined, 'pallet, bearer.a_b-c', 'a_b-c'],
  [undefined, 'pallet', null],
  ['Basic abc', undefined, null],
  ['Bearer ', undefined, null],
  [undefined, undefined, null],
])('the secret of %s and %s is %s', (authorization, subprotocols, secret) => {
  expect(secretOf(authorization, subprotocols)).toBe(secret)
})

it('secrets are long, random and not each other', () => {
  const one = new Admission()
  const other = new Admission()
  expect(Buffer.from(one.token, 'base64url')).toHaveLength(32)
  expect(one.token).not.toBe(other.token)
  const exchanged = one.exchange({ secret: one.token, cookie: null })
  expect(exchanged).not.toEqual({ key: one.token })
})

it('the refusal is a page for people, without a script', () => {
  expect(refusalPage('no key')).toContain('Open Pallet from the address it printed')
  expect(refusalPage('no key')).not.toContain('<script')
})
