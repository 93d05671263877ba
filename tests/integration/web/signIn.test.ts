/** Several people at one Pallet: who signs in, who does not, and who is not any more. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startWeb, type WebHost } from '../../../main/hosts/web.ts'
import { actingName } from '../../../main/runs/acting.ts'
import type { PalletContract } from '../../../shared/contract/contract.ts'
import { authorization, subprotocols } from '../../../shared/contract/session.ts'
import { fakeCore } from '../../fixtures/fakeCore.ts'
import { oidcIssuer, type OidcIssuer, type Wrong } from '../../fixtures/oidcIssuer.ts'

const publicHost = 'pallet.shop.example'
const origin = `https://${publicHost}`
const people = {
  ada: { roles: ['IT', 'everybody'] },
  ben: { roles: ['Shop'] },
  eve: { roles: ['everybody'] },
}
const session = '__Host-pallet'
const attempt = '__Host-pallet-sign-in'

let folder = ''
let host: WebHost
let issuer: OidcIssuer
let logged: string[] = []
/** In whose name runs were paused. */
let paused: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-sign-in-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Pallet</title>')
  logged = []
  paused = []
  issuer = await oidcIssuer(people)
  host = await start()
})
afterEach(async () => {
  await host.close()
  await issuer.close()
  await rm(folder, { recursive: true })
})

function start(later?: (call: () => void, ms: number) => NodeJS.Timeout): Promise<WebHost> {
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
  const core = fakeCore({
    'runs.pause': async () => void paused.push(actingName()),
    'sources.receive': async (_source, body, signal) => {
      received.push('begun')
      try {
        for await (const _ of body) signal.throwIfAborted()
      } finally {
        received.push(signal.aborted ? 'cut off' : 'whole')
      }
    },
  })
  return startWeb({
    core,
    log,
    port: 0,
    renderer: folder,
    signIn: {
      publicUrl: new URL(origin),
      oidc: {
        issuer: new URL(issuer.url),
        client: issuer.client.id,
        secret: issuer.client.secret,
        claim: 'roles',
        roles: [
          { role: 'admin', value: 'IT' },
          { role: 'operator', value: 'Shop' },
        ],
      },
      ...(later === undefined ? {} : { later }),
    },
  })
}
let received: string[] = []
beforeEach(() => void (received = []))

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** As the proxy in front hands it over: the public host, and that it came by TLS. */
function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { Host: publicHost, 'X-Forwarded-Proto': 'https', ...headers }
    const outgoing = request(
      { host: '127.0.0.1', port: host.port, path, method, headers: all, agent: false },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** The cookies of an answer, each whole. */
const setCookies = ({ headers }: Answer): string[] => headers['set-cookie'] ?? []
const valueOf = (answer: Answer, name: string): string =>
  setCookies(answer)
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(name.length + 1)
    .split(';')[0] ?? ''

/** As a browser is led there by another site. */
const led = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'document', Accept: 'text/html' }

/** Out to the issuer and back, to the door: the address that the issuer leads to, and the cookie of this sign-in. */
async function toTheDoor(person: string): Promise<{ back: URL; cookie: string }> {
  const out = await ask('/sign-in', led)
  expect(out.status).toBe(302)
  const at = new URL(out.headers.location ?? '')
  expect(at.origin).toBe(issuer.url)
  at.searchParams.set('as', person)
  const { headers } = await fetch(at, { redirect: 'manual' })
  return {
    back: new URL(headers.get('location') ?? ''),
    cookie: `${attempt}=${valueOf(out, attempt)}`,
  }
}

const comeBack = (back: URL, cookie: string): Promise<Answer> =>
  ask(back.pathname + back.search, { ...led, Cookie: cookie })

interface SignedIn {
  cookie: string
  key: string
}

/** What a browser has once its person is in. */
async function signIn(person: string): Promise<SignedIn> {
  const { back, cookie } = await toTheDoor(person)
  const inside = await comeBack(back, cookie)
  expect(inside.status).toBe(303)
  const own = `${session}=${valueOf(inside, session)}`
  const answer = await exchange(own)
  expect(answer.status).toBe(200)
  return { cookie: own, key: answer.body }
}

const exchange = (cookie: string, more: OutgoingHttpHeaders = {}): Promise<Answer> =>
  ask('/session', { Origin: origin, Cookie: cookie, ...more }, 'POST')

function dial({ cookie, key }: SignedIn, more: Record<string, string> = {}): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, subprotocols(key), {
    headers: {
      Host: publicHost,
      Origin: origin,
      'X-Forwarded-Proto': 'https',
      Cookie: cookie,
      ...more,
    },
  })
}

async function enter(who: SignedIn) {
  const socket = dial(who)
  await once(socket, 'open')
  const client: ContractRouterClient<PalletContract> = createORPCClient(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  )
  return { socket, client }
}

/** The status with which a WebSocket is refused. */
async function refusedWith(socket: WebSocket): Promise<number> {
  const [error] = (await once(socket, 'error')) as [Error]
  return Number(/(\d+)$/.exec(error.message)?.[1])
}

const codeOf = (thrown: unknown): unknown => (thrown as { data?: { code?: string } }).data?.code

describe('people sign in', () => {
  it('by code, PKCE, state and nonce, and get a cookie that only TLS carries', async () => {
    const out = await ask('/sign-in', led)
    const asked = new URL(out.headers.location ?? '').searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'pallet',
      redirect_uri: `${origin}/signed-in`,
      code_challenge_method: 'S256',
      scope: 'openid profile email',
    })
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked.get(name)).toMatch(/^[\w-]{43}$/)
    expect(setCookies(out)).toEqual([
      expect.stringMatching(
        /^__Host-pallet-sign-in=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])

    const { back, cookie } = await toTheDoor('ada')
    const inside = await comeBack(back, cookie)
    expect(inside.headers.location).toBe('/')
    expect(setCookies(inside)).toEqual([
      expect.stringMatching(/^__Host-pallet-sign-in=; .*Max-Age=0/),
      expect.stringMatching(
        /^__Host-pallet=[\w-]{43}; Path=\/; Max-Age=28800; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ])
  })

  it('each with the role that their groups give, and in their own name', async () => {
    const [ada, ben] = [await enter(await signIn('ada')), await enter(await signIn('ben'))]
    expect((await ada.client.app.info()).person).toEqual({
      name: 'ada',
      id: 'sub-of-ada',
      role: 'admin',
    })
    expect((await ben.client.app.info()).person).toMatchObject({ name: 'ben', role: 'operator' })
    await ben.client.runs.pause({ runId: 'r1' })
    await ada.client.runs.pause({ runId: 'r1' })
    expect(paused).toEqual(['ben (sub-of-ben)', 'ada (sub-of-ada)'])
    const refused = await ben.client.settings.save({ theme: 'dark' }).catch(codeOf)
    expect(refused).toBe('not-allowed')
    for (const { socket } of [ada, ben]) socket.terminate()
  })

  it('and not without a role', async () => {
    const { back, cookie } = await toTheDoor('eve')
    const answer = await comeBack(back, cookie)
    expect(answer.status).toBe(403)
    expect(answer.body).toContain('eve is known to whoever you sign in with')
    expect(valueOf(answer, session)).toBe('')
  })

  it('a claim that names nothing gives nothing, whatever it is', async () => {
    for (const roles of [undefined, null, 7, {}, [['IT']], 'it', ' IT', ['I', 'T']]) {
      issuer.wrong = { claims: { roles } }
      const { back, cookie } = await toTheDoor('ada')
      expect([roles, (await comeBack(back, cookie)).status]).toEqual([roles, 403])
    }
  })

  it('under a name that says what it is, and only that', async () => {
    issuer.wrong = {
      claims: { preferred_username: '<b>ben</b>\u001b[31m\n', roles: ['nobody'], sub: 'x' },
    }
    const { back, cookie } = await toTheDoor('ada')
    const { body } = await comeBack(back, cookie)
    expect(body).toContain('&#60;b&#62;ben&#60;/b&#62;[31m is known')
  })
})

describe('who is refused', () => {
  const wrongs: [string, () => Wrong][] = [
    ['another audience', () => ({ claims: { aud: 'another client' } })],
    [
      'several audiences, for another party',
      () => ({ claims: { aud: ['pallet', 'other'], azp: 'other' } }),
    ],
    ['another issuer', () => ({ claims: { iss: 'https://issuer.example' } })],
    ['another nonce', () => ({ claims: { nonce: 'n' } })],
    ['no nonce', () => ({ claims: { nonce: undefined } })],
    ['no subject', () => ({ claims: { sub: undefined } })],
    ['a token of yesterday', () => ({ claims: { exp: Math.floor(Date.now() / 1000) - 86_400 } })],
    ['a token that never ends', () => ({ claims: { exp: undefined } })],
    ['a token of tomorrow', () => ({ claims: { nbf: Math.floor(Date.now() / 1000) + 86_400 } })],
    ['a key that is not published', () => ({ key: true })],
    ['no signature', () => ({ unsigned: true })],
    ['another state', () => ({ state: 's' })],
  ]
  it.each(wrongs)('%s', async (_, wrong) => {
    issuer.wrong = wrong()
    const { back, cookie } = await toTheDoor('ada')
    const answer = await comeBack(back, cookie)
    expect(answer.status).toBe(502)
    expect(answer.body).toContain('You were not signed in')
    expect(valueOf(answer, session)).toBe('')
    expect(logged.join('')).toContain('a sign-in failed')
    // Nor may what failed be tried again.
    issuer.wrong = {}
    expect((await comeBack(back, cookie)).status).toBe(400)
  })

  it('a code for the second time, with its cookie or without', async () => {
    const { back, cookie } = await toTheDoor('ada')
    expect((await comeBack(back, cookie)).status).toBe(303)
    for (const again of [cookie, '', `${attempt}=x`])
      expect((await comeBack(back, again)).status).toBe(400)
    expect(issuer.codesShown).toBe(1)
  })

  it('a sign-in that another browser began, or another sign-in of the same one', async () => {
    const [ada, ben] = [await toTheDoor('ada'), await toTheDoor('ben')]
    expect((await comeBack(ada.back, ben.cookie)).status).toBe(502)
    expect(issuer.codesShown).toBe(0)
    // A cookie that is there twice is of two people.
    const both = `${ada.cookie}; ${ada.cookie}`
    expect((await comeBack(ada.back, both)).status).toBe(400)
  })

  it('the word of the issuer that it was not so', async () => {
    const { back, cookie } = await toTheDoor('ada')
    const state = back.searchParams.get('state') ?? ''
    const denied = new URL(`${origin}/signed-in?error=access_denied&state=${state}`)
    expect((await comeBack(denied, cookie)).status).toBe(502)
  })

  it('everybody while the issuer is away, with a sentence, and nobody once it is back but who signs in', async () => {
    await host.close()
    const { url } = issuer
    await issuer.close()
    host = await start()
    const answer = await ask('/sign-in', led)
    expect(answer.status).toBe(502)
    expect(answer.body).toContain(`(${new URL(url).host}) could not be reached`)
    issuer = await oidcIssuer(people)
  })

  it('tokens and codes stay out of the log', async () => {
    issuer.wrong = { claims: { aud: 'other' } }
    const { back, cookie } = await toTheDoor('ada')
    await comeBack(back, cookie)
    issuer.wrong = {}
    const { cookie: own, key } = await signIn('ada')
    const log = logged.join('')
    expect(log).toContain('a sign-in failed')
    for (const secret of [
      'eyJ',
      back.searchParams.get('code') ?? '',
      own.split('=')[1] ?? '',
      key,
      issuer.client.secret,
    ])
      expect(log).not.toContain(secret)
  })
})

describe('a session', () => {
  it('opens nothing by its cookie alone, nor by its key alone, nor by two that are not of one', async () => {
    const [ada, ben] = [await signIn('ada'), await signIn('ben')]
    const mixed = [
      { cookie: '', key: ada.key },
      { cookie: ada.cookie, key: 'x' },
      { cookie: ben.cookie, key: ada.key },
      { cookie: ada.cookie, key: ben.key },
      { cookie: `${ada.cookie}; ${ben.cookie}`, key: ada.key },
    ]
    for (const one of mixed) {
      expect(await refusedWith(dial(one))).toBe(401)
      const file = { ...authorization(one.key), Origin: origin, Cookie: one.cookie }
      expect((await ask('/files/s', file, 'PUT')).status).toBe(401)
      expect((await ask('/rejects/r1.csv', file)).status).toBe(401)
    }
    expect((await ask('/rejects/r1.csv', { Cookie: ada.cookie })).status).toBe(404)
    expect(received).toEqual([])
  })

  it('that there is none of gets the page and the way to sign in, and no key', async () => {
    expect((await ask('/', led)).status).toBe(200)
    for (const cookie of ['', `${session}=`, `${session}=${'A'.repeat(43)}`]) {
      const answer = await exchange(cookie)
      expect(answer).toMatchObject({ status: 401, headers: { location: '/sign-in' } })
      expect(answer.body).toBe('You are not signed in to Pallet, or not any more.')
    }
  })

  it('ends with sign-out: for its cookie, its key, its windows and its files on their way, and for nobody else', async () => {
    const [ada, ben] = [await signIn('ada'), await signIn('ben')]
    const [first, other] = [await enter(ada), await enter(ben)]
    const upload = request({
      host: '127.0.0.1',
      port: host.port,
      path: '/files/s',
      method: 'PUT',
      headers: {
        Host: publicHost,
        Origin: origin,
        Cookie: ada.cookie,
        ...authorization(ada.key),
      },
    })
    upload.on('error', () => {})
    upload.write('half of it')
    await expect.poll(() => received).toEqual(['begun'])
    const closed = once(first.socket, 'close')
    const out = await ask('/sign-out', { Origin: origin, Cookie: ada.cookie }, 'POST')
    expect(out.status).toBe(204)
    expect(setCookies(out)).toEqual([expect.stringMatching(/^__Host-pallet=; .*Max-Age=0/)])
    await closed
    await expect.poll(() => received).toEqual(['begun', 'cut off'])
    upload.destroy()
    expect((await exchange(ada.cookie)).status).toBe(401)
    expect(await refusedWith(dial(ada))).toBe(401)
    await expect(other.client.app.info()).resolves.toMatchObject({ person: { name: 'ben' } })
    other.socket.terminate()
  })

  it('ends by itself', async () => {
    await host.close()
    const ends: [call: () => void, ms: number][] = []
    host = await start((call, ms) => {
      ends.push([call, ms])
      return setTimeout(() => {}, 0)
    })
    const ada = await signIn('ada')
    const { socket } = await enter(ada)
    const closed = once(socket, 'close')
    expect(ends.map(([, ms]) => ms)).toEqual([8 * 3600_000])
    ends[0]?.[0]()
    await closed
    expect((await exchange(ada.cookie)).status).toBe(401)
    expect(await refusedWith(dial(ada))).toBe(401)
  })

  it('ends with Pallet, and is not known to the next one', async () => {
    const ada = await signIn('ada')
    const { socket } = await enter(ada)
    const closed = once(socket, 'close')
    await host.close()
    await closed
    host = await start()
    expect((await exchange(ada.cookie)).status).toBe(401)
  })

  it('is another one for whoever signs in anew', async () => {
    const ada = await signIn('ada')
    const { back, cookie } = await toTheDoor('ada')
    const again = await comeBack(back, `${cookie}; ${ada.cookie}`)
    expect(again.status).toBe(303)
    expect(`${session}=${valueOf(again, session)}`).not.toBe(ada.cookie)
    expect((await exchange(ada.cookie)).status).toBe(401)
  })
})

describe('pages of others', () => {
  it.each([
    ['a foreign origin', { Origin: 'https://evil.example' }],
    ['its own name without TLS', { Origin: `http://${publicHost}` }],
    ['no origin', {}],
    ['a page of another site', { Origin: origin, 'Sec-Fetch-Site': 'cross-site' }],
    ['a sister site', { Origin: origin, 'Sec-Fetch-Site': 'same-site' }],
  ])('get no key and end no session: %s', async (_, headers: OutgoingHttpHeaders) => {
    const ada = await signIn('ada')
    const knock = { Cookie: ada.cookie, ...headers }
    expect((await ask('/session', knock, 'POST')).status).toBe(403)
    expect((await ask('/sign-out', knock, 'POST')).status).toBe(403)
    expect((await exchange(ada.cookie)).status).toBe(200)
  })

  it('open no WebSocket', async () => {
    const ada = await signIn('ada')
    expect(await refusedWith(dial(ada, { Origin: 'https://evil.example' }))).toBe(403)
  })

  it('neither frame nor fetch what signs in', async () => {
    for (const dest of ['iframe', 'empty', 'image', 'script'])
      for (const path of ['/', '/sign-in', '/signed-in?code=c&state=s'])
        expect((await ask(path, { ...led, 'Sec-Fetch-Dest': dest })).status).toBe(403)
  })

  it('do not sign anybody out by a link', async () => {
    const ada = await signIn('ada')
    expect((await ask('/sign-out', { ...led, Cookie: ada.cookie })).status).toBe(403)
    expect((await exchange(ada.cookie)).status).toBe(200)
  })
})

describe('other addresses', () => {
  it('are none of Pallet’s, also those of this computer', async () => {
    const ada = await signIn('ada')
    for (const name of [
      `127.0.0.1:${host.port}`,
      `localhost:${host.port}`,
      'evil.example',
      `${publicHost}:80`,
      `${publicHost}.evil.example`,
      '',
    ]) {
      const headers = { Host: name, Cookie: ada.cookie, Origin: `https://${name}` }
      expect([name, (await ask('/', headers)).status]).toEqual([name, 421])
      expect((await ask('/session', headers, 'POST')).status).toBe(421)
      expect((await ask('/sign-in', { Host: name })).status).toBe(421)
    }
  })

  it('are not reached without TLS, with a cookie or without', async () => {
    const ada = await signIn('ada')
    for (const proto of ['http', 'https, http', 'HTTP', 'ws']) {
      const plain = { 'X-Forwarded-Proto': proto }
      expect((await ask('/', plain)).status).toBe(403)
      expect((await ask('/sign-in', plain)).status).toBe(403)
      expect((await exchange(ada.cookie, plain)).status).toBe(403)
      expect(await refusedWith(dial(ada, plain))).toBe(403)
    }
  })

  it('the one-time token of the owner opens nothing here', async () => {
    expect(host.url).toBe(`${origin}/`)
    for (const secret of ['', 'x'])
      expect(
        (await ask('/session', { ...authorization(secret), Origin: origin }, 'POST')).status,
      ).toBe(401)
  })

  it('the page may open its WebSocket by TLS alone', async () => {
    const { headers } = await ask('/', led)
    expect(headers['content-security-policy']).toContain(`connect-src 'self' wss://${publicHost};`)
  })
})
