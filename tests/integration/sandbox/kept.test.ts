/** What the storage has confirmed and saved is there afterwards; what it cannot save or read, it says. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BlobAccess } from '../../../main/runs/ports/accounts.ts'
import { type AzuriteSandbox, azuriteSandbox } from '../../../main/sandbox/azurite.ts'
import { saving } from '../../../main/sandbox/saving.ts'
import { blobAccounts } from '../../../main/upload/account/accounts.ts'
import { testFolder } from '../../fixtures/folder.ts'

const { signal } = new AbortController()
const newFolder = testFolder()
let folder = ''
const started: AzuriteSandbox[] = []
let lost: string[] = []
beforeEach(() => {
  folder = join(newFolder(), 'sandbox')
  lost = []
})
afterEach(async () => {
  await Promise.all(started.splice(0).map((sandbox) => sandbox.stop()))
})

function sandboxHere(): AzuriteSandbox {
  const sandbox = azuriteSandbox({ folder, onLost: (blobs) => lost.push(...blobs) })
  started.push(sandbox)
  return sandbox
}

function containerOf(access: BlobAccess) {
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  const credential = new StorageSharedKeyCredential(access.account, access.key)
  return new BlobServiceClient(access.endpoint, credential, {
    retryOptions: { maxTries: 1 },
  }).getContainerClient('kept')
}

async function put(access: BlobAccess, name: string): Promise<string | undefined> {
  const container = containerOf(access)
  await container.createIfNotExists()
  const { etag } = await container.getBlockBlobClient(name).upload(name, name.length)
  return etag
}

async function has(access: BlobAccess, name: string): Promise<string> {
  return String(await containerOf(access).getBlockBlobClient(name).downloadToBuffer())
}

/** SIGKILL, and then nothing of it is left in this process either. */
async function kill(sandbox: AzuriteSandbox): Promise<void> {
  process.kill(sandbox.pid ?? 0, 'SIGKILL')
  while (sandbox.pid !== null) await new Promise((resolve) => setImmediate(resolve))
}

test('a blob that was saved survives a kill a moment later, with its bytes and its ETag', async () => {
  const sandbox = sandboxHere()
  const access = await sandbox.access(signal)
  const etag = await put(access, 'a')
  await sandbox.save(access, signal)
  await kill(sandbox)
  const again = await sandbox.access(signal)
  expect(await has(again, 'a')).toBe('a')
  const etagOf = (container: string, blob: string) =>
    blobAccounts.etagOf(again, container, blob, () => Promise.reject(new Error('no token')), signal)
  expect(await etagOf('kept', 'a')).toBe(etag)
  expect(await etagOf('kept', 'b')).toBeNull()
  expect(await etagOf('none', 'a')).toBeNull()
  expect(lost).toEqual([])
})

test('many that wait for it at once are all served', async () => {
  const sandbox = sandboxHere()
  const access = await sandbox.access(signal)
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  await Promise.all(
    names.map(async (name) => {
      await put(access, name).catch(() => put(access, name))
      await sandbox.save(access, signal)
    }),
  )
  await kill(sandbox)
  const again = await sandbox.access(signal)
  expect(await Promise.all(names.map((name) => has(again, name)))).toEqual(names)
})

test('a storage that ended in between does not pass for one that has saved', async () => {
  const sandbox = sandboxHere()
  const access = await sandbox.access(signal)
  await put(access, 'a')
  await kill(sandbox)
  await expect(sandbox.save(access, signal)).rejects.toMatchObject({ code: 'sandbox-failed' })
  await sandbox.access(signal)
  await expect(sandbox.save(access, signal)).rejects.toMatchObject({ code: 'sandbox-failed' })
})

test('one that ends while it saves says so', async () => {
  const sandbox = sandboxHere()
  const access = await sandbox.access(signal)
  process.kill(sandbox.pid ?? 0, 'SIGSTOP')
  const saving = sandbox.save(access, signal)
  process.kill(sandbox.pid ?? 0, 'SIGKILL')
  await expect(saving).rejects.toMatchObject({ code: 'sandbox-failed' })
})

test('one that does not answer is waited for so long and no longer, and can be left', async () => {
  const sandbox = azuriteSandbox({ folder, saveLimitMs: 50 })
  started.push(sandbox)
  const access = await sandbox.access(signal)
  process.kill(sandbox.pid ?? 0, 'SIGSTOP')
  await expect(sandbox.save(access, signal)).rejects.toMatchObject({ code: 'sandbox-failed' })
  await expect(sandbox.save(access, AbortSignal.abort(new Error('left')))).rejects.toThrow('left')
  process.kill(sandbox.pid ?? 0, 'SIGCONT')
})

describe.skipIf(!existsSync('/dev/full'))('on a full disk', () => {
  test('it says so, goes on, and saves once there is room', async () => {
    const sandbox = sandboxHere()
    const access = await sandbox.access(signal)
    await symlink('/dev/full', join(folder, 'blobs.json~'))
    await put(access, 'a')
    await expect(sandbox.save(access, signal)).rejects.toMatchObject({ code: 'disk-full' })
    await rm(join(folder, 'blobs.json~'))
    await sandbox.save(access, signal)
    await kill(sandbox)
    expect(await has(await sandbox.access(signal), 'a')).toBe('a')
  })
})

test('bytes that found no room are told by the next save, once', async () => {
  const table = (file: string) => ({
    filename: join(folder, file),
    autosave: true,
    persistenceAdapter: {},
    autosaveDisable() {},
    autosaveDirty: () => false,
    autosaveClearFlags() {},
    serialize: () => '{}',
    getCollection: () => null,
  })
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  const extentStore = {
    appendExtent: (): Promise<unknown> => Promise.reject(full),
    deleteExtents: async () => 0,
  }
  const metadataStore = { db: table('blobs.json') }
  await mkdir(folder)
  const kept = saving(
    { metadataStore, extentMetadataStore: { db: table('extents.json') }, extentStore },
    folder,
  )
  await expect(extentStore.appendExtent()).rejects.toBe(full)
  await expect(kept.save()).rejects.toBe(full)
  await kept.save()
})

test.each([
  ['empty', ''],
  ['torn', '{"filename":"blobs.json","collections":[{"na'],
])('a table that is %s is not taken for an empty storage', async (_, text) => {
  const sandbox = sandboxHere()
  await put(await sandbox.access(signal), 'a')
  await sandbox.stop()
  await writeFile(join(folder, 'blobs.json'), text)
  await expect(sandbox.access(signal)).rejects.toMatchObject({ code: 'sandbox-failed' })
})

test('bytes that a table has forgotten are found again', async () => {
  const sandbox = sandboxHere()
  await put(await sandbox.access(signal), 'a')
  await sandbox.stop()
  await rm(join(folder, 'extents.json'))
  expect(await has(await sandbox.access(signal), 'a')).toBe('a')
  expect(lost).toEqual([])
})

test('a blob whose bytes are gone or cut is no longer offered, and the others are', async () => {
  const sandbox = sandboxHere()
  const extents = join(folder, 'extents')
  await put(await sandbox.access(signal), 'gone')
  const [first = ''] = await readdir(extents)
  // A restart begins another file of bytes.
  await sandbox.stop()
  await put(await sandbox.access(signal), 'cut')
  const second = (await readdir(extents)).find((name) => name !== first) ?? ''
  await sandbox.stop()
  await put(await sandbox.access(signal), 'whole')
  await sandbox.stop()
  await rm(join(extents, first))
  await truncate(join(extents, second), 1)

  const access = await sandbox.access(signal)
  expect(lost).toEqual(['kept/gone', 'kept/cut'])
  const names: string[] = []
  for await (const { name } of containerOf(access).listBlobsFlat()) names.push(name)
  expect(names).toEqual(['whole'])
  expect(await has(access, 'whole')).toBe('whole')
  // It is said once.
  await kill(sandbox)
  await sandbox.access(signal)
  expect(lost).toEqual(['kept/gone', 'kept/cut'])
})
