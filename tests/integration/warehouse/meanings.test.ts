/** What becomes of the rows that are there, for each meaning of a file. */
import { describe, expect, it } from 'vitest'
import type { LoadInput } from '../../../main/runs/ports/warehouse.ts'
import type { Meaning } from '../../../shared/domain/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { ask, runLoad, writeClean } from './loading.ts'

const folder = testFolder()
const day = (date: string, sku: string, price = '1.00'): string =>
  `${sku},${price},${date} 00:00:00`
const byDay: Meaning = { kind: 'slice', by: ['sold'] }
const bySku: Meaning = { kind: 'upsert', keys: ['sku'] }

function loads(home: string) {
  return (
    runId: string,
    rows: string[],
    meaning: Meaning = { kind: 'append' },
    more: Partial<LoadInput> = {},
  ) => runLoad({ ...writeClean(home, runId, rows), meaning, ...more })
}

async function table(home: string): Promise<string[]> {
  const { rows } = await ask(
    `${home}/warehouse.duckdb`,
    `SELECT concat_ws(' ', coalesce(sku, '-'), price, strftime(sold, '%d.%m.'), _pallet_run) FROM sales ORDER BY 1`,
  )
  return rows.map(([row]) => String(row))
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  return thrown instanceof Problem ? `${thrown.code}: ${thrown.data.what}` : 'no problem'
}

describe('a file that brings', () => {
  it('the days in it takes the place of those days, of an unknown day, too', async () => {
    const home = folder()
    const load = loads(home)
    await load('r1', [day('2026-01-01', 'A'), day('2026-01-02', 'B'), 'X,9.00,'])
    const output = await load(
      'r2',
      [day('2026-01-02', 'C'), day('2026-01-03', 'D'), 'Y,8.00,'],
      byDay,
    )
    expect(output).toEqual({ rows: 3, tableRows: 4, removed: 2, already: false })
    expect(await table(home)).toEqual([
      'A 1.00 01.01. r1',
      'C 1.00 02.01. r2',
      'D 1.00 03.01. r2',
      'Y 8.00 r2',
    ])
  })

  it('an instant of a day takes the place of the whole day', async () => {
    const home = folder()
    const load = loads(home)
    await load('r1', [
      'A,1.00,2026-01-01 09:05:00',
      'B,1.00,2026-01-01 23:59:59',
      'C,1.00,2026-01-02 00:00:00',
    ])
    const output = await load('r2', ['D,2.00,2026-01-01 08:00:00'], byDay)
    expect(output).toEqual({ rows: 1, tableRows: 2, removed: 2, already: false })
    expect(await table(home)).toEqual(['C 1.00 02.01. r1', 'D 2.00 01.01. r2'])
    // Keys are what they are.
    await load('r3', ['E,3.00,2026-01-02 01:00:00'], { kind: 'upsert', keys: ['sold'] })
    expect(await table(home)).toHaveLength(3)
  })

  it('new and changed rows takes the place of those with the same keys', async () => {
    const home = folder()
    const load = loads(home)
    await load('r1', [day('2026-01-01', 'A'), day('2026-01-01', 'B')])
    const output = await load('r2', [day('2026-01-02', 'B', '2.00'), day('2026-01-02', 'C')], bySku)
    expect(output).toEqual({ rows: 2, tableRows: 3, removed: 1, already: false })
    expect(await table(home)).toEqual(['A 1.00 01.01. r1', 'B 2.00 02.01. r2', 'C 1.00 02.01. r2'])
  })

  it('a correction takes the place of what that run brought, and of nothing else', async () => {
    const home = folder()
    const load = loads(home)
    await load('r1', [day('2026-01-01', 'A'), day('2026-01-01', 'B')])
    await load('r2', [day('2026-01-01', 'A')])
    const output = await load('r3', [day('2026-01-01', 'C')], undefined, { corrects: 'r1' })
    expect(output).toEqual({ rows: 1, tableRows: 2, removed: 2, already: false })
    expect(await table(home)).toEqual(['A 1.00 01.01. r2', 'C 1.00 01.01. r3'])
    const ledger = await ask(
      `${home}/warehouse.duckdb`,
      'SELECT run_id, mode, "rows", took, corrects FROM _pallet_ledger ORDER BY seq',
    )
    expect(ledger.rows).toEqual([
      ['r1', 'append', '2', '[]', null],
      ['r2', 'append', '1', '[]', null],
      ['r3', 'append', '1', '[{"runId":"r1","rows":2}]', 'r1'],
    ])
    // What went out is kept, as it was.
    const kept = await ask(
      `${home}/warehouse.duckdb`,
      'SELECT sku, _pallet_run FROM _pallet_kept_r3 ORDER BY ALL',
    )
    expect(kept.rows).toEqual([
      ['A', 'r1'],
      ['B', 'r1'],
    ])
    expect(
      await codeOf(load('r4', [day('2026-01-01', 'D')], undefined, { corrects: 'r1' })),
    ).toContain(
      'delivery-gone: The delivery of the run r1 has been corrected already, by the run r3.',
    )
    expect(await codeOf(load('r5', [], undefined, { corrects: 'r9' }))).toContain('delivery-gone')
    expect(await table(home)).toHaveLength(2)
  })

  it('nothing takes out nothing, unless it is the whole table; its columns stay', async () => {
    const home = folder()
    const load = loads(home)
    await load('r1', [day('2026-01-01', 'A')])
    for (const [index, meaning] of [byDay, bySku].entries())
      expect(await load(`n${index}`, [], meaning)).toMatchObject({ removed: 0, tableRows: 1 })
    expect(await load('r2', [], { kind: 'snapshot' })).toMatchObject({ removed: 1, tableRows: 0 })
    expect(await table(home)).toEqual([])
  })
})

describe('keys that do not tell the rows apart', () => {
  it.each([
    [
      'twice the same',
      [day('2026-01-01', 'A'), day('2026-01-02', 'A')],
      '2 rows that share theirs',
    ],
    ['none at all', [day('2026-01-01', ''), 'B,1.00,'], '1 row with an empty cell'],
  ])('(%s) are counted, and nothing is changed', async (_, rows, said) => {
    const home = folder()
    const load = loads(home)
    await load('r1', [day('2026-01-01', 'A')])
    expect(await codeOf(load('r2', rows, bySku))).toContain(said)
    expect(await table(home)).toEqual(['A 1.00 01.01. r1'])
  })

  it('that the file does not have are named', async () => {
    const meaning: Meaning = { kind: 'upsert', keys: ['nummer'] }
    expect(await codeOf(loads(folder())('r1', [day('2026-01-01', 'A')], meaning))).toBe(
      'usage: The file has no column "nummer", by which its rows take the place of others.',
    )
  })
})

it('an empty table is made anew when other columns come', async () => {
  const home = folder()
  const load = loads(home)
  await load('r1', [day('2026-01-01', 'A')])
  await load('r2', [], { kind: 'snapshot' })
  const input = writeClean(home, 'r3', ['7,1.0000,2026-01-01 00:00:00'])
  const columns = input.columns.map((column) =>
    column.name === 'price' ? { ...column, scale: 4 } : column,
  )
  expect(await runLoad({ ...input, columns })).toMatchObject({ rows: 1, tableRows: 1 })
})

it('keeps what went out for the last ten deliveries that took something', async () => {
  const home = folder()
  const load = loads(home)
  for (let number = 0; number <= 12; number += 1)
    await load(`r${number}`, [day('2026-01-01', `A${number}`)], { kind: 'snapshot' })
  const { rows } = await ask(
    `${home}/warehouse.duckdb`,
    `SELECT count(*), min(table_name), bool_or(table_name = '_pallet_kept_r2') FROM duckdb_tables() WHERE table_name LIKE '#_pallet#_kept#_%' ESCAPE '#'`,
  )
  expect(rows).toEqual([['10', '_pallet_kept_r10', 'false']])
  expect(await table(home)).toEqual(['A12 1.00 01.01. r12'])
})
