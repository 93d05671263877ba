/** Network and credential lost in the middle of an upload: the run waits and goes on. */
import { to } from '../fixtures/destination.ts'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Rooms } from '../../main/runs/ports/rooms.ts'
import { memoryVault } from '../../main/vault/memory.ts'
import { testFolder } from '../fixtures/folder.ts'
import { isStageBlock, startFaultProxy } from '../fixtures/faultProxy.ts'
import { startLine } from '../fixtures/line.ts'
import { acknowledged, cutRows as rows, longCut, writeExport } from '../fixtures/longCut.ts'
import { type RealCore, impatientUpload, realCore } from '../fixtures/realCore.ts'
import { sasUrl } from '../fixtures/sas.ts'
import { type Storage, startStorage } from '../integration/upload/azurite.ts'

const folder = testFolder()
const container = 'exports'
let storage: Storage
let real: RealCore | null = null

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
})
afterAll(() => storage.stop())
afterEach(async () => {
  await real?.core.close()
  real = null
})

async function expectDelivered({ core }: RealCore, runId: string, blob: string): Promise<void> {
  const { receipt } = core.runs.get(runId)
  expect(receipt.rows).toMatchObject({ in: rows, clean: rows, loaded: rows })
  // Nothing twice; a block whose acknowledgement was lost is there without being counted.
  const { blocks = 0, blocksSent = 0, bytes: size = 0, bytesSent = 0 } = receipt.upload ?? {}
  expect(blocks).toBeGreaterThan(3)
  expect(blocksSent).toBeLessThanOrEqual(blocks)
  expect(bytesSent).toBeLessThanOrEqual(size)
  expect(blocks - blocksSent).toBeLessThanOrEqual(4)
  const bytes = await storage.blob(container, blob).downloadToBuffer()
  expect(bytes.toString('latin1').trimEnd().split('\n')).toHaveLength(rows + 1)
  const counted = await core.warehouse.query(
    'SELECT count(*), count(DISTINCT id) FROM sales',
    1,
    AbortSignal.timeout(600_000),
  )
  expect(counted.rows).toEqual([[String(rows), String(rows)]])
}

describe('in the middle of an upload', () => {
  test('the network goes away: the run waits, goes on by itself, and sends no block twice', async () => {
    let isCut = false
    const line = await startLine(Number(new URL(storage.access.endpoint).port))
    const upload: Rooms['upload'] = (input, control) =>
      impatientUpload(input, {
        ...control,
        report(report) {
          control.report(report)
          if (report.acknowledged === undefined || isCut) return
          isCut = true
          line.cut()
        },
      })
    real = realCore(folder(), { rooms: () => ({ upload }) })
    const { account, key } = storage.access
    await real.core.connections.save({
      name: 'azure',
      settings: {
        kind: 'account-key',
        account,
        endpoint: `http://127.0.0.1:${line.port}/${account}`,
      },
      container,
      secrets: { accountKey: key },
    })
    const runId = await real.send(
      writeExport(folder()),
      to({ connection: 'azure', blob: 'cut.csv' }),
    )
    const waiting = await real.until(runId, 'waiting', 'failed', 'succeeded')
    expect(waiting).toMatchObject({ state: 'waiting', problem: { code: 'network' } })
    expect(waiting.retryAt).not.toBeNull()
    expect(await storage.blob(container, 'cut.csv').exists()).toBe(false)
    const before = acknowledged(real, runId)
    expect(before.length).toBeGreaterThan(0)

    await line.restore()
    // Nobody says so: it goes on by itself.
    expect((await real.until(runId, 'succeeded', 'failed')).state).toBe('succeeded')
    expect([...line.begun].filter((id) => before.includes(id))).toEqual([])
    await expectDelivered(real, runId, 'cut.csv')
    await line.close()
  })

  test('the line is cut for ten minutes: the run waits and tries again by itself until it is back', async () => {
    const cut = await longCut(storage, {
      folder: folder(),
      container,
      blob: 'long cut.csv',
      minutes: 10,
      speed: 100,
    })
    ;({ real } = cut)
    // The room's patience is a minute, and it was used up again and again.
    expect(cut.waits).toBeGreaterThan(3)
    expect(cut.noticedMs).toBeLessThanOrEqual(60_000)
    expect(cut.sentTwice).toEqual([])
    await expectDelivered(real, cut.runId, 'long cut.csv')
  })

  test('the credential ends: the run waits for the new one, and sends no block twice', async () => {
    const validMs = 3000
    let endsAtMs = 0
    let blocks = 0
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      blocks += isStageBlock(line) ? 1 : 0
      // The third block arrives when the signature has just ended.
      if (isStageBlock(line) && blocks >= 3) await delay(Math.max(0, endsAtMs - Date.now()))
      return { kind: 'forward' }
    })
    const account = { ...storage.access, endpoint: proxy.endpoint }
    const secrets = memoryVault()
    let short = true
    real = realCore(folder(), {
      rooms: () => ({ upload: impatientUpload }),
      vault: {
        ...secrets,
        // Valid for a moment from when the upload asks for it; signatures know whole seconds.
        get: async (name) => {
          if (!short) return secrets.get(name)
          endsAtMs = Date.now() + validMs + 1000
          return sasUrl(account, { permissions: 'rwlc', minutes: validMs / 60_000 })
        },
      },
    })
    const save = (sasUrl: string) =>
      real?.core.connections.save({
        name: 'azure',
        settings: { kind: 'sas-url' },
        container,
        secrets: { sasUrl },
      })
    await save('https://to.be.replaced')
    const runId = await real.send(
      writeExport(folder()),
      to({ connection: 'azure', blob: 'expired.csv' }),
    )
    const waiting = await real.until(runId, 'waiting', 'failed', 'succeeded')
    expect(waiting).toMatchObject({
      state: 'waiting',
      retryAt: null,
      problem: { code: 'credential-expired' },
    })
    const before = acknowledged(real, runId)
    expect(before.length).toBeGreaterThan(0)
    const seen = proxy.seen.length

    short = false
    await save(sasUrl(account, { permissions: 'rwlc', minutes: 10 }))
    expect((await real.until(runId, 'succeeded', 'failed')).state).toBe('succeeded')
    const after = proxy.seen
      .slice(seen)
      .map(({ line }) => decodeURIComponent(line))
      .filter(isStageBlock)
    expect(after.filter((line) => before.some((id) => line.includes(id)))).toEqual([])
    await expectDelivered(real, runId, 'expired.csv')
    await proxy.stop()
  })

  test('the credential of three runs ends: one meets it, all wait, one new secret continues all', async () => {
    const validMs = 3000
    let endsAtMs = Infinity
    let blocks = 0
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      blocks += isStageBlock(line) ? 1 : 0
      // Of the first file two blocks arrive in time.
      if (isStageBlock(line) && blocks >= 3) await delay(Math.max(0, endsAtMs - Date.now()))
      return { kind: 'forward' }
    })
    const account = { ...storage.access, endpoint: proxy.endpoint }
    const secrets = memoryVault()
    let short = true
    real = realCore(folder(), {
      rooms: () => ({ upload: impatientUpload }),
      vault: {
        ...secrets,
        // Valid for a moment from when the first upload asks for it.
        get: async (name) => {
          if (!short) return secrets.get(name)
          endsAtMs = Math.min(endsAtMs, Date.now() + validMs + 1000)
          const minutes = (endsAtMs - 1000 - Date.now()) / 60_000
          return sasUrl(account, { permissions: 'rwlc', minutes })
        },
      },
    })
    const { core } = real
    const save = (sasUrl: string) =>
      core.connections.save({
        name: 'azure',
        settings: { kind: 'sas-url' },
        container,
        secrets: { sasUrl },
      })
    await save('https://to.be.replaced')
    endsAtMs = Infinity
    const few = 15_000
    const files = ['one', 'two', 'three']
    const runIds: string[] = []
    for (const blob of files)
      runIds.push(
        await real.send(writeExport(folder(), few), to({ connection: 'azure', blob, table: blob })),
      )
    for (const runId of runIds) {
      const waiting = await real.until(runId, 'waiting', 'failed', 'succeeded')
      expect(waiting).toMatchObject({
        state: 'waiting',
        retryAt: null,
        problem: { code: 'credential-expired' },
      })
    }
    // The other two have not even asked.
    expect(
      proxy.seen.filter(({ line }) => line.includes('/two') || line.includes('/three')),
    ).toEqual([])
    const [first = ''] = runIds
    const before = acknowledged(real, first)
    expect(before.length).toBeGreaterThan(0)
    const seen = proxy.seen.length

    short = false
    await save(sasUrl(account, { permissions: 'rwlc', minutes: 10 }))
    for (const runId of runIds)
      expect((await real.until(runId, 'succeeded', 'failed', 'waiting')).state).toBe('succeeded')
    const after = proxy.seen.slice(seen).map(({ line }) => decodeURIComponent(line))
    expect(after.filter((line) => before.some((id) => line.includes(id)))).toEqual([])
    const blocksOf = runIds.flatMap((runId) => acknowledged(real as RealCore, runId))
    for (const id of blocksOf.filter((known) => !before.includes(known)))
      expect(after.filter((line) => line.includes(id))).toHaveLength(1)
    for (const [index, blob] of files.entries()) {
      const { receipt } = core.runs.get(runIds[index] ?? '')
      expect(receipt.rows).toMatchObject({ in: few, clean: few, loaded: few })
      const bytes = await storage.blob(container, blob).downloadToBuffer()
      expect(bytes.toString('latin1').trimEnd().split('\n')).toHaveLength(few + 1)
    }
    await proxy.stop()
  })
})
