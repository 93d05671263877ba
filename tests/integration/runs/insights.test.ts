/** What the dashboards say, against what the lines of the files add up to by hand. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type {
  Board,
  BoardAnswer,
  InsightFilter,
} from '../../../shared/domain/warehouse/insights.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { type Line, lastDay, salesCsv, shopSales, stockCsv } from '../../fixtures/shopSales.ts'

const folder = testFolder()
const soon = (): AbortSignal => AbortSignal.timeout(600_000)
let real: RealCore

beforeEach(() => {
  real = realCore(folder())
})
afterEach(() => real.core.close())

async function deliver(name: string, text: string, dataset: string): Promise<string> {
  const file = join(real.home.folder, `${name}.csv`)
  writeFileSync(file, text)
  const runId = await real.send(file, { blob: null }, dataset)
  await real.until(runId, 'succeeded')
  return runId
}
const ask = (board: Board, filter: InsightFilter): Promise<BoardAnswer> =>
  real.core.insights.board(board, filter, soon())
async function accept(): Promise<void> {
  const { proposed } = await real.core.insights.setup(soon())
  await real.core.insights.save(proposed, soon())
}
const rowsOf = ({ pictures }: BoardAnswer, id: string) =>
  pictures.find((one) => one.id === id)?.rows ?? []
const cell = (answer: BoardAnswer, id: string, column: string, nth = 0): string | null => {
  const picture = answer.pictures.find((one) => one.id === id)
  return picture?.rows[nth]?.[picture.columns.indexOf(column)] ?? null
}

const day = ({ soldAt }: Line): string => soldAt.slice(0, 10)
const back = (days: number): string =>
  new Date(Date.parse(lastDay) - days * 86_400_000).toISOString().slice(0, 10)
/** Exact, in hundredths; null: no line has an amount. */
const cents = (lines: readonly Line[]): number | null =>
  lines.every(({ price }) => price === null)
    ? null
    : lines.reduce((sum, { price, quantity }) => sum + (price ?? 0) * quantity, 0)
const inCents = (text: string | null): number | null =>
  text === null
    ? null
    : Number(BigInt(text.replace('.', ''))) /
      10 ** Math.max(0, (text.split('.')[1]?.length ?? 0) - 2)
const by = <Key>(lines: readonly Line[], keyOf: (line: Line) => Key): Map<Key, Line[]> =>
  Map.groupBy(lines, keyOf)

const all = shopSales()
const counted = all.filter(({ isVoid }) => !isVoid)
const since = (first: string): Line[] => counted.filter((line) => day(line) >= first)

test('sales: every sum is that of the lines; void lines, returns and empty cells are accounted for', async () => {
  expect(await real.core.insights.setup(soon())).toEqual({
    tables: [],
    proposed: { sales: null, stock: null },
  })
  await deliver('sales', salesCsv(all), 'sales')
  await accept()
  expect(real.core.insights.tables().sales).toEqual({
    table: 'sales',
    zone: null,
    columns: {
      time: 'sold_at',
      price: 'price',
      quantity: 'quantity',
      store: 'store',
      product: 'sku',
      customer: 'customer',
      receipt: 'receipt_no',
      void: 'void',
    },
  })

  const answer = await ask('sales', { range: { days: 28 } })
  expect(answer.period).toEqual({ first: back(27), last: lastDay })
  const now = since(back(27))
  const before = counted.filter((line) => day(line) >= back(55) && day(line) < back(27))
  const baskets = (lines: readonly Line[]): number =>
    new Set(lines.map((line) => `${line.store} ${day(line)} ${line.receipt}`)).size
  for (const [nth, lines] of [now, before].entries()) {
    expect(inCents(cell(answer, 'totals', 'revenue', nth))).toBe(cents(lines))
    expect(cell(answer, 'totals', 'baskets', nth)).toBe(String(baskets(lines)))
    expect(cell(answer, 'totals', 'lines', nth)).toBe(String(lines.length))
    expect(cell(answer, 'totals', 'pieces', nth)).toBe(
      String(lines.reduce((sum, { quantity }) => sum + quantity, 0)),
    )
    const returned = lines.filter(({ quantity, price }) => quantity < 0 && price !== null)
    expect(inCents(cell(answer, 'totals', 'returned', nth))).toBe(cents(returned))
  }

  const byDay = by(counted, day)
  const weekBefore = (of: string): string =>
    new Date(Date.parse(of) - 7 * 86_400_000).toISOString().slice(0, 10)
  expect(
    rowsOf(answer, 'time').map(([at, revenue, earlier]) => [
      at,
      inCents(revenue ?? null),
      inCents(earlier ?? null),
    ]),
  ).toEqual(
    Array.from({ length: 28 }, (_, nth) => back(27 - nth)).map((at) => [
      at,
      cents(byDay.get(at) ?? []),
      cents(byDay.get(weekBefore(at)) ?? []),
    ]),
  )

  const byStore = [...by(now, ({ store }) => store)]
    .map(([store, lines]) => ({ store, revenue: cents(lines) ?? 0 }))
    .toSorted((a, b) => b.revenue - a.revenue)
  expect(
    rowsOf(answer, 'stores').map(([store, revenue]) => ({
      store,
      revenue: inCents(revenue ?? null),
    })),
  ).toEqual(byStore)
  const products = [...by(now, ({ sku }) => sku)]
    .map(([sku, lines]) => ({ sku, revenue: cents(lines) }))
    .filter(({ revenue }) => revenue !== null)
    .toSorted((a, b) => (b.revenue ?? 0) - (a.revenue ?? 0))
  expect(rowsOf(answer, 'best').map(([sku]) => sku)).toEqual(
    products.slice(0, 15).map(({ sku }) => sku),
  )
  expect(rowsOf(answer, 'worst').map(([sku]) => sku)).toEqual(
    products
      .slice(-15)
      .toReversed()
      .map(({ sku }) => sku),
  )
  const sizes = rowsOf(answer, 'baskets')
  expect(sizes.reduce((sum, [, n]) => sum + Number(n), 0)).toBe(baskets(now))
  expect(sizes.find(([size]) => size === '1')?.[1]).toBe(
    String(
      [...by(now, (line) => `${line.store} ${day(line)} ${line.receipt}`).values()].filter(
        ({ length }) => length === 1,
      ).length,
    ),
  )
  expect(rowsOf(answer, 'counted')).toEqual([
    [
      String(all.length),
      String(all.length - counted.length),
      '0',
      String(counted.filter(({ price }) => price === null).length),
    ],
  ])

  // A store that is picked: all follow, its own picture goes on to show all of them.
  const picked = await ask('sales', { range: { days: 28 }, store: 'Köln' })
  expect(inCents(cell(picked, 'totals', 'revenue'))).toBe(
    cents(now.filter(({ store }) => store === 'Köln')),
  )
  expect(rowsOf(picked, 'stores')).toEqual(rowsOf(answer, 'stores'))
  const nobody = await ask('sales', { range: { days: 28 }, store: null })
  expect(inCents(cell(nobody, 'totals', 'revenue'))).toBe(
    cents(now.filter(({ store }) => store === null)),
  )
  // One that nobody has is said, for empty pictures would look as if nothing was sold there.
  await expect(ask('sales', { range: 'all', store: "x' OR 'a'='a" })).rejects.toThrow(
    'There is no sale with the store “x',
  )
  const longAgo = { first: '2020-01-01', last: '2020-01-31' }
  const none = await ask('sales', { range: longAgo, store: 'Köln' })
  expect(cell(none, 'totals', 'lines')).toBe('0')

  // By weeks, all of them, and nothing before.
  const ever = await ask('sales', { range: 'all' })
  expect(inCents(cell(ever, 'totals', 'revenue'))).toBe(cents(counted))
  expect(rowsOf(ever, 'totals')).toHaveLength(1)
  expect(
    rowsOf(ever, 'time').reduce((sum, [, revenue]) => sum + (inCents(revenue ?? null) ?? 0), 0),
  ).toBe(cents(counted))

  // Each picture's statement answers the same, for everybody to see.
  for (const { sql, rows, columns } of answer.pictures)
    expect(await real.core.warehouse.query(sql ?? '', 1000, soon())).toEqual({
      columns,
      rows,
      truncated: false,
    })
  const { sql } = await real.core.insights.rows({ range: { days: 28 }, store: 'Köln' }, soon())
  const listed = await real.core.warehouse.query(sql ?? '', 10_000, soon())
  expect(listed.rows).toHaveLength(now.filter(({ store }) => store === 'Köln').length)
})

test('what was undone or corrected is not counted, and a delivery that takes its place is', async () => {
  const [first, second] = [all.slice(0, 400), all.slice(400, 700)]
  await deliver('one', salesCsv(first), 'sales')
  const runId = await deliver('two', salesCsv(second), 'sales')
  await accept()
  const revenue = async (): Promise<number | null> =>
    inCents(cell(await ask('sales', { range: 'all' }), 'totals', 'revenue'))
  const valid = (lines: readonly Line[]): Line[] => lines.filter(({ isVoid }) => !isVoid)
  expect(await revenue()).toBe(cents(valid([...first, ...second])))
  await real.core.runs.undo(runId, soon())
  expect(await revenue()).toBe(cents(valid(first)))
})

test('inventory: the last count of each product, by the pace of the period', async () => {
  await deliver('sales', salesCsv(all), 'sales')
  const stock = stockCsv()
  await deliver('stock', stock, 'stock')
  await accept()
  expect(real.core.insights.tables().stock?.columns).toEqual({
    product: 'sku',
    stock: 'in_stock',
    store: 'store',
    time: 'counted_on',
    price: 'price',
  })
  const answer = await ask('inventory', { range: { days: 91 } })
  const lying = new Map<string, number>()
  let value = 0
  for (const line of stock.trim().split('\n').slice(1)) {
    const [sku = '', , pieces, counted, price] = line.split(',')
    if (counted !== '2026-03-30') continue
    lying.set(sku, (lying.get(sku) ?? 0) + Number(pieces))
    value += Number(pieces) * Math.round(Number(price) * 100)
  }
  const sold = new Map(
    [...by(since(back(90)), ({ sku }) => sku)].map(([sku, lines]) => [
      sku,
      lines.reduce((sum, { quantity }) => sum + quantity, 0),
    ]),
  )
  const soldOf = (sku: string): number => sold.get(sku) ?? 0
  const goods = [...lying].map(([sku, pieces]) => ({ sku, pieces, sold: soldOf(sku) }))
  const dead = goods.filter((one) => one.pieces > 0 && one.sold <= 0)
  expect(cell(answer, 'totals', 'products')).toBe('80')
  expect(cell(answer, 'totals', 'pieces')).toBe(String([...lying.values()].reduce((a, b) => a + b)))
  expect(inCents(cell(answer, 'totals', 'value'))).toBe(value)
  expect(cell(answer, 'totals', 'dead')).toBe(String(dead.length))
  expect(cell(answer, 'totals', 'dead pieces')).toBe(
    String(dead.reduce((sum, { pieces }) => sum + pieces, 0)),
  )
  expect(new Set(rowsOf(answer, 'dead').map(([sku]) => sku))).toEqual(
    new Set(dead.map(({ sku }) => sku)),
  )
  const left = goods
    .filter((one) => one.sold > 0)
    .map((one) => ({ ...one, days: Math.floor((one.pieces * 91) / one.sold) }))
    .toSorted((a, b) => a.days - b.days || b.sold - a.sold || (a.sku < b.sku ? -1 : 1))
  expect(rowsOf(answer, 'short').map(([sku, , , days]) => [sku, days])).toEqual(
    left.slice(0, 50).map(({ sku, days }) => [sku, String(days)]),
  )
})

test('customers: new, returning, cohorts and fifths, and what nobody is known for', async () => {
  await deliver('sales', salesCsv(all), 'sales')
  await accept()
  const answer = await ask('customers', { range: { days: 28 } })
  const known = counted.filter(({ customer }) => customer !== null)
  const firsts = new Map(
    [...by(known, ({ customer }) => customer)].map(([customer, lines]) => [
      customer,
      lines.map(day).toSorted()[0] ?? '',
    ]),
  )
  const now = since(back(27))
  const people = [
    ...by(
      now.filter(({ customer }) => customer !== null),
      ({ customer }) => customer,
    ),
  ]
  const fresh = people.filter(([customer]) => (firsts.get(customer) ?? '') >= back(27))
  expect(cell(answer, 'totals', 'customers')).toBe(String(people.length))
  expect(cell(answer, 'totals', 'new')).toBe(String(fresh.length))
  expect(cell(answer, 'totals', 'returning')).toBe(String(people.length - fresh.length))
  expect(cell(answer, 'totals', 'came again')).toBe(
    String(people.filter(([, lines]) => new Set(lines.map(day)).size > 1).length),
  )
  expect(inCents(cell(answer, 'totals', 'revenue without a customer'))).toBe(
    cents(now.filter(({ customer }) => customer === null)),
  )
  const month = (of: string): string => of.slice(0, 7)
  const later = (from: string, to: string): number =>
    (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 +
    Number(to.slice(5, 7)) -
    Number(from.slice(5, 7))
  const cohorts = new Map<string, Set<string | null>>()
  for (const line of known) {
    const began = month(firsts.get(line.customer) ?? '')
    const key = `${began} ${later(began, month(day(line)))}`
    cohorts.set(key, (cohorts.get(key) ?? new Set()).add(line.customer))
  }
  expect(
    new Map(rowsOf(answer, 'cohorts').map(([began, after, n]) => [`${began} ${after}`, Number(n)])),
  ).toEqual(new Map([...cohorts].map(([key, who]) => [key, who.size])))
  const fifths = rowsOf(answer, 'rfm')
  expect(fifths.reduce((sum, [, , n]) => sum + Number(n), 0)).toBe(people.length)
  // Who was there on the last day is among the latest fifth, all of them alike.
  const score = (value: string, values: readonly string[]): number =>
    1 + Math.floor((5 * values.filter((one) => one < value).length) / values.length)
  const lasts = people.map(([, lines]) => lines.map(day).toSorted().at(-1) ?? '')
  for (const recency of [1, 2, 3, 4, 5])
    expect(
      fifths.filter(([r]) => r === String(recency)).reduce((sum, [, , n]) => sum + Number(n), 0),
    ).toBe(lasts.filter((one) => score(one, lasts) === recency).length)
})

test('a table without customers or with another column says what is missing; days are those of a zone', async () => {
  const lines = [
    'when,total',
    '2026-03-01T23:30:00Z,1.10',
    '2026-03-28T22:59:59Z,2.20',
    '2026-03-28T23:00:00Z,0.10',
    '9999-12-31T00:00:00Z,5.00',
  ]
  await deliver('till', `${lines.join('\n')}\n`, 'till')
  await accept()
  const answer = await ask('customers', { range: 'all' })
  expect(
    answer.pictures.every(({ lacks, sql }) => lacks.join() === 'Customer' && sql === null),
  ).toBe(true)
  expect((await ask('inventory', { range: 'all' })).pictures[0]?.lacks).toContain(
    'a table of stock',
  )
  const sales = await ask('sales', { range: 'all' })
  // A day that has not come yet is in no picture, and it is known that there is one.
  expect([sales.period, sales.ends?.last]).toEqual([
    { first: '2026-03-01', last: '2026-03-28' },
    '9999-12-31',
  ])
  const year = await ask('sales', { range: { days: 364 } })
  expect(year.period).toEqual(sales.period)
  await expect(ask('sales', { range: 'all', store: 'Köln' })).rejects.toThrow('holds the store')
  expect(sales.pictures.find(({ id }) => id === 'stores')?.lacks).toEqual(['Store'])
  expect(Number(cell(sales, 'totals', 'revenue'))).toBe(3.4)
  expect(cell(sales, 'totals', 'baskets')).toBeNull()

  const tables = real.core.insights.tables()
  const zoned = (zone: string) => ({ ...tables, sales: tables.sales && { ...tables.sales, zone } })
  await expect(real.core.insights.save(zoned('Berlin'), soon())).rejects.toThrow('is no time zone')
  await real.core.insights.save(zoned('Europe/Berlin'), soon())
  const berlin = await ask('sales', { range: 'all' })
  expect(berlin.period).toEqual({ first: '2026-03-02', last: '2026-03-29' })

  const wrong = (columns: object) =>
    real.core.insights.save({ sales: { table: 'till', zone: null, columns }, stock: null }, soon())
  await expect(wrong({ time: 'when' })).rejects.toThrow('Amount, or Price and Quantity')
  await expect(wrong({ time: 'total', amount: 'total' })).rejects.toThrow('cannot be Time')
  await expect(wrong({ time: 'when', amount: 'sum' })).rejects.toThrow('no column “sum”')
})

test('files: what was held back, failed and changed, by the receipts', async () => {
  const none = await ask('quality', { range: { days: 28 } })
  expect(none).toEqual({ board: 'quality', period: null, ends: null, pictures: [] })
  const numbers = Array.from({ length: 100 }, (_, nth) => `${nth},${nth}.50`)
  await deliver('monday', `id,amount\n${numbers.slice(0, 60).join('\n')}\n`, 'till')
  await deliver('tuesday', `id,amount\n${numbers.slice(60).join('\n')}\nx,oops\ny,oops\n`, 'till')
  const file = join(real.home.folder, 'other.csv')
  writeFileSync(file, '')
  await real.until(await real.send(file, { blob: null }, 'other'), 'failed')

  const answer = await ask('quality', { range: { days: 1 } })
  expect(cell(answer, 'totals', 'files')).toBe('3')
  expect(cell(answer, 'totals', 'failed')).toBe('1')
  expect(cell(answer, 'totals', 'rows')).toBe('102')
  expect(cell(answer, 'totals', 'held back')).toBe('2')
  expect(cell(answer, 'totals', 'held back %')).toBe('1.96')
  // Nothing was uploaded, so nobody knows what was saved.
  expect(cell(answer, 'totals', 'time saved')).toBeNull()
  expect(
    rowsOf(answer, 'datasets').map(([dataset, at, late, files]) => [
      dataset,
      at === null,
      late,
      files,
    ]),
  ).toEqual([
    ['other', true, null, '1'],
    ['till', false, null, '2'],
  ])
  expect(rowsOf(answer, 'held')).toEqual([[answer.period?.last, '1.96', '102', '2']])
})
