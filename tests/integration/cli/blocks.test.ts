/** `pallet blocks`: what `pallet upload` would do, and that it does it. */
import { createHash, randomBytes } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { azuriteSandbox } from '../../../main/sandbox/azurite.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'
import { type Storage, startStorage } from '../upload/azurite.ts'

const folder = testFolder()
const MiB = 1024 ** 2
let storage: Storage
let env: Record<string, string>
let home: string
let file: string

beforeEach(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient('box').create()
  const { account, key, endpoint } = storage.access
  env = {
    AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${endpoint};`,
    AZURE_STORAGE_CONTAINER: 'box',
  }
  home = join(folder(), 'home')
  file = join(folder(), 'backup.bin')
})
afterEach(() => storage.stop())

test('says what an upload would send, which then sends just that', async () => {
  writeFileSync(file, randomBytes(24 * MiB))
  expect((await pallet(['upload', file], { home, env })).code).toBe(0)
  appendFileSync(file, randomBytes(9 * MiB))

  const planned = await pallet(['blocks', file], { home, env })
  expect(planned.code).toBe(0)
  const blocks = planned.events.filter(({ event }) => event === 'block')
  const total = planned.events.at(-1)
  expect(total).toMatchObject({
    event: 'blocks',
    connection: 'environment',
    container: 'box',
    blob: 'backup.bin',
    bytes: 33 * MiB,
    blocks: blocks.length,
    fate: 'replaced',
    problem: null,
    foreignBlocks: false,
  })
  const toSend = blocks.filter(({ why }) => why === 'new')
  expect(new Set(blocks.map(({ why }) => why))).toEqual(new Set(['stored', 'new']))
  expect(blocks[0]).toMatchObject({ offset: 0, why: 'stored' })
  const bytesToSend = toSend.reduce((sum, { bytes }) => sum + Number(bytes), 0)
  expect(total).toMatchObject({ blocksToSend: toSend.length, bytesToSend })
  expect(total?.['shareToSend']).toBeCloseTo(bytesToSend / (33 * MiB))

  const uploaded = await pallet(['upload', file], { home, env })
  expect(uploaded.events.at(-1)).toMatchObject({
    blocksSent: toSend.length,
    bytesSent: bytesToSend,
  })
})

test('makes no container, and says of a refusal why', async () => {
  writeFileSync(file, 'x')
  const missing = await pallet(['blocks', file, '--container', 'not-there'], { home, env })
  expect(missing.code).toBe(0)
  expect(missing.events.at(-1)).toMatchObject({
    fate: 'refused',
    problem: { code: 'container-missing' },
  })
  expect(await storage.service.getContainerClient('not-there').exists()).toBe(false)

  // The sandbox's own containers are made when needed, but not for a look.
  const fresh = await pallet(['blocks', file, '--to', 'sandbox'], { home })
  expect(fresh.events.at(-1)).toMatchObject({ fate: 'created', container: 'pallet' })
  const sandbox = azuriteSandbox({ folder: join(home, 'sandbox') })
  const access = await sandbox.access(new AbortController().signal)
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  const credential = new StorageSharedKeyCredential(access.account, access.key)
  const service = new BlobServiceClient(access.endpoint, credential)
  expect(await service.getContainerClient('pallet').exists()).toBe(false)
  await sandbox.stop()

  const none = await pallet(['blocks', `${file}.none`], { home, env })
  expect(none.code).toBe(1)
  expect(none.events.at(-1)).toMatchObject({ problem: { code: 'source-missing' } })
})

test('unfinished blocks of another program are named, and dropped when that is asked for', async () => {
  const content = randomBytes(1000)
  writeFileSync(file, content)
  const blob = storage.blob('box', 'backup.bin')
  await blob.stageBlock(Buffer.alloc(48, 7).toString('base64'), 'abc', 3)
  const refused = await pallet(['upload', file], { home, env })
  expect(refused.code).toBe(1)
  expect(refused.events.at(-1)).toMatchObject({ problem: { code: 'blob-foreign-blocks' } })
  expect(refused.stderr).toContain('--clear-unfinished')
  const planned = await pallet(['blocks', file, '--clear-unfinished'], { home, env })
  expect(planned.events.at(-1)).toMatchObject({ fate: 'created', foreignBlocks: true })
  const cleared = await pallet(['upload', file, '--clear-unfinished'], { home, env })
  expect(cleared.code).toBe(0)
  expect(content.equals(await blob.downloadToBuffer())).toBe(true)
})

test('upload --md5 stores the MD5 of the whole file, also where the blob was there without', async () => {
  const content = randomBytes(9 * MiB)
  writeFileSync(file, content)
  expect((await pallet(['upload', file], { home, env })).code).toBe(0)
  const md5 = createHash('md5').update(content).digest('base64')
  const summed = await pallet(['upload', file, '--md5'], { home, env })
  expect(summed.events.at(-1)).toMatchObject({ event: 'upload', md5, blocksSent: 0 })
  const { contentMD5 } = await storage.blob('box', 'backup.bin').getProperties()
  expect(Buffer.from(contentMD5 ?? []).toString('base64')).toBe(md5)
})
