/**
 * One server for every transport. oRPC's WebSocket adapter needs no more than `send` and
 * two events, so a message port is given the same shape. Its message-port adapter is not
 * used: there, a message that does not decode ends as an unhandled rejection.
 */
import { RPCHandler } from '@orpc/server/ws'
import type { WebSocket } from 'ws'
import type { Logger } from 'pino'
import { type Person, owner, signedName } from '../../shared/domain/person.ts'
import { actingAs } from '../runs/acting.ts'
import { mustBeAllowed } from './allowed.ts'
import { readFrame } from './frames.ts'
import { asProblemError, notUnderstood } from './problems.ts'
import { createRouter } from './router.ts'
import type { RouterParts } from './router.ts'

/** No call of the contract comes near this; file bytes travel as files, not as messages. */
export const maxMessageBytes = 1024 * 1024

type RpcSocket = Pick<WebSocket, 'addEventListener' | 'send' | 'close'>

/** Serves the contract on as many connections as are given to `serve`. */
export interface RpcServer {
  /** `person`: in whose name all that comes over it is done, if their role is enough. */
  serve(socket: RpcSocket, person: Person): void
}

export function createRpcServer(parts: RouterParts): RpcServer {
  const { log } = parts
  const handler = new RPCHandler(createRouter(parts), {
    interceptors: [
      async (call) => {
        try {
          return await call.next()
        } catch (thrown) {
          throw asProblemError(thrown, log, call.request.url.pathname)
        }
      },
    ],
    clientInterceptors: [
      async (call) => {
        mustBeAllowed(call.context.person, call.path.join('.'), call.input, log)
        return await call.next()
      },
    ],
  })
  return {
    serve: (socket, person) =>
      void handler.upgrade(onlyGoodFrames(socket, person, log), { context: { person } }),
  }
}

/** oRPC would leave a message that it cannot decode without an answer. Here each has one, or ends the connection. */
function onlyGoodFrames(socket: RpcSocket, person: Person, log: Logger): RpcSocket {
  const take = (data: unknown, pass: Listener): void => {
    const frame = readFrame(data)
    switch (frame.kind) {
      case 'good':
        actingAs(signedName(person), () => pass({ data: frame.text }))
        break
      case 'wrong': {
        const error = asProblemError(notUnderstood([]), log, 'a message')
        socket.send(JSON.stringify({ i: frame.id, p: { s: 400, b: { json: error.toJSON() } } }))
        break
      }
      case 'unreadable':
        log.warn('closed a connection after a message that cannot be read')
        socket.close()
    }
  }
  return asSocket({
    send: (data) => socket.send(data),
    close: () => socket.close(),
    addEventListener: (type, listener) => {
      if (type === 'message') socket.addEventListener('message', ({ data }) => take(data, listener))
      else socket.addEventListener('close', () => listener({}))
    },
  })
}

/**
 * The side of a message channel that Electron's `MessagePortMain` and Node's `MessagePort`
 * have in common, but for the message: Electron wraps it in an event.
 */
export interface PortLike {
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'close', listener: () => void): unknown
  postMessage(message: string | Uint8Array): void
  start(): void
  close(): void
}

/** Serves the owner's window over a message port until either side closes it. */
export function servePort(server: RpcServer, port: PortLike, log: Logger): void {
  server.serve(portAsSocket(port, log), owner)
  port.start()
}

function portAsSocket(port: PortLike, log: Logger): RpcSocket {
  return asSocket({
    send: (data) => port.postMessage(data),
    close: () => port.close(),
    addEventListener: (type, listener) => {
      if (type === 'close') port.on('close', () => listener({}))
      else
        port.on('message', (message) => {
          const data = unwrapped(message)
          if (typeof data !== 'string' || Buffer.byteLength(data) <= maxMessageBytes) {
            listener({ data })
            return
          }
          log.warn('closed a message port after a message that is too large')
          port.close()
        })
    },
  })
}

type Listener = (event: { data?: unknown }) => void
interface PlainSocket {
  send(data: string | Uint8Array): void
  close(): void
  addEventListener(type: 'message' | 'close', listener: Listener): void
}

/** The adapter uses one signature of each of ws's many overloads, and these two events. */
function asSocket(socket: PlainSocket): RpcSocket {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return socket as RpcSocket
}

function unwrapped(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'data' in message
    ? message.data
    : message
}
