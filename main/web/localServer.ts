/**
 * Pallet for the command line of the same person, on a local socket: the contract over a WebSocket, and its files.
 * The socket lies where only its owner may reach it; the secret is for systems on which that cannot be said.
 */
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Logger } from 'pino'
import type { FilesHandler } from '../rpc/files.ts'
import type { RpcServer } from '../rpc/wire.ts'
import { rpcPath } from '../../shared/contract/session.ts'
import { sameSecret, theOwner } from './admission.ts'
import { sendResponse, toRequest } from './fetchBridge.ts'
import { secretOf } from './gate.ts'
import { closeServer, createSockets, refuseUpgrade } from './sockets.ts'

export interface LocalServerParts {
  rpc: RpcServer
  files: FilesHandler
  log: Logger
  /** Of a socket or, on Windows, a named pipe. */
  path: string
  secret: string
}

export interface LocalServer {
  /** How many commands are connected. */
  guests(): number
  /** Once none is. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Throws the error of the system where there can be no socket of that name. */
export async function serveLocally(parts: LocalServerParts): Promise<LocalServer> {
  const { log, path } = parts
  const server = createServer()
  const sockets = createSockets(parts.rpc, log)
  const knows = ({ headers }: IncomingMessage): boolean =>
    sameSecret(secretOf(headers.authorization, undefined) ?? '', parts.secret)

  server.on('request', (message, response) => {
    const answer = async (): Promise<Response> => {
      if (!knows(message)) return new Response(null, { status: 401 })
      const url = URL.parse(`http://localhost${message.url}`)
      const answered =
        url === null
          ? null
          : await parts.files(toRequest(message, response, url, theOwner.ended), theOwner.person)
      return answered ?? new Response(null, { status: 404 })
    }
    answer()
      .then((answered) => sendResponse(answered, message, response))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'an answer to a command broke off')
        response.destroy()
      })
  })
  server.on('upgrade', (message, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (knows(message) && message.url === rpcPath) sockets.accept(message, socket, head, theOwner)
    else refuseUpgrade(socket, 401, 'This is for the commands of Pallet.')
  })

  server.requestTimeout = 0
  server.listen(path)
  await once(server, 'listening')
  server.on('error', (error) => log.warn({ err: error }, 'the socket for commands broke off'))
  if (process.platform !== 'win32') await chmod(path, 0o600)
  return {
    guests: () => sockets.size(),
    idle: () => sockets.empty(),
    close: () => closeServer(server, sockets),
  }
}
