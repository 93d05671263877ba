import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from 'vitest'
import { load } from '../../../main/warehouse/load.ts'
import type { LoadInput } from '../../../main/runs/ports/warehouse.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { runClean, writeRecords } from '../cleaning/canonical.ts'
import { type DuckdbLoad, ask, runLoad, runUndo, writeClean } from './loading.ts'

const folder = testFolder()
const first = ['A1,1.50,2024-01-31 10:00:00', 'A2,,', '"",0.00,2024-02-01 00:00:00.5']
const second = ['B1,2.00,2024-03-01 09:00:00']

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (thrown instanceof Problem) return thrown
  throw new Error('no Problem was thrown')
}

async function contents(warehouse: string): Promise<unknown> {
  const { rows } = await ask(warehouse, 'SELECT * FROM sales ORDER BY _pallet_run, sku')
  return rows
}

describe('a load', () => {
  it('brings typed rows with their run, and a ledger entry', async () => {
    const input = writeClean(folder(), 'r1', first)
    expect(await runLoad(input)).toEqual({ rows: 3, tableRows: 3, removed: 0, already: false })
    expect(await contents(input.warehouse.file)).toEqual([
      ['', '0.00', '2024-02-01 00:00:00.5', 'r1'],
      ['A1', '1.50', '2024-01-31 10:00:00', 'r1'],
      ['A2', null, null, 'r1'],
    ])
    const ledger = await ask(
      input.warehouse.file,
      'SELECT run_id, dataset, table_name, mode, "rows", source_sha256 FROM _pallet_ledger',
    )
    expect(ledger.rows).toEqual([['r1', 'sales', 'sales', 'append', '3', 'a'.repeat(64)]])
  })

  it('appends, and changes nothing when the same run comes again', async () => {
    const home = folder()
    await runLoad(writeClean(home, 'r1', first))
    const input = writeClean(home, 'r2', second)
    expect(await runLoad(input)).toEqual({ rows: 1, tableRows: 4, removed: 0, already: false })
    const before = await contents(input.warehouse.file)
    rmSync(input.file)
    expect(await runLoad(input)).toEqual({ rows: 1, tableRows: 4, removed: 0, already: true })
    expect(await contents(input.warehouse.file)).toEqual(before)
  })

  it('of no rows makes no table, which would hold the next file to guessed types', async () => {
    const input = writeClean(folder(), 'r1', [])
    expect(await runLoad(input)).toEqual({ rows: 0, tableRows: 0, removed: 0, already: false })
    expect(await runLoad(input)).toEqual({ rows: 0, tableRows: 0, removed: 0, already: true })
    const { rows } = await ask(input.warehouse.file, 'SELECT table_name FROM duckdb_tables()')
    expect(rows).toEqual([['_pallet_ledger']])
  })

  it('replaces the old content, columns and all', async () => {
    const home = folder()
    await runLoad(writeClean(home, 'r1', first))
    const input = writeClean(home, 'r2', ['B1,2.0000,2024-03-01 09:00:00'])
    const columns = input.columns.map((column) =>
      column.name === 'price' ? { ...column, scale: 4 } : column,
    )
    const output = await runLoad({ ...input, columns, meaning: { kind: 'snapshot' } })
    expect(output).toEqual({ rows: 1, tableRows: 1, removed: 3, already: false })
    expect(await contents(input.warehouse.file)).toEqual([
      ['B1', '2.0000', '2024-03-01 09:00:00', 'r2'],
    ])
  })

  it('takes what cleaning wrote in every format, one empty column included', async () => {
    const home = folder()
    const columns = [{ name: 'a', label: 'A', type: 'text' as const }]
    const rows = [['x'], [null], [''], ['y\r\nz'], [null]]
    for (const [index, format] of (['csv', 'csv.gz', 'parquet'] as const).entries()) {
      const cleaning = { ...writeRecords(home, ['A'], rows), format }
      const { clean } = await runClean({
        ...cleaning,
        contract: { columns, maxQuarantinedShare: 1 },
      })
      const output = await runLoad({
        ...writeClean(home, `r${index}`, []),
        file: cleaning.outputFile,
        format,
        columns,
        rows: clean,
      })
      expect(output).toMatchObject({ rows: 5, tableRows: 5 * (index + 1) })
      const { rows: loaded } = await ask(
        `${home}/warehouse.duckdb`,
        `SELECT a FROM sales WHERE _pallet_run = 'r${index}'`,
      )
      expect(loaded).toEqual(rows)
    }
  })

  it('of many rows writes the table once: nothing of it is written anew when the file is closed', async () => {
    const home = folder()
    const rows = Array.from({ length: 300_000 }, (_, row) => [
      String(row),
      `Customer ${(row * 2_654_435_761) % 4_294_967_296} of ${(row * 40_503) % 65_521}`,
    ])
    const cleaning = { ...writeRecords(home, ['A', 'B'], rows), format: 'parquet' as const }
    const { clean, contract } = await runClean(cleaning)
    const { columns } = contract
    const { outputFile: file, format } = cleaning
    const input = { ...writeClean(home, 'r1', []), file, format, columns, rows: clean }
    await runLoad(input)
    const engine = await DuckDBInstance.create(input.warehouse.file)
    const connection = await engine.connect()
    const read = await connection.runAndReadAll(
      'SELECT used_blocks::INTEGER, free_blocks::INTEGER FROM pragma_database_size()',
    )
    connection.closeSync()
    engine.closeSync()
    const [used = 0, free = 0] = (read.getRows()[0] ?? []).map(Number)
    expect(used).toBeGreaterThan(8)
    expect(free).toBeLessThan(used / 4)
  })

  it('tells how far its one long statement is, as the engine does, and stops in the middle of it', async () => {
    const home = folder()
    const file = `${home}/long.parquet`
    const rows = 3_000_000
    const engine = await DuckDBInstance.create(':memory:')
    const connection = await engine.connect()
    await connection.run(
      `COPY (SELECT range AS sku, 'Customer ' || range * 40503 % 65521 AS customer FROM range(${rows})) TO '${file}'`,
    )
    connection.closeSync()
    engine.closeSync()
    const columns = [
      { name: 'sku', label: 'sku', type: 'integer' },
      { name: 'customer', label: 'customer', type: 'text' },
    ] as const
    const input = { ...writeClean(home, 'r1', []), file, format: 'parquet' as const, rows }
    const stop = new AbortController()
    const between = new Error('in between')
    const loading = load(
      { ...input, columns: [...columns] },
      {
        signal: stop.signal,
        report: ({ doing, rowsDone }) => {
          if (doing === 'Publishing' && rowsDone !== null && rowsDone > 0 && rowsDone < rows)
            stop.abort(between)
        },
        ask: () => Promise.reject(new Error('nothing is asked here')),
      },
    )
    await expect(loading).rejects.toBe(between)
  })

  it('of a file with fewer or more rows than were written brings none', async () => {
    const home = folder()
    await runLoad(writeClean(home, 'r1', first))
    const input = writeClean(home, 'r2', second)
    const before = await contents(input.warehouse.file)
    const problem = await problemOf(runLoad({ ...input, rows: 2, meaning: { kind: 'snapshot' } }))
    expect(problem.code).toBe('account-unbalanced')
    writeFileSync(input.file, 'sku,price,sold\nB1,lots,2024-03-01 09:00:00\n')
    expect((await problemOf(runLoad(input))).code).toBe('integrity')
    writeFileSync(input.file, 'sku,price,sold\nB1,2.00,2024-03-01 09:00:00\n')
    for (const meaning of [{ kind: 'append' }, { kind: 'snapshot' }] as const)
      expect((await problemOf(runLoad({ ...input, rows: 0, meaning }))).code).toBe(
        'account-unbalanced',
      )
    expect(await contents(input.warehouse.file)).toEqual(before)
  })

  it('is not there to be undone where there is no warehouse', async () => {
    const problem = await problemOf(runUndo(`${folder()}/warehouse.duckdb`, 'r1'))
    expect(problem.code).toBe('not-found')
  })

  it('of wide rows is as good as any, also where they replace and are undone', async () => {
    const home = folder()
    const columns = Array.from({ length: 1500 }, (_, index) => ({
      name: `c${index}`,
      label: `C${index}`,
      type: 'text' as const,
    }))
    const row = (at: number): string => columns.map(({ name }) => `${name} in ${at}`).join(',')
    const input: DuckdbLoad = {
      ...writeClean(home, 'r1', []),
      columns,
      rows: 50,
      meaning: { kind: 'slice', by: ['c0'] },
    }
    const header = columns.map(({ name }) => name).join(',')
    const rows = Array.from({ length: input.rows }, (_, at) => row(at))
    writeFileSync(input.file, [header, ...rows, ''].join('\n'))
    expect(await runLoad(input)).toMatchObject({ rows: 50, removed: 0 })
    expect(await runLoad({ ...input, runId: 'r2' })).toMatchObject({
      rows: 50,
      tableRows: 50,
      removed: 50,
    })
    expect(await runUndo(input.warehouse.file, 'r2')).toMatchObject({ out: 50, back: 50 })
  })
})

describe('a table that does not fit', () => {
  const changes: [string, Partial<LoadInput['columns'][number]>[], string][] = [
    ['a new column', [{}, {}, {}, { name: 'note', type: 'text' }], 'no column "note"'],
    ['a missing column', [{}, {}], 'does not bring its column "sold"'],
    ['another scale', [{}, { scale: 4 }, {}], '"price" is DECIMAL(18,2) in the table'],
    ['another type', [{ type: 'integer' }, {}, {}], '"sku" is VARCHAR in the table, but BIGINT'],
  ]
  it.each(changes)('because of %s is named and left alone', async (_, change, said) => {
    const home = folder()
    await runLoad(writeClean(home, 'r1', first))
    const input = writeClean(home, 'r2', second)
    const columns = change.map((part, index) => ({
      name: 'x',
      label: 'X',
      type: 'text' as const,
      ...input.columns[index],
      ...part,
    }))
    const problem = await problemOf(runLoad({ ...input, columns }))
    expect(problem.code).toBe('table-mismatch')
    expect(problem.data.what).toContain(said)
    expect((await ask(input.warehouse.file, 'SELECT count(*) FROM sales')).rows).toEqual([['3']])
  })

  it('because Pallet did not make it is neither filled nor replaced', async () => {
    const input = writeClean(folder(), 'r1', first)
    const instance = await DuckDBInstance.create(input.warehouse.file)
    const connection = await instance.connect()
    await connection.run('CREATE TABLE sales AS SELECT 1 AS mine')
    connection.closeSync()
    instance.closeSync()
    for (const kind of ['append', 'snapshot'] as const)
      expect((await problemOf(runLoad({ ...input, meaning: { kind } }))).data.what).toContain(
        'not made by Pallet',
      )
    expect((await ask(input.warehouse.file, 'FROM sales')).rows).toEqual([['1']])
  })

  it('because the name is our own is refused', async () => {
    const input = { ...writeClean(folder(), 'r1', first), table: '_PALLET_ledger' }
    expect((await problemOf(runLoad(input))).code).toBe('usage')
  })
})

describe('a process that is killed', () => {
  async function loadAndDie(point: string, input: LoadInput): Promise<void> {
    const child = spawn(
      process.execPath,
      [`${import.meta.dirname}/killedLoad.ts`, point, JSON.stringify(input)],
      { stdio: 'ignore' },
    )
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
    expect(signal).toBe('SIGKILL')
  }

  const as = {
    append: {},
    snapshot: { meaning: { kind: 'snapshot' } },
    slice: { meaning: { kind: 'slice', by: ['sku'] } },
    correction: { corrects: 'r1' },
  } as const satisfies Record<string, Partial<LoadInput>>

  it.each([
    ['Staging', 'slice', false],
    ['Publishing', 'append', false],
    ['Committing', 'append', false],
    ['Committed', 'append', true],
    ['Committing', 'snapshot', false],
    ['Committed', 'snapshot', true],
    ['Committing', 'correction', false],
    ['Committed', 'correction', true],
  ] as const)(
    'at "%s" (%s) leaves all or nothing, and is finished later',
    async (point, kind, done) => {
      const home = folder()
      const old = writeClean(home, 'r1', first)
      await runLoad(old)
      const before = await contents(old.warehouse.file)
      const input = { ...writeClean(home, 'r2', second), ...as[kind] }
      await loadAndDie(point, input)
      const left = await ask(
        old.warehouse.file,
        "SELECT count(*) FROM sales WHERE _pallet_run = 'r2'",
      )
      expect(left.rows).toEqual([[done ? '1' : '0']])
      if (!done) expect(await contents(old.warehouse.file)).toEqual(before)

      const [tableRows, removed] = kind === 'append' || kind === 'slice' ? [4, 0] : [1, 3]
      expect(await runLoad(input)).toEqual({ rows: 1, tableRows, removed, already: done })
      const runs = await ask(
        old.warehouse.file,
        'SELECT run_id FROM _pallet_ledger ORDER BY run_id',
      )
      expect(runs.rows).toEqual([['r1'], ['r2']])
      expect(await contents(old.warehouse.file)).toHaveLength(tableRows)
    },
  )
})

it('says that another process has the warehouse open', async () => {
  const input = writeClean(folder(), 'r1', first)
  await runLoad(input)
  const holder = spawn(
    process.execPath,
    [`${import.meta.dirname}/killedLoad.ts`, 'holding', JSON.stringify(input)],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  )
  try {
    await once(holder.stdout, 'data')
    const next = { ...input, runId: 'r2' }
    expect((await problemOf(runLoad(next))).code).toBe('warehouse-in-use')
    expect((await problemOf(ask(input.warehouse.file, 'SELECT 1'))).code).toBe('warehouse-in-use')
  } finally {
    const gone = once(holder, 'exit')
    holder.kill('SIGKILL')
    await gone
  }
  expect(await runLoad(input)).toMatchObject({ already: true })
})

it('lets loads of one thread take turns, and a waiting one give up', async () => {
  const home = folder()
  const abort = new AbortController()
  const reason = new Error('enough')
  const outcomes = await Promise.allSettled([
    runLoad(writeClean(home, 'r1', first), () => abort.abort(reason)),
    runLoad(writeClean(home, 'r2', second), undefined, abort.signal),
    runLoad(writeClean(home, 'r3', second)),
    runLoad(writeClean(home, 'r4', second)),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ])
  expect(outcomes[1]).toMatchObject({ reason })
  const warehouse = `${home}/warehouse.duckdb`
  const counts = 'SELECT count(*), count(DISTINCT _pallet_run) FROM sales'
  expect((await ask(warehouse, counts)).rows).toEqual([['5', '3']])
})

it.each(['Staging', 'Publishing', 'Committing'])(
  'stops when told to at "%s", with the reason and without a trace',
  async (point) => {
    const home = folder()
    await runLoad(writeClean(home, 'r1', first))
    const input: LoadInput = {
      ...writeClean(home, 'r2', second),
      meaning: { kind: 'slice', by: ['sku'] },
    }
    const abort = new AbortController()
    const reason = new Error('enough')
    const load = runLoad(
      input,
      (doing) => {
        if (doing === point) abort.abort(reason)
      },
      abort.signal,
    )
    await expect(load).rejects.toBe(reason)
    expect(await contents(`${home}/warehouse.duckdb`)).toHaveLength(3)
  },
)

it('says what is so when it is told to stop too late: the rows are there', async () => {
  const home = folder()
  await runLoad(writeClean(home, 'r1', first))
  const input = writeClean(home, 'r2', second)
  const abort = new AbortController()
  const load = runLoad(
    input,
    (doing) => {
      if (doing === 'Committed') abort.abort(new Error('enough'))
    },
    abort.signal,
  )
  expect(await load).toEqual({ rows: 1, tableRows: 4, removed: 0, already: false })
  expect(await contents(input.warehouse.file)).toHaveLength(4)
})
