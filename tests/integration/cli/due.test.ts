/** A folder is watched from the command line: what is put there goes by “pallet due”, as cron would call it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder } from '../../fixtures/folder.ts'
import { pallet, startPallet } from '../../fixtures/pallet.ts'
import { ask } from '../warehouse/loading.ts'

const folder = testFolder()

test('watched, dropped, delivered by itself; killed between receipt and move, moved by the next; a bad file waits for a person', async () => {
  const files = folder()
  const home = join(files, 'home')
  const till = join(files, 'till')
  mkdirSync(till)
  const call = (...args: string[]) => pallet(args, { home })
  const write = (path: string, ...lines: string[]): string => {
    writeFileSync(path, [...lines, ''].join('\n'))
    return path
  }
  const table = async (): Promise<string[]> => {
    const file = join(home, 'warehouse.duckdb')
    const { rows } = await ask(file, 'select id, amount from sales order by id', 100)
    return rows.map((cells) => cells.join(' '))
  }

  const early = await call('watch', 'add', till, '--dataset', 'sales')
  expect(early.code).toBe(1)
  expect(early.stderr).toContain('Send a first file by hand: “pallet run FILE --dataset sales”.')
  const first = write(join(files, 'first.csv'), 'id,amount', '1,1.5')
  expect((await call('run', first, '--dataset', 'sales', '--no-blob')).code).toBe(0)
  expect((await call('watch', 'add', till, '--dataset', 'sales', '--after', 'move')).code).toBe(0)
  expect((await call('due')).code).toBe(0)

  write(join(till, 'monday.csv'), 'id,amount', '2,2.5')
  const killed = await startPallet(['due'], {
    home,
    onEvent: ({ event }, child) => {
      if (event === 'receipt') child.kill('SIGKILL')
    },
  }).done
  expect(killed.signal).toBe('SIGKILL')
  const next = await call('due')
  expect(next.code).toBe(0)
  expect(next.receipt).toBeNull()
  expect(readdirSync(till)).toEqual(['delivered'])
  expect(readdirSync(join(till, 'delivered'))).toEqual([
    expect.stringMatching(/^\d{8}-\d{6}-\w+_monday\.csv$/),
  ])
  expect(await table()).toEqual(['1 1.50', '2 2.50'])

  write(join(till, 'tuesday.csv'), 'id,sum in euros', '3,3.5')
  const asks = await call('due')
  expect(asks.code).toBe(4)
  expect(asks.receipt).toMatchObject({ state: 'waiting', asked: { kind: 'header' } })
  expect(readdirSync(till).sort()).toEqual(['delivered', 'tuesday.csv'])
  const [watch] = (await call('watch', 'list')).events
  expect(watch).toMatchObject({ id: 1, folder: till, pattern: '*.csv', after: 'move' })
  expect((await call('watch', 'remove', '1')).code).toBe(0)
}, 600_000)
