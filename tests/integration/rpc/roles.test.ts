/** Every call × every role, over the wire as a window sends it: who may not is refused before the core hears of it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ClientContext, createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createFilesHandler } from '../../../main/rpc/files.ts'
import { createRpcServer } from '../../../main/rpc/wire.ts'
import { actingName } from '../../../main/runs/acting.ts'
import type { Core } from '../../../main/runs/core.ts'
import { contract, type PalletContract } from '../../../shared/contract/contract.ts'
import { needs, stewardsOfStart, type Guarded } from '../../../shared/contract/roles.ts'
import { isEnough, roles, type Role } from '../../../shared/domain/person.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { fakeCore } from '../../fixtures/fakeCore.ts'

const log = pino({ level: 'silent' })
/** What has reached the core. */
const heard: string[] = []
const core = listening(fakeCore())
const rpc = createRpcServer({ core, host: 'web', log })
const http = createServer()
const sockets = new WebSocketServer({ server: http })
const callers = new Map<Role, RPCLink<ClientContext>>()
const open: WebSocket[] = []

/** A core whose every use case is written down and then refuses, so that nothing of it has to be there. */
function listening(fake: Core): Core {
  const listen = (part: string): object =>
    new Proxy(
      {},
      {
        get: (_, name) => () => {
          heard.push(`${part}.${String(name)}`)
          throw new Problem({ code: 'not-found', what: 'Heard.' })
        },
      },
    )
  const parts = Object.keys(contract).map((part) => [part, listen(part)])
  return { ...fake, ...Object.fromEntries(parts) } as Core
}

beforeAll(async () => {
  sockets.on('connection', (socket, { url = '' }) => {
    const role = roles.find((one) => url === `/${one}`)
    if (role !== undefined) rpc.serve(socket, { name: `${role} of the test`, id: role, role })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  for (const role of roles) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${role}`)
    await once(socket, 'open')
    open.push(socket)
    callers.set(role, new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }))
  }
})
beforeEach(() => void heard.splice(0))
afterAll(async () => {
  for (const socket of open) socket.terminate()
  sockets.close()
  http.close()
  await once(http, 'close')
})

/** The code of the problem that a call ends with; what it answers is never looked at. */
async function codeOf(role: Role, call: string, input: unknown): Promise<string> {
  const link = callers.get(role)
  if (link === undefined) throw new Error(`nobody is ${role}`)
  try {
    const answer: unknown = await link.call(call.split('.'), input, { context: {} })
    // A stream says only when it is read how it goes.
    if (typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer)
      await (answer as AsyncIterableIterator<unknown>).next()
    return 'answered'
  } catch (thrown) {
    if (thrown instanceof ORPCError) return String((thrown.data as { code?: string }).code)
    throw thrown
  }
}

const calls = (Object.keys(needs) as Guarded[]).filter((call) => !call.startsWith('files.'))

describe.each(roles)('as %s', (role) => {
  it.each(calls.map((call) => [call, needs[call]] as const))('%s (%s)', async (call, needed) => {
    // Input that no call takes, and none: whether it is in order is not even looked at before the role is.
    for (const input of [undefined, { nonsense: true }]) {
      const code = await codeOf(role, call, input)
      if (isEnough(role, needed)) expect(code).not.toBe('not-allowed')
      else {
        expect(code).toBe('not-allowed')
        expect(heard).toEqual([])
      }
    }
  })

  it('sends a file; one with other columns, steps or a meaning to be remembered takes a steward', async () => {
    const plain = { source: 's', dataset: 'sales', destination: { blob: null, warehouse: null } }
    expect(await codeOf(role, 'runs.start', { ...plain, remember: false })).not.toBe('not-allowed')
    for (const field of stewardsOfStart) {
      const code = await codeOf(role, 'runs.start', { ...plain, [field]: [] })
      if (role === 'operator') expect([field, code]).toEqual([field, 'not-allowed'])
      else expect([field, code]).not.toEqual([field, 'not-allowed'])
    }
  })
})

it('says who may, and reaches the core for those who may', async () => {
  const client: ContractRouterClient<PalletContract> = createORPCClient(
    callers.get('operator') ?? expect.fail(),
  )
  const refused = await client.runs.undo({ runId: 'r1' }).catch((error: unknown) => error)
  expect((refused as ORPCError<string, unknown>).data).toEqual({
    code: 'not-allowed',
    what: 'Only a steward or an admin may do this; your role is operator.',
    did: 'Nothing was changed.',
    advice: 'Ask one of them to do it, or whoever looks after Pallet for another role.',
    detail: '',
  })
  expect(heard).toEqual([])
  await client.runs.pause({ runId: 'r1' }).catch(() => {})
  expect(heard).toEqual(['runs.pause'])
})

it('goes on in the name of whoever asked, in every part of a stream too', async () => {
  const names: string[] = []
  const named = fakeCore({
    'runs.pause': async () => void names.push(actingName()),
    'runs.watch': async function* () {
      names.push(actingName())
      yield* []
    },
  })
  const server = createRpcServer({ core: named, host: 'web', log })
  sockets.once('connection', (socket) =>
    server.serve(socket, { name: 'ben', id: 'b1', role: 'operator' }),
  )
  const { port } = http.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}/other`)
  await once(socket, 'open')
  open.push(socket)
  const client: ContractRouterClient<PalletContract> = createORPCClient(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }),
  )
  await client.runs.pause({ runId: 'r1' })
  for await (const _ of await client.runs.watch()) expect.fail()
  expect(names).toEqual(['ben (b1)', 'ben (b1)'])
})

describe('files', () => {
  const handle = createFilesHandler({ core, log })
  it.each(roles)('come and go as %s', async (role) => {
    for (const [method, path] of [
      ['PUT', '/files/s'],
      ['GET', '/rejects/r1.csv'],
    ] as const) {
      const answer = await handle(new Request(`http://localhost${path}`, { method }), {
        name: 'ben',
        id: 'b1',
        role,
      })
      const needed = needs[path.startsWith('/files') ? 'files.receive' : 'files.rejects']
      expect(answer?.status).toBe(isEnough(role, needed) ? 404 : 403)
    }
  })
})
