/** What readers of a blob folder find, on the real storage: the files of the deliveries that stand, and no other. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerClient } from '@azure/storage-blob'
import { afterEach, expect, test } from 'vitest'
import { Problem } from '../../../shared/domain/problem.ts'
import { receiptText } from '../../../main/terminal/receipt.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

const day = (...ids: number[]): string =>
  ['id,product', ...ids.map((id) => `${id},p${id}`), ''].join('\n')

/** Content by blob name, with runs as 1, 2, 3 and the day as DAY. */
async function found(container: ContainerClient, runs: readonly string[]) {
  const blobs: Record<string, string> = {}
  for await (const { name } of container.listBlobsFlat()) {
    const named = runs.reduce((text, run, nth) => text.replaceAll(run, `${nth + 1}`), name)
    const bytes = await container.getBlobClient(name).downloadToBuffer()
    blobs[named.replace(/\d{4}-\d\d-\d\d/, 'DAY')] = bytes.toString()
  }
  return blobs
}

test('files of one name lie beside each other; a corrected or undone one is put aside, and comes back', async () => {
  real = realCore(join(folder(), 'home'))
  const { core } = real
  const { signal } = new AbortController()
  const file = join(folder(), 'sales.csv')
  const runs: string[] = []
  const send = async (content: string, correct = false): Promise<string> => {
    writeFileSync(file, content)
    const { source } = await core.sources.open(file)
    const ifDelivered = correct ? ('correct' as const) : undefined
    const { runId } = await core.runs.start({
      source,
      dataset: 'sales',
      destination: {},
      ifDelivered,
    })
    runs.push(runId)
    expect(await real.until(runId, 'succeeded', 'failed', 'waiting')).toMatchObject({
      problem: null,
    })
    return runId
  }
  const morning = await send(day(1, 2, 3))
  const noon = await send(day(4, 5, 6))
  const container = await real.container()
  const both = { 'sales/DAY/1_sales.csv': day(1, 2, 3), 'sales/DAY/2_sales.csv': day(4, 5, 6) }
  expect(await found(container, runs)).toEqual(both)

  const corrected = await send(day(4, 5, 6, 7), true)
  const asCorrected = {
    'sales/DAY/1_sales.csv': day(1, 2, 3),
    'sales/DAY/3_sales.csv': day(4, 5, 6, 7),
    '_undone/2/sales/DAY/2_sales.csv': day(4, 5, 6),
  }
  expect(await found(container, runs)).toEqual(asCorrected)

  const foreseen = await core.runs.foreseeUndo(corrected, signal)
  expect(foreseen.blob).toMatch(/^Its blob pallet\/sales\/.* is put aside, where readers/)
  expect(await found(container, runs)).toEqual(asCorrected)
  // An attempt that was cut off had copied one already, and undone the rows; saying it twice changes nothing.
  const asked = core.runs.get(corrected).run.destination.blob?.name ?? ''
  const source = container.getBlobClient(asked)
  const copy = container.getBlobClient(`_undone/${corrected}/${asked}`)
  await (await copy.beginCopyFromURL(source.url)).pollUntilDone()
  const undone = await core.runs.undo(corrected, signal)
  expect(undone.blob).toContain(`sales.csv of ${noon} is back.`)
  expect(await core.runs.undo(corrected, signal)).toEqual(undone)
  expect(core.runs.get(corrected).receipt.blobNow).toEqual({
    state: 'aside',
    name: `_undone/${corrected}/${asked}`,
  })
  expect(receiptText(core.runs.get(corrected).receipt, [])).toContain(
    'put aside as pallet/_undone/',
  )
  expect(core.runs.get(noon).receipt.blobNow).toBeNull()
  const back = { ...both, '_undone/3/sales/DAY/3_sales.csv': day(4, 5, 6, 7) }
  expect(await found(container, runs)).toEqual(back)

  // What somebody else has written under the name stays theirs.
  const name = core.runs.get(morning).run.destination.blob?.name ?? ''
  await container.getBlockBlobClient(name).upload('theirs', 6)
  const kept = await core.runs.undo(morning, signal)
  expect(kept.blob).toMatch(/stays where it is: something else has been written there since\.$/)
  expect(await found(container, runs)).toEqual({ ...back, 'sales/DAY/1_sales.csv': 'theirs' })
})

test('a run that fails to load leaves no blob for readers, and has it back when it is tried again', async () => {
  let isFitting = false
  const uploads: string[] = []
  real = realCore(join(folder(), 'home'), {
    rooms: (rooms) => ({
      upload: (input, control) => (uploads.push(input.blob), rooms.upload(input, control)),
      load: (input, control) =>
        isFitting
          ? rooms.load(input, control)
          : Promise.reject(new Problem({ code: 'table-mismatch', what: 'It does not fit.' })),
    }),
  })
  const { core } = real
  const file = join(folder(), 'sales.csv')
  writeFileSync(file, day(1, 2))
  const runId = await real.send(file)
  await real.until(runId, 'failed')
  const container = await real.container()
  expect(await found(container, [runId])).toEqual({ '_undone/1/sales/DAY/1_sales.csv': day(1, 2) })
  expect(core.runs.get(runId).receipt.blobNow).toMatchObject({ state: 'aside' })
  isFitting = true
  await core.runs.retry(runId)
  await real.until(runId, 'succeeded')
  expect(await found(container, [runId])).toEqual({ 'sales/DAY/1_sales.csv': day(1, 2) })
  expect(core.runs.get(runId).receipt.blobNow).toBeNull()
  expect(uploads).toHaveLength(1)

  // Emptied from outside: it is noticed when Pallet looks, and when it is back.
  await core.lookAfterBlobs()
  expect(core.runs.get(runId).run.blobNow).toBeNull()
  const name = core.runs.get(runId).run.destination.blob?.name ?? ''
  const blob = container.getBlockBlobClient(name)
  await blob.delete()
  await core.lookAfterBlobs()
  expect(core.runs.get(runId)).toMatchObject({
    run: { state: 'succeeded', blobNow: { state: 'gone' } },
    receipt: { blobNow: { state: 'gone' } },
  })
  await core.lookAfterBlobs()
  const told = core.runs.events(runId).map(({ message }) => message)
  const lost = /^The storage does not have pallet\/sales\/.* any more; its rows are in/
  expect(told.filter((message) => lost.test(message))).toHaveLength(1)
  await blob.upload('back', 4)
  await core.lookAfterBlobs()
  expect(core.runs.get(runId).run.blobNow).toBeNull()
})
