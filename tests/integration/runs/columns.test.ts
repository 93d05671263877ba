/** The columns of a dataset are changed in place, for files to come, and what that does to the table is said. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Meaning } from '../../../shared/domain/meaning.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'

const folder = testFolder()
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

test('a type, a name and a rule: later files are held to them, and the table has its ways', async () => {
  real = realCore(join(folder(), 'home'))
  const { core } = real
  const file = join(folder(), 'stock.csv')
  const send = async (rows: string[], meaning?: Meaning) => {
    writeFileSync(file, ['Article,Amount,Day', ...rows, ''].join('\n'))
    const { source } = await core.sources.open(file)
    const destination = { blob: null, warehouse: { meaning } }
    const { runId } = await core.runs.start({
      source,
      dataset: 'stock',
      destination,
      remember: true,
    })
    return await real.until(runId, 'succeeded', 'failed', 'stopped')
  }
  const table = async () => {
    const sql = 'SELECT * EXCLUDE (_pallet_run) FROM stock ORDER BY ALL'
    return await core.warehouse.query(sql, 10, AbortSignal.timeout(600_000))
  }
  const days: Meaning = { kind: 'slice', by: ['day'] }
  const first = await send(['A1,5,2026-11-20', 'A2,6,2026-11-20'], days)
  expect(first.state).toBe('succeeded')

  expect(() => core.datasets.changeColumns('stock', [{ column: 'price', required: true }])).toThrow(
    'no column “price”',
  )
  expect(() =>
    core.datasets.changeColumns('stock', [{ column: 'amount', name: 'article' }]),
  ).toThrow('Two columns would be called “article”.')
  expect(() => core.datasets.changeColumns('nothing', [])).toThrow('There is no dataset nothing')
  // How a date is written, and what may be empty, is no matter of the table.
  expect(core.datasets.changeColumns('stock', [{ column: 'article', required: true }])).toBeNull()
  const told = core.datasets.changeColumns('stock', [
    { column: 'amount', type: { type: 'decimal', decimalMark: '.' } },
    { column: 'day', name: 'sold_on' },
  ])
  expect(told).toMatch(
    /^The table stock keeps the columns it has, and the next file does not fit it\./,
  )
  expect(core.datasets.list()[0]?.destination?.warehouse?.meaning).toEqual({
    kind: 'slice',
    by: ['sold_on'],
  })

  const rows = [
    'A1,5.25,2026-11-21',
    'A3,7,2026-11-21',
    ...Array.from({ length: 20 }, (_, row) => `B${row},1,2026-11-21`),
  ]
  const mismatch = await send(rows)
  expect(mismatch.problem).toMatchObject({
    code: 'table-mismatch',
    did: 'Pallet changed nothing in the warehouse.',
  })
  expect((await table()).columns).toEqual(['article', 'amount', 'day'])

  // One way: what is in the table is undone, and the file sent again.
  await core.runs.undo(first.id, AbortSignal.timeout(600_000))
  expect((await send([...rows, ',1,2026-11-21'])).rows).toMatchObject({
    loaded: 22,
    quarantined: 1,
  })
  const now = await table()
  expect(now.columns).toEqual(['article', 'amount', 'sold_on'])
  expect(now.rows[0]).toEqual(['A1', '5.25', '2026-11-21'])
  // The digits that were learnt are kept, or the next file would have others.
  expect(core.datasets.list()[0]?.contract?.columns[1]).toMatchObject({ type: 'decimal', scale: 2 })
})
