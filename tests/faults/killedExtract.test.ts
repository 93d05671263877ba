/** A shop's list that is fetched by a Pallet that is killed again and again, between pages and everywhere else: every record once. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { random } from '../fixtures/exports.ts'
import { testFolder } from '../fixtures/folder.ts'
import { pallet, startPallet } from '../fixtures/pallet.ts'
import { orders, shopServer } from '../fixtures/shopServer.ts'
import { ask } from '../integration/warehouse/loading.ts'

const folder = testFolder()
const seed = Number(process.env['PALLET_FAULT_SEED'] ?? 20261122)
/** 100 in the long form of 50 cases. */
const kills = Number(process.env['PALLET_FAULT_CASES'] ?? 2) * 2
/** Without a key: nothing but the place where it has come to keeps a record from being there twice. */
const list = [
  ['--connection', 'shop', '--path', '/orders/link', '--records', 'orders', '--paging', 'link'],
  ['--size-parameter', 'limit', '--size', '25'],
  ['--since', 'updated_at', '--since-parameter', 'updated_at_min'],
].flat()

test(
  `${kills} kills while a list is fetched: no record lost, none twice (seed ${seed})`,
  async () => {
    const shop = await shopServer()
    try {
      const home = join(folder(), 'home')
      for (const args of [
        ['connections', 'add', 'shop', '--kind', 'store-api', '--base-url', shop.url],
        ['extract', 'set', 'orders', ...list],
      ])
        expect((await pallet(args, { home })).code).toBe(0)
      const next = random(seed)
      const steps = ['read', 'clean', 'upload', 'load']
      for (let nth = 0; nth < kills; nth += 1) {
        shop.orders.push(...orders(200, shop.orders.length + 1))
        const step = next() < 0.5 ? null : steps[Math.floor(next() * steps.length)]
        const page = 1 + Math.floor(next() * 9)
        const laterMs = next() * (step === null ? 30 : 200)
        const before = shop.asked.length
        const started = startPallet(['fetch', 'orders'], {
          home,
          onEvent: (event, child) => {
            if (event['step'] === step) setTimeout(() => child.kill('SIGKILL'), laterMs)
          },
        })
        shop.before = (asked) => {
          if (step === null && asked - before === page)
            setTimeout(() => started.child.kill('SIGKILL'), laterMs)
        }
        await started.done
        shop.before = () => {}
        const { rows } = await ask(
          join(home, 'warehouse.duckdb'),
          'SELECT id FROM orders GROUP BY id HAVING count(*) > 1',
        ).catch(() => ({ rows: [] }))
        expect([nth, step, page, rows]).toEqual([nth, step, page, []])
      }
      // The run that was cut off, and what has come since it was planned.
      for (let more = true; more;) {
        const ended = await pallet(['fetch', 'orders'], { home })
        expect(ended.code, ended.stderr).toBe(0)
        more = ended.events.every(({ event }) => event !== 'fetch')
      }
      const { rows } = await ask(
        join(home, 'warehouse.duckdb'),
        'SELECT count(*), count(DISTINCT id), max(id) FROM orders',
      )
      expect(rows).toEqual([[1, 1, 1].map(() => String(shop.orders.length))])
    } finally {
      await shop.close()
    }
  },
  600_000 + kills * 120_000,
)
