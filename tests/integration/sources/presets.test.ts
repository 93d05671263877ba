/** What is known of shop systems, against answers written by hand after their public documentation. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { takeExtract } from '../../../main/sources/extract.ts'
import { Extract, type Position } from '../../../shared/domain/arriving/extract.ts'
import { extractPresets } from '../../../shared/domain/arriving/extractPresets.ts'
import { type ApiReply, apiServer } from '../../fixtures/apiServer.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()

interface Recorded {
  preset: string
  /** By what was asked, the address of the shop as SHOP. */
  answers: Record<string, ApiReply>
  ids: unknown[]
  value: string
  /** What is asked first the next time. */
  next: string
}

const shopifyOrder = (id: number, updated_at: string): object => ({
  id,
  admin_graphql_api_id: `gid://shopify/Order/${id}`,
  currency: 'USD',
  current_total_price: '199.65',
  customer: { id: 207119551, email: 'bob.norman@mail.example.com' },
  financial_status: 'paid',
  line_items: [{ id: 466157049, sku: 'IPOD2008GREEN', quantity: 1, price: '199.00' }],
  updated_at,
})
const wooOrder = (id: number, date_modified_gmt: string): object => ({
  id,
  number: String(id),
  status: 'processing',
  currency: 'USD',
  date_modified: '2026-03-22T13:28:02',
  date_modified_gmt,
  total: '29.35',
  billing: { first_name: 'John', city: 'San Francisco' },
  line_items: [{ id: 315, product_id: 93, quantity: 2, total: '6.00' }],
})
const squarePayment = (id: string, updated_at: string): object => ({
  id,
  created_at: '2026-10-13T19:34:33.524Z',
  updated_at,
  amount_money: { amount: 555, currency: 'USD' },
  status: 'COMPLETED',
  location_id: 'L88917AVBK2S5',
})
const lightspeedSale = (id: string, version: number): object => ({
  id,
  receipt_number: '2034',
  status: 'CLOSED',
  total_price: 21.74,
  version,
})

const shopify = '/admin/api/2025-10/orders.json'
const woo = '/wp-json/wc/v3/orders?orderby=modified&order=asc&dates_are_gmt=true'
const square = '/v2/payments?sort_field=UPDATED_AT&sort_order=ASC'
const recorded: Recorded[] = [
  {
    preset: 'shopify-orders',
    answers: {
      [`${shopify}?status=any&order=updated_at+asc&limit=250`]: [
        200,
        { orders: [shopifyOrder(450789469, '2026-01-10T11:00:00-05:00')] },
        { link: `<SHOP${shopify}?limit=250&page_info=eyJsYXN0X2lk>; rel="next"` },
      ],
      [`${shopify}?limit=250&page_info=eyJsYXN0X2lk`]: [
        200,
        { orders: [shopifyOrder(450789470, '2026-01-10T11:30:00-05:00')] },
        { link: `<SHOP${shopify}?limit=250&page_info=eyJkaXJl>; rel="previous"` },
      ],
    },
    ids: [450789469, 450789470],
    value: '2026-01-10T11:30:00-05:00',
    next: `${shopify}?status=any&order=updated_at+asc&updated_at_min=2026-01-10T11%3A30%3A00-05%3A00&limit=250`,
  },
  {
    preset: 'woocommerce-orders',
    answers: {
      [`${woo}&page=1&per_page=100`]: [
        200,
        [wooOrder(723, '2026-03-22T16:28:02'), wooOrder(727, '2026-03-22T16:30:35')],
        { 'X-WP-Total': '2', 'X-WP-TotalPages': '1' },
      ],
    },
    ids: [723, 727],
    value: '2026-03-22T16:30:35',
    next: `${woo}&modified_after=2026-03-22T16%3A30%3A34.000&page=1&per_page=100`,
  },
  {
    preset: 'square-payments',
    answers: {
      [`${square}&limit=100`]: [
        200,
        {
          payments: [squarePayment('bP9mAsEMYPUGjjGNaNO5', '2026-10-13T19:34:34.339Z')],
          cursor: 'CURSOR',
        },
      ],
      [`${square}&limit=100&cursor=CURSOR`]: [
        200,
        { payments: [squarePayment('hYy9pRFVxpDsO1FB05SunFWUe9JZY', '2026-10-13T20:00:00.5Z')] },
      ],
    },
    ids: ['bP9mAsEMYPUGjjGNaNO5', 'hYy9pRFVxpDsO1FB05SunFWUe9JZY'],
    value: '2026-10-13T20:00:00.5Z',
    next: `${square}&updated_at_begin_time=2026-10-13T19%3A59%3A00.500Z&limit=100`,
  },
  {
    preset: 'lightspeed-sales',
    answers: {
      '/api/2.0/sales?page_size=200': [
        200,
        {
          data: [lightspeedSale('0adf', 7091), lightspeedSale('0ae0', 7123)],
          version: { min: 7091, max: 7123 },
        },
      ],
      '/api/2.0/sales?page_size=200&after=7123': [200, { data: [], version: { min: 0, max: 0 } }],
    },
    ids: ['0adf', '0ae0'],
    value: '7123',
    next: '/api/2.0/sales?after=7123&page_size=200',
  },
]

test('every shop system that is known has a recorded example, and every list is a whole description', () => {
  const shops = (names: readonly string[]): string[] => [
    ...new Set(names.map((name) => name.split('-')[0] ?? '')),
  ]
  expect(shops(recorded.map(({ preset }) => preset))).toEqual(
    shops(extractPresets.map(({ name }) => name)),
  )
  for (const { extract } of extractPresets) Extract.parse({ connection: 'shop', ...extract })
})

test.each(recorded)('$preset', async ({ preset, answers, ids, value, next }) => {
  const asked: string[] = []
  const server = await apiServer(({ path, query }) => {
    const address = query.size === 0 ? path : `${path}?${query.toString()}`
    asked.push(address)
    return answers[address] ?? [404, { errors: 'Not Found' }]
  })
  for (const [, , headers] of Object.values(answers))
    for (const [name, text] of Object.entries(headers ?? {}))
      if (headers !== undefined) headers[name] = text.replace('SHOP', server.url)
  try {
    const known = extractPresets.find(({ name }) => name === preset)
    if (known === undefined) throw new Error('It is known.')
    const target = join(folder(), 'source')
    const take = (from: Position | null) =>
      takeExtract(
        {
          api: { connection: 'shop', baseUrl: server.url, signIn: { by: 'nothing' } },
          extract: { connection: 'shop', ...known.extract, from },
          target,
        },
        {
          signal: new AbortController().signal,
          report: () => {},
          ask: () => Promise.reject(new Error('It asks nothing.')),
        },
      )
    const { to } = await take(null)
    const lines = (await readFile(target, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { id: unknown }).id)).toEqual(ids)
    expect(to?.value).toBe(value)
    expect(asked).toEqual(Object.keys(answers))
    await expect(take(to ?? null)).rejects.toThrow()
    expect(asked.at(-1)).toBe(next)
  } finally {
    await server.close()
  }
})
