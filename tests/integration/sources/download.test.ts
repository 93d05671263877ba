import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { download, leadsInside, redirectTarget } from '../../../main/sources/download.ts'
import { fetchSource } from '../../../main/sources/fetch.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void
let folder = ''
let closeServer = async () => {}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-download-'))
})
afterEach(async () => {
  await closeServer()
  closeServer = async () => {}
  await rm(folder, { recursive: true, force: true })
})

/** A real server; answers with its origin and the requests it has seen. */
async function serve(handler: Handler): Promise<{ origin: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    handler(request, response, seen.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeServer = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const limits = {
  copy: { copies: 3, pauseMs: 0, stillMs: 0 },
  download: {
    stallMs: 300,
    attempts: 3,
    totalAttempts: 10,
    redirects: 5,
    pauseMs: 0,
    maxPauseMs: 0,
  },
}
function get(
  location: string,
  signal = new AbortController().signal,
  onBytes: (bytes: number) => void = () => {},
) {
  const ask = () => Promise.reject(new Error('nothing to ask'))
  const target = join(folder, 'source')
  const report = ({ bytesDone }: { bytesDone: number }): void => onBytes(bytesDone)
  return fetchSource({ location, target }, { signal, report, ask }, limits)
}
const got = () => readFileSync(join(folder, 'source'))
const body = Buffer.from('sku;price\r\n'.repeat(50_000))

test('downloads the bytes as they are', async () => {
  const { origin, seen } = await serve((_, response) => response.end(body))
  await expect(get(`${origin}/sales.csv?sig=secret`)).resolves.toMatchObject({ bytes: body.length })
  expect(got().equals(body)).toBe(true)
  expect(seen[0]?.headers['accept-encoding']).toBe('identity')
  expect(await readdir(folder)).toEqual(['source'])
})

test.each([
  [404, 'url-not-found'],
  [410, 'url-not-found'],
  [401, 'url-refused'],
  [403, 'url-refused'],
  [418, 'url-refused'],
  [503, 'server-busy'],
])('HTTP %i is %s, without the query', async (status, code) => {
  const { origin } = await serve((_, response) => response.writeHead(status).end('x'))
  const getting = get(`${origin}/sales.csv?sig=secret`)
  await expect(getting).rejects.toMatchObject({ data: { code, detail: `HTTP ${status}` } })
  await expect(getting).rejects.not.toThrow(/secret/)
  expect(await readdir(folder)).toEqual([])
})

test('follows redirects, also relative ones', async () => {
  const { origin } = await serve((request, response) => {
    if (request.url === '/one') response.writeHead(302, { location: '/two?sig=x' }).end()
    else if (request.url === '/two?sig=x') response.writeHead(307, { location: 'three' }).end()
    else response.end(body)
  })
  await get(`${origin}/one`)
  expect(got().equals(body)).toBe(true)
})

test('a redirect may not give up encryption or leave the web', () => {
  const start = new URL('https://shop.example/sales.csv?sig=secret')
  expect(redirectTarget(start, start, '/x').href).toBe('https://shop.example/x')
  expect(redirectTarget(start, new URL('http://a.example/'), 'https://b.example/').host).toBe(
    'b.example',
  )
  expect(() => redirectTarget(start, start, 'http://shop.example/x')).toThrow(/without encryption/)
  expect(() => redirectTarget(start, start, 'http://shop.example/x')).not.toThrow(/secret/)
  expect(() => redirectTarget(start, start, 'file:///etc/passwd')).toThrow(/no web address/)
})

test('a redirect brings neither a password nor Pallet to what only this computer reaches', async () => {
  const start = new URL('https://shop.example/sales.csv')
  expect(() => redirectTarget(start, start, 'https://me:geheim@b.example/')).toThrow(/password/)
  expect(() => redirectTarget(start, start, 'https://me:geheim@b.example/')).not.toThrow(/geheim/)

  const names: Record<string, string> = {
    'shop.example': '203.0.113.7',
    'trick.example': '127.0.0.1',
    'files.corp': '10.0.0.8',
  }
  const resolve = async (host: string) => {
    const address = names[host]
    if (address === undefined) throw new Error('ENOTFOUND')
    return [{ address, family: 4 }]
  }
  const leads = (to: string, from = start) => leadsInside(from, new URL(to), resolve)
  for (const to of [
    'https://127.0.0.1:8443/',
    'https://127.1/',
    'https://2130706433/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://0.0.0.0/',
    'https://169.254.169.254/latest/',
    'https://trick.example/',
  ])
    expect(await leads(to), to).toBe(true)
  for (const to of ['https://files.corp/', 'https://shop.example/', 'https://unknown.example/'])
    expect(await leads(to), to).toBe(false)
  // Who types an address of this computer means it.
  expect(await leads('http://127.0.0.1:2/', new URL('http://127.0.0.1:1/'))).toBe(false)
})

test('a server elsewhere cannot send Pallet to this computer', async () => {
  const { origin, seen } = await serve((request, response) => {
    if (request.url === '/sales.csv')
      response.writeHead(302, { location: `${origin}/admin?all=yes` }).end()
    else response.end(body)
  })
  // A name that leads here, but is said to lie elsewhere.
  const elsewhere = origin.replace('127.0.0.1', 'localhost')
  const start = download(
    `${elsewhere}/sales.csv`,
    join(folder, 'source'),
    {
      signal: AbortSignal.timeout(600_000),
      report: () => {},
      ask: () => Promise.reject(new Error()),
    },
    limits.download,
    async () => [{ address: '203.0.113.7', family: 4 }],
  )
  await expect(start).rejects.toMatchObject({ data: { code: 'url-refused' } })
  expect(seen.map(({ url }) => url)).toEqual(['/sales.csv'])
  expect(await readdir(folder)).toEqual([])
})

test('a redirect loop ends', async () => {
  const { origin, seen } = await serve((_, response) =>
    response.writeHead(301, { location: '/again' }).end(),
  )
  await expect(get(`${origin}/again`)).rejects.toMatchObject({ data: { code: 'url-refused' } })
  expect(seen).toHaveLength(6)
})

test('a stalled server is given up after its attempts', async () => {
  const { origin, seen } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': body.length })
    response.write(body.subarray(0, 1000))
  })
  await expect(get(`${origin}/slow.csv?sig=secret`)).rejects.toMatchObject({
    data: { code: 'url-timeout' },
  })
  expect(seen.length).toBeGreaterThanOrEqual(3)
  expect(await readdir(folder)).toEqual([])
})

/** Sends up to `until` and breaks the connection. */
function breakOff(response: ServerResponse, from: number, until: number): void {
  response.write(body.subarray(from, until), () => setImmediate(() => response.destroy()))
}

test('a broken download goes on where it broke', async () => {
  const { origin, seen } = await serve((request, response, count) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (from > 0) {
      const range = `bytes ${from}-${body.length - 1}/${body.length}`
      response.writeHead(206, {
        'content-range': range,
        'content-length': body.length - from,
        etag: '"1"',
      })
    } else response.writeHead(200, { 'content-length': body.length, etag: '"1"' })
    if (count < 3) breakOff(response, from, from + 200_000)
    else response.end(body.subarray(from))
  })
  await get(`${origin}/sales.csv`)
  expect(got().equals(body)).toBe(true)
  expect(seen).toHaveLength(3)
  expect(seen[1]?.headers['if-range']).toBe('"1"')
  expect(seen[1]?.headers.range).toBeDefined()
})

test('a file that changed in between is downloaded afresh', async () => {
  const newer = Buffer.from('new;content\n'.repeat(40_000))
  const { origin } = await serve((_, response, count) => {
    response.writeHead(200, {
      'content-length': count === 1 ? body.length : newer.length,
      etag: `"${count}"`,
    })
    if (count === 1) breakOff(response, 0, 200_000)
    else response.end(newer)
  })
  const output = await get(`${origin}/sales.csv`)
  expect(output.bytes).toBe(newer.length)
  expect(got().equals(newer)).toBe(true)
})

test('a range that does not continue what is there is not trusted', async () => {
  const { origin } = await serve((request, response, count) => {
    if (request.headers.range !== undefined) {
      response
        .writeHead(206, { 'content-range': `bytes 5-9/${body.length}`, etag: '"1"' })
        .end('wrong')
      return
    }
    response.writeHead(200, { 'content-length': body.length, etag: '"1"' })
    if (count === 1) breakOff(response, 0, 200_000)
    else response.end(body)
  })
  await get(`${origin}/sales.csv`)
  expect(got().equals(body)).toBe(true)
})

test('a server that always sends less than it announces lies', async () => {
  let breakDown = (): void => {}
  const { origin } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': body.length + 10 })
    response.write(body)
    breakDown = () => response.destroy()
  })
  // Not before every byte has been taken: what a broken line still held would be lost.
  const getting = get(`${origin}/sales.csv?sig=secret`, undefined, (bytes) => {
    if (bytes === body.length) breakDown()
  })
  await expect(getting).rejects.toMatchObject({ data: { code: 'url-length-lie' } })
  await expect(getting).rejects.not.toThrow(/secret/)
  expect(await readdir(folder)).toEqual([])
})

test('a download that is cut elsewhere each time is cut off', async () => {
  const { origin } = await serve((_, response, count) => {
    response.writeHead(200, { 'content-length': body.length })
    breakOff(response, 0, 400_000 - count * 65_536)
  })
  await expect(get(`${origin}/sales.csv`)).rejects.toMatchObject({
    data: { code: 'source-truncated' },
  })
})

test('an empty file is said', async () => {
  const { origin } = await serve((_, response) => response.end())
  await expect(get(`${origin}/sales.csv`)).rejects.toMatchObject({ data: { code: 'source-empty' } })
})

test('a server that is not there is a network problem, for another try', async () => {
  const { origin } = await serve((_, response) => response.end())
  await closeServer()
  closeServer = async () => {}
  await expect(get(`${origin}/sales.csv?sig=secret`)).rejects.toMatchObject({
    data: { code: 'network', detail: 'ECONNREFUSED' },
  })
})

test('an address with a password is not used', async () => {
  await expect(get('http://me:hush@127.0.0.1:9/x.csv')).rejects.toMatchObject({
    data: { code: 'usage' },
  })
  await expect(get('http://me:hush@127.0.0.1:9/x.csv')).rejects.not.toThrow(/hush/)
})

test('a cancelled download ends with the reason and leaves nothing', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  const { origin } = await serve((_, response) => {
    response.write(body.subarray(0, 1000), () => abort.abort(reason))
  })
  await expect(get(`${origin}/sales.csv`, abort.signal)).rejects.toBe(reason)
  expect(await readdir(folder)).toEqual([])
})
