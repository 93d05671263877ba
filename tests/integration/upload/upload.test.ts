import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import {
  BlobSASPermissions,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
} from '@azure/storage-blob'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blobAccounts } from '../../../main/upload/account/accounts.ts'
import { blockSizes } from '../../../main/upload/blocks/blockSizes.ts'
import { systemClock } from '../../../main/upload/line/requests.ts'
import { usualLimits } from '../../../main/upload/line/retry.ts'
import { upload, type UploadSettings } from '../../../main/upload/upload.ts'
import type { BlobAccess } from '../../../main/runs/ports/accounts.ts'
import type { UploadInput, UploadReport } from '../../../main/runs/ports/uploading.ts'
import { small } from '../../fixtures/smallBlocks.ts'
import { startStorage, type Storage } from './azurite.ts'
import { firstBorder } from '../../fixtures/firstBorder.ts'
import {
  isCommit,
  isStageBlock,
  startFaultProxy,
  type Fault,
  type SeenRequest,
} from '../../fixtures/faultProxy.ts'

const MiB = 1024 ** 2
const container = 'exports'
let storage: Storage
let files = 0

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
})
afterAll(() => storage.stop())

async function fileOf(bytes: Buffer): Promise<string> {
  files += 1
  const file = join(storage.folder, `export-${files}.csv`)
  await writeFile(file, bytes)
  return file
}

function inputFor(file: string, blob: string, more: Partial<UploadInput> = {}): UploadInput {
  return {
    access: storage.access,
    container,
    blob,
    file,
    contentType: 'text/csv',
    runId: `run-${blob}`,
    missingContainer: 'refuse',
    ...more,
  }
}

interface Watched {
  reports: UploadReport[]
  run: ReturnType<typeof upload>
}

function start(
  input: UploadInput,
  options: {
    signal?: AbortSignal
    settings?: UploadSettings
    onReport?: (report: UploadReport) => void
  } = {},
): Watched {
  const reports: UploadReport[] = []
  const run = upload(
    input,
    {
      signal: options.signal ?? new AbortController().signal,
      report(progress) {
        reports.push(progress)
        options.onReport?.(progress)
      },
      ask: () => Promise.reject(new Error('no token is needed here')),
    },
    options.settings,
  )
  return { reports, run }
}

function staged(seen: SeenRequest[]): SeenRequest[] {
  return seen.filter(({ line }) => isStageBlock(line))
}

async function stored(blob: string): Promise<Buffer> {
  return await storage.blob(container, blob).downloadToBuffer()
}

const hastyLimits = { ...usualLimits, firstPauseMs: 10, longestPauseMs: 50 }
const hasty: UploadSettings = { limits: hastyLimits, clock: systemClock }

/** How many blocks a content has. */
function blocksIn(content: Buffer, sizes = blockSizes(0)): number {
  let blocks = 0
  for (let rest = content; rest.length > 0; blocks += 1)
    rest = rest.subarray(firstBorder(rest, sizes))
  return blocks
}

describe('bytes', () => {
  it.each([
    ['no byte', Buffer.alloc(0)],
    ['one byte', randomBytes(1)],
    ['several blocks', randomBytes(20 * MiB + 1)],
    ['the same block again and again', Buffer.alloc(30 * MiB)],
    [
      'repeated content',
      Buffer.concat(Array.from({ length: 4 }, () => Buffer.alloc(6 * MiB, 'a,b\n'))),
    ],
  ])('of a file with %s arrive as they are', async (name, content) => {
    const bytes = content.length
    const blob = `bytes/${name} ü.csv`
    const runId = 'run-bytes'
    const { run, reports } = start(inputFor(await fileOf(content), blob, { runId }))
    const output = await run
    expect(output).toMatchObject({ bytes, blocks: blocksIn(content), bytesSent: bytes })
    expect(content.equals(bytes === 0 ? Buffer.alloc(0) : await stored(blob))).toBe(true)
    const properties = await storage.blob(container, blob).getProperties()
    expect(properties.etag).toBe(output.etag)
    expect(properties.contentType).toBe('text/csv')
    expect(properties.metadata).toMatchObject({ palletrun: runId, bytes: String(bytes) })
    expect(reports.at(-1)).toMatchObject({ bytesDone: bytes, phase: 'verifying' })
    // Nothing says 100 % before the commit is answered.
    for (const { phase, bytesDone } of reports)
      if (phase !== 'verifying' && bytes > 0) expect(bytesDone).toBeLessThan(bytes)
  })
})

describe('content that is there already', () => {
  it('is not sent again, by another run or by the same', async () => {
    const content = randomBytes(13 * MiB)
    const file = await fileOf(content)
    const first = await start(inputFor(file, 'same.csv')).run
    expect(first.blocksSent).toBe(first.blocks)
    const other = await start(inputFor(file, 'same.csv', { runId: 'run-other' })).run
    expect(other).toMatchObject({ blocks: first.blocks, blocksSent: 0, bytesSent: 0 })
    const again = await start(inputFor(file, 'same.csv', { runId: 'run-other' })).run
    // The same run finds its own commit and does not even commit again.
    expect(again).toEqual(other)
    expect(content.equals(await stored('same.csv'))).toBe(true)
  })

  it.each<[string, number, (content: Buffer) => Buffer[]]>([
    ['1 % was appended', 0.03, (content) => [content, randomBytes(content.length / 100)]],
    [
      'the first 3 % went and 3 % came at the end',
      0.08,
      (content) => [content.subarray(content.length * 0.03), randomBytes(content.length * 0.03)],
    ],
    [
      'one row was edited in the middle',
      0.02,
      (content) => [
        content.subarray(0, content.length / 2),
        Buffer.from('another row;1,50\r\n'),
        content.subarray(content.length / 2 + 7),
      ],
    ],
  ])('is sent only where it differs: %s', async (name, mostShare, change) => {
    const settings = { ...hasty, sizesFor: () => small }
    const content = randomBytes(16 * MiB)
    const blob = `delta/${name}.csv`
    await start(inputFor(await fileOf(content), blob), { settings }).run
    const after = Buffer.concat(change(content))
    const file = await fileOf(after)
    const output = await start(inputFor(file, blob, { runId: 'next-day' }), { settings }).run
    expect(output.bytesSent).toBeGreaterThan(0)
    expect(output.bytesSent / after.length).toBeLessThan(mostShare)
    expect(after.equals(await stored(blob))).toBe(true)
  })
})

describe('an upload cut off in the middle', () => {
  it('leaves the old blob alone and is continued without sending a block twice', async () => {
    const old = Buffer.from('yesterday')
    await storage.blob(container, 'cut.csv').upload(old, old.length)
    const content = randomBytes(32 * MiB)
    const file = await fileOf(content)
    const abort = new AbortController()
    const acknowledged = new Set<string>()
    const cut = start(inputFor(file, 'cut.csv'), {
      signal: abort.signal,
      onReport(report) {
        if (report.acknowledged === undefined) return
        acknowledged.add(report.acknowledged.id)
        if (acknowledged.size === 3) abort.abort(new Error('lid closed'))
      },
    })
    await expect(cut.run).rejects.toThrow('lid closed')
    expect(old.equals(await stored('cut.csv'))).toBe(true)

    const resumed = start(inputFor(file, 'cut.csv'))
    const output = await resumed.run
    const sent = resumed.reports.flatMap((report) => report.acknowledged?.id ?? [])
    expect(sent.filter((id) => acknowledged.has(id))).toEqual([])
    expect(output.blocksSent).toBe(sent.length)
    expect(output.blocksSent).toBeLessThanOrEqual(output.blocks - 3)
    expect(content.equals(await stored('cut.csv'))).toBe(true)
  })

  it('starts over when the file was changed, and commits what it is then', async () => {
    const file = await fileOf(randomBytes(12 * MiB))
    let touched = false
    const { run, reports } = start(inputFor(file, 'changed.csv'), {
      settings: hasty,
      onReport(report) {
        if (report.acknowledged === undefined || touched) return
        touched = true
        appendFileSync(file, 'one more row\n')
      },
    })
    const output = await run
    const content = await readFile(file)
    expect(output.bytes).toBe(content.length)
    expect(reports.some(({ waitingFor }) => waitingFor?.includes('written to'))).toBe(true)
    expect(content.equals(await stored('changed.csv'))).toBe(true)
  })

  it('gives up on a file that never rests, and commits nothing', async () => {
    // Shorter than any block but the last: one acknowledgement for each plan.
    const file = await fileOf(randomBytes(MiB / 2))
    let touched = 0
    const { run } = start(inputFor(file, 'restless.csv'), {
      settings: hasty,
      onReport(report) {
        if (report.acknowledged === undefined) return
        touched += 1
        appendFileSync(file, 'x')
      },
    })
    await expect(run).rejects.toMatchObject({ data: { code: 'source-growing' } })
    expect(touched).toBe(4)
    expect(await storage.blob(container, 'restless.csv').exists()).toBe(false)
  })
})

describe('another writer', () => {
  it('who replaces the blob meanwhile keeps what they wrote', async () => {
    const blob = storage.blob(container, 'raced.csv')
    await blob.upload('old', 3)
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      if (isCommit(line)) await blob.upload('theirs', 6)
      return { kind: 'forward' }
    })
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const { run } = start(inputFor(await fileOf(randomBytes(10)), 'raced.csv', { access }))
    await expect(run).rejects.toMatchObject({ data: { code: 'blob-changed' } })
    expect(String(await stored('raced.csv'))).toBe('theirs')
    await proxy.stop()
  })

  it('who creates the blob meanwhile keeps what they wrote', async () => {
    const blob = storage.blob(container, 'created.csv')
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      if (isCommit(line)) await blob.upload('theirs', 6)
      return { kind: 'forward' }
    })
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const { run } = start(inputFor(await fileOf(randomBytes(10)), 'created.csv', { access }))
    await expect(run).rejects.toMatchObject({ data: { code: 'blob-conflict' } })
    expect(String(await stored('created.csv'))).toBe('theirs')
    await proxy.stop()
  })

  it.each<[string, string, (name: string) => Promise<unknown>]>([
    [
      'a lease held by somebody else',
      'blob-leased',
      async (name) => {
        const leased = storage.blob(container, name)
        await leased.upload('held', 4)
        await leased.getBlobLeaseClient().acquireLease(-1)
      },
    ],
    [
      'an append blob',
      'blob-wrong-type',
      (name) => storage.service.getContainerClient(container).getAppendBlobClient(name).create(),
    ],
    [
      'a page blob',
      'blob-wrong-type',
      (name) => storage.service.getContainerClient(container).getPageBlobClient(name).create(512),
    ],
    [
      'an archived blob',
      'blob-immutable',
      async (name) => {
        const archived = storage.blob(container, name)
        await archived.upload('old', 3)
        await archived.setAccessTier('Archive')
      },
    ],
  ])('who put %s there is respected before the first byte', async (what, code, put) => {
    const blob = `in the way/${what}.csv`
    await put(blob)
    const before = await storage.blob(container, blob).getProperties()
    const { run, reports } = start(inputFor(await fileOf(randomBytes(10)), blob))
    await expect(run).rejects.toMatchObject({ data: { code } })
    expect(reports.some((report) => report.bytesSent > 0)).toBe(false)
    const after = await storage.blob(container, blob).getProperties()
    expect(after.etag).toBe(before.etag)
  })

  // Azurite has neither; on the way its answer is made to say what Azure's would.
  it.each<[string, Record<string, string>]>([
    ['a legal hold', { 'x-ms-legal-hold': 'true' }],
    [
      'a policy that has not ended',
      { 'x-ms-immutability-policy-until-date': 'Sun, 01 Jan 2090 00:00:00 GMT' },
    ],
  ])('%s on a blob is respected before the first byte', async (what, headers) => {
    const blob = `held/${what}.csv`
    await storage.blob(container, blob).upload('held', 4)
    const proxy = await startFaultProxy(storage.access.endpoint, (line) =>
      line.startsWith('HEAD') ? { kind: 'say', headers } : { kind: 'forward' },
    )
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const { run } = start(inputFor(await fileOf(randomBytes(10)), blob, { access }))
    await expect(run).rejects.toMatchObject({ data: { code: 'blob-immutable' } })
    expect(proxy.seen.some(({ line }) => line.startsWith('PUT'))).toBe(false)
    expect(String(await stored(blob))).toBe('held')
    await proxy.stop()
  })

  it('who takes a lease meanwhile is respected at the commit', async () => {
    const blob = storage.blob(container, 'leased meanwhile.csv')
    await blob.upload('held', 4)
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      if (isCommit(line)) await blob.getBlobLeaseClient().acquireLease(-1)
      return { kind: 'forward' }
    })
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const file = await fileOf(randomBytes(10))
    const { run } = start(inputFor(file, 'leased meanwhile.csv', { access }))
    await expect(run).rejects.toMatchObject({ data: { code: 'blob-leased' } })
    expect(String(await stored('leased meanwhile.csv'))).toBe('held')
    await proxy.stop()
  })

  /** Two uploads to one blob; neither commits before the other is about to. */
  async function together(blob: string, files: readonly [string, string]) {
    let waiting = 0
    const { promise: both, resolve } = Promise.withResolvers<void>()
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      if (isCommit(line) && ++waiting === 2) resolve()
      if (isCommit(line)) await both
      return { kind: 'forward' }
    })
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const settings = { ...hasty, sizesFor: () => small }
    const ended = await Promise.allSettled(
      files.map(
        (file, index) =>
          start(inputFor(file, blob, { access, runId: `writer-${index}` }), { settings }).run,
      ),
    )
    await proxy.stop()
    return ended
  }

  it.each(['a new blob', 'an old blob'])(
    'with the same content at the same time: both succeed (%s)',
    async (there) => {
      const blob = `same/${there}.csv`
      if (there === 'an old blob') await storage.blob(container, blob).upload('old', 3)
      const content = randomBytes(2 * MiB)
      const ended = await together(blob, [await fileOf(content), await fileOf(content)])
      expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
      expect(content.equals(await stored(blob))).toBe(true)
    },
  )

  it.each(['a new blob', 'an old blob'])(
    'with other content at the same time: one wins, the other is told, nothing is mixed (%s)',
    async (there) => {
      const blob = `other/${there}.csv`
      if (there === 'an old blob') await storage.blob(container, blob).upload('old', 3)
      const common = randomBytes(MiB)
      const contents = [randomBytes(MiB), randomBytes(MiB)].map((end) =>
        Buffer.concat([common, end]),
      )
      const [one = Buffer.alloc(0), other = Buffer.alloc(0)] = contents
      const ended = await together(blob, [await fileOf(one), await fileOf(other)])
      expect(ended.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      const winner = contents[ended.findIndex(({ status }) => status === 'fulfilled')]
      expect(winner?.equals(await stored(blob))).toBe(true)
      const [reason] = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
      expect(reason).toMatchObject({
        data: { code: expect.stringMatching(/^blob-(changed|conflict)$/) },
      })
    },
  )
})

describe('a blob that exists already', () => {
  const old = Buffer.from('old')

  it('is refused before the first byte, unless this run has put it there', async () => {
    await storage.blob(container, 'kept.csv').upload(old, old.length)
    const file = await fileOf(randomBytes(10))
    const refused = start(inputFor(file, 'kept.csv', { ifExists: 'fail' }))
    await expect(refused.run).rejects.toMatchObject({ data: { code: 'blob-conflict' } })
    expect(refused.reports.some(({ phase }) => phase === 'staging')).toBe(false)
    expect(old.equals(await stored('kept.csv'))).toBe(true)

    const first = await start(inputFor(file, 'new.csv', { ifExists: 'fail' })).run
    const again = await start(inputFor(file, 'new.csv', { ifExists: 'fail' })).run
    expect(again.etag).toBe(first.etag)
  })

  it('is overwritten even if somebody replaces it meanwhile, when that is wanted', async () => {
    const blob = storage.blob(container, 'over.csv')
    await blob.upload(old, old.length)
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      if (isCommit(line)) await blob.upload('theirs', 6)
      return { kind: 'forward' }
    })
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const content = randomBytes(10)
    await start(inputFor(await fileOf(content), 'over.csv', { access, ifExists: 'overwrite' })).run
    expect(content.equals(await stored('over.csv'))).toBe(true)
    await proxy.stop()
  })
})

describe('unfinished blocks of another program', () => {
  const foreignId = Buffer.alloc(48, 7).toString('base64')
  const clear = { foreignBlocks: 'clear' } as const

  it('stop it with a sentence, and are dropped when that is wanted', async () => {
    await storage.blob(container, 'foreign.csv').stageBlock(foreignId, 'abc', 3)
    const content = randomBytes(10)
    const file = await fileOf(content)
    const refused = start(inputFor(file, 'foreign.csv'))
    await expect(refused.run).rejects.toMatchObject({ data: { code: 'blob-foreign-blocks' } })
    await start(inputFor(file, 'foreign.csv', clear)).run
    expect(content.equals(await stored('foreign.csv'))).toBe(true)
  })

  it('are dropped without harm to the blob that is there', async () => {
    const blob = storage.blob(container, 'guarded.csv')
    const theirs = Buffer.alloc(48, 1).toString('base64')
    await blob.stageBlock(theirs, 'their data', 10)
    const headers = { blobContentType: 'text/x-theirs', blobCacheControl: 'no-store' }
    const kept = { metadata: { owner: 'them' }, tags: { day: 'monday' } }
    await blob.commitBlockList([theirs], { blobHTTPHeaders: headers, ...kept })
    await blob.stageBlock(foreignId, 'abc', 3)
    const abort = new AbortController()
    const { run } = start(inputFor(await fileOf(randomBytes(10)), 'guarded.csv', clear), {
      signal: abort.signal,
      onReport: ({ phase }) => {
        if (phase === 'staging') abort.abort(new Error('only cleared'))
      },
    })
    await expect(run).rejects.toThrow('only cleared')
    expect(String(await stored('guarded.csv'))).toBe('their data')
    const found = await blob.getProperties()
    expect(found).toMatchObject({ contentType: 'text/x-theirs', cacheControl: 'no-store' })
    expect(found.metadata).toEqual(kept.metadata)
    expect((await blob.getTags()).tags).toEqual(kept.tags)
    const list = await blob.getBlockList('all')
    expect(list.uncommittedBlocks ?? []).toEqual([])
  })

  it('are left where dropping them would empty the blob', async () => {
    const blob = storage.blob(container, 'one-put.csv')
    await blob.upload('in one piece', 12)
    await blob.stageBlock(foreignId, 'abc', 3)
    const { run } = start(inputFor(await fileOf(randomBytes(10)), 'one-put.csv', clear))
    await expect(run).rejects.toMatchObject({ data: { code: 'blob-foreign-blocks' } })
    expect(String(await stored('one-put.csv'))).toBe('in one piece')
  })
})

describe('the line', () => {
  it('is tried again as the server asks (503 with Retry-After, 408, 500)', async () => {
    const fates: Fault[] = [
      { kind: 'answer', status: 503, headers: { 'retry-after': '1' } },
      { kind: 'answer', status: 408 },
      { kind: 'answer', status: 500 },
    ]
    const proxy = await startFaultProxy(storage.access.endpoint, (line) =>
      isStageBlock(line) ? (fates.shift() ?? { kind: 'forward' }) : { kind: 'forward' },
    )
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const content = randomBytes(2 * MiB)
    const startedMs = Date.now()
    const { run, reports } = start(inputFor(await fileOf(content), 'busy.csv', { access }), {
      settings: hasty,
    })
    const { blocksSent } = await run
    expect(Date.now() - startedMs).toBeGreaterThanOrEqual(1000)
    expect(reports.some((report) => report.phase === 'waiting')).toBe(true)
    expect(staged(proxy.seen)).toHaveLength(blocksSent + 3)
    expect(content.equals(await stored('busy.csv'))).toBe(true)
    await proxy.stop()
  })

  it.each([
    ['a new blob', null],
    ['a replaced blob', 'old'],
  ])('may lose the answer to the commit of %s', async (name, before) => {
    const blob = `lost answer ${name}.csv`
    if (before !== null) await storage.blob(container, blob).upload(before, before.length)
    let lost = 0
    const proxy = await startFaultProxy(storage.access.endpoint, (line) =>
      isCommit(line) && lost++ === 0 ? { kind: 'lose-answer' } : { kind: 'forward' },
    )
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const content = randomBytes(10)
    const { run } = start(inputFor(await fileOf(content), blob, { access }), { settings: hasty })
    const output = await run
    expect(proxy.seen.filter(({ line }) => isCommit(line))).toHaveLength(2)
    expect((await storage.blob(container, blob).getProperties()).etag).toBe(output.etag)
    expect(content.equals(await stored(blob))).toBe(true)
    await proxy.stop()
  })

  it('gives up in time on a server that never answers, and leaves no socket behind', async () => {
    const sockets = new Set<Socket>()
    const hole = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.resume()
      socket.once('close', () => sockets.delete(socket))
    })
    hole.listen(0, '127.0.0.1')
    await once(hole, 'listening')
    const address = hole.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const access = { ...storage.access, endpoint: `http://127.0.0.1:${address.port}/pallet` }
    const limits = { ...hastyLimits, silenceMs: 150, patienceMs: 400 }
    // Without an end to its patience this would never settle.
    const { run } = start(inputFor(await fileOf(randomBytes(10)), 'hole.csv', { access }), {
      settings: { limits, clock: systemClock },
    })
    await expect(run).rejects.toMatchObject({ data: { code: 'network' } })
    await Promise.all([...sockets].map((socket) => once(socket, 'close')))
    hole.close()
    await once(hole, 'close')
  })

  it('may be limited', async () => {
    const startedMs = performance.now()
    const limited = { limit: [{ from: '00:00', bytesPerSecond: MiB }] }
    await start(inputFor(await fileOf(randomBytes(MiB)), 'limited.csv', limited)).run
    // A quarter of a second is what may be saved up.
    expect(performance.now() - startedMs).toBeGreaterThan(740)
  })

  it('ends at once when told to, in the middle of a request and of a pause', async () => {
    for (const fate of [{ kind: 'answer', status: 503 } as const, null]) {
      const { promise: reached, resolve } = Promise.withResolvers<void>()
      const { promise: never, resolve: release } = Promise.withResolvers<Fault>()
      const proxy = await startFaultProxy(storage.access.endpoint, (line) => {
        if (!isStageBlock(line)) return { kind: 'forward' }
        resolve()
        return fate ?? never
      })
      const abort = new AbortController()
      const access = { ...storage.access, endpoint: proxy.endpoint }
      const { run } = start(inputFor(await fileOf(randomBytes(10)), 'told.csv', { access }), {
        signal: abort.signal,
      })
      await reached
      abort.abort(new Error('stop'))
      await expect(run).rejects.toThrow('stop')
      // Neither the answer nor the end of the pause was waited for.
      expect(staged(proxy.seen)).toHaveLength(1)
      release({ kind: 'forward' })
      await proxy.stop()
    }
  })
})

describe('blocks that the server loses', () => {
  it('before the commit are sent again from the file', async () => {
    const blob = storage.blob(container, 'vanished.csv')
    let commits = 0
    const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
      // Committing an empty list drops all unfinished blocks; deleting leaves the name free again.
      if (isCommit(line) && ++commits === 1) {
        await blob.commitBlockList([])
        await blob.delete()
      }
      return { kind: 'forward' }
    })
    const access = { ...storage.access, endpoint: proxy.endpoint }
    const content = randomBytes(2 * MiB)
    const { run } = start(inputFor(await fileOf(content), 'vanished.csv', { access }))
    const { blocks, blocksSent } = await run
    expect(blocksSent).toBe(2 * blocks)
    expect(commits).toBe(2)
    expect(content.equals(await stored('vanished.csv'))).toBe(true)
    await proxy.stop()
  })
})

describe('credentials and containers', () => {
  function sasUrl(expiresInMs: number, permissions: string): BlobAccess {
    const sas = generateBlobSASQueryParameters(
      {
        containerName: container,
        permissions: ContainerSASPermissions.parse(permissions),
        startsOn: new Date(Date.now() - 3_600_000),
        expiresOn: new Date(Date.now() + expiresInMs),
      },
      storage.credential,
    )
    return { kind: 'sas-url', url: `${storage.access.endpoint}/${container}?${sas.toString()}` }
  }

  async function refusal(more: Partial<UploadInput>): Promise<unknown> {
    const { run } = start(inputFor(await fileOf(Buffer.from('x')), 'refused.csv', more))
    return await run.then(
      () => 'it was accepted',
      (thrown: unknown) => thrown,
    )
  }

  it('work as a connection string, and as a SAS of the container', async () => {
    const { account, key, endpoint } = storage.access
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${key};BlobEndpoint=${endpoint};`
    for (const access of [
      { kind: 'connection-string', connectionString } as const,
      sasUrl(60_000, 'rcw'),
    ]) {
      const content = randomBytes(20)
      await start(inputFor(await fileOf(content), 'ways.csv', { access })).run
      expect(content.equals(await stored('ways.csv'))).toBe(true)
    }
  })

  it('are told apart when refused, and never shown', async () => {
    const key = createHash('sha512').update('wrong').digest('base64')
    const wrong = await refusal({ access: { ...storage.access, key } })
    expect(wrong).toMatchObject({ data: { code: 'credential-rejected' } })
    const expired = await refusal({ access: sasUrl(-60_000, 'rcw') })
    expect(expired).toMatchObject({ data: { code: 'credential-expired' } })
    const poor = await refusal({ access: sasUrl(60_000, 'w') })
    expect(poor).toMatchObject({ data: { code: 'permission-denied' } })
    const elsewhere = await refusal({ access: sasUrl(60_000, 'rcw'), container: 'other' })
    expect(elsewhere).toMatchObject({ data: { code: 'permission-denied' } })
    const nonsense = await refusal({ access: { kind: 'sas-url', url: 'my sig=secret' } })
    expect(nonsense).toMatchObject({ data: { code: 'usage' } })
    const blobSas = generateBlobSASQueryParameters(
      {
        containerName: container,
        blobName: 'a.csv',
        permissions: BlobSASPermissions.parse('w'),
        expiresOn: new Date(Date.now() + 60_000),
      },
      storage.credential,
    )
    const url = `${storage.access.endpoint}/${container}/a.csv?${blobSas.toString()}`
    expect(await refusal({ access: { kind: 'sas-url', url } })).toMatchObject({
      data: { code: 'usage' },
    })
    for (const problem of [wrong, expired, poor, elsewhere, nonsense])
      expect(JSON.stringify(problem) + String(problem)).not.toMatch(/sig=|secret|SharedKey/)
  })

  it('of a wrong account name it, and say what to do', async () => {
    const { signal } = new AbortController()
    const ask = (): Promise<never> => Promise.reject(new Error('no token is needed here'))
    const { access } = storage
    const elsewhere = access.endpoint.replace(access.account, 'another')
    await expect(
      blobAccounts.listContainers(
        { ...access, account: 'another', endpoint: elsewhere },
        ask,
        signal,
      ),
    ).rejects.toMatchObject({
      data: {
        code: 'account-missing',
        what: expect.stringContaining('There is no storage account “another” at 127.0.0.1'),
        advice: expect.stringContaining('Correct the account name in the connection'),
      },
    })
    const key = randomBytes(64).toString('base64')
    await expect(
      blobAccounts.listContainers({ ...access, key }, ask, signal),
    ).rejects.toMatchObject({
      data: {
        code: 'credential-rejected',
        what: expect.stringContaining(`did not accept the key of the account “${access.account}”`),
        advice: expect.stringContaining('check that it is of this account'),
      },
    })
  })

  it('create a missing container only when asked to', async () => {
    const missing = { container: 'not-yet' }
    expect(await refusal(missing)).toMatchObject({ data: { code: 'container-missing' } })
    const content = Buffer.from('first')
    await start(
      inputFor(await fileOf(content), 'a.csv', { ...missing, missingContainer: 'create' }),
    ).run
    expect(await storage.blob('not-yet', 'a.csv').exists()).toBe(true)
    expect(await refusal({ container: 'X' })).toMatchObject({ data: { code: 'usage' } })
  })

  it('list and create containers', async () => {
    const { signal } = new AbortController()
    const ask = (): Promise<never> => Promise.reject(new Error('no token is needed here'))
    await blobAccounts.createContainer(storage.access, 'made-here', ask, signal)
    await blobAccounts.createContainer(storage.access, 'made-here', ask, signal)
    const names = await blobAccounts.listContainers(storage.access, ask, signal)
    expect(names).toEqual(expect.arrayContaining([container, 'made-here']))
    expect(await blobAccounts.listContainers(sasUrl(60_000, 'cw'), ask, signal)).toEqual([
      container,
    ])
    await expect(
      blobAccounts.listContainers(sasUrl(-60_000, 'cw'), ask, signal),
    ).rejects.toMatchObject({ data: { code: 'credential-expired' } })
  })
})

describe('a company proxy in the environment', () => {
  it('is not asked for the storage on this computer', async () => {
    const before = process.env['HTTP_PROXY']
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:9'
    try {
      await start(inputFor(await fileOf(Buffer.from('x')), 'direct.csv'), { settings: hasty }).run
    } finally {
      if (before === undefined) delete process.env['HTTP_PROXY']
      else process.env['HTTP_PROXY'] = before
    }
    expect(await storage.blob(container, 'direct.csv').exists()).toBe(true)
  })
})
