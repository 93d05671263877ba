/** Lists of an API, against a shop that pages, limits, drifts, forgets and cuts as real ones do. */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeExtract, tryExtract } from '../../../main/sources/extract.ts'
import { storeApi } from '../../../main/sources/storeApi.ts'
import type { ApiAccess, TakeExtractOutput } from '../../../main/runs/ports/extracting.ts'
import type { Extract, Paging, Position } from '../../../shared/domain/arriving/extract.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import {
  type ShopServer,
  apiKey,
  clientSecret,
  orders,
  shopServer,
} from '../../fixtures/shopServer.ts'

const newFolder = testFolder()
let folder = ''
let shop: ShopServer
beforeEach(async () => {
  folder = newFolder()
  shop = await shopServer()
})
afterEach(async () => await shop.close())

/** A number as it is written; V8 has it, the types have not yet. */
const { rawJSON: raw } = JSON as unknown as { rawJSON(this: void, text: string): unknown }
const pace = { attempts: 4, pauseMs: 5, mostMs: 5000 }
const size = { parameter: 'limit', records: 10 }
const list = (path: string, paging: Paging, more: Partial<Extract> = {}): Extract => ({
  connection: 'shop',
  path: `/orders/${path}`,
  query: {},
  records: 'orders',
  paging,
  key: 'id',
  incremental: null,
  total: null,
  ...more,
})
const byLink = list('link', { kind: 'link', size })
const byPage = list(
  'page',
  { kind: 'page', parameter: 'page', first: 1, size },
  { total: { in: 'header', name: 'x-total' } },
)
const byOffset = list(
  'offset',
  { kind: 'offset', parameter: 'offset', size },
  { records: 'data.items' },
)
const newest = { field: 'updated_at', parameter: 'updated_at_min', back: 0 }

const open = (): ApiAccess => ({ connection: 'shop', baseUrl: shop.url, signIn: { by: 'nothing' } })

interface Taken extends TakeExtractOutput {
  lines: Record<string, unknown>[]
}

async function take(
  extract: Extract,
  {
    from = null,
    api = open(),
    signal = new AbortController().signal,
    name = 'source',
  }: {
    from?: Position | null
    api?: ApiAccess
    signal?: AbortSignal
    name?: string
  } = {},
): Promise<Taken> {
  const target = join(folder, name)
  const output = await takeExtract(
    { api, extract: { ...extract, from }, target },
    { signal, report: () => {}, ask: () => Promise.reject(new Error('It asks nothing.')) },
    pace,
  )
  const text = await readFile(target, 'utf8')
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { ...output, lines }
}

const idsOf = ({ lines }: Taken): unknown[] => lines.map(({ id }) => id)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const problemOf = async (work: Promise<unknown>): Promise<Problem> =>
  Problem.from(
    await work.then(
      () => new Error('It did not fail.'),
      (error: unknown) => error,
    ),
  )

describe('pages', () => {
  test.each([
    ['all in one', list('all', { kind: 'none' }, { records: '' })],
    ['by numbers', byPage],
    ['by numbers, up to an empty one', { ...byPage, total: null }],
    ['by offsets', byOffset],
    [
      'by offsets, one record each',
      {
        ...byOffset,
        paging: { ...byOffset.paging, size: { parameter: 'limit', records: 1 } },
      } as Extract,
    ],
    [
      'by a cursor',
      list('cursor', {
        kind: 'cursor',
        parameter: 'cursor',
        next: 'cursor',
        untilEmpty: false,
        size,
      }),
    ],
    [
      'by a cursor that every page has',
      list('version', {
        kind: 'cursor',
        parameter: 'cursor',
        next: 'version.max',
        untilEmpty: true,
        size,
      }),
    ],
    ['by the header Link', byLink],
    ['by the next address', list('next', { kind: 'next', next: 'next', size })],
  ])('%s: each record once, in order, with where it stood', async (_name, extract) => {
    for (const count of [1, 9, 10, 11, 30]) {
      shop.orders = orders(count)
      const taken = await take(extract)
      expect(idsOf(taken)).toEqual(upTo(count))
      expect(taken).toMatchObject({ records: count, repeated: 0 })
      expect(taken.lines[0]).toMatchObject({ api_page: 1, api_index: 1, store: 'Store 1' })
    }
    expect(await readdir(folder)).toEqual(['source'])
  })

  test('numbers stay as they are written, lines stay lines, and what is no object is said', async () => {
    shop.fault(/all/, [
      200,
      [
        {
          id: raw('12345678901234567890'),
          total: raw('1.50'),
          note: 'a\u2028b\nc',
        },
        'no object',
      ],
    ])
    const target = join(folder, 'source')
    const extract = list('all', { kind: 'none' }, { records: '', key: null })
    await takeExtract(
      { api: open(), extract: { ...extract, from: null }, target },
      {
        signal: new AbortController().signal,
        report: () => {},
        ask: async () => Promise.reject(new Error()),
      },
    )
    expect(await readFile(target, 'utf8')).toBe(
      '{"api_page":1,"api_index":1,"id":12345678901234567890,"total":1.50,"note":"a\\u2028b\\nc"}\npage 1, record 2: "no object"\n',
    )
  })

  test('a list that has no end, or the same page again and again, is refused', async () => {
    shop.orders = orders(30)
    const ignored = await problemOf(
      take({
        ...byPage,
        total: null,
        query: { cursor: '0' },
        path: '/orders/link',
        paging: { ...byPage.paging, parameter: 'status' } as Paging,
      }),
    )
    expect(ignored).toMatchObject({ code: 'url-refused' })
    expect(ignored.message).toContain('a page that came before')
    const circle = { orders: [{ id: 1 }], next: `${shop.url}/orders/next?cursor=1` }
    const other = { orders: [{ id: 2 }], next: `${shop.url}/orders/next?cursor=2` }
    for (let nth = 0; nth < 20; nth += 1) shop.fault(/next/, [200, nth % 2 === 0 ? circle : other])
    const problem = await problemOf(take(list('next', { kind: 'next', next: 'next', size })))
    expect(problem.message).toContain('a page that came before')
  })

  test('an answer without the list is never a list without records', async () => {
    shop.fault(/link/, [200, { errors: 'too many', orders_count: 3 }])
    const problem = await problemOf(take(byLink))
    expect(problem.message).toContain('has no list “orders”. It has errors, orders_count.')
    expect(await problemOf(take({ ...byLink, path: '/orders' }))).toMatchObject({
      code: 'url-not-found',
    })
    expect(await problemOf(take({ ...byLink, query: { colour: 'red' } }))).toMatchObject({
      code: 'url-refused',
    })
  })

  test('the key is not carried to another address', async () => {
    shop.signIn = 'query'
    shop.orders = orders(3)
    const api: ApiAccess = {
      ...open(),
      signIn: { by: 'query', parameter: 'api_key', value: apiKey },
    }
    shop.fault(/link/, [200, { orders: [] }, { link: '<https://elsewhere.test/orders>; rel=next' }])
    const problem = await problemOf(take(byLink, { api }))
    expect(problem.message).toContain('elsewhere.test')
    expect(JSON.stringify(problem.data)).not.toContain(apiKey)
    shop.fault(/link/, [302, undefined, { location: 'https://elsewhere.test/' }])
    expect(await problemOf(take(byLink, { api, name: 'other' }))).toMatchObject({
      code: 'url-refused',
    })
  })
})

describe('signing in', () => {
  test.each([
    ['header', { by: 'header', header: 'X-Shop-Key', value: apiKey }],
    [
      'basic',
      {
        by: 'header',
        header: 'authorization',
        value: `Basic ${Buffer.from(`till:${apiKey}`).toString('base64')}`,
      },
    ],
    ['query', { by: 'query', parameter: 'api_key', value: apiKey }],
  ] as const)('by %s', async (way, signIn) => {
    shop.signIn = way
    shop.orders = orders(25)
    expect(idsOf(await take(byLink, { api: { ...open(), signIn } }))).toEqual(upTo(25))
    const problem = await problemOf(take(byLink))
    expect(problem).toMatchObject({ code: 'credential-rejected', data: { connection: 'shop' } })
  })

  test('a token that expires in the middle is asked for anew, and what was taken is kept', async () => {
    shop.signIn = 'token'
    shop.tokenGoodFor = 2
    shop.orders = orders(55)
    const connection = {
      name: 'shop',
      settings: {
        kind: 'store-api-oauth',
        baseUrl: shop.url,
        tokenUrl: `${shop.url}/token`,
        client: 'pallet',
      },
      secrets: { clientSecret },
    }
    const api = storeApi.source?.(connection)
    expect(idsOf(await take(byLink, { ...(api && { api }) }))).toEqual(upTo(55))
    const wrong = storeApi.source?.({ ...connection, secrets: { clientSecret: 'wrong-secret' } })
    const problem = await problemOf(take(byLink, { ...(wrong && { api: wrong }) }))
    expect(problem).toMatchObject({ code: 'credential-rejected' })
    expect(JSON.stringify(problem.data)).not.toContain('wrong-secret')
  })
})

describe('on the way', () => {
  test('lines that are cut, servers that are busy, and pages that are asked for later lose nothing', async () => {
    shop.orders = orders(60)
    const nth = { count: 0 }
    shop.before = (asked) => {
      nth.count = asked
      if (asked === 2) shop.fault(/link/, 'cut-answer')
      if (asked === 3) shop.fault(/link/, [429, { error: 'slow down' }, { 'retry-after': '0' }])
      if (asked === 4) shop.fault(/link/, 'lose-answer')
      if (asked === 5) shop.fault(/link/, [502, 'Bad Gateway'])
    }
    expect(idsOf(await take(byLink))).toEqual(upTo(60))
  })

  test('whoever wants to be left alone is left alone for so long', async () => {
    shop.orders = orders(5)
    shop.fault(/link/, [429, {}, { 'retry-after': '1' }])
    const from = performance.now()
    await take(byLink)
    expect(performance.now() - from).toBeGreaterThan(950)
    shop.fault(/link/, [429, {}, { 'retry-after': '600' }])
    expect(await problemOf(take(byLink))).toMatchObject({
      code: 'server-busy',
      data: { retryAfterMs: 600_000 },
    })
  })

  test('who is stopped between pages goes on behind the last one', async () => {
    shop.orders = orders(50)
    const stop = new AbortController()
    shop.before = (asked) => {
      if (asked === 3) stop.abort()
    }
    await expect(take(byLink, { signal: stop.signal })).rejects.toThrow()
    shop.before = () => {}
    shop.asked = []
    expect(idsOf(await take(byLink))).toEqual(upTo(50))
    expect(shop.asked.length).toBeLessThan(5)
  })

  test('a next page that is refused, or a list that was empty, does not keep the next attempt from its beginning', async () => {
    shop.orders = orders(30)
    shop.before = (asked) => {
      if (asked === 1) shop.fault(/link/, [400, { error: 'The cursor has expired.' }])
    }
    expect(await problemOf(take(byLink))).toMatchObject({ code: 'url-refused' })
    expect(idsOf(await take(byLink))).toEqual(upTo(30))
    shop.orders = []
    expect(await problemOf(take(byLink, { name: 'empty' }))).toMatchObject({ code: 'source-empty' })
    shop.orders = orders(3)
    expect(idsOf(await take(byLink, { name: 'empty' }))).toEqual(upTo(3))
  })

  test('a list that shrinks while it is read is read anew, and refused where it never stands still', async () => {
    for (const extract of [byPage, byOffset]) {
      shop.orders = orders(40)
      shop.asked = []
      shop.before = (asked) => {
        if (asked === 3) shop.orders = shop.orders.filter(({ id }) => id !== 2)
      }
      const taken = await take(extract)
      expect(idsOf(taken)).toEqual(upTo(40).filter((id) => id !== 2))
    }
    shop.orders = orders(400)
    shop.before = () => void shop.orders.shift()
    expect(await problemOf(take(byOffset))).toMatchObject({ code: 'source-growing' })
    expect(await readdir(folder)).toEqual(['source'])
  })

  test('a list that grows in front gives a record twice, of which one is taken', async () => {
    shop.orders = orders(40, 10)
    shop.before = (asked) => {
      if (asked === 3) shop.orders.unshift(...orders(1, 9))
    }
    const { repeated, ...taken } = await take({ ...byPage, total: null })
    expect(new Set(idsOf({ ...taken, repeated })).size).toBe(taken.lines.length)
    expect([repeated, taken.lines.length]).toEqual([1, 40])
  })

  test('of a record that was changed while the list was read the last counts', async () => {
    shop.orders = orders(40)
    shop.before = (asked) => {
      if (asked !== 3) return
      const [first] = shop.orders
      if (first !== undefined)
        shop.orders[0] = { ...first, total: 999, updated_at: '2025-11-21T00:00:00.000Z' }
    }
    const { lines } = await take({ ...byPage, total: null })
    expect(lines.filter(({ id }) => id === 1)).toEqual([expect.objectContaining({ total: 999 })])
  })
})

describe('only what is new', () => {
  test('goes on where it was, brings what has the same time, and nothing twice', async () => {
    shop.orders = orders(25)
    const extract = { ...byLink, key: null, incremental: newest }
    const first = await take(extract)
    expect(first.to?.value).toBe(shop.orders.at(-1)?.updated_at)
    expect(await tryNew(extract, first.to)).toBe(0)
    const last = shop.orders.at(-1)
    if (last === undefined) throw new Error('There is one.')
    shop.orders.push({ ...last, id: 26 }, ...orders(3, 27))
    expect(await tryNew(extract, first.to)).toBe(4)
    const second = await take(extract, { from: first.to ?? null })
    expect(idsOf(second)).toEqual([26, 27, 28, 29])
    expect(await tryNew(extract, second.to)).toBe(0)
  })

  test('what is new is found behind any number of pages that were brought', async () => {
    // As an import stamps them: all at the same time.
    const at = '2025-11-20T08:00:00.000Z'
    shop.orders = orders(1500).map((order) => ({ ...order, updated_at: at }))
    const extract = { ...byLink, key: null, incremental: newest }
    const first = await take(extract)
    expect(await tryNew(extract, first.to)).toBe(0)
    shop.orders.push({ id: 1501, updated_at: at, store: 'Store 1', total: 1 })
    expect(await tryNew(extract, first.to)).toBe(1)
  })

  test('what was changed on a page that was taken is brought the next time', async () => {
    // By number, and so not in the order of the changes; all of it after the first page was answered.
    const later = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString()
    shop.orders = orders(25)
    const extract = { ...byLink, incremental: newest }
    shop.before = (asked) => {
      if (asked !== 2) return
      shop.orders[0] = { id: 1, updated_at: later(5), store: 'Store 1', total: 111 }
      shop.orders[24] = { id: 25, updated_at: later(60), store: 'Store 4', total: 222 }
    }
    const first = await take(extract)
    expect(first.lines.find(({ id }) => id === 25)).toMatchObject({ total: 222 })
    shop.before = () => {}
    const second = await take(extract, { from: first.to ?? null })
    expect(idsOf(second)).toEqual([1])
  })

  test('what is listed late is brought by asking from a while before', async () => {
    shop.orders = orders(25).filter(({ id }) => id !== 24)
    const extract = { ...byLink, key: null, incremental: { ...newest, back: 600 } }
    const first = await take(extract)
    shop.orders = orders(25)
    expect(idsOf(await take(extract, { from: first.to ?? null }))).toEqual([24])
  })

  test('a record without the field is no guess', async () => {
    shop.orders = [...orders(3), { ...orders(1, 4)[0], updated_at: 'soon' } as never]
    const all = list('all', { kind: 'none' }, { records: '', incremental: newest })
    expect(await problemOf(take(all))).toMatchObject({ code: 'contract-mismatch' })
  })
})

async function tryNew(extract: Extract, from: Position | undefined): Promise<number> {
  const { newOnPage } = await tryExtract(
    { api: open(), extract, from: from ?? null, records: 5 },
    { signal: new AbortController().signal },
    pace,
  )
  return newOnPage
}
