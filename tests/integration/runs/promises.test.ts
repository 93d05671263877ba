/** The account and the old data, with everything real but the one room that fails. */
import { to } from '../../fixtures/destination.ts'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import { forWriting, withWarehouse } from '../../../main/warehouse/duckdb/open.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Truth, writeSalesExport } from '../../fixtures/exports.ts'
import { upload } from '../../../main/upload/upload.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { ask } from '../warehouse/loading.ts'

const folder = testFolder()

interface Changeable {
  real: RealCore
  /** From now on; nothing: all are good. */
  change: (rooms: (good: Rooms) => Partial<Rooms>) => void
}

/** One core for a whole story, whose rooms can be changed between two runs; each test has a dataset of its own. */
function coreWith(): () => Changeable {
  const home = mkdtempSync(join(tmpdir(), 'pallet-'))
  let now: Changeable | null = null
  const core = (): Changeable => {
    if (now === null) throw new Error('the core is not open')
    return now
  }
  beforeAll(() => {
    let changed: Partial<Rooms> = {}
    let good: Rooms | null = null
    const through =
      (name: keyof Rooms) =>
      (input: never, control: never): never => {
        const room = (changed[name] ?? good?.[name]) as (...given: never[]) => never
        return room(input, control)
      }
    const real = realCore(home, {
      rooms: (pool) => {
        good = pool
        return {
          read: through('read'),
          clean: through('clean'),
          upload: through('upload'),
          load: through('load'),
        }
      },
    })
    now = {
      real,
      change: (rooms) => {
        if (good !== null) changed = rooms(good)
      },
    }
  })
  afterEach(async () => {
    core().change(() => ({}))
    // A run that would try again by itself is not to meet the next test.
    for (const { id } of core().real.core.runs.list({ states: ['waiting'], limit: 100 }))
      await core().real.core.runs.cancel(id)
  })
  afterAll(async () => {
    await now?.real.core.close()
    rmSync(home, { recursive: true, force: true })
  })
  return core
}

function withoutLastLine(file: string): void {
  const text = readFileSync(file, 'latin1')
  writeFileSync(file, text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1), 'latin1')
}

async function writeExport(seed: number): Promise<{ file: string; truth: Truth }> {
  const file = join(folder(), 'sales.csv')
  return { file, truth: await writeSalesExport(file, { rows: 3000, seed, oneDefectIn: 60 }) }
}

let datasets = 0
/** Nothing is known of its files, and its table is not there. */
function nextDataset(): string {
  datasets += 1
  return `sales_${datasets}`
}

describe('the account', () => {
  const core = coreWith()
  test('balances with the truth beside the file', async () => {
    const { real } = core()
    const { file, truth } = await writeExport(1)
    const runId = await real.send(file)
    expect((await real.until(runId, 'succeeded', 'failed')).state).toBe('succeeded')
    expect(real.core.runs.get(runId).receipt.rows).toEqual({
      in: truth.records,
      clean: truth.clean,
      quarantined: truth.held,
      dropped: truth.dropped,
      loaded: truth.clean,
    })
  })

  const thieves: [string, (good: Rooms) => Partial<Rooms>][] = [
    [
      'a reader that loses a record',
      (good) => ({
        read: async (input, control) => {
          const output = await good.read(input, control)
          withoutLastLine(input.recordsFile)
          return output
        },
      }),
    ],
    [
      'a cleaner that loses a row and says so',
      (good) => ({
        clean: async (input, control) => {
          const output = await good.clean(input, control)
          withoutLastLine(input.outputFile)
          return { ...output, clean: output.clean - 1 }
        },
      }),
    ],
    [
      'a cleaner that loses a row and does not know',
      (good) => ({
        clean: async (input, control) => {
          const output = await good.clean(input, control)
          withoutLastLine(input.outputFile)
          return output
        },
      }),
    ],
    [
      'a warehouse that loses a row',
      (good) => ({
        load: async (input, control) => {
          withoutLastLine(input.file)
          return good.load({ ...input, rows: input.rows - 1 }, control)
        },
      }),
    ],
  ]
  test.each(thieves)('does not balance with %s, and the run is no success', async (_who, rooms) => {
    const { real, change } = core()
    change(rooms)
    const runId = await real.send((await writeExport(2)).file, {}, nextDataset())
    const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
    expect(run).toMatchObject({ state: 'failed', problem: { code: 'account-unbalanced' } })
    expect(run.problem?.what).toMatch(/\d/)
    expect(real.core.runs.get(runId).receipt.state).toBe('failed')
  })
})

function brokeDown(cause: unknown): never {
  throw new Problem({ code: 'internal', what: 'This part broke down.' }, { cause })
}

/** The last statement before the commit will fail: the ledger takes no entry of this run. */
async function refuseInLedger(warehouse: string, runId: string): Promise<void> {
  const { signal } = new AbortController()
  await withWarehouse(warehouse, forWriting(0), signal, 'preparing the test', async (engine) => {
    const [made] = await engine.rows(
      `SELECT sql FROM duckdb_tables() WHERE table_name = '_pallet_ledger'`,
    )
    await engine.run(`CREATE TABLE kept AS FROM _pallet_ledger`)
    await engine.run('DROP TABLE _pallet_ledger')
    await engine.run(String(made?.[0]).replace(/\);$/, `, CHECK (run_id <> '${runId}'))`))
    await engine.run('INSERT INTO _pallet_ledger BY NAME FROM kept')
    await engine.run('DROP TABLE kept')
  })
}

describe('what was there before', () => {
  const core = coreWith()

  async function blobOf(
    { sandbox }: RealCore,
    dataset: string,
  ): Promise<{ etag: string; sha256: string }> {
    const access = await sandbox.access(AbortSignal.timeout(600_000))
    if (access.kind !== 'account-key') throw new Error('the sandbox answers with a key')
    const blob = new BlobServiceClient(
      access.endpoint,
      new StorageSharedKeyCredential(access.account, access.key),
    )
      .getContainerClient('pallet')
      .getBlobClient(`${dataset}/sales.csv`)
    const bytes = await blob.downloadToBuffer()
    const { etag = '' } = await blob.getProperties()
    return { etag, sha256: createHash('sha256').update(bytes).digest('hex') }
  }

  /** In this process: no room has the warehouse open between two runs. */
  async function tableOf({ home }: RealCore, dataset: string): Promise<unknown> {
    return [
      await ask(home.warehouse, `SELECT * FROM ${dataset} ORDER BY ALL`, 10_000),
      await ask(home.warehouse, 'SELECT * FROM _pallet_ledger ORDER BY run_id', 10_000),
      await ask(home.warehouse, `DESCRIBE ${dataset}`, 10_000),
    ]
  }

  const sendTo = async ({ real }: Changeable, dataset: string, seed: number): Promise<string> =>
    await real.send(
      (await writeExport(seed)).file,
      to({ blob: `${dataset}/sales.csv`, meaning: { kind: 'snapshot' } }),
      dataset,
    )

  async function loadedOnce() {
    const dataset = nextDataset()
    const changeable = core()
    const { real, change } = changeable
    const first = await sendTo(changeable, dataset, 3)
    expect((await real.until(first, 'succeeded', 'failed')).state).toBe('succeeded')
    const look = async () => ({
      blob: await blobOf(real, dataset),
      table: await tableOf(real, dataset),
    })
    return {
      real,
      change,
      sendAgain: (seed: number) => sendTo(changeable, dataset, seed),
      table: () => tableOf(real, dataset),
      look,
      before: await look(),
    }
  }

  const failures: [string, (good: Rooms) => Partial<Rooms>, 'both' | 'table'][] = [
    [
      'fails before the blob is committed',
      () => ({
        // In this thread, so that the abort is there before the next request is made.
        upload: (input, control) => {
          const stop = new AbortController()
          return upload(input, {
            ...control,
            signal: stop.signal,
            report: (progress) => {
              // Everything is staged; a moment later it would be committed.
              if (progress.acknowledged !== undefined) stop.abort()
              control.report(progress)
            },
          }).catch(brokeDown)
        },
      }),
      'both',
    ],
    [
      'loses a row while cleaning',
      (good) => ({
        clean: async (input, control) => {
          const output = await good.clean(input, control)
          return { ...output, clean: output.clean - 1 }
        },
      }),
      'both',
    ],
    [
      'finds another number of rows while loading',
      (good) => ({
        load: (input, control) => {
          withoutLastLine(input.file)
          return good.load(input, control)
        },
      }),
      'table',
    ],
    [
      'breaks down when its rows are in place, before the commit',
      (good) => ({
        load: async (input, control) => {
          await refuseInLedger(core().real.home.warehouse, input.runId)
          return await good.load(input, control)
        },
      }),
      'table',
    ],
  ]
  test.each(failures)('survives a run that %s', async (_how, rooms, kept) => {
    const { real, change, sendAgain, before, look, table } = await loadedOnce()
    change(rooms)
    const second = await sendAgain(4)
    const run = await real.until(second, 'succeeded', 'failed', 'waiting')
    expect(run.state).not.toBe('succeeded')
    if (kept === 'both') expect(await look()).toEqual(before)
    else expect(await table()).toEqual(before.table)
  })

  test('survives a run that is cancelled while it uploads, and one that is discarded', async () => {
    const { real, change, sendAgain, before, look } = await loadedOnce()
    const { promise: sending, resolve } = Promise.withResolvers<void>()
    change((good) => ({
      upload: (input, control) =>
        good.upload(input, {
          ...control,
          report: (progress) => {
            if (progress.phase === 'staging') resolve()
            control.report(progress)
          },
        }),
    }))
    const second = await sendAgain(5)
    await sending
    await real.core.runs.cancel(second)
    expect(real.core.runs.get(second).run.state).toBe('cancelled')
    expect(await look()).toEqual(before)
    await real.core.runs.discard(second)
    expect(await look()).toEqual(before)
  })
})
