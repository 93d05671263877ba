import { once } from 'node:events'
import { createServer } from 'node:http'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import * as fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { createRpcServer, maxMessageBytes, servePort } from '../../../main/rpc/wire.ts'
import type { PalletContract } from '../../../shared/contract/contract.ts'
import { owner } from '../../../shared/domain/person.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Behaviour, fakeCore, fakeRun, untilAborted } from '../../fixtures/fakeCore.ts'

type Client = ContractRouterClient<PalletContract>
interface Connection {
  client: Client
  logged: string[]
  /** Sends past the client, as a broken window would. */
  sendRaw: (message: string) => void
  /** Resolves when the server has closed the connection. */
  closed: Promise<unknown>
  disconnect: () => void
}

const cleanups: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

function serverOf(behaviour: Behaviour) {
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
  const server = createRpcServer({
    core: fakeCore(behaviour),
    host: 'web',
    log,
  })
  return { server, log, logged }
}

async function overPort(behaviour: Behaviour): Promise<Connection> {
  const { server, log, logged } = serverOf(behaviour)
  const { port1, port2 } = new MessageChannel()
  servePort(server, port1, log)
  const client: Client = createORPCClient(new PortLink({ port: port2 }))
  port2.start()
  cleanups.push(() => port2.close())
  return {
    client,
    logged,
    sendRaw: (message) => port2.postMessage(message),
    closed: once(port2, 'close'),
    disconnect: () => port2.close(),
  }
}

async function socketServer(behaviour: Behaviour): Promise<{ url: string; logged: string[] }> {
  const { server, logged } = serverOf(behaviour)
  const http = createServer()
  const sockets = new WebSocketServer({ server: http, maxPayload: maxMessageBytes })
  sockets.on('connection', (socket) => {
    socket.on('error', () => {})
    server.serve(socket, owner)
  })
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  cleanups.push(async () => {
    for (const open of sockets.clients) open.terminate()
    await new Promise((resolve) => {
      http.close(resolve)
    })
  })
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `ws://127.0.0.1:${address.port}`, logged }
}

async function overSocket(behaviour: Behaviour): Promise<Connection> {
  const { url, logged } = await socketServer(behaviour)
  const socket = await opened(url)
  cleanups.push(() => socket.close())
  return {
    client: createORPCClient(new SocketLink({ websocket: socket })),
    logged,
    sendRaw: (message) => socket.send(message),
    closed: new Promise((resolve) => {
      socket.addEventListener('close', resolve, { once: true })
    }),
    disconnect: () => socket.close(),
  }
}

async function problemOf(call: Promise<unknown>): Promise<unknown> {
  const thrown: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(thrown instanceof ORPCError)) throw new Error('the call did not fail with an ORPCError')
  expect(thrown.defined).toBe(true)
  expect(thrown.code).toBe('PROBLEM')
  return thrown.data
}

describe.each([
  ['message port', overPort],
  ['WebSocket', overSocket],
])('the contract over a %s', (_, connect) => {
  it('answers calls', async () => {
    const { client } = await connect({})
    await expect(client.app.info()).resolves.toEqual({
      version: '0.0.0-test',
      home: '/home/of/pallet',
      host: 'web',
      vault: 'memory',
      person: { name: '', id: '', role: 'admin' },
    })
  })

  it('carries a problem whole', async () => {
    const data = {
      code: 'source-missing',
      what: 'There is no file sales.csv.',
      did: 'Nothing was sent.',
      advice: 'Check the name.',
      detail: 'ENOENT',
    } as const
    const { client } = await connect({ 'sources.open': () => Promise.reject(new Problem(data)) })
    expect(await problemOf(client.sources.open({ location: 'sales.csv' }))).toEqual(data)
  })

  it('turns an unexpected error into the sentence, and logs it with its stack', async () => {
    const { client, logged } = await connect({
      'runs.list': () => {
        throw new TypeError('x is not a function')
      },
    })
    const data = await problemOf(client.runs.list({}))
    expect(data).toMatchObject({ code: 'internal', detail: 'x is not a function' })
    expect(JSON.stringify(data)).not.toContain('.ts')
    expect(logged.join('')).toContain('router.ts')
  })

  it('refuses input that breaks the schema, without repeating it anywhere', async () => {
    const { client, logged } = await connect({})
    const input = {
      name: 'Not A Name',
      settings: { kind: 'sas-url' },
      container: null,
      secrets: { sasUrl: 'sig=the-secret' },
    }
    const data = await problemOf(client.connections.save(input))
    expect(data).toMatchObject({ code: 'usage' })
    expect(JSON.stringify(data)).toContain('name')
    expect(JSON.stringify(data) + logged.join('')).not.toContain('the-secret')
  })

  it('refuses to pass on output that breaks the schema', async () => {
    const { client } = await connect({
      'sources.announce': () => ({ source: 'longer than sixty-four characters'.repeat(2) }),
    })
    const data = await problemOf(client.sources.announce({ name: 'a.csv', bytes: 1 }))
    expect(data).toMatchObject({ code: 'internal' })
  })

  it('streams events, and tells the core when the window stops listening', async () => {
    const stopped = Promise.withResolvers<void>()
    const { client } = await connect({
      'runs.watch': async function* (signal) {
        yield fakeRun('one')
        yield fakeRun('two')
        signal.addEventListener('abort', () => stopped.resolve(), { once: true })
        await untilAborted(signal)
      },
    })
    const runs = await client.runs.watch()
    expect((await runs.next()).value).toMatchObject({ id: 'one' })
    expect((await runs.next()).value).toMatchObject({ id: 'two' })
    await runs.return(undefined)
    await stopped.promise
  })

  it('carries a problem in the middle of a stream', async () => {
    const { client } = await connect({
      'runs.watch': async function* () {
        yield fakeRun('one')
        throw new Problem({ code: 'disk-full', what: 'The disk is full.' })
      },
    })
    const runs = await client.runs.watch()
    await runs.next()
    expect(await problemOf(runs.next())).toMatchObject({ code: 'disk-full' })
  })

  it('passes an abort on to the core', async () => {
    const started = Promise.withResolvers<void>()
    const stopped = Promise.withResolvers<void>()
    const { client } = await connect({
      'warehouse.query': async (_sql, _limit, signal) => {
        signal.addEventListener('abort', () => stopped.resolve(), { once: true })
        started.resolve()
        return await untilAborted(signal)
      },
    })
    const controller = new AbortController()
    const call = client.warehouse.query(
      { sql: 'select 1', limit: 1 },
      { signal: controller.signal },
    )
    const failed = expect(call).rejects.toThrow()
    await started.promise
    controller.abort()
    await failed
    await stopped.promise
  })

  it('aborts what is under way when the window goes away', async () => {
    const started = Promise.withResolvers<void>()
    const stopped = Promise.withResolvers<void>()
    const { client, disconnect } = await connect({
      'sources.preview': async (_input, signal) => {
        signal.addEventListener('abort', () => stopped.resolve(), { once: true })
        started.resolve()
        return await untilAborted(signal)
      },
    })
    client.sources.preview({ source: 'a' }).catch(() => {})
    await started.promise
    disconnect()
    await stopped.promise
  })

  it('closes on a message that is none', async () => {
    const { sendRaw, closed } = await connect({})
    sendRaw('no json')
    await closed
  })

  it('closes on a message that is too large', async () => {
    const { sendRaw, closed } = await connect({})
    sendRaw('x'.repeat(maxMessageBytes + 1))
    await closed
  })
})

/** Frames that are nearly right: every part of a call, each right, wrong or left out. */
const frames = fc.record(
  {
    i: fc.oneof(fc.constantFrom('1', '2'), fc.jsonValue()),
    t: fc.constantFrom(1, 3, 4, 7, null),
    p: fc.oneof(
      fc.record(
        {
          u: fc.constantFrom(
            '/runs/list',
            '/runs/get',
            '/runs/watch',
            '/no/such',
            '/%',
            'http://x',
          ),
          b: fc.oneof(
            fc.record(
              {
                json: fc.oneof(fc.constantFrom({}, { runId: 'a' }), fc.jsonValue()),
                meta: fc.oneof(
                  fc.constantFrom([[1, 'runId']], [[9]], [[1, 'a', 'b']]),
                  fc.jsonValue(),
                ),
              },
              { requiredKeys: [] },
            ),
            fc.jsonValue(),
          ),
          h: fc.oneof(
            fc.constantFrom(
              { 'content-type': 'multipart/form-data; boundary=x' },
              { 'content-type': 'text/event-stream' },
              { 'content-disposition': 'attachment' },
            ),
            fc.jsonValue(),
          ),
          m: fc.constantFrom('GET', 'PUT', 1),
        },
        { requiredKeys: ['u'] },
      ),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: ['i', 'p'] },
)

it('answers every frame or ends the connection, and never with an error of its own', async () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
  cleanups.push(() => complaint.mockRestore())
  const { url } = await socketServer({ 'runs.watch': async function* () {} })
  let socket: WebSocket | null = null
  const seen = { answered: 0, ended: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        { weight: 5, arbitrary: frames.map((frame) => JSON.stringify(frame)) },
        fc.json(),
        fc.string(),
        fc.uint8Array({ minLength: 1 }),
      ),
      async (frame) => {
        socket = socket?.readyState === WebSocket.OPEN ? socket : await opened(url)
        const answer = await answerTo(socket, frame)
        if (answer === null) {
          seen.ended += 1
          return
        }
        seen.answered += 1
        if (answer.p?.s === undefined) return
        expect(answer).toMatchObject({ p: { b: { json: { code: 'PROBLEM' } } } })
        expect(answer.p.b?.json?.data?.code).not.toBe('internal')
      },
    ),
    { seed: 20261121, numRuns: 400 },
  )
  expect(Math.min(seen.answered, seen.ended)).toBeGreaterThan(30)
  expect(complaint).not.toHaveBeenCalled()
})

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  await new Promise((resolve) => {
    socket.addEventListener('open', resolve, { once: true })
  })
  return socket
}

interface RawAnswer {
  p?: { s?: number; b?: { json?: { code?: string; data?: { code?: string } } } }
}

/** The first answer; null when the connection ends instead. */
function answerTo(
  socket: WebSocket,
  frame: string | Uint8Array<ArrayBuffer>,
): Promise<RawAnswer | null> {
  const answered = new Promise<RawAnswer | null>((resolve) => {
    socket.addEventListener(
      'message',
      ({ data }) => resolve(JSON.parse(String(data)) as RawAnswer),
      { once: true },
    )
    socket.addEventListener('close', () => resolve(null), { once: true })
  })
  socket.send(frame)
  return answered
}
