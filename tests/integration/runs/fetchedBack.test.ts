/** A run whose cleaned file is gone from this computer while its verified blob stands; all of it real. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BlockBlobClient } from '@azure/storage-blob'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Truth, writeSalesExport } from '../../fixtures/exports.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
/** The warehouse does not work until it is told to. */
let broken: boolean
let cleanings: number
let truth: Truth
let file: string

beforeEach(async () => {
  broken = true
  cleanings = 0
  real = realCore(folder(), {
    rooms: (rooms) => ({
      clean: async (input, control) => {
        cleanings += 1
        return await rooms.clean(input, control)
      },
      load: async (input, control) => {
        if (broken) throw new Problem({ code: 'internal', what: 'The warehouse broke down.' })
        return await rooms.load(input, control)
      },
    }),
  })
  file = join(folder(), 'sales.csv')
  truth = await writeSalesExport(file, { rows: 3000, seed: 4, oneDefectIn: 60 })
})
afterEach(async () => {
  await real.core.close()
})

/** A run that is uploaded, not loaded, and has nothing left in the spool. */
async function uploadedOnly(): Promise<{
  runId: string
  blob: BlockBlobClient
  /** Where it lies until the run is tried again. */
  aside: BlockBlobClient
}> {
  const runId = await real.send(file)
  expect((await real.until(runId, 'succeeded', 'failed')).problem?.what).toContain('broke down')
  rmSync(real.home.runFolder(runId), { recursive: true })
  broken = false
  const access = await real.sandbox.access(new AbortController().signal)
  if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
  const credential = new StorageSharedKeyCredential(access.account, access.key)
  const service = new BlobServiceClient(access.endpoint, credential)
  const place = real.core.runs.get(runId).run.destination.blob
  if (place === null) throw new Error('the run has no blob')
  const container = service.getContainerClient(place.container)
  const blob = container.getBlockBlobClient(place.name)
  return { runId, blob, aside: container.getBlockBlobClient(`_undone/${runId}/${place.name}`) }
}

const history = (runId: string): string =>
  real.core.runs
    .events(runId)
    .map(({ message }) => message)
    .join('\n')

test('is loaded from its blob, and its history says so', async () => {
  const { runId } = await uploadedOnly()
  rmSync(file)
  await real.core.runs.retry(runId)
  const run = await real.until(runId, 'succeeded', 'failed', 'waiting')
  expect(run.problem).toBe(null)
  expect(cleanings).toBe(1)
  expect(real.core.runs.get(runId).receipt.rows).toMatchObject({ loaded: truth.clean })
  expect(history(runId)).toContain('were fetched back from')
  expect(history(runId)).toContain(`The ${truth.held} rows held back are gone from this computer`)
})

test('is refused once somebody else has written the blob, and nothing is loaded', async () => {
  const { runId, blob } = await uploadedOnly()
  await blob.upload('id\n1\n', 5)
  await real.core.runs.retry(runId)
  const run = await real.until(runId, 'succeeded', 'failed', 'waiting')
  expect(run).toMatchObject({ state: 'failed', problem: { code: 'blob-changed' } })
  expect(run.problem?.what).toContain('after Pallet had verified it')
  expect(existsSync(real.home.warehouse)).toBe(false)
})

test('is cleaned and sent again where the blob is gone, too', async () => {
  const { runId, blob, aside } = await uploadedOnly()
  await aside.delete()
  await real.core.runs.retry(runId)
  const run = await real.until(runId, 'succeeded', 'failed', 'waiting')
  expect(run.problem).toBe(null)
  expect(cleanings).toBe(2)
  expect(await blob.exists()).toBe(true)
  expect(real.core.runs.get(runId).receipt.rows).toMatchObject({ loaded: truth.clean })
})
