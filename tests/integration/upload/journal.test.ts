/** What is remembered of an upload saves reading, and is never believed against file or server. */
import { randomBytes } from 'node:crypto'
import { open, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  PlacedBlock,
  UploadInput,
  UploadJournal,
  UploadOutput,
  UploadReport,
} from '../../../main/runs/ports/uploading.ts'
import { parseBlockId } from '../../../main/upload/blocks/blockId.ts'
import { systemClock } from '../../../main/upload/line/requests.ts'
import { usualLimits } from '../../../main/upload/line/retry.ts'
import { openSource } from '../../../main/upload/blocks/source.ts'
import { upload, type UploadSettings } from '../../../main/upload/upload.ts'
import { small } from '../../fixtures/smallBlocks.ts'
import { startStorage, type Storage } from './azurite.ts'

const MiB = 1024 ** 2
const limits = { ...usualLimits, firstPauseMs: 10, longestPauseMs: 50 }
const settings = { limits, clock: systemClock, sizesFor: () => small }
const container = 'journal'
let storage: Storage
let files = 0

beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
})
afterAll(() => storage.stop())

async function fileOf(content: Buffer): Promise<string> {
  files += 1
  const file = join(storage.folder, `export-${files}.csv`)
  await writeFile(file, content)
  return file
}

interface Attempt {
  output: UploadOutput | null
  reports: UploadReport[]
  /** What it leaves for the next one. */
  journal: UploadJournal
  blocks: PlacedBlock[]
}

/** Uploads; breaks off after `most` acknowledged blocks. */
async function attempt(
  file: string,
  blob: string,
  more: Partial<UploadInput> = {},
  most = Infinity,
  how: UploadSettings = settings,
): Promise<Attempt> {
  const abort = new AbortController()
  const reports: UploadReport[] = []
  const blocks: PlacedBlock[] = []
  let planned: UploadReport['planned']
  const input: UploadInput = {
    access: storage.access,
    container,
    blob,
    file,
    contentType: 'text/csv',
    runId: 'run-1',
    missingContainer: 'refuse',
    ...more,
  }
  const control = {
    signal: abort.signal,
    ask: () => Promise.reject(new Error('nothing is asked here')),
    report(report: UploadReport) {
      reports.push(report)
      planned = report.planned ?? planned
      const block = report.acknowledged ?? report.found
      if (block !== undefined) blocks.push(block)
      if (reports.filter(({ acknowledged }) => acknowledged).length >= most)
        abort.abort(new Error('cut off'))
    },
  }
  const output = await upload(input, control, how).catch((thrown: unknown) => {
    if (abort.signal.aborted) return null
    throw thrown
  })
  if (planned === undefined) throw new Error('nothing was planned')
  return { output, reports, blocks, journal: journalOf(blocks, planned) }
}

function journalOf(
  blocks: readonly PlacedBlock[],
  planned: Pick<UploadJournal, 'identity' | 'seen'>,
): UploadJournal {
  return {
    ...planned,
    offsets: Float64Array.from(blocks, ({ offset }) => offset),
    ids: blocks.map(({ id }) => id).join(''),
  }
}

async function overwrite(
  file: string,
  places: readonly { offset: number; bytes: number }[],
  contentOf = randomBytes,
): Promise<void> {
  const handle = await open(file, 'r+')
  for (const { offset, bytes } of places) await handle.write(contentOf(bytes), 0, bytes, offset)
  await handle.close()
}

/** Whether an attempt had to look at the file a second time. */
function plannedTwice({ reports }: Attempt): boolean {
  return reports.filter(({ planned }) => planned).length > 1
}

/** The journal as if it had been written of the file as it is now. */
async function ofFileNow(file: string, journal: UploadJournal): Promise<UploadJournal> {
  const source = await openSource(file)
  await source.close()
  return { ...journal, identity: source.identity }
}

async function stored(blob: string): Promise<Buffer> {
  return await storage.blob(container, blob).downloadToBuffer()
}

describe('a journalled block', () => {
  it('that the server lists is not read when an upload goes on', async () => {
    const content = randomBytes(2 * MiB)
    const file = await fileOf(content)
    const cut = await attempt(file, 'goes on.csv', {}, 10)
    expect(cut.output).toBeNull()
    // Whoever reads these bytes now finds others; only a journal that lies can show that nobody does.
    await overwrite(file, cut.blocks)
    const journal = await ofFileNow(file, cut.journal)
    const { output, reports } = await attempt(file, 'goes on.csv', { journal })
    expect(content.equals(await stored('goes on.csv'))).toBe(true)
    const known = new Set(cut.blocks.map(({ id }) => id))
    expect(known.size).toBeGreaterThanOrEqual(10)
    for (const { acknowledged, found } of reports)
      expect(known.has((acknowledged ?? found)?.id ?? '')).toBe(false)
    expect(output?.blocksSent).toBeLessThanOrEqual((output?.blocks ?? 0) - known.size)
  })

  it('is read again when the file was edited and its time put back', async () => {
    const content = randomBytes(MiB)
    const file = await fileOf(content)
    // A time that survives the way through a number of seconds.
    const modified = 1_700_000_000.5
    await utimes(file, modified, modified)
    const before = await stat(file)
    const { journal } = await attempt(file, 'edited.csv')
    await overwrite(file, [{ offset: MiB / 2, bytes: 8 }])
    await utimes(file, modified, modified)
    const after = await stat(file)
    expect([after.size, after.mtimeMs, after.ino]).toEqual([
      before.size,
      before.mtimeMs,
      before.ino,
    ])
    const { output, reports } = await attempt(file, 'edited.csv', { journal })
    expect((await readFile(file)).equals(await stored('edited.csv'))).toBe(true)
    expect(output?.blocksSent).toBe(1)
    expect(reports.filter(({ found }) => found)).toHaveLength((output?.blocks ?? 0) - 1)
  })

  it('that the server has lost is read and sent again', async () => {
    const content = randomBytes(MiB)
    const file = await fileOf(content)
    const { journal } = await attempt(file, 'lost.csv')
    await storage.blob(container, 'lost.csv').delete()
    const again = await attempt(file, 'lost.csv', { journal: { ...journal, seen: null } })
    expect(again.output?.bytesSent).toBe(MiB)
    expect(plannedTwice(again)).toBe(false)
    expect(content.equals(await stored('lost.csv'))).toBe(true)
  })

  it('makes the second upload of an unchanged file read nothing', async () => {
    const content = randomBytes(MiB)
    const file = await fileOf(content)
    const first = await attempt(file, 'twice.csv')
    await overwrite(file, [{ offset: 0, bytes: MiB }])
    const journal = { ...(await ofFileNow(file, first.journal)), seen: null }
    const { output, reports } = await attempt(file, 'twice.csv', { journal, runId: 'run-2' })
    expect(output).toMatchObject({ bytes: MiB, blocks: first.blocks.length, blocksSent: 0 })
    expect(reports.some(({ found, acknowledged }) => found ?? acknowledged)).toBe(false)
    expect(content.equals(await stored('twice.csv'))).toBe(true)
  })
})

describe('a journal that makes no sense', () => {
  const ids = (journal: UploadJournal): string[] => journal.ids.match(/.{44}/g) ?? []

  it.each<[string, (journal: UploadJournal) => UploadJournal]>([
    ['with places and ids of different number', (journal) => ({ ...journal, ids: 'A' })],
    [
      'with other ids than ours',
      (journal) => ({ ...journal, ids: 'x'.repeat(journal.ids.length) }),
    ],
    [
      'with places outside of the file',
      (journal) => ({ ...journal, offsets: journal.offsets.map((offset) => offset - 5 * MiB) }),
    ],
    [
      'with places between',
      (journal) => ({ ...journal, offsets: journal.offsets.map((o) => o + 1) }),
    ],
    [
      'with a block that ends after the file',
      (journal) => {
        const last = journal.offsets.indexOf(Math.max(...journal.offsets))
        const largest = ids(journal).toSorted(
          (a, b) => (parseBlockId(b)?.bytes ?? 0) - (parseBlockId(a)?.bytes ?? 0),
        )[0]
        const moved = ids(journal).with(last, largest ?? '')
        return { ...journal, ids: moved.join('') }
      },
    ],
  ])('%s, is no journal', async (name, spoil) => {
    const content = randomBytes(MiB)
    const file = await fileOf(content)
    const blob = `nonsense/${name}.csv`
    const { journal } = await attempt(file, blob)
    const again = await attempt(file, blob, { journal: spoil(journal), runId: 'run-2' })
    expect(again.output?.blocksSent).toBe(0)
    expect(plannedTwice(again)).toBe(false)
    expect(content.equals(await stored(blob))).toBe(true)
  })

  it('because the file is cut otherwise now, is no journal', async () => {
    const content = randomBytes(MiB)
    const file = await fileOf(content)
    const larger = { ...settings, sizesFor: () => ({ ...small, sizeClass: 1 }) }
    const { journal } = await attempt(file, 'cut.csv', {}, 5, larger)
    const again = await attempt(file, 'cut.csv', { journal })
    expect(again.output?.bytesSent).toBe(MiB)
    expect(plannedTwice(again)).toBe(false)
    expect(content.equals(await stored('cut.csv'))).toBe(true)
  })

  it('because it counts the same content otherwise, makes the file be read once more', async () => {
    // One block twice; the server has the second one only, and the first is another by now.
    const half = Buffer.alloc(small.maxBytes, 'a')
    const content = Buffer.concat([half, half])
    const file = await fileOf(content)
    const { journal, blocks } = await attempt(file, 'counted.csv')
    const [, second] = blocks
    await storage.blob(container, 'counted.csv').delete()
    await storage.blob(container, 'counted.csv').stageBlock(second?.id ?? '', half, half.length)
    await overwrite(file, [{ offset: 0, bytes: half.length }], (bytes) => Buffer.alloc(bytes, 'b'))
    const lying = { ...(await ofFileNow(file, journal)), seen: null }
    expect(plannedTwice(await attempt(file, 'counted.csv', { journal: lying }))).toBe(true)
    expect((await readFile(file)).equals(await stored('counted.csv'))).toBe(true)
  })
})

describe('the blob as it was first seen', () => {
  const theirs = Buffer.from('theirs')

  it.each([
    ['replaced', 'old', 'blob-changed'],
    ['created', null, 'blob-conflict'],
  ])(
    'is remembered: one that was %s by somebody else in between is left alone',
    async (name, old, code) => {
      const blob = `seen ${name}.csv`
      if (old !== null) await storage.blob(container, blob).upload(old, old.length)
      const file = await fileOf(randomBytes(MiB))
      const { journal } = await attempt(file, blob, {}, 3)
      await storage.blob(container, blob).upload(theirs, theirs.length)
      await expect(attempt(file, blob, { journal })).rejects.toMatchObject({ data: { code } })
      expect(theirs.equals(await stored(blob))).toBe(true)
      // Whoever was told and tries again means it.
      await attempt(file, blob, { journal: { ...journal, seen: null } })
      expect((await readFile(file)).equals(await stored(blob))).toBe(true)
    },
  )

  it('does not matter where it is overwritten in any case, or the file is another', async () => {
    const file = await fileOf(randomBytes(MiB))
    const { journal } = await attempt(file, 'any case.csv', {}, 3)
    await storage.blob(container, 'any case.csv').upload(theirs, theirs.length)
    await attempt(file, 'any case.csv', { journal, ifExists: 'overwrite' })
    await storage.blob(container, 'any case.csv').upload(theirs, theirs.length)
    await overwrite(file, [{ offset: 0, bytes: 1 }])
    await attempt(file, 'any case.csv', { journal })
    expect((await readFile(file)).equals(await stored('any case.csv'))).toBe(true)
  })

  it('may be our own by now, committed by an attempt that never heard of it', async () => {
    const content = randomBytes(MiB)
    const file = await fileOf(content)
    const first = await attempt(file, 'own.csv', { ifExists: 'fail' })
    // Its seen blob is "none", as of an attempt that was cut off after its commit.
    const { journal } = first
    expect(journal.seen).toEqual({ etag: null, runId: 'run-1' })
    const next = await attempt(file, 'own.csv', { journal, runId: 'run-2', ifExists: 'fail' })
    expect(next.output).toEqual({ ...first.output, blocksSent: 0, bytesSent: 0 })
  })
})
