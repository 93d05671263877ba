/** WebSockets of admitted windows and commands: bounded messages, and an end for those that no longer answer. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Logger } from 'pino'
import { rpcSubprotocol } from '../../shared/contract/session.ts'
import { maxMessageBytes } from '../rpc/wire.ts'
import type { RpcServer } from '../rpc/wire.ts'
import type { Visitor } from './entrance.ts'

const maxWindows = 128
/** A window that reads nothing while this much waits for it is cut off; it connects anew when it lives. */
const maxWaitingBytes = 16 * maxMessageBytes
const heartbeatMs = 30_000

export interface Sockets {
  /** Ends with its visitor’s session. */
  accept(message: IncomingMessage, socket: Duplex, head: Buffer, visitor: Visitor): void
  /** How many are open. */
  size(): number
  /** Once none is open. */
  empty(): Promise<void>
  close(): void
}

export function createSockets(rpc: RpcServer, log: Logger): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    // The other one that is offered is the session's key, and is not repeated.
    handleProtocols: (offered) => (offered.has(rpcSubprotocol) ? rpcSubprotocol : false),
  })
  const silent = new WeakSet<WebSocket>()
  const waiting: (() => void)[] = []
  const heartbeat = setInterval(() => {
    for (const window of server.clients) {
      if (silent.has(window) || window.bufferedAmount > maxWaitingBytes) window.terminate()
      else {
        silent.add(window)
        window.ping()
      }
    }
  }, heartbeatMs)
  heartbeat.unref()

  return {
    accept(message, socket, head, { person, ended }) {
      if (server.clients.size >= maxWindows) {
        refuseUpgrade(socket, 503, 'Too many windows and commands of Pallet are open.')
        return
      }
      server.handleUpgrade(message, socket, head, (window) => {
        const cut = () => window.terminate()
        ended.addEventListener('abort', cut)
        if (ended.aborted) cut()
        window.on('close', () => {
          ended.removeEventListener('abort', cut)
          if (server.clients.size === 0) for (const tell of waiting.splice(0)) tell()
        })
        window.on('pong', () => silent.delete(window))
        window.on('error', (error) => log.warn({ reason: error.message }, 'a window broke off'))
        rpc.serve(window, person)
      })
    },
    size: () => server.clients.size,
    empty: () =>
      new Promise((resolve) => {
        if (server.clients.size === 0) resolve()
        else waiting.push(resolve)
      }),
    close() {
      clearInterval(heartbeat)
      for (const window of server.clients) window.terminate()
      server.close()
    },
  }
}

export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  const body = Buffer.from(text)
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n${text}`,
    () => socket.destroy(),
  )
}

/** Ends a server with its WebSockets, whoever is still connected. */
export async function closeServer(server: Server, sockets: Sockets): Promise<void> {
  sockets.close()
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeAllConnections()
  await closed
}
