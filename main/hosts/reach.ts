/** The Pallet that holds a home, as a command reaches it. */
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type ClientContext, type ClientLink, ORPCError, createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { PalletContract } from '../../shared/contract/contract.ts'
import { authorization, rpcPath } from '../../shared/contract/session.ts'
import { Problem, ProblemData } from '../../shared/domain/problem.ts'
import { type RemoteFiles, remoteCore } from '../terminal/remoteCore.ts'
import type { CommandCore } from '../terminal/session.ts'
import { type Address, readAddress } from './address.ts'
import { version } from './version.ts'

const answerMs = 10_000
/** The other side calls every thirty seconds; one that misses two of them has stopped. */
const silenceMs = 75_000

export interface Reached {
  core: CommandCore
  close(): void
}

/**
 * null: nobody listens there, yet or any more, or nobody answers. Throws `home-in-use` for a Pallet of another
 * version.
 */
export async function reach(
  home: string,
  hasAccount: boolean,
  signal: AbortSignal,
): Promise<Reached | null> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(answerMs)])
  const address = readAddress(home)
  if (address === null) return null
  if (address.version !== version)
    throw new Problem({
      code: 'home-in-use',
      what: `The Pallet that works with the folder ${home} has the version ${address.version}, and this command ${version}.`,
      did: 'This command changed nothing and stopped.',
      advice:
        'Close the Pallet that is open and start it again, or use the command of its version.',
    })
  const socket = await dial(address, soon)
  if (socket === null) return null
  const close = (): void => socket.terminate()
  // ws has the DOM's interface, but not its types.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  const client: ContractRouterClient<PalletContract> = createORPCClient(telling(link))
  try {
    const info = await client.app.info(undefined, { signal: soon })
    return { core: remoteCore(client, filesAt(address), info, hasAccount), close }
  } catch {
    close()
    return null
  }
}

async function dial({ path, secret }: Address, soon: AbortSignal): Promise<WebSocket | null> {
  const socket = new WebSocket(`ws://localhost${rpcPath}`, {
    createConnection: () => connect(path),
    headers: authorization(secret),
    // What it is asked for is bounded where it is answered.
    maxPayload: 0,
    perMessageDeflate: false,
  })
  const open = await new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true))
    socket.once('error', () => resolve(false))
    // The time limit of ws itself holds only for connections that it makes.
    const giveUp = (): void => socket.terminate()
    soon.addEventListener('abort', giveUp)
    socket.once('open', () => soon.removeEventListener('abort', giveUp))
  })
  if (!open) return null
  socket.on('error', () => socket.terminate())
  const silence = setTimeout(() => socket.terminate(), silenceMs)
  socket.on('ping', () => silence.refresh())
  socket.once('close', () => clearTimeout(silence))
  return socket
}

/** Whatever goes wrong on the way arrives as the `Problem` it was, or as the end of the line. */
function telling(link: ClientLink<ClientContext>): ClientLink<ClientContext> {
  return {
    async call(path, input, options) {
      try {
        const output = await link.call(path, input, options)
        return isStream(output) ? tellingStream(output, options.signal) : output
      } catch (error) {
        throw problemOf(error, options.signal)
      }
    },
  }
}

async function* tellingStream(
  stream: AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown, unknown, void> {
  try {
    return yield* stream
  } catch (error) {
    // As a watch of this process ends when it is told to.
    if (signal?.aborted === true) return undefined
    throw problemOf(error, signal)
  }
}

function isStream(output: unknown): output is AsyncIterable<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output
}

function problemOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof ORPCError) {
    const problem = ProblemData.safeParse(error.data)
    return problem.success ? new Problem(problem.data) : error
  }
  return signal?.aborted === true ? signal.reason : lost(error)
}

function lost(cause: unknown): Problem {
  return new Problem(
    {
      code: 'network',
      what: 'The Pallet that this command worked through has ended, or does not answer any more.',
      did: 'What it had begun is kept.',
      advice: '“pallet runs” shows how far it came, and “pallet resume” goes on.',
    },
    { cause },
  )
}

function filesAt({ path: socketPath, secret }: Address): RemoteFiles {
  const ask = (
    method: string,
    path: string,
    body: AsyncIterable<Uint8Array> | null,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = request({ socketPath, path, method, headers: authorization(secret), signal })
      asked.once('response', resolve)
      asked.once('error', (error) => reject(signal?.aborted === true ? error : lost(error)))
      if (body === null) asked.end()
      else pipeline(body, asked).catch(reject)
    })
  const refused = async (answer: IncomingMessage): Promise<Problem> =>
    new Problem(ProblemData.parse(await json(answer)))
  return {
    async put(path, body, signal) {
      const answer = await ask('PUT', path, body, signal)
      if (answer.statusCode !== 204) throw await refused(answer)
      answer.resume()
    },
    async get(path) {
      const answer = await ask('GET', path, null)
      if (answer.statusCode !== 200) throw await refused(answer)
      return Readable.toWeb(answer) as ReadableStream<Uint8Array>
    },
  }
}
