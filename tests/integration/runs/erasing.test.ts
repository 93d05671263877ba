/** A person is taken out wherever Pallet has put them; what else is there stays, and everything says so. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import { foundWords } from '../../../shared/domain/privacy/erasure.ts'
import type { Rooms } from '../../../main/runs/ports/rooms.ts'
import { memoryVault } from '../../../main/vault/memory.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
const limit = () => AbortSignal.timeout(600_000)
const vault = { ...memoryVault(), persistence: 'keychain' as const }
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

const open = (rooms?: (rooms: Rooms) => Partial<Rooms>): void => {
  real = realCore(join(folder(), 'home'), { vault, ...(rooms === undefined ? {} : { rooms }) })
}
const people = (...names: string[]): string =>
  [
    'id;email;amount',
    ...names.map((name, nth) => `${name}${nth};${name}@shop.test;${nth},50`),
    '',
  ].join('\n')
const others = Array.from({ length: 30 }, (_, nth) => `guest${nth}`)

async function send(
  name: string,
  text: string,
  how: { format?: OutputFormat; snapshot?: boolean; correct?: boolean } = {},
): Promise<string> {
  const file = join(folder(), name)
  writeFileSync(file, text)
  const { source } = await real.core.sources.open(file)
  const { runId } = await real.core.runs.start({
    source,
    dataset: 'customers',
    destination: {
      blob: { format: how.format ?? 'csv' },
      ...(how.snapshot === true ? { warehouse: { meaning: { kind: 'snapshot' } } } : {}),
    },
    ifDelivered: how.correct === true ? 'correct' : 'append',
  })
  expect(await real.until(runId, 'succeeded', 'failed', 'waiting', 'stopped')).toMatchObject({
    state: 'succeeded',
    problem: null,
  })
  return runId
}
const query = async (sql: string) => (await real.core.warehouse.query(sql, 1000, limit())).rows
const ada = { dataset: 'customers', column: 'email', values: ['ada@shop.test'] }
async function blobOf(runId: string): Promise<Buffer> {
  const { run } = real.core.runs.get(runId)
  const name = run.blobNow?.state === 'aside' ? run.blobNow.name : run.destination.blob?.name
  return await (await real.container()).getBlobClient(name ?? '').downloadToBuffer()
}
/** Every file of the home in which the person can still be read. */
const filesWithAda = (): string[] =>
  ['spool', 'incoming', 'logs'].flatMap((part) =>
    readdirSync(join(real.home.folder, part), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .filter((file) => readFileSync(file).includes('ada@shop.test')),
  )

test('somebody is found by a value in tables, what they have put aside, blobs and held-back rows, and is taken out of all of it', async () => {
  open()
  const { core } = real
  const first = await send('one.csv', people('ada', ...others, 'ada'), { snapshot: true })
  // The first delivery is put aside with its rows.
  const text = `${people('ada', ...others)}x;ada@shop.test;nothing\n`
  const second = await send('two.csv', text, { format: 'parquet' })
  expect(core.runs.get(second).receipt).toMatchObject({ rows: { clean: 31, quarantined: 1 } })
  core.datasets.changeColumns('customers', [{ column: 'email', personal: { blob: 'tokenise' } }])
  const third = await send('three.csv', people('cleo', 'ada', ...others), { format: 'csv.gz' })

  const found = await core.erasures.find(ada, limit())
  expect(found.unreached).toEqual([])
  expect(foundWords(found)).toBe(
    '1 row in 1 table, 3 rows put aside, 4 rows in 3 blobs, 1 held-back row',
  )
  expect(JSON.stringify(found)).not.toContain('@')
  expect(filesWithAda()).toHaveLength(1)

  const erasure = await core.erasures.erase(ada, limit())
  expect(foundWords(erasure)).toBe(foundWords(found))
  expect(erasure).toMatchObject({ unreached: [], who: '', dataset: 'customers', column: 'email' })
  expect(JSON.stringify(erasure)).not.toContain('@')
  expect(filesWithAda()).toEqual([])
  expect(
    JSON.parse(readFileSync(join(real.home.folder, 'erasures', `${erasure.id}.json`), 'utf8')),
  ).toEqual(erasure)
  expect(await core.erasures.find(ada, limit())).toEqual({ places: [], unreached: [] })
  expect(core.audit.list(1)[0]?.subject).toContain(`protocol ${erasure.id}`)

  // The others are where they were, and each delivery is explained.
  expect((await blobOf(first)).toString()).toMatch(
    /^id,email,amount\nguest01,guest0@shop.test,1.50\n/,
  )
  expect(await query('SELECT count(*), count(DISTINCT id) FROM customers')).toEqual([['31', '31']])
  const verified = await core.runs.verify(third, limit())
  expect(verified.found.join(' ')).toContain(`by the protocol ${erasure.id}`)
  expect(verified.state).toBe('explained')
  expect((await core.runs.verify(second, limit())).state).toBe('explained')
  await core.lookAfterBlobs()
  expect(core.runs.get(third).run.blobNow).toBeNull()
  const held = await core.runs.rejects(second, 0, 10)
  expect(held.rows).toEqual([
    expect.objectContaining({
      record: 32,
      line: 33,
      raw: '',
      reasons: [expect.objectContaining({ value: '', message: expect.stringContaining('erased') })],
    }),
  ])
  // An undo brings back what is left.
  await core.runs.undo(third, limit())
  expect(await query(`SELECT count(*) FROM customers WHERE email = 'ada@shop.test'`)).toEqual([
    ['0'],
  ])
  expect(await query('SELECT count(*) FROM customers')).toEqual([['30']])

  // A corrected file that has them again says so, and they can be erased again.
  const fourth = await send('two.csv', people('ada', ...others, 'lou'), { correct: true })
  expect(core.runs.events(fourth).map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^1 row of this file is about a person who was erased, .* protocol/),
  )
  expect(foundWords(await core.erasures.erase(ada, limit()))).toContain('1 row')
  expect(await core.erasures.find(ada, limit())).toEqual({ places: [], unreached: [] })
  expect(await core.erasures.list()).toHaveLength(2)
})

test('cut off in any place, it is not called erased, and goes on with the same protocol', async () => {
  let cut = 0
  open((rooms) => ({
    eraseRows: async (input, control) => {
      const output = await rooms.eraseRows(input, control)
      // The rows are gone, and nobody has heard of it.
      if (!input.dry && cut === 0) throw ((cut += 1), new Error('cut off'))
      return output
    },
    upload: async (input, control) => {
      const output = await rooms.upload(input, control)
      if (input.ifExists === 'replace' && cut === 1) throw ((cut += 1), new Error('cut off'))
      return output
    },
  }))
  const { core } = real
  const runId = await send('one.csv', people('ada', ...others))
  const places = async () =>
    (await core.erasures.list()).map(({ id, finishedAt, places: all }) => ({
      id,
      isFinished: finishedAt !== null,
      states: all.map(({ kind, state }) => `${kind} ${state}`),
    }))
  await expect(core.erasures.erase(ada, limit())).rejects.toThrow()
  const [begun] = await places()
  expect(begun).toMatchObject({ isFinished: false, states: ['table begun', 'blob begun'] })
  const last = await core.erasures.erase(ada, limit())
  expect(cut).toBe(2)
  expect(await places()).toEqual([
    { id: begun?.id, isFinished: true, states: ['table done', 'blob done'] },
  ])
  // The counts are those of before, though nothing was found any more.
  expect(foundWords(last)).toBe('1 row in 1 table, 1 row in 1 blob')
  expect(await core.erasures.find(ada, limit())).toEqual({ places: [], unreached: [] })
  expect(await query('SELECT count(*) FROM customers')).toEqual([['30']])
  expect((await core.runs.verify(runId, limit())).state).toBe('explained')
})

test('while a file of the dataset is on its way nobody is looked for; columns and datasets have to be there', async () => {
  open()
  const { core } = real
  await send('one.csv', people('ada', ...others))
  const refused = (what: RegExp) =>
    expect.objectContaining({
      data: expect.objectContaining({ what: expect.stringMatching(what) }),
    })
  await expect(core.erasures.find({ ...ada, column: 'name' }, limit())).rejects.toThrow(
    refused(/has no column “name”/),
  )
  await expect(core.erasures.find({ ...ada, dataset: 'nobody' }, limit())).rejects.toThrow(
    refused(/nobody/),
  )
})
