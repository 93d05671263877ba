/** A file whose header has changed is asked about, taken as somebody says, and from then on known by itself; nothing shifts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EffectState } from '../../../shared/domain/recipe/effect.ts'
import { asItIs } from '../../../shared/domain/columns/headerMap.ts'
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

// One home for the story: each file stands on those before.
const files = mkdtempSync(join(tmpdir(), 'pallet-'))
const folder = () => files
let real: RealCore
beforeAll(() => {
  real = realCore(join(folder(), 'home'))
})
afterAll(async () => {
  await real.core.close()
  rmSync(files, { recursive: true, force: true })
})

let sent = 0
const rowsFrom = (from: number, count = 30): string[][] =>
  Array.from({ length: count }, (_, nth) => [
    `A-${1000 + from + nth}`,
    ['Tea', 'Milk', 'Bread'][nth % 3] ?? '',
    `${1 + (nth % 9)}`,
    `${nth % 20}.${nth % 10}9`,
  ])
async function send(
  labels: string[],
  rows: string[][],
  header = undefined as typeof asItIs | undefined,
) {
  const file = join(folder(), `till-${(sent += 1)}.csv`)
  writeFileSync(file, [labels, ...rows].map((cells) => `${cells.join(',')}\n`).join(''))
  const { core } = real
  const { source } = await core.sources.open(file)
  const start = { source, dataset: 'till', destination: { blob: null }, header }
  const { runId } = await core.runs.start(start)
  return await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
}
const ask = async (sql: string) =>
  (await real.core.warehouse.query(sql, 1000, AbortSignal.timeout(600_000))).rows
const dataset = () => real.core.datasets.list().find(({ name }) => name === 'till')

test('a renamed column is asked about with the one that is like it, and goes into its own', async () => {
  expect((await send(['Artikel', 'Name', 'Menge', 'Preis'], rowsFrom(0))).state).toBe('succeeded')

  // In another order, too, and with the header once more in the middle.
  const labels = ['Preis', 'Anzahl', 'Name', 'Artikel']
  const rows = rowsFrom(100).map((cells) => cells.toReversed())
  const asked = await send(labels, [...rows.slice(0, 10), labels, ...rows.slice(10)])
  expect(asked).toMatchObject({
    state: 'waiting',
    problem: {
      code: 'decision-needed',
      what: 'Its columns are not those of the dataset. “Menge” is missing; “Anzahl” is new and holds the same kind of values (98 %).',
      did: 'Nothing has left this computer; the run waits for an answer.',
    },
    question: { kind: 'header', added: ['Anzahl'] },
  })
  expect(asked.problem?.advice).toContain(
    `“pallet answer ${asked.id} map”: “Anzahl” is “Menge”, now and from now on`,
  )
  expect(await ask('SELECT count(*) FROM till')).toEqual([['30']])
  await real.core.runs.answer(asked.id, 'map')
  const done = await real.until(asked.id, 'succeeded', 'failed', 'stopped')
  expect(done.rows).toMatchObject({ in: 31, clean: 30, dropped: 1, quarantined: 0, loaded: 30 })
  const sums = 'SELECT sum(menge), sum(preis), count(DISTINCT artikel), min(name) FROM till'
  const [[menge, preis]] = (await ask(`${sums} WHERE artikel < 'A-1100'`)) as [[string, string]]
  expect(await ask(`${sums} WHERE artikel >= 'A-1100'`)).toEqual([[menge, preis, '30', 'Bread']])
  expect(real.core.runs.events(asked.id).map(({ message }) => message)).toEqual(
    expect.arrayContaining([
      'Its columns stand in another order than in the last file; they are taken by their labels.',
      'Of its columns “Anzahl” is “Menge”.',
    ]),
  )
})

test('the next file with the new label passes by itself, and one with the old label as well', async () => {
  expect(dataset()?.header).toEqual({ ...asItIs, renamed: { Anzahl: 'Menge' } })
  for (const [from, label] of [
    [200, 'Anzahl'],
    [300, 'Menge'],
  ] as const)
    expect(await send(['Artikel', 'Name', label, 'Preis'], rowsFrom(from))).toMatchObject({
      state: 'succeeded',
      answered: [],
      rows: { loaded: 30 },
    })
  expect(await ask('SELECT count(*), count(menge) FROM till')).toEqual([['120', '120']])
})

test('steps are tried on a file under the labels that its dataset knows, as they will be worked', async () => {
  const { core } = real
  const file = join(folder(), 'tried.csv')
  const labels = ['Artikel', 'Neu', 'Anzahl', 'Preis']
  const lines = rowsFrom(600, 20).map(([article, , count, price]) => [article, 'x', count, price])
  const all = [labels, ...lines.slice(0, 10), labels, ...lines.slice(10)]
  writeFileSync(file, all.map((cells) => `${cells.join(',')}\n`).join(''))
  const { source } = await core.sources.open(file)
  const signal = AbortSignal.timeout(600_000)
  const header = { ...asItIs, ignored: ['Neu'], gone: ['Name'] }
  const recipe: Recipe = [
    { kind: 'drop-repeated-headers' },
    { kind: 'derive', into: 'Summe', formula: 'number([Menge]) * number([Preis])' },
    { kind: 'fill', columns: ['Name'], with: { kind: 'value', value: 'unknown' } },
  ]
  const tried = { source, dataset: 'till', header, recipe }
  let last: EffectState | null = null
  for await (const state of core.looks.effect(tried, signal)) last = state
  expect(last).toMatchObject({
    effect: { rowsOut: 20, labels: ['Artikel', 'Menge', 'Preis', 'Name', 'Summe'] },
  })
  const asked = { ...tried, filters: [], order: null, typed: [], from: 9, limit: 3 }
  const { columns, rows } = await core.looks.worked(
    { ...asked, since: 0, upTo: 3, view: 'both' },
    signal,
  )
  expect(columns.map(({ label, change }) => `${label} ${change}`)).toEqual([
    'Artikel kept',
    'Neu removed',
    'Menge kept',
    'Preis kept',
    'Name made',
    'Summe made',
  ])
  expect(rows).toMatchObject([
    { cells: ['A-1609', '', '1', '9.99', 'unknown', '9.99'], fate: { kind: 'stands' } },
    { fate: { kind: 'dropped', step: 'drop-repeated-headers' } },
    { cells: ['A-1610', '', '2', '10.09', 'unknown', '20.18'], fate: { kind: 'stands' } },
  ])
})

test('said beforehand, a new column is left out and a missing one stays empty; held-back rows come home the same way', async () => {
  const rows = rowsFrom(400).map(([article = '', name = '', count = ''], nth) => [
    nth === 4 ? 'no till' : 'K1',
    article,
    name,
    nth === 7 ? 'many' : count,
  ])
  const header = { ...asItIs, ignored: ['Kasse'], gone: ['Preis'] }
  const labels = ['Kasse', 'Artikel', 'Name', 'Anzahl']
  const run = await send(labels, rows, header)
  expect(run).toMatchObject({ state: 'succeeded', rows: { clean: 29, quarantined: 1, loaded: 29 } })
  expect(await ask("SELECT count(*), count(preis) FROM till WHERE artikel >= 'A-1400'")).toEqual([
    ['29', '0'],
  ])
  const page = await real.core.runs.rejects(run.id, 0, 10)
  expect(page.columns.map(({ label, name }) => ({ label, name }))).toEqual([
    { label: 'Kasse', name: '' },
    { label: 'Artikel', name: 'artikel' },
    { label: 'Name', name: 'name' },
    { label: 'Menge', name: 'menge' },
  ])
  expect(page.rows[0]?.reasons[0]?.column).toBe('menge')
  const records = page.rows.map(({ record }) => record)
  const signal = AbortSignal.timeout(600_000)
  const to = { kind: 'cell' as const, column: 3, value: '7' }
  await real.core.runs.fix(run.id, [{ records, to }], signal)
  const { runId } = await real.core.runs.sendFixed(run.id, signal)
  expect((await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')).rows.loaded).toBe(1)
  expect(await ask("SELECT menge, preis, name FROM till WHERE artikel = 'A-1407'")).toEqual([
    ['7', null, 'Milk'],
  ])
  // The next of its kind needs no word.
  expect(
    (
      await send(
        labels,
        rowsFrom(450, 3).map((cells) => ['K2', ...cells.slice(0, 3)]),
      )
    ).state,
  ).toBe('succeeded')
})

test('a question can be answered by leaving the file, and a check of it says what is to be said', async () => {
  const labels = ['Artikel', 'Bezeichnung', 'Anzahl', 'Preis']
  const asked = await send(labels, rowsFrom(500))
  expect(asked.problem?.what).toContain('“Name” is missing; “Bezeichnung” is new')
  await real.core.runs.answer(asked.id, 'skip')
  expect(await real.until(asked.id, 'succeeded', 'failed')).toMatchObject({
    state: 'succeeded',
    rows: { loaded: null },
  })
  const { source } = await real.core.sources.open(join(folder(), `till-${sent}.csv`))
  const signal = AbortSignal.timeout(600_000)
  const check = (header?: typeof asItIs) =>
    real.core.runs.check({ source, dataset: 'till', header }, signal)
  await expect(check()).rejects.toThrow('--map "NEW=OLD"')
  const map = { ...asItIs, renamed: { Bezeichnung: 'Name' } }
  expect(await check(map)).toMatchObject({ records: 30, clean: 30, held: 0 })
  const profile = await real.core.runs.profile({ source, dataset: 'till', header: map }, signal)
  expect(
    Object.fromEntries(profile.columns.map(({ column }) => [column.label, column.name])),
  ).toEqual({
    Anzahl: 'menge',
    Artikel: 'artikel',
    Bezeichnung: 'name',
    Preis: 'preis',
  })
  const look = { source, dataset: 'till', header: map, from: 0, limit: 5, typed: [], order: null }
  const filters = [{ kind: 'value' as const, column: 'Bezeichnung', value: 'Tea' }]
  expect((await real.core.looks.rows({ ...look, filters }, signal)).total).toBe(10)
})

test('a dataset is copied and renamed, and what was said of its header can be taken back', async () => {
  const { core } = real
  core.datasets.copy('till', 'till two')
  const copy = core.datasets.list().find(({ name }) => name === 'till two')
  expect(copy).toMatchObject({
    header: dataset()?.header,
    contract: dataset()?.contract,
    destination: { warehouse: { table: 'till_two' } },
  })
  expect(() => core.datasets.copy('till', 'till two')).toThrow(
    'There is a dataset till two already.',
  )
  expect(() => core.datasets.rename('till two', '…')).toThrow('it has no letter and no digit')
  const runs = core.runs.count({ dataset: 'till' })
  core.datasets.rename('till', 'shop')
  expect([core.runs.count({ dataset: 'till' }), core.runs.count({ dataset: 'shop' })]).toEqual([
    0,
    runs,
  ])
  expect(core.datasets.versions('shop').length).toBeGreaterThan(0)
  expect(core.datasets.list().find(({ name }) => name === 'shop')?.formerly).toEqual(['till'])
  // What it delivered under its old name is known.
  const { source } = await core.sources.open(join(folder(), 'till-1.csv'))
  writeFileSync(
    join(folder(), 'till-1.csv'),
    `${readFileSync(join(folder(), 'till-1.csv'), 'utf8')}A-9,Tea,1,1.00\n`,
  )
  const start = { source, dataset: 'shop', destination: { blob: null } }
  const { runId } = await core.runs.start(start)
  const again = await real.until(runId, 'succeeded', 'failed', 'waiting')
  expect(again.problem?.what).toContain('30 of its 31 rows are the same')
  await core.runs.answer(runId, 'skip')
  core.datasets.rename('shop', 'till')
  core.datasets.changeHeader('till', asItIs)
  expect(dataset()?.header).toEqual(asItIs)
})

test('a new column that is taken up is a column from then on, of the table, too', async () => {
  const destination = { blob: null }
  const [before] = await ask('SELECT count(*) FROM till')
  const file = join(folder(), 'more.csv')
  const labels = ['Artikel', 'Name', 'Menge', 'Preis', 'Filiale']
  writeFileSync(
    file,
    [labels, ...rowsFrom(600).map((cells, nth) => [...cells, `${10 + nth}`])]
      .map((cells) => `${cells.join(',')}\n`)
      .join(''),
  )
  const { source } = await real.core.sources.open(file)
  const header = { ...asItIs, kept: ['Filiale'] }
  const { runId } = await real.core.runs.start({ source, dataset: 'till', destination, header })
  const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
  expect(run).toMatchObject({ state: 'succeeded', problem: null })
  expect(dataset()?.contract?.columns.at(-1)).toMatchObject({ label: 'Filiale', type: 'integer' })
  expect(await ask('SELECT count(*) - count(filiale), sum(filiale) FROM till')).toEqual([
    [before?.[0], '735'],
  ])
})

test('an answer is about the columns of the question, and a new one is offered', async () => {
  const labels = ['Artikel', 'Name', 'Menge', 'Preis', 'Filiale', 'Kasse']
  const run = await send(
    labels,
    rowsFrom(700).map((cells) => [...cells, '9', '1']),
  )
  expect(run.problem?.advice).toContain(`${run.id} map --map "Kasse=Kasse"”: “Kasse” becomes`)
  const answer = (header: typeof asItIs) => async () => {
    await real.core.runs.answer(run.id, 'map', header)
  }
  await expect(answer({ ...asItIs, renamed: { Kasse: 'new' } })).rejects.toThrow(
    /“Kasse=new” is no answer .* It asks about “Kasse”\./s,
  )
  await expect(answer({ ...asItIs, ignored: ['Bon'] })).rejects.toThrow('“Bon=” is no answer')
  await answer({ ...asItIs, kept: ['Kasse'] })()
  await real.until(run.id, 'succeeded')
  expect(await ask('SELECT sum(kasse) FROM till')).toEqual([['30']])
})

test('a column that the table lacks is asked about before anything leaves; it gets it, or nothing is loaded', async () => {
  const start = async (dataset: string, text: string): Promise<string> => {
    const file = join(folder(), `${dataset}.csv`)
    writeFileSync(file, text)
    const { source } = await real.core.sources.open(file)
    const destination = { blob: null, warehouse: { table: 'lent' } }
    return (await real.core.runs.start({ source, dataset, destination })).runId
  }
  await real.until(await start('books', 'no,title\n1,Emma\n2,Jane\n'), 'succeeded')
  const text = 'no,title,shelf,floor\n3,Anna,A,1\n'
  for (const answer of ['skip', 'add'] as const) {
    const runId = await start('shelved', text)
    const { problem } = await real.until(runId, 'waiting')
    expect(problem?.what).toBe('It has columns that lent lacks: shelf, floor.')
    await real.core.runs.answer(runId, answer)
    await real.until(runId, 'succeeded')
  }
  expect(await ask('SELECT no, title, shelf, floor FROM lent ORDER BY no')).toEqual([
    ['1', 'Emma', null, null],
    ['2', 'Jane', null, null],
    ['3', 'Anna', 'A', '1'],
  ])
})
