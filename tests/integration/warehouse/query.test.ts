import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deliveries, query } from '../../../main/warehouse/load.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { ask, runLoad, writeClean } from './loading.ts'

const folder = testFolder()

async function loaded(): Promise<{ home: string; warehouse: string }> {
  const home = folder()
  const input = writeClean(home, 'r1', ['A1,1.50,2024-01-31 10:00:00', 'A2,,'])
  await runLoad(input)
  return { home, warehouse: input.warehouse.file }
}

describe('a query', () => {
  it('answers with text, at most as many rows as asked for', async () => {
    const { warehouse } = await loaded()
    expect(await ask(warehouse, 'SELECT sku, price FROM sales ORDER BY sku -- all', 2)).toEqual({
      columns: ['sku', 'price'],
      rows: [
        ['A1', '1.50'],
        ['A2', null],
      ],
      truncated: false,
    })
    const many = await ask(warehouse, 'SELECT i FROM range(100000) t(i)', 3000)
    expect([many.rows.length, many.truncated]).toEqual([3000, true])
  })

  it('finds nothing in an empty file, and a load makes a warehouse of it, also behind a link', async () => {
    const home = folder()
    const input = writeClean(home, 'r1', ['A1,1.50,'])
    const elsewhere = join(folder(), 'elsewhere.duckdb')
    writeFileSync(elsewhere, '')
    symlinkSync(elsewhere, input.warehouse.file)
    const { signal } = new AbortController()
    const quiet = { signal, report: () => undefined, ask: () => Promise.reject(new Error('none')) }
    const { warehouse } = input
    await expect(query({ warehouse, sql: 'SELECT 1', limit: 1 }, quiet)).rejects.toMatchObject({
      data: { code: 'not-found' },
    })
    expect(await deliveries({ warehouse, table: 'sales' }, quiet)).toEqual([])
    expect((await runLoad(input)).rows).toBe(1)
    expect((await ask(elsewhere, 'SELECT sku FROM sales', 1)).rows).toEqual([['A1']])
    // The ledger is read there, too, by the run that comes next.
    expect(await deliveries({ warehouse, table: 'sales' }, quiet)).toHaveLength(1)
  })

  it('reads a warehouse that a link leads to', async () => {
    const { home, warehouse } = await loaded()
    const link = join(home, 'link.duckdb')
    symlinkSync(warehouse, link)
    expect((await ask(link, 'SELECT count(*) FROM sales')).rows).toEqual([['2']])
  })

  it('says what is wrong with a warehouse that is cut, or a folder; so does a load', async () => {
    const { home, warehouse } = await loaded()
    const both = async (what: string): Promise<void> => {
      for (const work of [
        () => ask(warehouse, 'SELECT 1'),
        () => runLoad(writeClean(home, 'r2', ['A3,,'])),
      ])
        await expect(work()).rejects.toMatchObject({
          code: 'home-unusable',
          message: expect.stringContaining(what) as unknown,
        })
    }
    truncateSync(warehouse, 5000)
    await both('it is damaged')
    rmSync(warehouse)
    mkdirSync(warehouse)
    await both('it is a folder')
  })

  it('can change nothing and reach no other file', async () => {
    const { home, warehouse } = await loaded()
    const secret = join(home, 'secret.csv')
    writeFileSync(secret, 'password\nhush\n')
    for (const sql of [
      'DELETE FROM sales',
      'DROP TABLE sales',
      'EXPLAIN ANALYZE DELETE FROM sales',
      'SELECT 1; DROP TABLE sales',
      `COPY sales TO '${secret}'`,
      `SELECT * FROM read_csv('${secret}')`,
      `SELECT * FROM '${secret}'`,
      `SELECT * FROM read_text('${secret}')`,
      `SELECT * FROM glob('${home}/*')`,
      `ATTACH '${join(home, 'other.duckdb')}'`,
      'SET enable_external_access = true',
      'INSTALL httpfs',
      'CALL enable_logging()',
      'PRAGMA enable_profiling',
      `EXPORT DATABASE '${join(home, 'all')}'`,
      `IMPORT DATABASE '${home}'`,
      `EXPLAIN ANALYZE COPY sales TO '${join(home, 'copy.csv')}'`,
      `LOAD '${join(home, 'evil.duckdb_extension')}'`,
      'WITH gone AS (DELETE FROM sales RETURNING *) FROM gone',
      "FROM query('DROP TABLE sales')",
      "FROM query('SELECT 1; DROP TABLE sales')",
      'PREPARE p AS SELECT 1',
      'CREATE TEMP TABLE t AS SELECT 1',
      'CREATE SECRET (TYPE s3)',
      'USE system',
      'BEGIN',
      'CHECKPOINT',
      `SELECT * FROM read_blob('${secret}')`,
      `SELECT * FROM read_json('${secret}')`,
      `SELECT * FROM parquet_scan('${secret}')`,
      `SELECT * FROM read_duckdb('${join(home, 'other.duckdb')}')`,
      "SELECT * FROM read_csv('/proc/self/environ')",
      "SELECT getenv('HOME')",
      'SELECT $1',
      'SELEC 1',
      ' ',
    ]) {
      const thrown: unknown = await ask(warehouse, sql).catch((error: unknown) => error)
      expect(thrown, sql).toMatchObject({ code: 'sql' })
      expect(String(thrown)).not.toContain('hush')
    }
    expect((await ask(warehouse, 'SELECT count(*) FROM sales')).rows).toEqual([['2']])
    expect(existsSync(join(home, 'other.duckdb'))).toBe(false)
  })

  it('leaves no file behind, not even through functions that log or profile', async () => {
    const { home, warehouse } = await loaded()
    const before = readdirSync(home)
    for (const sql of [
      `FROM enable_logging(storage = 'file', storage_path = '${join(home, 'log')}')`,
      `SELECT write_log('x', level := 'ERROR') FROM enable_logging(storage = 'file', storage_path = '${join(home, 'log')}') RIGHT JOIN range(9) ON true`,
      `SELECT count(*) FROM sales, enable_profiling(format = 'json', save_location = '${join(home, 'profile.json')}')`,
      'FROM checkpoint()',
      'SELECT 1',
    ])
      await ask(warehouse, sql).catch(() => undefined)
    expect(readdirSync(home)).toEqual(before)
  })

  it('whose answer would fill the memory is cut, or refused', async () => {
    const { warehouse } = await loaded()
    const large = await ask(warehouse, "SELECT repeat('x', 1000000) AS x FROM range(40)", 100)
    expect([large.rows.length, large.truncated]).toEqual([16, true])
    const wide = `SELECT ${Array(1000).fill('NULL').join(', ')} FROM range(10000)`
    const empty = await ask(warehouse, wide, 10_000)
    expect([empty.rows.length < 3000, empty.truncated]).toEqual([true, true])
    await expect(ask(warehouse, "SELECT repeat('x', 20000000)")).rejects.toMatchObject({
      code: 'sql',
    })
  })

  it('that takes for ever stops when told to', async () => {
    const { warehouse } = await loaded()
    const abort = new AbortController()
    const reason = new Error('enough')
    const endless = ask(
      warehouse,
      'SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7',
      1,
      abort.signal,
    )
    setImmediate(() => abort.abort(reason))
    await expect(endless).rejects.toBe(reason)
    expect((await ask(warehouse, 'SELECT 1 AS one')).rows).toEqual([['1']])
  })
})
