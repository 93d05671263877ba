import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { azuriteSandbox, type AzuriteSandbox } from '../../../main/sandbox/azurite.ts'
import type { BlobAccess } from '../../../main/runs/ports/accounts.ts'

const { signal } = new AbortController()
let folder: string
const started: AzuriteSandbox[] = []
const holders: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-sandbox-'))
})
afterEach(async () => {
  for (const holder of holders.splice(0)) holder.kill('SIGKILL')
  await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()))
  await rm(folder, { recursive: true, force: true })
})

function sandboxHere(): AzuriteSandbox {
  const sandbox = azuriteSandbox({ folder: join(folder, 'sandbox') })
  started.push(sandbox)
  return sandbox
}

function serviceOf(access: BlobAccess): BlobServiceClient {
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  const credential = new StorageSharedKeyCredential(access.account, access.key)
  return new BlobServiceClient(access.endpoint, credential, { retryOptions: { maxTries: 1 } })
}

/** Another process that starts the sandbox in the same folder and stores one blob. */
async function startHolder(
  name: string,
): Promise<{ process: ChildProcess; pid: number; endpoint: string }> {
  const script = fileURLToPath(new URL('./holder.ts', import.meta.url))
  const child = spawn(process.execPath, [script, join(folder, 'sandbox'), name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  holders.push(child)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { pid, endpoint } = JSON.parse(line) as { pid: number; endpoint: string }
  return { process: child, pid, endpoint }
}

/** Resolves when the server at `endpoint` has closed this connection, which it does when it ends. */
async function goneFrom(endpoint: string): Promise<void> {
  const { hostname, port } = new URL(endpoint)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
}

/** An orphan's exit may be left unread by this machine's first process: then it is dead all the same. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
    if (process.platform !== 'linux') return true
    return !/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

it('starts once for all, keeps what it is given, and can be started again', async () => {
  const sandbox = sandboxHere()
  const [first, second] = await Promise.all([sandbox.access(signal), sandbox.access(signal)])
  expect(second).toEqual(first)
  await serviceOf(first).getContainerClient('kept').create()
  await serviceOf(first).getContainerClient('kept').getBlockBlobClient('a').upload('abc', 3)
  const pid = sandbox.pid ?? 0
  expect(await isAlive(pid)).toBe(true)
  await sandbox.stop()
  expect(await isAlive(pid)).toBe(false)
  expect(sandbox.pid).toBeNull()

  const again = serviceOf(await sandbox.access(signal)).getContainerClient('kept')
  expect(String(await again.getBlockBlobClient('a').downloadToBuffer())).toBe('abc')
})

it('opens to its own key only, which no other user and no process list shows', async () => {
  const sandbox = sandboxHere()
  const access = await sandbox.access(signal)
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  // Azurite's documented account and key, which every developer knows.
  const wellKnown = BlobServiceClient.fromConnectionString(
    `UseDevelopmentStorage=true;DevelopmentStorageProxyUri=${new URL(access.endpoint).origin}`,
  ).credential
  const service = new BlobServiceClient(
    `${new URL(access.endpoint).origin}/devstoreaccount1`,
    wellKnown,
    { retryOptions: { maxTries: 1 } },
  )
  await expect(service.listContainers().next()).rejects.toThrow()
  expect(new URL(access.endpoint).hostname).toBe('127.0.0.1')
  if (process.platform === 'win32') return
  const keyFile = join(folder, 'sandbox', 'account.key')
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'sandbox'))).mode & 0o777).toBe(0o700)
  if (process.platform !== 'linux') return
  for (const file of ['cmdline', 'environ'])
    expect(await readFile(`/proc/${sandbox.pid}/${file}`, 'utf8')).not.toContain(access.key)
})

it('dies with a parent that is killed, saves first, and lets the next one in', async () => {
  const holder = await startHolder('last words')
  const gone = goneFrom(holder.endpoint)
  const died = once(holder.process, 'exit')
  holder.process.kill('SIGKILL')
  await died
  // At once, while the orphan may still be saving.
  const next = await sandboxHere().access(signal)
  await gone
  expect(await isAlive(holder.pid)).toBe(false)
  const kept = serviceOf(next).getContainerClient('kept')
  expect(String(await kept.getBlockBlobClient('last words').downloadToBuffer())).toBe('last words')
})

it('is started again after it crashed', async () => {
  const sandbox = sandboxHere()
  const first = await sandbox.access(signal)
  const gone = goneFrom(first.kind === 'account-key' ? first.endpoint : '')
  process.kill(sandbox.pid ?? 0, 'SIGKILL')
  await gone
  while (sandbox.pid !== null) await new Promise((resolve) => setImmediate(resolve))
  const names = serviceOf(await sandbox.access(signal)).listContainers()
  expect((await names.next()).done).toBe(true)
})

it('tells when its folder cannot be used', async () => {
  await writeFile(join(folder, 'sandbox'), 'a file, not a folder')
  const failing = sandboxHere().access(signal)
  await expect(failing).rejects.toMatchObject({ data: { code: 'sandbox-failed' } })
})

it('can be left while it starts, and stopped', async () => {
  const sandbox = sandboxHere()
  const abort = new AbortController()
  const access = sandbox.access(abort.signal)
  const pid = sandbox.pid ?? 0
  expect(pid).toBeGreaterThan(0)
  abort.abort(new Error('no more'))
  await expect(access).rejects.toThrow('no more')
  await sandbox.stop()
  expect(await isAlive(pid)).toBe(false)
})
