/** Commands on a home that another Pallet has open: through that one, with the words and exit codes of alone. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Run } from '../../../shared/domain/runs/run.ts'
import { writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type Finished, type Started, pallet, startPallet } from '../../fixtures/pallet.ts'

const folder = testFolder()
// Up to twenty processes a test, each of which takes its seconds on a busy computer.

function writeSmall(name = 'sales.csv'): string {
  const file = join(folder(), name)
  const rows = Array.from({ length: 40 }, (_, index) => `${index},Tea ${index}`)
  writeFileSync(file, ['id,product', ...rows, '40', ''].join('\n'))
  return file
}

const servers: Started[] = []
afterEach(async () => {
  // Those of a test that failed half-way.
  for (const { child, done } of servers.splice(0)) {
    child.kill('SIGKILL')
    await done
  }
})

async function serve(home: string): Promise<Started> {
  const server = startPallet(['serve'], { home })
  servers.push(server)
  await once(server.child.stdout as NodeJS.ReadableStream, 'data')
  return server
}

async function end(server: Started): Promise<void> {
  server.child.kill('SIGTERM')
  expect((await server.done).code).toBe(0)
}

const problemOf = ({ events }: Finished): unknown => events.at(-1)?.['problem']
const addressIn = (home: string) =>
  JSON.parse(readFileSync(join(home, 'commands.json'), 'utf8')) as { path: string; secret: string }

test('what is asked and told while the window is open is the same as alone', async () => {
  const file = writeSmall()
  const out = join(folder(), 'held.csv')
  const homes = { alone: join(folder(), 'alone'), open: join(folder(), 'open') }
  const server = await serve(homes.open)
  const { path } = addressIn(homes.open)
  if (process.platform !== 'win32')
    for (const [name, mode] of [
      [path, 0o600],
      [join(path, '..'), 0o700],
      [join(homes.open, 'commands.json'), 0o600],
    ] as const)
      expect(statSync(name).mode & 0o777, name).toBe(mode)

  // The run that either home has made last.
  const ids = { alone: '', open: '' }
  const both = async (args: (id: string) => string[], input = ''): Promise<Finished> => {
    const [alone, open] = await Promise.all(
      (['alone', 'open'] as const).map(async (home) => {
        const done = await pallet(args(ids[home]), { home: homes[home], input })
        ids[home] = done.receipt?.runId ?? ids[home]
        return done
      }),
    )
    if (alone === undefined || open === undefined) throw new Error('no answer')
    expect([open.code, plain(open)], open.stderr).toEqual([alone.code, plain(alone)])
    return open
  }
  expect((await both(() => ['preview', file])).code).toBe(0)
  expect((await both(() => ['profile', file])).code).toBe(0)
  expect((await both(() => ['run', file])).receipt).toMatchObject({ state: 'succeeded' })
  await both((id) => ['show', id])
  expect((await both((id) => ['rejects', id, '--out', out])).code).toBe(0)
  expect(readFileSync(out, 'utf8')).toContain('40')
  const query = await both(() => ['query', 'select product from sales order by id limit 1'])
  expect(query.events).toEqual([{ product: 'Tea 0' }])
  await both(() => ['run', '-', '--name', 'piped.csv'], 'id,product\n7,Salt\n')
  await both(() => ['upload', file])
  await both(() => ['upload', `${file}.none`])
  expect((await both((id) => ['cancel', id, 'none'])).code).toBe(2)
  await end(server)
  expect(existsSync(path)).toBe(false)
  expect(existsSync(join(homes.open, 'commands.json'))).toBe(false)
})

/** Without what differs from run to run: ids, times, folders, and how often progress was told. */
function plain({ events, stdout }: Finished): string {
  const told =
    events.length === 0
      ? stdout
      : JSON.stringify(
          events.filter(({ event }) => event !== 'progress' && event !== 'step'),
          (key, value: unknown) => (/^(etag|ms|at|\w+At|\w+Ms)$/.test(key) ? undefined : value),
          1,
        )
  return told
    .replaceAll(/[^" ]*\/(alone|open)\b/g, 'HOME')
    .replaceAll(/\d{8}-\d{6}-[0-9a-f]{12}/g, 'RUN')
    .replaceAll(/\b\d+(\.\d+)? m?s\b/g, 'SOME TIME')
}

test('a run goes on in the open Pallet when its command is interrupted, and one whose Pallet is killed when it is started again', async () => {
  const home = join(folder(), 'home')
  const file = join(folder(), 'sales.csv')
  await writeSalesExport(file, { rows: 5000, seed: 7 })
  const server = await serve(home)
  await pallet(['limit', '2k'], { home })
  const runUntilUpload = (then: (command: ChildProcess) => void): Promise<Finished> =>
    startPallet(['run', file], {
      home,
      onEvent: ({ event, step, state }, child) => {
        if (event === 'step' && step === 'upload' && state === 'running') then(child)
      },
    }).done
  const runs = async () => (await pallet(['runs'], { home })).events as unknown as Run[]

  const left = await runUntilUpload((command) => command.kill('SIGINT'))
  expect(left.code, left.stderr).toBe(4)
  expect(left.stderr).toContain('goes on in the Pallet that is open')
  const [run] = await runs()
  expect(run).toMatchObject({ state: 'running' })
  const cancelled = await pallet(['cancel', run?.id ?? ''], { home })
  expect(cancelled).toMatchObject({ code: 0, events: [{ state: 'cancelled' }] })

  const cut = await runUntilUpload(() => server.child.kill('SIGKILL'))
  expect(cut.code, cut.stderr).toBe(4)
  expect(problemOf(cut)).toMatchObject({ code: 'network' })
  await server.done
  expect(existsSync(addressIn(home).path)).toBe(true)
  expect(await runs()).toMatchObject([{ state: 'running' }, { state: 'cancelled' }])
  expect(existsSync(join(home, 'socket'))).toBe(false)
})

test('a command that runs a file is there for others until they have ended, too', async () => {
  const home = join(folder(), 'home')
  const files = [join(folder(), 'sales.csv'), join(folder(), 'sales.csv')] as const
  await writeSalesExport(files[0], { rows: 5000, seed: 7 })
  await writeSalesExport(files[1], { rows: 1000, seed: 8 })
  await pallet(['limit', '50k'], { home })
  const second = Promise.withResolvers<Finished>()
  const first = await startPallet(['run', files[0]], {
    home,
    onEvent: ({ event, step, state }) => {
      // Of the same dataset, and so after the first.
      if (event === 'step' && step === 'read' && state === 'running')
        pallet(['run', files[1], '--meaning', 'append'], { home }).then(
          second.resolve,
          second.reject,
        )
    },
  }).done
  expect([first.code, first.receipt?.state]).toEqual([0, 'succeeded'])
  const { code, receipt } = await second.promise
  expect([code, receipt?.state]).toEqual([0, 'succeeded'])
})

test('who is of another version is told, who has not the secret is turned away, and no file goes astray', async () => {
  const home = join(folder(), 'a home whose path is longer than a socket may be called '.repeat(3))
  const server = await serve(home)
  const address = addressIn(home)
  expect((await pallet(['runs'], { home })).code).toBe(0)
  expect(address.path.length).toBeLessThan(104)

  const put = (other: object) =>
    writeFileSync(join(home, 'commands.json'), JSON.stringify({ ...address, ...other }))
  put({ version: '0.0.1' })
  const older = await pallet(['runs'], { home })
  expect(older.code).toBe(1)
  expect(problemOf(older)).toMatchObject({
    code: 'home-in-use',
    what: expect.stringContaining('version 0.0.1'),
  })
  for (const headers of [{}, { Authorization: 'Bearer wrong' }]) {
    const asked = request({ socketPath: address.path, path: '/rejects/a.csv', headers }).end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    expect(answer.resume().statusCode).toBe(401)
    const socket = new WebSocket('ws://localhost/rpc', {
      createConnection: () => connect(address.path),
      headers,
    })
    await expect(once(socket, 'open')).rejects.toThrow('401')
  }

  put({})
  const env = {
    AZURE_STORAGE_CONNECTION_STRING: 'UseDevelopmentStorage=true',
    PALLET_SECRET_X: 'x',
  }
  const astray = await pallet(['run', writeSmall()], { home, env })
  expect([astray.code, problemOf(astray)]).toMatchObject([2, { code: 'usage' }])
  expect(astray.stderr).toContain('PALLET_SECRET_X')
  await end(server)
  expect(existsSync(join(address.path, '..'))).toBe(false)
})
