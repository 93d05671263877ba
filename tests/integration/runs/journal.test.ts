/** What a run remembers of its upload: used when it goes on, and gone with it. */
import { to } from '../../fixtures/destination.ts'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import type { UploadInput } from '../../../main/runs/ports/uploading.ts'
import { upload } from '../../../main/upload/upload.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
/** What the room was given, attempt by attempt. */
let inputs: UploadInput[]

/** The first attempt loses the network once a block has been acknowledged. */
const cutOff: Rooms['upload'] = async (input, control) => {
  inputs.push(input)
  if (inputs.length > 1) return await upload(input, control)
  const stop = new AbortController()
  return await upload(input, {
    ...control,
    signal: stop.signal,
    report(report) {
      control.report(report)
      if (report.acknowledged !== undefined) stop.abort()
    },
  }).catch(() => {
    throw new Problem({ code: 'network', what: 'The line is cut.' })
  })
}

beforeEach(() => {
  inputs = []
  real = realCore(folder(), { rooms: () => ({ upload: cutOff }) })
})
afterEach(() => real.core.close())

/** About 12 MB: several blocks. */
function writeExport(): string {
  const file = join(folder(), 'sales.csv')
  const rows = Array.from(
    { length: 12_000 },
    (_, id) => `${id},${randomBytes(500).toString('hex')}`,
  )
  writeFileSync(file, `id,note\n${rows.join('\n')}\n`)
  return file
}

function remembered(): number {
  return Number(real.db.prepare('SELECT count(*) FROM upload').pluck().get())
}

async function sandboxBlob(name: string) {
  const access = await real.sandbox.access(new AbortController().signal)
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  const credential = new StorageSharedKeyCredential(access.account, access.key)
  return new BlobServiceClient(access.endpoint, credential)
    .getContainerClient('pallet')
    .getBlockBlobClient(name)
}

async function cutOffRun(): Promise<string> {
  const runId = await real.send(writeExport(), to({ blob: 'sales.csv' }))
  expect((await real.until(runId, 'waiting', 'failed', 'succeeded')).state).toBe('waiting')
  return runId
}

test('a run that goes on is given what was acknowledged; nothing of it is kept after its end', async () => {
  const runId = await cutOffRun()
  expect(remembered()).toBe(1)
  await real.core.runs.resume(runId)
  expect((await real.until(runId, 'succeeded', 'failed')).state).toBe('succeeded')
  const [first, second] = inputs
  expect(first?.journal).toBeUndefined()
  const known = second?.journal?.offsets.length ?? 0
  expect(known).toBeGreaterThan(0)
  expect(second?.journal?.seen).toEqual({ etag: null, runId })
  // Over both attempts, and each block once.
  const { upload: sent } = real.core.runs.get(runId).receipt
  expect(sent?.blocksSent).toBe(sent?.blocks)
  expect(sent?.bytesSent).toBe(sent?.bytes)
  expect(remembered()).toBe(0)
})

test('a blob that somebody else wrote meanwhile is told; who tries again means to replace it', async () => {
  const runId = await cutOffRun()
  const blob = await sandboxBlob('sales.csv')
  await blob.upload('theirs', 6)
  await real.core.runs.resume(runId)
  const failed = await real.until(runId, 'succeeded', 'failed')
  expect(failed).toMatchObject({ state: 'failed', problem: { code: 'blob-conflict' } })
  expect(String(await blob.downloadToBuffer())).toBe('theirs')
  await real.core.runs.retry(runId)
  expect((await real.until(runId, 'succeeded', 'failed')).state).toBe('succeeded')
  expect((await blob.getProperties()).metadata?.['palletrun']).toBe(runId)
})

test('a discarded run is forgotten here, too', async () => {
  const runId = await cutOffRun()
  await real.core.runs.cancel(runId)
  await real.core.runs.discard(runId)
  expect(remembered()).toBe(0)
})

test('a journal that cannot be read or written stops nothing', async () => {
  real.db.exec('DROP TABLE upload_batch')
  const runId = await cutOffRun()
  await real.core.runs.resume(runId)
  expect((await real.until(runId, 'succeeded', 'failed')).state).toBe('succeeded')
})
