/** kill -9 in the middle of `pallet upload`: the next one reads and sends only what is missing. */
import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../main/store/database.ts'
import { JournalStore } from '../../main/store/journal.ts'
import { parseBlockId } from '../../main/upload/blocks/blockId.ts'
import { openSource } from '../../main/upload/blocks/source.ts'
import { testFolder } from '../fixtures/folder.ts'
import { type FaultProxy, isStageBlock, startFaultProxy } from '../fixtures/faultProxy.ts'
import { pallet, startPallet } from '../fixtures/pallet.ts'
import { type Storage, startStorage } from '../integration/upload/azurite.ts'

const folder = testFolder()
const container = 'killed'
const MiB = 1024 ** 2
let storage: Storage

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
})
afterAll(() => storage.stop())

interface Killed {
  proxy: FaultProxy
  home: string
  file: string
  content: Buffer
  args: string[]
  env: Record<string, string>
  /** Bytes of the blocks that the server took in before the kill. */
  actedBytes: number
}

/** Uploads until something is in the journal, with the next block on its way, and kills it there. */
async function killedUpload(blob: string): Promise<Killed> {
  const home = join(folder(), 'home')
  const file = join(folder(), 'backup.bin')
  const content = randomBytes(40 * MiB)
  await writeFile(file, content)
  let passing = 4
  const { promise: journalled, resolve: goOn } = Promise.withResolvers<void>()
  const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
    if (isStageBlock(line) && passing-- <= 0) {
      await journalled
      return { kind: 'drop-before' }
    }
    return { kind: 'forward' }
  })
  const { account, key } = storage.access
  const env = {
    AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${proxy.endpoint};`,
    AZURE_STORAGE_CONTAINER: container,
  }
  const args = ['upload', file, '--blob', blob]
  const { child, done } = startPallet(args, { home, env })
  // Nobody tells when a batch has been written, so the database is asked.
  const batches = (): number => {
    const database = join(home, 'pallet.db')
    if (!existsSync(database)) return 0
    const db = new Database(database, { readonly: true })
    try {
      return Number(db.prepare('SELECT count(*) FROM upload_batch').pluck().get())
    } catch {
      // Not migrated yet.
      return 0
    } finally {
      db.close()
    }
  }
  while (child.exitCode === null && batches() === 0) await delay(5)
  child.kill('SIGKILL')
  expect((await done).signal).toBe('SIGKILL')
  passing = Infinity
  goOn()
  await proxy.quiet()
  const actedBytes = sentThrough(proxy, 0, true)
  expect(actedBytes).toBeGreaterThan(0)
  expect(actedBytes).toBeLessThan(content.length)
  return { proxy, home, file, content, args, env, actedBytes }
}

function sentThrough({ seen }: FaultProxy, from: number, acted = false): number {
  return seen
    .slice(from)
    .filter((request) => isStageBlock(request.line) && (!acted || request.acted))
    .reduce((sum, { bytes }) => sum + bytes, 0)
}

async function stored(blob: string): Promise<Buffer> {
  return await storage.blob(container, blob).downloadToBuffer()
}

test('what was journalled is not even read by the next one', async () => {
  const { proxy, home, file, content, args, env, actedBytes } = await killedUpload('journal.bin')
  const db = openDatabase(join(home, 'pallet.db'))
  const journals = new JournalStore(db)
  const key = {
    ...(db.prepare('SELECT file, target FROM upload').get() as { file: string; target: string }),
    runId: null,
  }
  expect(key.file).toBe(file)
  expect(key.target).not.toContain(storage.access.key)
  const known = journals.get(key)
  if (known === null) throw new Error('no journal')
  const blocks = [...known.offsets].map((offset, index) => {
    const id = known.ids.slice(index * 44, index * 44 + 44)
    return { offset, id, bytes: parseBlockId(id)?.bytes ?? 0 }
  })
  expect(blocks.length).toBeGreaterThan(0)
  // Other bytes now stand where those blocks were, and the journal is made to say that it has seen
  // them: whoever read them would send them.
  const handle = await open(file, 'r+')
  for (const { offset, bytes } of blocks) await handle.write(randomBytes(bytes), 0, bytes, offset)
  await handle.close()
  const source = await openSource(file)
  await source.close()
  journals.begin(key, { identity: source.identity, seen: known.seen }, '2026-11-20')
  journals.add(key, blocks, { blocks: 0, bytes: 0 })
  db.close()

  const from = proxy.seen.length
  const resumed = await pallet(args, { home, env })
  expect(resumed.code).toBe(0)
  expect(sentThrough(proxy, from)).toBe(content.length - actedBytes)
  expect(content.equals(await stored('journal.bin'))).toBe(true)
  await proxy.stop()
})

test('without the database nothing is sent twice either', async () => {
  const { proxy, home, content, args, env, actedBytes } = await killedUpload('no database.bin')
  rmSync(home, { recursive: true })
  const from = proxy.seen.length
  const resumed = await pallet(args, { home, env })
  expect(resumed.code).toBe(0)
  expect(sentThrough(proxy, from)).toBe(content.length - actedBytes)
  expect(content.equals(await stored('no database.bin'))).toBe(true)
  await proxy.stop()
})

test('a blob that somebody else wrote in between is told once, then replaced', async () => {
  const { proxy, home, content, args, env } = await killedUpload('replaced.bin')
  await storage.blob(container, 'replaced.bin').upload('theirs', 6)
  const told = await pallet(args, { home, env })
  expect(told.code).toBe(1)
  expect(told.events.at(-1)).toMatchObject({ problem: { code: 'blob-conflict' } })
  expect(String(await stored('replaced.bin'))).toBe('theirs')
  const replaced = await pallet(args, { home, env })
  expect(replaced.code).toBe(0)
  expect(content.equals(await stored('replaced.bin'))).toBe(true)
  await proxy.stop()
})
