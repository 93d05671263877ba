/** What the picture of a topic says, against the rows of its table, its ledger and the broker. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TopicPicture } from '../../../shared/domain/warehouse/insights.ts'
import { type FakeBroker, fakeBroker } from '../../fixtures/fakeBroker.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { fill, put, topic } from '../../fixtures/topicOfSales.ts'

const folder = testFolder()
const never = new AbortController().signal
let broker: FakeBroker
let real: RealCore

beforeEach(async () => {
  broker = await fakeBroker()
  broker.topic(topic)
  real = realCore(folder())
  await real.core.connections.save({
    name: 'tills',
    settings: { kind: 'kafka', brokers: broker.address, encryption: 'none', readOnly: false },
    container: null,
  })
})
afterEach(async () => {
  await real.core.close()
  await broker.close()
})

async function land(): Promise<void> {
  const { runId } = await real.core.streams.land(
    {
      connection: 'tills',
      topic,
      dataset: topic,
      destination: { blob: null },
      offsets: 10_000,
      start: 'begin',
      acceptLoss: false,
    },
    never,
  )
  await real.until(runId ?? '', 'succeeded')
}
const ask = async (sql: string): Promise<(string | null)[][]> =>
  (await real.core.warehouse.query(sql, 1000, never)).rows
const look = (): Promise<TopicPicture | null> =>
  real.core.insights.topic({ connection: 'tills', topic }, never)
const rowsOf = (picture: TopicPicture | null, id: string) =>
  picture?.pictures.find((one) => one.id === id)?.rows ?? []
const cellsOf = (picture: TopicPicture | null, id: string): Record<string, string | null> => {
  const found = picture?.pictures.find((one) => one.id === id)
  return Object.fromEntries(
    (found?.columns ?? []).map((name, nth) => [name, found?.rows[0]?.[nth] ?? null]),
  )
}
const sale = (soldAt: Date, more = {}): string =>
  JSON.stringify({
    id: 1,
    product: 'Bread',
    quantity: 2,
    price: 2.79,
    sales_time: soldAt.toISOString(),
    ...more,
  })
const sent = (soldAt: Date, more = {}) => ({
  key: 'store-001',
  value: sale(soldAt, more),
  headers: {},
})
const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000)

it('is the sum of the rows that are landed, batch after batch, and each of its statements says the same', async () => {
  expect(await look()).toBeNull()
  await fill(broker, 600, 1, 0.05)
  await land()
  const first = await look()
  expect(first).toMatchObject({
    table: topic,
    isSaid: false,
    columns: { time: 'sales_time', price: 'price', quantity: 'quantity', product: 'product' },
  })
  await fill(broker, 300, 2)
  // Late by 20 minutes; late and before the hour; and of a till whose clock is a year ahead.
  const late = ago(20)
  await put(broker, [sent(late), sent(ago(180)), sent(ago(-525_600))])
  await land()

  const picture = await look()
  const offsets = broker.ends(topic).reduce((sum, end) => sum + end, 0)
  const [[rows, priceless, lastHour, revenue] = []] = await ask(
    `SELECT count(*), count(*) FILTER (price IS NULL), count(*) FILTER (h), sum(price * quantity) FILTER (h) FROM (SELECT *, sales_time > TIMESTAMP '${ago(58).toISOString().slice(0, 19)}' AND sales_time < TIMESTAMP '${ago(-2).toISOString().slice(0, 19)}' AS h FROM ${topic})`,
  )
  expect(offsets).toBe(903)
  expect(Number(rows)).toBeLessThan(903)
  expect(Number(lastHour)).toBe(Number(rows) - 2)
  expect(cellsOf(picture, 'totals')).toMatchObject({
    rows,
    offsets: '903',
    'not in the table': String(903 - Number(rows)),
    late: '2',
    revenue,
    sales: lastHour,
  })
  expect(cellsOf(picture, 'counted')).toEqual({
    rows,
    void: '0',
    'without a time': '0',
    'without an amount': priceless,
    'sold after written': '1',
  })
  const minutes = rowsOf(picture, 'minutes')
  expect(minutes).toHaveLength(60)
  expect(minutes.filter(([, , , late]) => late === '1')).toEqual([
    [late.toISOString().slice(0, 16).replace('T', ' '), '5.58', '1', '1'],
  ])
  // Nobody knows of a minute without rows whether nothing was sold.
  expect(minutes[0]).toEqual([minutes[0]?.[0], null, null, null])
  const sum = (id: string, column: number): bigint =>
    rowsOf(picture, id).reduce(
      (all, row) => all + BigInt((row[column] ?? '0').replace('.', '')),
      0n,
    )
  for (const id of ['minutes', 'places']) {
    expect(sum(id, 1), id).toBe(BigInt((revenue ?? '').replace('.', '')))
    expect(sum(id, 2), id).toBe(BigInt(lastHour ?? ''))
  }
  const stores = await ask(
    `SELECT kafka_key, sum(price * quantity) AS r, count(*), sum(quantity) FROM ${topic} WHERE sales_time > TIMESTAMP '${ago(58).toISOString().slice(0, 19)}' AND sales_time < TIMESTAMP '${ago(-2).toISOString().slice(0, 19)}' GROUP BY 1 ORDER BY r DESC, 1`,
  )
  expect(picture?.pictures.find(({ id }) => id === 'places')?.title).toBe('By key')
  expect(rowsOf(picture, 'places')).toEqual(stores)
  expect(rowsOf(picture, 'products')).toHaveLength(15)
  for (const { sql, rows: answered, id } of picture?.pictures ?? [])
    expect(await ask(sql ?? ''), id).toEqual(answered)
}, 240_000)

it('what nobody can know is not 0: late where the times have another zone, sums where no column has them', async () => {
  await put(broker, [sent(ago(-60)), sent(ago(-60)), sent(ago(-59))])
  await land()
  expect(cellsOf(await look(), 'totals')).toMatchObject({ rows: '3', late: null, sales: '3' })

  await real.core.insights.save(
    {
      sales: {
        table: topic,
        columns: { time: 'sales_time', amount: 'price', store: 'kafka_key' },
        zone: null,
      },
      stock: null,
    },
    never,
  )
  const said = await look()
  expect(said).toMatchObject({ isSaid: true, columns: { amount: 'price' } })
  expect(cellsOf(said, 'totals')).toMatchObject({ revenue: '8.37' })
  expect(rowsOf(said, 'places')).toEqual([['store-001', '8.37', '3', null]])
  const products = said?.pictures.find(({ id }) => id === 'products')
  expect(products).toMatchObject({ rows: [], sql: null, lacks: ['Product'] })
}, 240_000)
