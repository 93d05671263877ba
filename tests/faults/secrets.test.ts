/** Secrets stay in the vault: looked for in everything that Pallet writes, says and shows. */
import { to } from '../fixtures/destination.ts'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { createHttpHeaders } from '@azure/core-rest-pipeline'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { ContractRouterClient } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn } from '../../main/entra/signIn.ts'
import { createRpcServer, servePort } from '../../main/rpc/wire.ts'
import type { PalletContract } from '../../shared/contract/contract.ts'
import { commandLinesOf } from '../fixtures/commandLines.ts'
import { testFolder } from '../fixtures/folder.ts'
import { type CliOptions, type Finished, pallet } from '../fixtures/pallet.ts'
import { realCore } from '../fixtures/realCore.ts'
import { sasUrl } from '../fixtures/sas.ts'
import { type Storage, startStorage } from '../integration/upload/azurite.ts'

const folder = testFolder()
const good = 'id,product,quantity\n1,Tea,2\n2,Milk,3\n'
let storage: Storage

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient('pallet').create()
})
afterAll(() => storage.stop())

/** The forms in which a secret may turn up. */
function forms(secret: string): string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '')
  return [secret, encodeURIComponent(secret), decodeURIComponent(secret), base64]
}

function filesUnder(path: string): string[] {
  try {
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .map((name) => join(path, name))
      .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
  } catch {
    // A folder may go while it is being read.
    return []
  }
}

function found(secret: string, text: string): boolean {
  return forms(secret).some((form) => text.includes(form))
}

/** Files that hold the secret, by name; the database and its log are among them. */
function filesWith(secret: string, home: string): string[] {
  return filesUnder(home).filter((file) => {
    try {
      return found(secret, readFileSync(file, 'latin1'))
    } catch {
      return false
    }
  })
}

interface Watch {
  home: string
  leaks: Set<string>
  /** Runs `pallet` and looks everywhere at each of its events and at the end. */
  run(args: string[], options?: Partial<CliOptions>): Promise<Finished>
  look(pid: number | undefined): void
}

function watchFor(...secrets: string[]): Watch {
  const home = join(folder(), 'home')
  const leaks = new Set<string>()
  const watch: Watch = {
    home,
    leaks,
    look(pid) {
      for (const secret of secrets) {
        for (const file of filesWith(secret, home)) leaks.add(file)
        for (const line of pid === undefined ? [] : commandLinesOf(pid))
          if (found(secret, line)) leaks.add(`command line: ${line}`)
      }
    },
    async run(args, options = {}) {
      const finished = await pallet(args, {
        home,
        onEvent: (_event, child) => watch.look(child.pid),
        ...options,
      })
      watch.look(undefined)
      for (const secret of secrets)
        for (const stream of ['stdout', 'stderr'] as const)
          if (found(secret, finished[stream])) leaks.add(`${stream} of ${args.join(' ')}`)
      return finished
    },
  }
  return watch
}

function writeGood(): string {
  const file = join(folder(), 'sales.csv')
  writeFileSync(file, good)
  return file
}

const signatureOf = (url: string): string =>
  new URL(url).search.replace(/.*[?&]sig=([^&]*).*/, '$1')
const marker = (): string => `geheim${randomBytes(18).toString('hex')}`

describe('nothing that Pallet writes, prints or starts shows', () => {
  test('a connection string of the environment', async () => {
    const { account, key, endpoint } = storage.access
    const env = {
      AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${endpoint};`,
    }
    const watch = watchFor(key)
    const { receipt } = await watch.run(['run', writeGood()], { env })
    expect(receipt).toMatchObject({ state: 'succeeded', upload: { connection: 'environment' } })
    await watch.run(['connections', 'list'], { env })
    await watch.run(['connections', 'test', 'environment'], { env })
    await watch.run(['show', receipt?.runId ?? ''], { env })
    expect([...watch.leaks]).toEqual([])
  })

  test.each(['account-key', 'sas-url', 'connection-string'] as const)(
    'the secret of a connection of the kind %s',
    async (kind) => {
      const { account, key, endpoint } = storage.access
      const sas = sasUrl(storage.access, { permissions: 'rwlc', minutes: 10 })
      const secret = {
        'account-key': key,
        'sas-url': sas,
        'connection-string': `BlobEndpoint=${endpoint};SharedAccessSignature=${sas.split('?')[1] ?? ''}`,
      }[kind]
      const watch = watchFor(kind === 'account-key' ? key : signatureOf(sas))
      const settings = kind === 'account-key' ? ['--account', account, '--endpoint', endpoint] : []
      const add = ['connections', 'add', 'shop', '--kind', kind, ...settings]
      expect((await watch.run(add, { input: `${secret}\n` })).code).toBe(0)
      const env = { PALLET_SECRET_SHOP: secret }
      const listed = await watch.run(['connections', 'list'], { env })
      expect(listed.events.find((event) => event['name'] === 'shop')).toMatchObject({
        secret: 'stored',
      })
      const { receipt } = await watch.run(['run', writeGood(), '--to', 'shop'], { env })
      expect(receipt?.state).toBe('succeeded')
      expect([...watch.leaks]).toEqual([])
    },
  )

  test('a secret that is wrong, damaged, or put in the wrong place', async () => {
    const secret = marker()
    const key = Buffer.from(secret).toString('base64')
    const watch = watchFor(secret, key)
    const { account, endpoint } = storage.access
    const wrong: [string, string, string[]][] = [
      ['account-key', key, ['--account', account, '--endpoint', endpoint]],
      ['account-key', `!${secret}!`, ['--account', account, '--endpoint', endpoint]],
      ['connection-string', `AccountName=a;AccountKey=${key};BlobEndpoint=no address`, []],
      [
        'connection-string',
        `BlobEndpoint=${endpoint};SharedAccessSignature=sv=1&sig=${secret}`,
        [],
      ],
      ['sas-url', `sig=${secret}`, []],
      ['sas-url', `${endpoint}/%?sr=c&sig=${secret}`, []],
      ['sas-url', `https://me:${secret}@shop.example/?sig=${secret}`, []],
      ['sas-url', `${endpoint}?sv=2024-11-04&ss=b&srt=sco&sp=rw&sig=${secret}`, []],
    ]
    const file = writeGood()
    let env: Record<string, string> = {}
    for (const [kind, value, settings] of wrong) {
      const add = ['connections', 'add', 'shop', '--kind', kind, ...settings]
      await watch.run(add, { input: `${value}\n` })
      env = { PALLET_SECRET_SHOP: value }
      const finished = await watch.run(['run', file, '--to', 'shop'], { env })
      expect(finished.receipt?.problem?.code).toMatch(
        /^(usage|credential-rejected|permission-denied)$/,
      )
    }
    const tested = await watch.run(['connections', 'test', 'shop'], { env })
    expect(tested.events.at(-1)).toMatchObject({ ok: false })
    expect([...watch.leaks]).toEqual([])
  })

  test('the signature in an address, given to a command or refused by its server', async () => {
    const secret = marker()
    const watch = watchFor(secret)
    const asked: string[] = []
    const started: { pid?: number | undefined } = {}
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      watch.look(started.pid)
      if (request.url?.startsWith('/sales.csv?') === true) response.end(good)
      else if (request.url?.startsWith('/moved') === true)
        response.writeHead(302, { location: `/gone?sig=${secret}` }).end()
      else response.writeHead(403).end()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const onEvent: CliOptions['onEvent'] = (_event, child) => {
      started.pid = child.pid
      watch.look(child.pid)
    }
    const run = (location: string) =>
      watch.run(['run', location, '--dataset', 'sales'], { onEvent })
    const { receipt } = await run(`${base}/sales.csv?sv=1&sig=${secret}`)
    expect(receipt).toMatchObject({ state: 'succeeded', source: { path: `${base}/sales.csv` } })
    await run(`${base}/refused.csv?sig=${secret}`)
    await run(`${base}/moved.csv?sig=${secret}`)
    await run(`${base}/%.csv?sig=${secret}`)
    await run(base.replace('//', `//me:${secret}@`))
    await run(`http://bad host/?sig=${secret}`)
    expect(asked.filter((url) => url.includes(secret)).length).toBeGreaterThan(3)
    expect([...watch.leaks]).toEqual([])
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  test('the key of the sandbox, but for its own file, which only its owner may read', async () => {
    const home = join(folder(), 'home')
    const lines = new Set<string>()
    const finished = await pallet(['run', writeGood()], {
      home,
      onEvent: (_event, { pid = 0 }) => commandLinesOf(pid).forEach((line) => lines.add(line)),
    })
    expect(finished.receipt?.state).toBe('succeeded')
    expect(lines.size).toBeGreaterThan(1)
    const keyFile = join(home, 'sandbox', 'account.key')
    const key = readFileSync(keyFile, 'utf8').trim()
    expect(filesWith(key, home)).toEqual([keyFile])
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    expect(found(key, [...lines, finished.stdout, finished.stderr].join('\n'))).toBe(false)
  })
})

test('no answer of the contract shows a secret, whatever went wrong with it', async () => {
  const secret = marker()
  const home = join(folder(), 'home')
  const real = realCore(home, {
    signIn: signIn({
      openUrl: () => Promise.reject(new Error('no browser here')),
      httpClient: {
        // Entra refuses, and repeats what it was given, as its worst.
        sendRequest: (request) =>
          Promise.resolve({
            request,
            status: request.url.includes('/token') ? 401 : 200,
            headers: createHttpHeaders({ 'content-type': 'application/json' }),
            bodyAsText: JSON.stringify(
              request.url.includes('/token')
                ? {
                    error: 'invalid_client',
                    error_description: `AADSTS7000215: Invalid client secret provided: ${secret}`,
                  }
                : {
                    issuer: 'https://login.microsoftonline.com/tenant/v2.0',
                    authorization_endpoint: 'https://login.microsoftonline.com/tenant/authorize',
                    token_endpoint: 'https://login.microsoftonline.com/tenant/oauth2/v2.0/token',
                    jwks_uri: 'https://login.microsoftonline.com/tenant/keys',
                  },
            ),
          }),
      },
    }),
  })
  const { port1, port2 } = new MessageChannel()
  servePort(createRpcServer({ core: real.core, host: 'web', log: real.log }), port1, real.log)
  const client: ContractRouterClient<PalletContract> = createORPCClient(
    new RPCLink({ port: port2 }),
  )
  const answers: string[] = []
  port2.on('message', (message: unknown) => answers.push(JSON.stringify(message)))
  const ask = async (call: Promise<unknown>): Promise<void> => {
    await call.catch((error: unknown) => answers.push(String(error), JSON.stringify(error)))
  }
  const endpoint = 'https://shop.blob.core.windows.net'
  const entra = {
    kind: 'entra-client-secret',
    endpoint,
    tenant: 'tenant',
    client: 'client',
  } as const
  await ask(
    client.connections.save({
      name: 'entra',
      settings: entra,
      container: null,
      secrets: { clientSecret: secret },
    }),
  )
  await ask(client.connections.test({ name: 'entra' }))
  const unsaved = { name: 'entra', settings: entra, container: null }
  await ask(client.connections.testUnsaved(unsaved))
  await ask(client.connections.testUnsaved({ ...unsaved, secrets: { clientSecret: secret } }))
  await ask(
    client.connections.save({
      name: 'sas',
      settings: { kind: 'sas-url' },
      container: null,
      secrets: { sasUrl: `nowhere?sig=${secret}` },
    }),
  )
  await ask(client.connections.test({ name: 'sas' }))
  // A signature pasted into the address, and a secret of the wrong shape.
  for (const wrong of [
    { name: 'x', settings: { ...entra, endpoint: `${endpoint}/?sig=${secret}` }, container: null },
    { name: 'X!', settings: { kind: 'sas-url' }, container: null, secrets: { sasUrl: secret } },
    {
      name: 'x',
      settings: { kind: 'sas-url' },
      container: null,
      secrets: { sasUrl: secret.repeat(400) },
    },
  ])
    await ask(client.connections.save(wrong))
  await ask(client.sources.open({ location: `https://me:${secret}@shop.example/a.csv` }))
  await ask(client.sources.open({ location: `https://bad host/?sig=${secret}` }))
  await ask(client.warehouse.query({ sql: `SELECT '${secret}'`, limit: 0 }))
  const runId = await real.send(writeGood(), to({ connection: 'entra' }))
  expect(await real.until(runId, 'waiting', 'failed', 'succeeded')).toMatchObject({
    state: 'waiting',
    problem: { code: 'credential-rejected' },
  })
  await ask(client.connections.list())
  await ask(client.runs.list({ limit: 10 }))
  await ask(client.runs.get({ runId }))
  await ask(client.runs.events({ runId }))
  real.log.error(
    { err: new Error(`GET https://a.example/?sig=${secret} failed`) },
    'as a library would say it',
  )
  expect(answers.length).toBeGreaterThan(12)
  // While it runs: the write-ahead log of the database is there too.
  expect(filesUnder(home).some((file) => file.endsWith('pallet.db-wal'))).toBe(true)
  expect(filesWith(secret, home)).toEqual([])
  port2.close()
  await real.core.close()
  expect(filesWith(secret, home)).toEqual([])
  expect(answers.filter((answer) => found(secret, answer))).toEqual([])
})
