import { fork } from 'node:child_process'
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
process.on('message', ({ fromElectron }) => {
  if (fromElectron === undefined) return
  if (port.listenerCount('message') === 0) queued.push({ data: fromElectron })
  else port.emit('message', { data: fromElectron })
})
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
  if (message.echo === undefined) return
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
