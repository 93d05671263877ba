/** Personal columns leave as the dataset says, by one output for all destinations, and everything else holds as before. */
import { createHash, createHmac } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Column, OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
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

const people = (from: number, count = 30): string =>
  [
    'customer_name;email;phone;amount',
    ...Array.from(
      { length: count },
      (_, nth) =>
        `Ada ${from + nth};ada${from + nth}@shop.test;+49 30 ${100000 + from + nth};${nth},50`,
    ),
    `Bad;bad${from}@shop.test;+49 30 999999;no amount`,
    '',
  ].join('\n')

async function opened(name: string, text: string): Promise<string> {
  const file = join(folder(), name)
  writeFileSync(file, text)
  return (await real.core.sources.open(file)).source
}

async function send(name: string, text: string, format: OutputFormat = 'csv'): Promise<string> {
  const source = await opened(name, text)
  const { runId } = await real.core.runs.start({
    source,
    dataset: 'customers',
    destination: { blob: { format } },
    ifDelivered: 'append',
  })
  return runId
}

async function done(runId: string): Promise<string> {
  expect(await real.until(runId, 'succeeded', 'failed', 'waiting')).toMatchObject({
    state: 'succeeded',
    problem: null,
  })
  return runId
}

const query = async (sql: string) => (await real.core.warehouse.query(sql, 1000, limit())).rows
const warnings = (runId: string): string[] =>
  real.core.runs
    .events(runId)
    .filter(({ level }) => level !== 'info')
    .map(({ message }) => message)
async function blobText(runId: string): Promise<string> {
  const { name = '' } = real.core.runs.get(runId).run.destination.blob ?? {}
  const blob = (await real.container()).getBlobClient(name)
  return (await blob.downloadToBuffer()).toString('utf8')
}

test('unmarked columns that look personal are told before they are sent; marked ones leave as is said, and the run is whole', async () => {
  real = realCore(join(folder(), 'home'), { vault })
  const { core } = real
  const first = await done(await send('customers-1.csv', people(0)))
  expect(warnings(first).filter((text) => text.includes('looks personal'))).toEqual([
    expect.stringContaining('“customer_name” looks personal (name)'),
    expect.stringContaining('“email” looks personal (e-mail address)'),
    expect.stringContaining('“phone” looks personal (phone number)'),
  ])
  expect(await blobText(first)).toContain('ada3@shop.test')

  core.datasets.changeColumns('customers', [
    { column: 'email', personal: { blob: 'hash', 'built-in': 'tokenise' } },
    { column: 'phone', personal: { blob: 'mask' } },
    { column: 'customer_name', personal: { warehouse: 'drop' } },
  ])
  const second = await done(await send('customers-2.csv', people(100)))
  expect(warnings(second).filter((text) => text.includes('looks personal'))).toEqual([])
  const secret = (await vault.get('tokens/key')) ?? ''
  const token = (text: string) => createHmac('sha256', secret).update(text).digest('hex')
  // The strictest of blob and table holds for both.
  const text = await blobText(second)
  expect(text.split('\n')[1]).toBe(`Ada 100,${token('ada100@shop.test')},***********00,0.50`)
  expect(text).not.toContain('@')
  expect(await query(`SELECT * FROM customers WHERE customer_name = 'Ada 107'`)).toEqual([
    ['Ada 107', token('ada107@shop.test'), '***********07', '7.50', second],
  ])
  const { receipt } = core.runs.get(second)
  expect(receipt).toMatchObject({
    rows: { in: 31, clean: 30, quarantined: 1, loaded: 30 },
    personal: '“email” becomes tokens, “phone” is masked',
  })
  expect(await core.runs.verify(second, limit())).toMatchObject({ state: 'as-sent' })

  // The held-back row is there as it stood, and comes home as the others left.
  const page = await core.runs.rejects(second, 0, 10)
  expect(page.rows[0]?.raw).toContain('bad100@shop.test')
  const record = page.rows[0]?.record ?? 0
  await core.runs.fix(
    second,
    [{ records: [record], to: { kind: 'cell', column: 3, value: '9,00' } }],
    limit(),
  )
  const completing = await done((await core.runs.sendFixed(second, limit())).runId)
  expect(await query(`SELECT email, phone FROM customers WHERE customer_name = 'Bad'`)).toEqual([
    [token('bad100@shop.test'), '***********99'],
  ])
  expect(await core.runs.verify(completing, limit())).toMatchObject({ state: 'as-sent' })

  // What a storage has lost is the same again.
  const { name = '' } = core.runs.get(second).run.destination.blob ?? {}
  await (await real.container()).getBlobClient(name).delete()
  expect(await core.runs.resend(second, undefined, limit())).toEqual({ sent: true })
  expect(await blobText(second)).toBe(text)
  expect(readdirSync(real.home.runFolder(second)).filter((file) => file.includes('treat'))).toEqual(
    [],
  )
})

test('a column is left empty, one is hashed, in every format', async () => {
  real = realCore(join(folder(), 'home'), { vault })
  const { core } = real
  const source = await opened('customers.csv', people(0))
  // Said with the first file, before anything of it is sent.
  const { columns } = await core.sources.preview({ source, rows: 10 }, limit())
  const marked = columns.flatMap((column): Column[] =>
    column.label === 'email'
      ? [{ ...column, personal: { blob: 'hash' as const } }]
      : column.label === 'customer_name'
        ? [{ ...column, personal: { 'built-in': 'drop' as const } }]
        : [],
  )
  const { runId } = await core.runs.start({
    source,
    dataset: 'customers',
    columns: marked,
    destination: { blob: { format: 'parquet' } },
  })
  await done(runId)
  const hashed = createHash('sha256').update('ada3@shop.test').digest('hex')
  expect(await query(`SELECT * EXCLUDE (_pallet_run) FROM customers WHERE amount = 3.5`)).toEqual([
    [null, hashed, '+49 30 100003', '3.50'],
  ])
  const known = core.datasets.list()[0]?.contract?.columns ?? []
  expect(known.map(({ name, personal }) => [name, personal])).toEqual([
    ['customer_name', { 'built-in': 'drop' }],
    ['email', { blob: 'hash' }],
    ['phone', undefined],
    ['amount', undefined],
  ])
  const second = await done(await send('customers-2.csv', people(50), 'csv.gz'))
  expect(await core.runs.verify(second, limit())).toMatchObject({ state: 'as-sent' })
  expect(await query('SELECT count(*), count(DISTINCT email) FROM customers')).toEqual([
    ['60', '60'],
  ])
  // The rows as they were are nowhere on this computer but among those that were held back.
  for (const run of [runId, second])
    for (const file of readdirSync(real.home.runFolder(run), { recursive: true }))
      if (!String(file).startsWith('rejects'))
        expect(
          readFileSync(join(real.home.runFolder(run), String(file))).includes('@shop.test'),
        ).toBe(false)
  // Only the table: the column that only blobs may not have in the clear is as it stands, but its type stays text.
  const third = await opened('customers-3.csv', people(90))
  const last = await core.runs.start({
    source: third,
    dataset: 'customers',
    destination: { blob: null },
  })
  await done(last.runId)
  expect(await query(`SELECT count(*) FROM customers WHERE email LIKE '%@%'`)).toEqual([['30']])
})

test('what tells rows apart cannot be masked; as tokens it finds none of the rows that are there, which is said', async () => {
  real = realCore(join(folder(), 'home'), { vault })
  const { core } = real
  const source = await opened('customers.csv', people(0))
  const { runId } = await core.runs.start({
    source,
    dataset: 'customers',
    destination: { warehouse: { meaning: { kind: 'upsert', keys: ['email'] } } },
  })
  await done(runId)
  expect(() =>
    core.datasets.changeColumns('customers', [{ column: 'email', personal: { blob: 'mask' } }]),
  ).toThrow(
    expect.objectContaining({
      data: expect.objectContaining({ what: expect.stringContaining('tells its rows apart') }),
    }),
  )
  expect(
    core.datasets.changeColumns('customers', [{ column: 'email', personal: { blob: 'tokenise' } }]),
  ).toContain('The rows that customers has were told apart by “email” as it left before')
  const again = await done(await send('customers-2.csv', people(0)))
  expect(core.runs.get(again).receipt).toMatchObject({ load: { rows: 30 } })
  expect(existsSync(join(real.home.runFolder(again), 'untreated.parquet'))).toBe(false)
})
