/**
 * One server for every transport. oRPC's WebSocket adapter needs no more than `send` and
 * two events, so a message port is given the same shape. Its message-port adapter is not
 * used: there, a message that does not decode ends as an unhandled rejection.
 */
import { RPCHandler } from '@orpc/server/ws'
import type { WebSocket } from 'ws'
import type { Logger } from 'pino'
import { asProblemError } from './problems.ts'
import { createRouter } from './router.ts'
import type { RouterParts } from './router.ts'

/** No call of the contract comes near this; file bytes travel as files, not as messages. */
export const maxMessageBytes = 1024 * 1024

type RpcSocket = Pick<WebSocket, 'addEventListener' | 'send'>

/** Serves the contract on as many connections as are given to `serve`. */
export interface RpcServer {
  serve(socket: RpcSocket): void
}

export function createRpcServer(parts: RouterParts): RpcServer {
  const handler = new RPCHandler(createRouter(parts), {
    interceptors: [
      async (call) => {
        try {
          return await call.next()
        } catch (thrown) {
          throw asProblemError(thrown, parts.log, call.request.url.pathname)
        }
      },
    ],
  })
  return { serve: (socket) => void handler.upgrade(socket) }
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

/** Serves a window over a message port until either side closes it. */
export function servePort(server: RpcServer, port: PortLike, log: Logger): void {
  server.serve(portAsSocket(port, log))
  port.start()
}

function portAsSocket(port: PortLike, log: Logger): RpcSocket {
  const listeners = { message: new Set<Listener>(), close: new Set<Listener>() }
  port.on('message', (message) => {
    const data = unwrapped(message)
    const bytes = sizeOf(data)
    if (bytes === null || bytes > maxMessageBytes) {
      log.warn({ bytes }, 'closed a message port after a message of the wrong size or kind')
      port.close()
      return
    }
    for (const listener of listeners.message) listener({ data })
  })
  port.on('close', () => {
    for (const listener of listeners.close) listener({})
  })
  const socket = {
    send: (data: string | Uint8Array) => port.postMessage(data),
    addEventListener: (type: string, listener: Listener) => {
      if (type === 'message' || type === 'close') listeners[type].add(listener)
    },
  }
  // The adapter uses one signature of each of ws's many overloads.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return socket as RpcSocket
}

type Listener = (event: { data?: unknown }) => void

function unwrapped(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array)
    return message
  return 'data' in message ? message.data : message
}

function sizeOf(data: unknown): number | null {
  if (typeof data === 'string') return Buffer.byteLength(data)
  if (data instanceof Uint8Array || data instanceof ArrayBuffer) return data.byteLength
  return null
}
