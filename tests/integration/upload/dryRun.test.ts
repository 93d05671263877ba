/** What would be sent, and why: said without a trace on the server. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { UploadInput, UploadPlan, UploadReport } from '../../../main/runs/ports/uploading.ts'
import { planUpload } from '../../../main/upload/dryRun.ts'
import { systemClock } from '../../../main/upload/line/requests.ts'
import { usualLimits } from '../../../main/upload/line/retry.ts'
import { openSource } from '../../../main/upload/blocks/source.ts'
import { upload } from '../../../main/upload/upload.ts'
import { type FaultProxy, startFaultProxy } from '../../fixtures/faultProxy.ts'
import { small } from '../../fixtures/smallBlocks.ts'
import { startStorage, type Storage } from './azurite.ts'

const MiB = 1024 ** 2
const settings = { limits: usualLimits, clock: systemClock, sizesFor: () => small }
const container = 'plans'
const ask = (): Promise<never> => Promise.reject(new Error('nothing is asked here'))
let storage: Storage
let proxy: FaultProxy
let files = 0

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
  proxy = await startFaultProxy(storage.access.endpoint, () => ({ kind: 'forward' }))
})
afterAll(async () => {
  await proxy.stop()
  await storage.stop()
})

async function fileOf(content: Buffer): Promise<string> {
  files += 1
  const file = join(storage.folder, `export-${files}.csv`)
  await writeFile(file, content)
  return file
}

function inputOf(file: string, blob: string, more: Partial<UploadInput> = {}): UploadInput {
  return {
    access: { ...storage.access, endpoint: proxy.endpoint },
    container,
    blob,
    file,
    contentType: 'text/csv',
    runId: 'run-1',
    missingContainer: 'refuse',
    ...more,
  }
}

/** Plans, and sees to it that the server was only asked. */
async function plan(
  file: string,
  blob: string,
  more: Partial<UploadInput> = {},
): Promise<UploadPlan> {
  const from = proxy.seen.length
  const { contentType: _, runId: __, ...input } = inputOf(file, blob, more)
  const planned = await planUpload(
    input,
    { signal: new AbortController().signal, report: () => {}, ask },
    settings,
  )
  const lines = proxy.seen.slice(from).map(({ line }) => line)
  expect(lines.filter((line) => !/^(HEAD|GET) /.test(line))).toEqual([])
  return planned
}

/** Uploads; breaks off after `most` acknowledged blocks. Answers how many the server has. */
async function send(
  file: string,
  blob: string,
  most = Infinity,
  more: Partial<UploadInput> = {},
): Promise<{ sent: number; planned: UploadReport['planned'] }> {
  const abort = new AbortController()
  let sent = 0
  let planned: UploadReport['planned']
  const report = (progress: UploadReport): void => {
    planned = progress.planned ?? planned
    if (progress.acknowledged === undefined) return
    sent += 1
    if (sent >= most) abort.abort(new Error('cut off'))
  }
  await upload(inputOf(file, blob, more), { signal: abort.signal, report, ask }, settings).catch(
    (thrown: unknown) => {
      if (!abort.signal.aborted) throw thrown
    },
  )
  return { sent, planned }
}

function whys(planned: UploadPlan): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { why } of planned.blocks) counts[why] = (counts[why] ?? 0) + 1
  return counts
}

describe('a plan', () => {
  it('says of every block where it stands and whether it would be sent', async () => {
    const content = randomBytes(2 * MiB)
    const file = await fileOf(content)
    const fresh = await plan(file, 'a.csv')
    expect(fresh).toMatchObject({
      bytes: content.length,
      fate: { kind: 'created' },
      foreignBlocks: false,
    })
    expect(whys(fresh)).toEqual({ new: fresh.blocks.length })
    let offset = 0
    for (const block of fresh.blocks) {
      expect(block.offset).toBe(offset)
      offset += block.bytes
    }
    expect(offset).toBe(content.length)

    await send(file, 'a.csv', 5)
    // A block that was on its way when the upload broke off may arrive after it.
    await vi.waitFor(
      async () => {
        const { uncommittedBlocks = [] } = await storage
          .blob(container, 'a.csv')
          .getBlockList('all')
        expect(uncommittedBlocks.length).toBeGreaterThanOrEqual(5)
        expect(whys(await plan(file, 'a.csv'))).toEqual({
          staged: uncommittedBlocks.length,
          new: fresh.blocks.length - uncommittedBlocks.length,
        })
      },
      { timeout: 30_000, interval: 50 },
    )

    await send(file, 'a.csv')
    const stored = await plan(file, 'a.csv')
    expect(stored.fate).toEqual({ kind: 'replaced' })
    expect(whys(stored)).toEqual({ stored: fresh.blocks.length })
  })

  it('comes true', async () => {
    const content = randomBytes(2 * MiB)
    await send(await fileOf(content), 'true.csv')
    const edited = await fileOf(
      Buffer.concat([content.subarray(0, MiB), Buffer.from('row\n'), content.subarray(MiB)]),
    )
    const planned = await plan(edited, 'true.csv')
    const toSend = whys(planned)['new'] ?? 0
    expect(toSend).toBeGreaterThan(0)
    expect(toSend).toBeLessThan(planned.blocks.length / 2)
    expect((await send(edited, 'true.csv')).sent).toBe(toSend)
  })

  it('is made without reading what the journal and the server agree on', async () => {
    const file = await fileOf(randomBytes(MiB))
    const { blocks } = await plan(file, 'journal.csv')
    await send(file, 'journal.csv')
    const list = await storage.blob(container, 'journal.csv').getBlockList('committed')
    const ids = (list.committedBlocks ?? []).map(({ name }) => name).join('')
    // Other bytes than those of the journal: whoever read them would have to send them.
    await writeFile(file, randomBytes(MiB))
    const source = await openSource(file)
    await source.close()
    const journal = {
      identity: source.identity,
      seen: null,
      offsets: Float64Array.from(blocks, ({ offset }) => offset),
      ids,
    }
    expect(whys(await plan(file, 'journal.csv', { journal }))).toEqual({ stored: blocks.length })
  })

  it('makes no container', async () => {
    const file = await fileOf(randomBytes(10))
    const missing = { container: 'not-there' }
    const refused = await plan(file, 'a.csv', missing)
    expect(refused.fate).toMatchObject({
      kind: 'refused',
      problem: { code: 'container-missing' },
    })
    const made = await plan(file, 'a.csv', { ...missing, missingContainer: 'create' })
    expect([made.fate.kind, whys(made)]).toEqual(['created', { new: 1 }])
    expect(await storage.service.getContainerClient('not-there').exists()).toBe(false)
  })

  it('says why a blob would not be replaced', async () => {
    const file = await fileOf(randomBytes(10))
    const there = storage.blob(container, 'there.csv')
    await there.upload('old', 3)
    expect((await plan(file, 'there.csv', { ifExists: 'fail' })).fate).toMatchObject({
      kind: 'refused',
      problem: { code: 'blob-conflict' },
    })
    await there.getBlobLeaseClient().acquireLease(-1)
    expect((await plan(file, 'there.csv')).fate).toMatchObject({
      kind: 'refused',
      problem: { code: 'blob-leased' },
    })
    await storage.service.getContainerClient(container).getAppendBlobClient('log.csv').create()
    expect((await plan(file, 'log.csv')).fate).toMatchObject({
      kind: 'refused',
      problem: { code: 'blob-wrong-type' },
    })
    const { planned } = await send(file, 'seen.csv', 0)
    await storage.blob(container, 'seen.csv').upload('theirs', 6)
    if (planned === undefined) throw new Error('nothing was planned')
    const journal = { ...planned, offsets: new Float64Array(), ids: '' }
    expect((await plan(file, 'seen.csv', { journal })).fate).toMatchObject({
      kind: 'refused',
      problem: { code: 'blob-conflict' },
    })
  })

  it('sees unfinished blocks of others, and whether they may be dropped', async () => {
    const foreignId = Buffer.alloc(48, 7).toString('base64')
    const file = await fileOf(randomBytes(10))
    await storage.blob(container, 'foreign.csv').stageBlock(foreignId, 'abc', 3)
    const refused = await plan(file, 'foreign.csv')
    expect(refused).toMatchObject({
      foreignBlocks: true,
      fate: { kind: 'refused', problem: { code: 'blob-foreign-blocks' } },
    })
    const clear = { foreignBlocks: 'clear' } as const
    expect(await plan(file, 'foreign.csv', clear)).toMatchObject({
      foreignBlocks: true,
      fate: { kind: 'created' },
    })
    await storage.blob(container, 'one-put.csv').upload('in one piece', 12)
    await storage.blob(container, 'one-put.csv').stageBlock(foreignId, 'abc', 3)
    expect((await plan(file, 'one-put.csv', clear)).fate).toMatchObject({
      kind: 'refused',
      problem: { code: 'blob-foreign-blocks', advice: expect.stringContaining('without harm') },
    })
  })

  it('stops when it is told to, and fails on a file that is not there', async () => {
    const file = await fileOf(randomBytes(20 * MiB))
    const abort = new AbortController()
    const report = (): void => abort.abort(new Error('enough'))
    const input = inputOf(file, 'stop.csv')
    await expect(
      planUpload(input, { signal: abort.signal, report, ask }, settings),
    ).rejects.toThrow('enough')
    await expect(plan(`${file}.none`, 'stop.csv')).rejects.toMatchObject({
      data: { code: 'source-missing' },
    })
  })
})
