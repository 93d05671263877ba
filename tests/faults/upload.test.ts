/**
 * The upload engine behind a line that fails in every way, with a real Azurite at its end. PALLET_FAULT_SEED and
 * PALLET_FAULT_CASES make the seeded part another or longer one.
 */
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../main/upload/line/requests.ts'
import { usualLimits } from '../../main/upload/line/retry.ts'
import { upload, type UploadSettings } from '../../main/upload/upload.ts'
import type { UploadInput, UploadOutput, UploadReport } from '../../main/runs/ports/uploading.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { random } from '../fixtures/exports.ts'
import {
  isCommit,
  isStageBlock,
  startFaultProxy,
  type Fault,
  type FaultProxy,
} from '../fixtures/faultProxy.ts'
import { small } from '../fixtures/smallBlocks.ts'
import { startStorage, type Storage } from '../integration/upload/azurite.ts'

const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261120)
const cases = Number(process.env['PALLET_FAULT_CASES'] ?? 12)
const container = 'faults'
const MiB = 1024 ** 2

let storage: Storage
beforeAll(async () => {
  storage = await startStorage()
  await storage.service.getContainerClient(container).create()
})
afterAll(() => storage.stop())
let before: string[] = []
beforeEach(() => {
  before = held()
})
afterEach(() => {
  expect(held()).toEqual(before)
})

/** Pauses and patience shortened about a hundredfold; what is waited for stays real. */
const hasty: UploadSettings = {
  limits: {
    ...usualLimits,
    supposedBytesPerSecond: 4 * MiB,
    firstPauseMs: 10,
    longestPauseMs: 60,
    silenceMs: 400,
    patienceMs: 1500,
  },
  clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 20, signal) },
  sizesFor: () => small,
}

function contentOf(next: () => number, bytes: number): Buffer {
  const content = Buffer.alloc(bytes)
  for (let at = 0; at + 4 <= bytes; at += 4) content.writeUInt32LE(next() * 2 ** 32, at)
  return content
}

async function stored(blob: string): Promise<Buffer | null> {
  const client = storage.blob(container, blob)
  if (!(await client.exists())) return null
  const { contentLength = 0 } = await client.getProperties()
  return contentLength === 0 ? Buffer.alloc(0) : await client.downloadToBuffer()
}

interface Case {
  proxy: FaultProxy
  blob: string
  file: string
  reports: UploadReport[]
}

/** What of the process an upload must give back: open files, threads. Linux shows files only. */
function held(): string[] {
  const threads = process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort/.test(kind))
  const files = existsSync('/proc/self/fd')
    ? readdirSync('/proc/self/fd').map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`)
        } catch {
          // The one by which the folder itself was read.
          return ''
        }
      })
    : []
  return [...threads, ...files.filter((path) => path.startsWith(storage.folder))]
}

function send({ proxy, blob, file, reports }: Case, settings = hasty): Promise<UploadOutput> {
  const input: UploadInput = {
    access: { ...storage.access, endpoint: proxy.endpoint },
    container,
    blob,
    file,
    contentType: 'text/csv',
    runId: `run-${blob}`,
    missingContainer: 'refuse',
  }
  return upload(
    input,
    {
      signal: new AbortController().signal,
      report: (report) => reports.push(report),
      ask: () => Promise.reject(new Error('no token is needed here')),
    },
    settings,
  )
}

const everyFault: Fault[] = [
  { kind: 'drop-before' },
  { kind: 'lose-answer' },
  { kind: 'reset', share: 0.5 },
  { kind: 'black-hole' },
  { kind: 'truncate-answer' },
  ...[408, 429, 500, 502, 503, 504].flatMap((status): Fault[] => [
    { kind: 'answer', status },
    { kind: 'answer', status, code: 'ServerBusy', headers: { 'retry-after': '1' } },
  ]),
  { kind: 'damage' },
  { kind: 'slow', bytesPerSecond: 400_000, latencyMs: 150 },
]
const nameOf = (fault: Fault): string =>
  fault.kind === 'answer'
    ? `${fault.status}${fault.headers === undefined ? '' : ' with Retry-After'}`
    : fault.kind

describe('each fault, once at every kind of request', () => {
  test.each(everyFault.map((fault) => ({ name: nameOf(fault), fault })))(
    '$name: the upload arrives whole, and the old blob stays until then',
    async ({ name, fault }) => {
      const blob = `each/${name}.csv`
      const next = random(seed)
      const old = Buffer.from('old')
      await storage.blob(container, blob).upload(old, old.length)
      const content = contentOf(next, MiB / 2)
      const file = join(storage.folder, 'each.csv')
      await writeFile(file, content)
      const struck = new Set<string>()
      const proxy = await startFaultProxy(storage.access.endpoint, async (line) => {
        const kind = isStageBlock(line) ? 'stage' : isCommit(line) ? 'commit' : line.slice(0, 4)
        if (kind === 'commit' && !struck.has(kind))
          expect(old.equals((await stored(blob)) ?? Buffer.alloc(0))).toBe(true)
        if (struck.has(kind)) return { kind: 'forward' }
        struck.add(kind)
        return fault
      })
      const reports: UploadReport[] = []
      await send({ proxy, blob, file, reports })
      expect(struck.size).toBe(4)
      // What it waited for is said in words; a slow line is none to wait for.
      const told = reports.flatMap(({ waitingFor }) => waitingFor ?? [])
      expect(told.length > 0).toBe(fault.kind !== 'slow')
      for (const words of told)
        expect(words).toMatch(/^\S+ (is busy|cannot be reached); trying again/)
      expect(content.equals((await stored(blob)) ?? old)).toBe(true)
      await proxy.quiet()
      await proxy.stop()
    },
  )
})

test('a connection that takes nothing any more is left, and the upload goes on', async () => {
  const blob = 'stalled.csv'
  const content = contentOf(random(seed), 30 * MiB)
  const file = join(storage.folder, 'stalled.csv')
  await writeFile(file, content)
  let blocksSeen = 0
  const proxy = await startFaultProxy(storage.access.endpoint, (line) => {
    blocksSeen += isStageBlock(line) ? 1 : 0
    return isStageBlock(line) && [2, 3].includes(blocksSeen)
      ? { kind: 'stall' }
      : { kind: 'forward' }
  })
  // Blocks as large as usual: more than the system takes off our hands by itself.
  const { sizesFor: _small, ...usualBlocks } = hasty
  const { blocks } = await send({ proxy, blob, file, reports: [] }, usualBlocks)
  const staged = proxy.seen.filter(({ line }) => isStageBlock(line))
  expect(staged).toHaveLength(blocks + 2)
  expect(content.equals((await stored(blob)) ?? Buffer.alloc(0))).toBe(true)
  await proxy.quiet()
  await proxy.stop()
})

test('a credential that ends in the middle is told, and a new one continues', async () => {
  const blob = 'credential.csv'
  const content = contentOf(random(seed), 2 * MiB)
  const file = join(storage.folder, 'credential.csv')
  await writeFile(file, content)
  let valid = 10
  const proxy = await startFaultProxy(storage.access.endpoint, (line) =>
    isStageBlock(line) && valid-- <= 0
      ? { kind: 'answer', status: 403, code: 'AuthenticationFailed' }
      : { kind: 'forward' },
  )
  await expect(send({ proxy, blob, file, reports: [] })).rejects.toMatchObject({
    data: { code: 'credential-rejected' },
  })
  // What was sent before the upload gave up must not come by with the new credential.
  await proxy.stop()
  const acted = proxy.seen.filter(({ line, acted }) => acted && isStageBlock(line)).length
  expect(acted).toBe(10)
  const renewed = await startFaultProxy(storage.access.endpoint, () => ({ kind: 'forward' }))
  const { blocks, blocksSent } = await send({ proxy: renewed, blob, file, reports: [] })
  expect(blocksSent).toBe(blocks - acted)
  expect(content.equals((await stored(blob)) ?? Buffer.alloc(0))).toBe(true)
  await renewed.stop()
})

describe(`a line that fails at random (seed ${seed})`, () => {
  test.each(Array.from({ length: cases }, (_, index) => index))(
    'case %i ends whole, or with the reason in words and the old blob as it was',
    async (index) => {
      const next = random(seed + index)
      const blob = `random/${index}.csv`
      const file = join(storage.folder, `random-${index}.csv`)
      const content = contentOf(next, Math.floor(next() ** 2 * 3 * MiB))
      await writeFile(file, content)
      const old = next() < 0.5 ? null : contentOf(next, 1000)
      if (old !== null) await storage.blob(container, blob).upload(old, old.length)

      const share = next() * 0.5
      let faultsLeft = 25
      const proxy = await startFaultProxy(storage.access.endpoint, () => {
        if (faultsLeft === 0 || next() > share) return { kind: 'forward' }
        faultsLeft -= 1
        const refusal: Fault = { kind: 'answer', status: 403, code: 'AuthenticationFailed' }
        if (next() < 0.03) return refusal
        return everyFault[Math.floor(next() * everyFault.length)] ?? { kind: 'forward' }
      })
      const reports: UploadReport[] = []
      const first = await send({ proxy, blob, file, reports }).catch((thrown: unknown) => thrown)
      // Nothing of it goes on in the background.
      await proxy.quiet()
      if (first instanceof Error) {
        expect(first).toBeInstanceOf(Problem)
        if (first instanceof Problem) {
          expect(first.code).toMatch(/^(network|server-busy|integrity|credential-rejected)$/)
          expect(first.data.what).toMatch(/^[A-Z0-9].+\.$/)
        }
        const left = await stored(blob)
        const untouched = left === null ? old === null : left.equals(old ?? content)
        expect(untouched || left?.equals(content)).toBe(true)
        faultsLeft = 0
        await send({ proxy, blob, file, reports })
      }
      expect(content.equals((await stored(blob)) ?? Buffer.from('nothing'))).toBe(true)
      for (const { bytesDone, bytesTotal } of reports)
        expect(bytesDone).toBeLessThanOrEqual(bytesTotal)
      await proxy.stop()
    },
  )
})
