/**
 * Pallet for a browser on the same computer. Everything passes the gate first; behind it
 * are the built window, the files handler and the WebSocket of the contract.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { rpcPath, signInPath } from '../../shared/contract/session.ts'
import { errorCode } from '../../shared/domain/errorCode.ts'
import { Problem } from '../../shared/domain/problem.ts'
import type { FilesHandler } from '../rpc/files.ts'
import { securityHeaders, withHeaders } from '../rpc/headers.ts'
import type { StaticHandler } from '../rpc/staticFiles.ts'
import type { RpcServer } from '../rpc/wire.ts'
import { Admission, theOwner } from './admission.ts'
import { sendResponse, toRequest } from './fetchBridge.ts'
import { cookieOf, judge, secretOf, sessionCookie } from './gate.ts'
import type { Refusal } from './entrance.ts'
import type { Knock } from './gate.ts'
import { OwnAddress } from './ownAddress.ts'
import { refusalPage, refusalText } from './refusal.ts'
import { createSignIn, type SignInSettings } from './signIn.ts'
import { closeServer, createSockets, refuseUpgrade } from './sockets.ts'

/** A connection on which nothing moves for this long is closed. Uploads may last as long as they move. */
const idleMs = 120_000
/** More than any browser opens. */
const mostConnections = 256

export interface WebServerParts {
  rpc: RpcServer
  files: FilesHandler
  statics: StaticHandler
  log: Logger
  /** 0: any free port. */
  port: number
  /** People sign in under a public address; absent: the owner alone comes in, on this computer. */
  signIn?: SignInSettings | undefined
  /** Where Pallet is worked on: a gate that knows its browser again after a restart, and the WebSocket of hot reload behind it. */
  development?: {
    secret: () => string
    upgrade: (message: IncomingMessage, socket: Duplex, head: Buffer) => void
  }
}

export interface WebServer {
  port: number
  /** The address to print; without sign-in with its one-time token, a secret until it has been opened. */
  url: string
  /** Once a browser has been given the key for it. */
  admitted: Promise<void>
  close(): Promise<void>
}

/** Listens on 127.0.0.1. Throws a `Problem` when the port cannot be had. */
export async function startWebServer(parts: WebServerParts): Promise<WebServer> {
  const { log } = parts
  const server = createServer()
  const strangers = makeRoom(server)
  const port = await listen(server, parts.port)
  const signIn = parts.signIn === undefined ? null : createSignIn(parts.signIn, log)
  const own =
    parts.signIn === undefined
      ? OwnAddress.onLoopback(port)
      : OwnAddress.behindProxy(parts.signIn.publicUrl)
  const admission = new Admission(parts.development?.secret)
  const entrance = signIn?.sessions ?? admission
  const sockets = createSockets(parts.rpc, log)
  const admitted = Promise.withResolvers<void>()

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<Response> {
    const verdict = judge(knockOf(message, false), own, entrance)
    switch (verdict.kind) {
      case 'alive':
        return plain(200, 'ok')
      case 'admit':
        strangers.delete(message.socket)
        admitted.resolve()
        return plain(200, verdict.key)
      case 'refuse':
        log.warn({ because: verdict.because, method: message.method }, 'refused a request')
        return refused(verdict.status, verdict.because, message)
      case 'enter': {
        strangers.delete(message.socket)
        const { person, ended } = verdict.visitor
        const request = toRequest(message, response, verdict.url, ended)
        return (await parts.files(request, person)) ?? (await parts.statics(request))
      }
      case 'sign':
        return signIn === null
          ? plain(404, 'Pallet has nothing at this address.')
          : await signIn.answer(verdict.url, message.headers.cookie)
      case 'visit':
        return await parts.statics(toRequest(message, response, verdict.url, theOwner.ended))
    }
  }

  server.on('request', (message, response) => {
    answer(message, response)
      .then((answered) => {
        return sendResponse(
          withHeaders(answered, securityHeaders(own.socketsOf(message.headers.host))),
          message,
          response,
        )
      })
      .catch((error: unknown) => {
        if (!isDisconnect(error)) log.error({ err: error }, 'an answer broke off')
        response.destroy()
      })
  })

  server.on('upgrade', (message, socket, head) => {
    socket.on('error', () => socket.destroy())
    const verdict = judge(knockOf(message, true), own, entrance)
    if (verdict.kind === 'enter' && verdict.url.pathname === rpcPath) {
      strangers.delete(message.socket)
      sockets.accept(message, socket, head, verdict.visitor)
    } else if (verdict.kind === 'refuse') {
      log.warn({ because: verdict.because }, 'refused a WebSocket')
      refuseUpgrade(socket, verdict.status, refusalText(verdict.because))
    } else if (verdict.kind === 'visit' && parts.development !== undefined)
      parts.development.upgrade(message, socket, head)
    else refuseUpgrade(socket, 404, 'Pallet has nothing at this address.')
  })

  return {
    port,
    url: signIn === null ? `${own.origin}/?token=${admission.token}` : `${own.origin}/`,
    admitted: admitted.promise,
    close: () => {
      signIn?.sessions.endAll()
      return closeServer(server, sockets)
    },
  }
}

/**
 * Answers with the connections that have not shown yet that they belong to the person's browser, the oldest first.
 * When there are too many, the oldest of them goes: whoever holds all of them open keeps nobody out.
 */
function makeRoom(server: Server): Set<Socket> {
  const strangers = new Set<Socket>()
  let open = 0
  server.on('connection', (socket) => {
    open += 1
    strangers.add(socket)
    socket.once('close', () => {
      open -= 1
      strangers.delete(socket)
    })
    const [oldest] = strangers
    if (open <= mostConnections || oldest === undefined) return
    strangers.delete(oldest)
    oldest.destroy()
  })
  return strangers
}

function listen(server: Server, wanted: number): Promise<number> {
  // A large file may take hours to arrive; the idle limit is what ends a dead connection.
  server.requestTimeout = 0
  server.timeout = idleMs
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(portProblem(wanted, error)))
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string')
        reject(new Error('the server has no port'))
      else resolve(address.port)
    })
  })
}

function portProblem(port: number, error: Error): Problem {
  const code = errorCode(error)
  const taken = code === 'EADDRINUSE'
  return new Problem(
    {
      code: 'usage',
      what: taken
        ? `Port ${port} of this computer is used by another program.`
        : `Pallet may not use port ${port} of this computer.`,
      advice: 'Choose another with --port, or leave it out: Pallet then takes a free one.',
      detail: code || error.message,
    },
    { cause: error },
  )
}

function knockOf(message: IncomingMessage, upgrade: boolean): Knock {
  const { headers } = message
  const fetchSite = headers['sec-fetch-site']
  const fetchDest = headers['sec-fetch-dest']
  return {
    method: message.method ?? '',
    target: message.url ?? '',
    host: headers.host,
    origin: headers.origin,
    fetchSite: Array.isArray(fetchSite) ? fetchSite.join(', ') : fetchSite,
    fetchDest: Array.isArray(fetchDest) ? fetchDest.join(', ') : fetchDest,
    secret: secretOf(headers.authorization, headers['sec-websocket-protocol']),
    cookie: cookieOf(headers.cookie, sessionCookie),
    forwardedProto: [headers['x-forwarded-proto']].flat().join(', ') || undefined,
    upgrade,
  }
}

function refused(status: number, because: Refusal, message: IncomingMessage): Response {
  if (!(message.headers.accept ?? '').includes('text/html')) {
    const answer = plain(status, refusalText(because))
    if (because === 'signed out') answer.headers.set('Location', signInPath)
    return answer
  }
  return new Response(refusalPage(because), {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}

function plain(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  })
}

/** The browser went away in the middle: its right, and no error. */
function isDisconnect(error: unknown): boolean {
  const code = errorCode(error)
  return (
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    (error instanceof Error && error.name === 'AbortError')
  )
}
