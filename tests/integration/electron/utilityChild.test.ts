import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { UtilityProcess } from 'electron'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { forkUtility } from '../../../main/electron/utilityChild.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-child-'))
})
afterEach(() => rm(folder, { recursive: true }))

const channelScript = fileURLToPath(
  new URL('../../../main/electron/utilityChannel.ts', import.meta.url),
)

/** Electron's side of a utility process, played by a forked Node: `parentPort` wraps messages in an event. */
async function playElectron() {
  const parentPort = join(folder, 'parentPort.mjs')
  await writeFile(
    parentPort,
    `import { EventEmitter } from 'node:events'
const port = new EventEmitter()
const queued = []
port.postMessage = process.send.bind(process)
port.on('newListener', () => setImmediate(() => {
  for (const event of queued.splice(0)) port.emit('message', event)
}))
process.parentPort = port
const emit = process.emit
process.emit = function (name, ...rest) {
  const data = rest[0]?.fromElectron
  if (name !== 'message' || data === undefined) return emit.call(this, name, ...rest)
  if (port.listenerCount('message') === 0) queued.push({ data })
  else port.emit('message', { data })
}
delete process.send
`,
  )
  return (modulePath: string, args: string[], options: { env: NodeJS.ProcessEnv }) => {
    const child = fork(modulePath, args, {
      execArgv: ['--import', parentPort],
      env: options.env,
      stdio: 'ignore',
    })
    return {
      on: (name: string, listener: (value: unknown) => void) => void child.on(name, listener),
      postMessage: (message: unknown) => child.send({ fromElectron: message }),
      kill: () => child.kill(),
      get pid() {
        return child.pid
      },
    } as unknown as UtilityProcess
  }
}

it('gives a script the channel that fork would have given it', async () => {
  const entry = join(folder, 'echo.mjs')
  await writeFile(
    entry,
    `process.on('message', (message) => {
  process.send({ answer: message.echo, connected: process.connected, env: process.env.FOR_CHILD })
  if (message.echo === 'end') process.exit(3)
})`,
  )
  const child = forkUtility(await playElectron(), channelScript)(entry, {
    ...process.env,
    FOR_CHILD: 'yes',
    UNSET: undefined,
  })
  expect(child.connected).toBe(true)
  const exited = once(child, 'exit')
  for (const echo of ['first', 'end']) {
    const answered = once(child, 'message')
    child.send({ echo }, (error) => expect(error).toBeNull())
    expect(await answered).toEqual([{ answer: echo, connected: true, env: 'yes' }])
  }
  expect(await exited).toEqual([3, null])
  expect(child.exitCode).toBe(3)
  expect(child.connected).toBe(false)
})

it.each(['SIGTERM', 'SIGKILL'] as const)('ends it by %s', async (signal) => {
  const entry = join(folder, 'waits.mjs')
  await writeFile(entry, `process.send('up'); setInterval(() => {}, 1000)`)
  const child = forkUtility(await playElectron(), channelScript)(entry, process.env)
  await once(child, 'message')
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
})

it('tells the script that its parent is gone, though the port does not', async () => {
  const entry = join(folder, 'orphan.mjs')
  await writeFile(
    entry,
    `process.on('disconnect', () => process.exit(process.connected ? 1 : 7))
process.send('up')
setInterval(() => {}, 1000)`,
  )
  const play = await playElectron()
  const parent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  const playFor = (script: string, [, ...rest]: string[], options: { env: NodeJS.ProcessEnv }) =>
    play(script, [String(parent.pid), ...rest], options)
  const child = forkUtility(playFor, channelScript)(entry, process.env)
  await once(child, 'message')
  const exited = once(child, 'exit')
  parent.kill('SIGKILL')
  expect(await exited).toEqual([7, null])
})

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'ends by %s as soon as there is a process',
  async (signal) => {
    const entry = join(folder, 'waits.mjs')
    await writeFile(entry, `setInterval(() => {}, 1000)`)
    const play = await playElectron()
    let spawned = false
    // As Electron has it: no process id, and a `kill` that does nothing, until it says “spawn”.
    const playLate = (...given: Parameters<typeof play>) => {
      const real = play(...given)
      real.on('spawn', () => (spawned = true))
      return {
        on: real.on.bind(real),
        postMessage: real.postMessage.bind(real),
        kill: () => spawned && real.kill(),
        get pid() {
          return spawned ? real.pid : undefined
        },
      } as unknown as UtilityProcess
    }
    const child = forkUtility(playLate, channelScript)(entry, process.env)
    const exited = once(child, 'exit')
    expect(child.kill(signal)).toBe(false)
    await exited
  },
)

it('carries the sandbox: Azurite starts, answers and ends', async () => {
  const entry = fileURLToPath(new URL('../../../main/sandbox/child.ts', import.meta.url))
  const child = forkUtility(await playElectron(), channelScript)(entry, process.env)
  const reported = once(child, 'message')
  const key = Buffer.alloc(64, 1).toString('base64')
  child.send({ kind: 'start', folder: join(folder, 'sandbox'), account: 'pallet', key }, () => {})
  const [report] = await reported
  expect(report).toMatchObject({ kind: 'listening' })
  const { port } = report as { port: number }
  const answer = await fetch(`http://127.0.0.1:${port}/pallet?comp=list`)
  expect(answer.headers.get('server')).toContain('Azurite')
  const exited = once(child, 'exit')
  child.send({ kind: 'stop' }, () => {})
  expect(await exited).toEqual([0, null])
})
