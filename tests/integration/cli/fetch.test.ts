/** A shop's orders, from its API into the table, day after day. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet } from '../../fixtures/pallet.ts'
import { apiKey, orders, shopServer } from '../../fixtures/shopServer.ts'
import { ask } from '../warehouse/loading.ts'

const folder = testFolder()
const headerKey = ['--kind', 'store-api-header', '--header', 'X-Shop-Key']
const orderList = [
  ['--path', '/orders/link', '--records', 'orders', '--paging', 'link'],
  ['--size-parameter', 'limit', '--size', '10', '--key', 'id'],
  ['--since', 'updated_at', '--since-parameter', 'updated_at_min'],
].flat()

test('the orders of a shop, fetched, fetched again, changed, and undone', async () => {
  const shop = await shopServer()
  try {
    shop.signIn = 'header'
    shop.orders = orders(25)
    const home = join(folder(), 'home')
    const env = { PALLET_SECRET_SHOP: apiKey }
    const run = async (...args: string[]) => await pallet(args, { home, env })
    const inTable = async (): Promise<unknown> =>
      (await ask(join(home, 'warehouse.duckdb'), 'SELECT id, total FROM orders ORDER BY id')).rows
    expect(
      (await run('connections', 'add', 'shop', ...headerKey, '--base-url', shop.url)).code,
    ).toBe(0)
    expect((await run('connections', 'test', 'shop')).code).toBe(0)
    const unknown = await run('fetch', 'orders')
    expect(unknown.stderr).toContain('Pallet does not know where orders is fetched from.')

    const tried = await run('extract', 'try', '--connection', 'shop', ...orderList)
    expect(tried.code, tried.stderr).toBe(0)
    expect(tried.events).toHaveLength(10)
    const half = await run(
      'extract',
      'set',
      'orders',
      '--connection',
      'shop',
      '--path',
      '/orders/page',
      '--paging',
      'page',
    )
    expect([half.code, half.stderr]).toEqual([2, expect.stringContaining('paging.parameter')])
    expect((await run('extract', 'set', 'orders', '--connection', 'shop', ...orderList)).code).toBe(
      0,
    )

    const first = await run('fetch', 'orders')
    expect(first.code, first.stderr).toBe(0)
    expect(await inTable()).toEqual(
      shop.orders.map(({ id, total }) => [String(id), total.toFixed(2)]),
    )
    const nothing = await run('fetch', 'orders')
    expect(nothing.events).toEqual([{ event: 'fetch', dataset: 'orders', run: null }])

    // The second day: new ones, and one that was changed.
    shop.orders.push(...orders(5, 26))
    shop.orders[2] = {
      id: 3,
      store: 'Store 3',
      total: 12.5,
      updated_at: '2025-11-20T12:00:00.000Z',
    }
    const second = await run('fetch', 'orders')
    expect(second.code, second.stderr).toBe(0)
    const now = shop.orders.map(({ id, total }) => [String(id), total.toFixed(2)])
    expect(await inTable()).toEqual(now)
    const [, newest] = (await run('runs')).events.map(({ id }) => String(id)).toReversed()
    expect((await run('undo', String(newest), '--yes')).code).toBe(0)
    expect(await inTable()).toHaveLength(25)
    expect((await run('fetch', 'orders')).code).toBe(0)
    expect(await inTable()).toEqual(now)

    // By the clock: nothing is due yet, and then only what is new is asked for.
    const scheduled = await run('schedule', 'set', 'orders', '--every', '1', '--zone', 'UTC')
    expect(scheduled.code, scheduled.stderr).toBe(0)
    shop.asked = []
    expect((await run('due')).code).toBe(0)
    expect(shop.asked).toEqual([])
    await run('fetch', 'orders')
    expect(shop.asked).toEqual([expect.stringContaining('updated_at_min=2025-11-20T12')])
    const { stdout } = await run('extract', 'list')
    expect(stdout).toContain('"every":1')
    expect(stdout + second.stderr).not.toContain(apiKey)
  } finally {
    await shop.close()
  }
}, 300_000)
