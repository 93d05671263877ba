/** What a storage has lost of a delivery is there again, byte for byte, on the real storage; the table stays as it is. */
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import { receiptText } from '../../../main/terminal/receipt.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const limit = () => AbortSignal.timeout(600_000)
let real: RealCore
let uploads = 0
afterEach(async () => {
  await real.core.close()
})

function open(): void {
  uploads = 0
  real = realCore(join(folder(), 'home'), {
    rooms: (rooms) => ({
      upload: (input, control) => ((uploads += 1), rooms.upload(input, control)),
    }),
  })
}

/** 40 rows, of which one is held back. */
const rows = (from: number): string =>
  [
    'article;day;amount',
    ...Array.from({ length: 39 }, (_, row) => `  A${from + row};2026-11-20;${from + row},50`),
    'X;no day;1,00',
    '',
  ].join('\n')

async function send(file: string, format: OutputFormat, correct = false): Promise<string> {
  const { source } = await real.core.sources.open(file)
  const { runId } = await real.core.runs.start({
    source,
    dataset: 'sales',
    destination: { blob: { format } },
    ifDelivered: correct ? 'correct' : 'append',
  })
  expect(await real.until(runId, 'succeeded', 'failed', 'waiting')).toMatchObject({
    state: 'succeeded',
    problem: null,
  })
  return runId
}

const blobOf = async (runId: string) => {
  const { container, name } = real.core.runs.get(runId).run.destination.blob ?? {}
  if (container === undefined || name === undefined) throw new Error('the run has a blob')
  return (await real.container()).getBlockBlobClient(name)
}
const inTable = async (): Promise<unknown> =>
  (await real.core.warehouse.query('SELECT * FROM sales ORDER BY ALL', 1000, limit())).rows
const refused = (code: string, what: RegExp) =>
  expect.objectContaining({
    code,
    data: expect.objectContaining({ what: expect.stringMatching(what) }),
  })

test('a blob that is gone is made again as it was, by the steps of then, and only once', async () => {
  open()
  const { core } = real
  const runs: string[] = []
  for (const [nth, format] of (['csv', 'csv.gz', 'parquet'] as const).entries()) {
    const file = join(folder(), `sales-${nth}.csv`)
    writeFileSync(file, rows(100 * nth))
    runs.push(await send(file, format))
  }
  const [first = ''] = runs
  // Held-back rows that were sent later are a file of Pallet's own.
  const page = await core.runs.rejects(first, 0, 10)
  const record = page.rows[0]?.record ?? 0
  await core.runs.fix(
    first,
    [{ records: [record], to: { kind: 'cell', column: 1, value: '2026-11-21' } }],
    limit(),
  )
  const completing = (await core.runs.sendFixed(first, limit())).runId
  await real.until(completing, 'succeeded')
  runs.push(completing)
  // The steps of the dataset are others by now.
  const recipe = core.datasets.list()[0]?.recipe ?? []
  core.datasets.changeRecipe('sales', [{ kind: 'case', columns: ['article'], to: 'lower' }])
  const table = await inTable()

  for (const runId of runs) {
    const blob = await blobOf(runId)
    const bytes = await blob.downloadToBuffer()
    const { receipt } = core.runs.get(runId)
    expect(await core.runs.resend(runId, undefined, limit())).toEqual({ sent: false })
    await blob.delete()
    await core.lookAfterBlobs()
    expect(core.runs.get(runId).run.blobNow).toMatchObject({ state: 'gone' })
    expect(receiptText(core.runs.get(runId).receipt, [])).toContain(`“pallet retry ${runId}”`)
    const before = uploads
    // Twice at once is once.
    const both = [1, 2].map(() => core.runs.resend(runId, undefined, limit()))
    expect(await Promise.all(both)).toEqual([{ sent: true }, { sent: true }])
    expect(uploads).toBe(before + 1)
    expect(Buffer.compare(await blob.downloadToBuffer(), bytes)).toBe(0)
    expect((await blob.getProperties()).metadata).toMatchObject({ palletrun: runId })
    const now = core.runs.get(runId)
    expect(now.run).toMatchObject({ state: 'succeeded', blobNow: { state: 'sent-again' } })
    expect(now.receipt).toEqual({ ...receipt, blobNow: now.run.blobNow })
    expect(receiptText(now.receipt, [])).toMatch(/sent again 20\d\d-/)
    await core.lookAfterBlobs()
    expect(core.runs.get(runId).run.blobNow).toEqual(now.run.blobNow)
  }
  expect(await inTable()).toEqual(table)
  expect(core.runs.list({ limit: 10 })).toHaveLength(4)
  expect(readdirSync(real.home.incoming)).toEqual([])

  // They go aside with their delivery as any others: the file's and that of the rows which were sent later.
  const blobsNow = () => [first, completing].map((id) => core.runs.get(id).run.blobNow?.state)
  const inPlace = () =>
    Promise.all([first, completing].map(async (id) => (await blobOf(id)).exists()))
  core.datasets.changeRecipe('sales', recipe)
  const file = join(folder(), 'sales-0.csv')
  writeFileSync(file, rows(0).replace('A7', 'B7'))
  const correction = await send(file, 'csv', true)
  expect([blobsNow(), await inPlace()]).toEqual([
    ['aside', 'aside'],
    [false, false],
  ])
  await core.runs.undo(correction, limit())
  expect([blobsNow(), await inPlace()]).toEqual([
    [undefined, undefined],
    [true, true],
  ])
  expect(await inTable()).toEqual(table)
  await core.runs.undo(first, limit())
  expect([blobsNow(), await inPlace()]).toEqual([
    ['aside', 'aside'],
    [false, false],
  ])
})

test('what cannot be made as it was is not sent, and says why; cut off, it is told once more', async () => {
  open()
  const { core } = real
  const file = join(folder(), 'sales.csv')
  const kept = join(folder(), 'kept.csv')
  writeFileSync(file, rows(0))
  copyFileSync(file, kept)
  const runId = await send(file, 'csv')
  const blob = await blobOf(runId)
  const bytes = await blob.downloadToBuffer()
  await blob.delete()

  writeFileSync(file, rows(0).replace('A7', 'B7'))
  await expect(core.runs.resend(runId, undefined, limit())).rejects.toEqual(
    refused('integrity', /sales\.csv is not the file that was sent as sales\.csv/),
  )
  rmSync(file)
  await expect(core.runs.resend(runId, undefined, limit())).rejects.toEqual(
    refused('source-missing', /sales\.csv any more/),
  )
  expect(uploads).toBe(1)
  expect(await blob.exists()).toBe(false)

  // Told to stop in the middle, nothing is left; the next attempt brings it.
  const cut = new AbortController()
  const { source } = await core.sources.open(kept)
  const stopped = core.runs.resend(runId, source, cut.signal)
  await expect
    .poll(() => existsSync(join(real.home.incoming, `again-${runId}`, 'source')))
    .toBe(true)
  cut.abort(new Error('told to stop'))
  await expect(stopped).rejects.toThrow()
  expect(await blob.exists()).toBe(false)
  expect(await core.runs.resend(runId, source, limit())).toEqual({ sent: true })
  expect(Buffer.compare(await blob.downloadToBuffer(), bytes)).toBe(0)

  // A delivery that was corrected does not stand; nor does one that was undone.
  await blob.delete()
  writeFileSync(file, rows(0).replace('A7', 'B7'))
  const correction = await send(file, 'csv', true)
  await expect(core.runs.resend(runId, source, limit())).rejects.toEqual(
    refused('delivery-gone', /has been corrected by the run/),
  )
  await core.runs.undo(correction, limit())
  await expect(core.runs.resend(correction, undefined, limit())).rejects.toEqual(
    refused('delivery-gone', /has been undone/),
  )
  expect(await blob.exists()).toBe(false)
})
