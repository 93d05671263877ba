import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { readyLine, startWeb } from '../../../main/hosts/web.ts'
import type { WebHost } from '../../../main/hosts/web.ts'
import { maxMessageBytes } from '../../../main/rpc/wire.ts'
import type { PalletContract } from '../../../shared/contract/contract.ts'
import { authorization, subprotocols } from '../../../shared/contract/session.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Behaviour, fakeCore } from '../../fixtures/fakeCore.ts'

let folder = ''
let host: WebHost
let logged: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-web-'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Pallet</title>')
  logged = []
  host = await start({})
})
afterEach(async () => {
  await host.close()
  await rm(folder, { recursive: true })
})

function start(behaviour: Behaviour): Promise<WebHost> {
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
  return startWeb({ core: fakeCore(behaviour), log, port: 0, renderer: folder })
}

async function restart(behaviour: Behaviour): Promise<void> {
  await host.close()
  host = await start(behaviour)
}

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** As raw as it gets: any header, any path, and nothing is normalised on the way. */
function ask(
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
  body: string | null = null,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port: host.port, path, method, headers, agent: false },
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
    outgoing.end(body ?? undefined)
  })
}

const token = () => new URL(host.url).searchParams.get('token') ?? ''

/** Asks for the key as the page of the printed address does; answers with what to show from then on. */
async function logIn(): Promise<{ Authorization: string; Origin: string }> {
  const answer = await exchange(token())
  expect(answer.status).toBe(200)
  return { ...authorization(answer.body), Origin: ownOrigin() }
}

const exchange = (secret: string) =>
  ask('/session', { ...authorization(secret), Origin: ownOrigin() }, 'POST')

const ownOrigin = () => `http://127.0.0.1:${host.port}`

/** As a page does, which can give a WebSocket no header of its own. */
async function openSocket(
  { Authorization, ...headers }: Record<string, string>,
  path = '/rpc',
): Promise<WebSocket> {
  const offered =
    Authorization === undefined ? [] : subprotocols(Authorization.slice('Bearer '.length))
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, offered, { headers })
  await once(socket, 'open')
  return socket
}

describe('the owner', () => {
  it('opens the printed address, and its page is given the key of the session', async () => {
    const { pathname, search } = new URL(host.url)
    const page = await ask(pathname + search, { 'Sec-Fetch-Site': 'none' })
    expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Pallet</title>' })
    expect(page.headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(page.headers['content-security-policy']).toContain(
      `connect-src 'self' ws://127.0.0.1:${host.port};`,
    )
    expect(page.headers['access-control-allow-origin']).toBeUndefined()

    const answer = await exchange(token())
    expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
    expect(answer.body).toMatch(/^[\w-]{43}$/)
    // Cookies go to every port of a computer.
    for (const { headers } of [page, answer]) expect(headers['set-cookie']).toBeUndefined()
    await host.admitted
  })

  it('comes again with the key', async () => {
    const { body } = await exchange(token())
    expect(await exchange(body)).toMatchObject({ status: 200, body })
  })

  it('calls the contract over the WebSocket', async () => {
    const socket = await openSocket(await logIn())
    const client: ContractRouterClient<PalletContract> = createORPCClient(
      // ws has the DOM's interface, but not its types.
      new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
    )
    // What is agreed on is repeated in the open, the key is not.
    expect(socket.protocol).toBe('pallet')
    await expect(client.app.info()).resolves.toMatchObject({ host: 'web', vault: 'memory' })
    socket.close()
    await once(socket, 'close')
  })

  it('sends a large file without it being gathered in memory', async () => {
    let received = 0
    let largest = 0
    await restart({
      'sources.receive': async (_source, body) => {
        for await (const chunk of body) {
          received += chunk.byteLength
          largest = Math.max(largest, chunk.byteLength)
        }
      },
    })
    const body = 'x'.repeat(8 * maxMessageBytes)
    const headers = await logIn()
    expect((await ask('/files/abc', headers, 'PUT', body)).status).toBe(204)
    expect(received).toBe(body.length)
    expect(largest).toBeLessThan(maxMessageBytes)
  })

  it('saves held-back rows', async () => {
    await restart({ 'runs.rejectsFile': async () => new Blob(['line\n2\n']).stream() })
    const answer = await ask('/rejects/r1.csv', await logIn())
    expect(answer).toMatchObject({ status: 200, body: 'line\n2\n' })
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['content-disposition']).toContain('attachment')
  })
})

describe('attacks', () => {
  it('a page on another port of this computer', async () => {
    const { Authorization } = await logIn()
    const foreign = { Authorization, Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' }
    expect((await ask('/', foreign)).status).toBe(403)
    expect((await ask('/files/a', foreign, 'PUT', 'x')).status).toBe(403)
    expect((await ask('/session', foreign, 'POST')).status).toBe(403)
    await expect(openSocket({ Authorization, Origin: 'http://127.0.0.1:1' })).rejects.toThrow('403')
    await expect(openSocket({ Authorization })).rejects.toThrow('403')
  })

  it('DNS rebinding', async () => {
    const { Authorization } = await logIn()
    const rebound = { Authorization, Host: `evil.test:${host.port}` }
    const answer = await ask('/', rebound)
    expect(answer.status).toBe(421)
    expect(answer.headers['content-security-policy']).not.toContain('evil.test')
    expect((await ask('/healthz', rebound)).status).toBe(421)
    await expect(
      openSocket({ ...rebound, Origin: `http://evil.test:${host.port}` }),
    ).rejects.toThrow('421')
  })

  it('no secret, a wrong one, a used one', async () => {
    await restart({ 'runs.rejectsFile': async () => new Blob(['line\n2\n']).stream() })
    const none = await ask('/session', { Origin: ownOrigin() }, 'POST')
    expect(none).toMatchObject({ status: 401, headers: { 'cache-control': 'no-store' } })
    expect(none.body).toBe('Open Pallet from the address it printed when it started.')
    expect((await exchange('wrong')).status).toBe(401)
    const { body: key } = await exchange(token())
    expect((await exchange(key)).status).toBe(200)
    const used = await exchange(token())
    expect(used.status).toBe(401)
    expect(used.body).toContain('already been opened in another browser')
    // Behind the files of the window nothing is to be had.
    expect((await ask('/rejects/r1.csv')).status).toBe(404)
    expect((await ask('/rejects/r1.csv', authorization('wrong'))).status).toBe(401)
    expect((await ask('/files/a', { Origin: ownOrigin() }, 'PUT', 'x')).status).toBe(401)
  })

  it('a form on a foreign site', async () => {
    const { Authorization } = await logIn()
    const form = { Authorization, Origin: 'https://evil.test' }
    expect((await ask('/', form, 'POST', 'a=b')).status).toBe(403)
  })

  it('a CORS preflight', async () => {
    const answer = await ask(
      '/files/a',
      { Origin: 'http://127.0.0.1:1', 'Access-Control-Request-Method': 'PUT' },
      'OPTIONS',
    )
    expect(answer.status).toBe(403)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })

  it.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/%2fetc/passwd',
    '/..%5cpackage.json',
    '//etc/passwd',
    '/files/../index.html%00',
  ])('a way out of the folder: %s', async (path) => {
    expect((await ask(path, await logIn())).status).toBe(404)
  })

  it('a WebSocket without the key, and one elsewhere', async () => {
    await expect(openSocket({ Origin: ownOrigin() })).rejects.toThrow('401')
    const headers = await logIn()
    await expect(openSocket(headers, '/other')).rejects.toThrow('404')
    await expect(openSocket(headers, '/?token=x')).rejects.toThrow('404')
  })

  it('a message that is too large', async () => {
    const socket = await openSocket(await logIn())
    socket.send('x'.repeat(maxMessageBytes + 1))
    const [code] = await once(socket, 'close')
    expect(code).toBe(1009)
  })

  it('a body that nobody asked for', async () => {
    const socket = connect(host.port, '127.0.0.1')
    const { Authorization } = await logIn()
    socket.write(
      `PUT /index.html HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nOrigin: ${ownOrigin()}\r\nAuthorization: ${Authorization}\r\nContent-Length: 1000000000\r\n\r\nxxx`,
    )
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    await once(socket, 'close')
    expect(answer).toContain('405')
    expect(answer).toContain('Connection: close')
  })

  it('leave no secret in the log', async () => {
    const { Authorization } = await logIn()
    await exchange(token())
    await ask('/rejects/r1.csv', { Authorization: `${Authorization}x` })
    await ask('/', { Authorization, Origin: 'http://a.test' })
    await openSocket({ Authorization, Origin: 'http://a.test' }).catch(() => {})
    expect(logged.length).toBeGreaterThan(0)
    expect(logged.join('')).not.toContain(token())
    expect(logged.join('')).not.toContain(Authorization.slice('Bearer '.length))
  })
})

describe('the server', () => {
  it('says that it lives', async () => {
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: 'ok' })
  })

  it('is told by one line', () => {
    expect(readyLine(host.url)).toMatch(
      /^Pallet is ready at http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/,
    )
  })

  it('says when its port is taken', async () => {
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const starting = startWeb({
      core: fakeCore(),
      log: pino({ level: 'silent' }),
      port,
      renderer: folder,
    })
    await expect(starting).rejects.toThrow(Problem)
    await expect(starting).rejects.toThrow('used by another program')
    other.close()
    await once(other, 'close')
  })

  it('closes with windows open', async () => {
    const socket = await openSocket(await logIn())
    const closed = once(socket, 'close')
    await host.close()
    await closed
    await expect(ask('/healthz')).rejects.toThrow('ECONNREFUSED')
  })
})

it('whoever holds all connections open, sending next to nothing, keeps nobody out', async () => {
  const held = Array.from({ length: 300 }, () => connect(host.port, '127.0.0.1'))
  for (const socket of held) socket.on('error', () => {})
  try {
    await Promise.all(held.map((socket) => once(socket, 'connect')))
    for (const socket of held) socket.write('GET / HT')
    expect((await exchange(token())).status).toBe(200)
  } finally {
    for (const socket of held) socket.destroy()
  }
})
