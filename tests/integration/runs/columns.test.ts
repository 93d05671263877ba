/** The columns of a dataset are changed in place, for files to come, and what that does to the table is said. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Meaning } from '../../../shared/domain/datasets/meaning.ts'
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
  const needed = [{ column: 'article', required: true }]
  expect(core.datasets.changeColumns('stock', needed, 'the till forgot it once')).toBeNull()
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

  // Every change is a version, with who made it and why; a receipt names the one that its rows were held to.
  const history = () =>
    core.datasets.versions('stock').map(({ version, who, what, why }) => [version, who, what, why])
  const [last] = core.runs.list({ limit: 1 })
  expect(history()).toEqual([
    [4, 'ada', `Sent with stock.csv (run ${last?.id}).`, ''],
    [3, 'ada', 'Changed: “Amount”, “Day”.', ''],
    [2, 'ada', 'Changed: “Article”.', 'the till forgot it once'],
    [1, 'ada', `Learnt from stock.csv (run ${first.id}).`, ''],
  ])
  expect(core.runs.get(first.id).receipt.version).toBe(1)
  expect(core.runs.get(mismatch.id).receipt.version).toBe(3)
  expect(core.runs.get(last?.id ?? '').receipt.version).toBe(4)
  // The same again is no version; an older one is had again as a new one, with the table's days as it calls them.
  core.datasets.changeRecipe('stock', core.datasets.list()[0]?.recipe ?? [])
  expect(history()).toHaveLength(4)
  expect(() => core.datasets.restore('stock', 9)).toThrow('There is no version 9')
  expect(core.datasets.restore('stock', 1, 'it was right')).toMatch(
    'The table stock keeps the columns',
  )
  expect(history()[0]).toEqual([5, 'ada', 'As in version 1 again.', 'it was right'])
  expect(core.datasets.list()[0]).toMatchObject({
    contract: core.datasets.versions('stock')[4]?.contract,
    destination: { warehouse: { meaning: { kind: 'slice', by: ['day'] } } },
  })
  core.datasets.remove('stock')
  expect(history()).toEqual([])
})
