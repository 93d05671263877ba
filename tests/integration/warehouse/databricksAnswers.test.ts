/** Answers of Databricks in pieces and behind links, what a query may be, and every type there and back. */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LoadInput, QueryOutput } from '../../../main/runs/ports/warehouse.ts'
import { marked } from '../../../main/warehouse/databricks/session.ts'
import { databricksWarehouse } from '../../../main/warehouse/databricks/warehouse.ts'
import { columnValues } from '../../../main/warehouse/load.ts'
import { type DatabricksServer, databricksServer } from '../../fixtures/databricksServer.ts'
import { cleanFile } from '../../fixtures/cleanFile.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { ask, runLoad } from './loading.ts'

const folder = testFolder()
let server: DatabricksServer
beforeAll(async () => {
  server = await databricksServer()
})
afterAll(() => server.close())

const quiet = {
  signal: new AbortController().signal,
  report: () => undefined,
  ask: () => Promise.reject(new Error('nothing is asked here')),
}
const query = (sql: string, limit = 100): Promise<QueryOutput> =>
  databricksWarehouse.query(server.access, { sql, limit }, quiet)

it('an answer comes in pieces, each behind a link that is asked for anew when it has expired', async () => {
  server.chunkRows = 2
  server.expireLinks(2)
  const rows = ['1', '2', '3', '4', '5'].map((number) => [number])
  expect(await query('SELECT n FROM range(1, 6) AS r(n)')).toEqual({
    columns: ['n'],
    rows,
    truncated: false,
  })
  expect(await query('SELECT n FROM range(1, 6) AS r(n)', 3)).toEqual({
    columns: ['n'],
    rows: rows.slice(0, 3),
    truncated: true,
  })
  server.expireLinks(3)
  await expect(query('SELECT 1')).rejects.toThrow(/does not give out an answer/)
})

it('a ledger that is longer than a piece is read to its end', async () => {
  const home = folder()
  const warehouse = { ...server.access, schema: 'pieces' }
  server.chunkRows = 1
  for (const runId of ['r1', 'r2', 'r3'])
    await runLoad({ ...cleanFile(home, runId, ['A,1.00,']), warehouse })
  const found = await databricksWarehouse.deliveries(warehouse, 'sales', quiet.signal)
  expect(found.map(({ runId }) => runId)).toEqual(['r1', 'r2', 'r3'])
  server.chunkRows = 1000
  const file = `${home}/values.parquet`
  const input = { warehouse, table: 'sales', keys: ['sku'], columns: ['price'], file }
  expect(await columnValues(input, quiet)).toEqual({ rows: 3, deliveredAt: found[2]?.loadedAt })
  expect(await columnValues({ ...input, keys: ['nummer'] }, quiet)).toBeNull()
})

it('a query only reads, also where a WITH stands before', async () => {
  await expect(query('DROP TABLE sales')).rejects.toThrow(/it is not a SELECT/)
  expect((await query('WITH x AS (SELECT 1 AS n) SELECT n FROM x;')).rows).toEqual([['1']])
  server.sent.length = 0
  await expect(query('WITH x AS (SELECT 1) INSERT INTO sales SELECT * FROM x')).rejects.toThrow(
    /cannot answer this statement/,
  )
  expect(server.sent).toEqual([
    'SELECT * FROM (WITH x AS (SELECT 1) INSERT INTO sales SELECT * FROM x\n)',
  ])
  await expect(query('SELECT 1; DROP TABLE sales')).rejects.toThrow(/cannot answer/)
})

it('a marker is one outside of names and texts alone', () => {
  expect(marked({ sql: "SELECT `a?``?`, 'b?\\'?', ? WHERE c = ?", values: ['x', 1] })).toEqual({
    statement: "SELECT `a?``?`, 'b?\\'?', :p1 WHERE c = :p2",
    parameters: [
      { name: 'p1', value: 'x', type: 'STRING' },
      { name: 'p2', value: '1', type: 'BIGINT' },
    ],
  })
  expect(() => marked({ sql: 'SELECT ?', values: [] })).toThrow(/1 markers/)
})

it('every type has its column there, and its cells are those of the built-in warehouse, whatever the columns are called', async () => {
  const home = folder()
  const file = `${home}/r1.csv`
  writeFileSync(
    file,
    [
      'text,a b;c,`tick`,is?,day,at,clock,"it\'s ""long"""',
      '"Größe 7\\, ""x"" \u{1F600}",9007199254740993,12345678901234567890.123456789,true,2026-01-31,2026-01-01 09:05:00.5,09:05:00.25,90.5',
      '"",-1,-0.000000001,false,1899-12-31,1970-01-01 00:00:00,00:00:00,-0.000001',
      ',,,,,,,',
      '',
    ].join('\n'),
  )
  const names = ['text', 'a b;c', '`tick`', 'is?', 'day', 'at', 'clock', 'it\'s "long"']
  const types = [
    { type: 'text' },
    { type: 'integer' },
    { type: 'decimal', scale: 9 },
    { type: 'boolean' },
    { type: 'date' },
    { type: 'timestamp' },
    { type: 'time' },
    { type: 'duration' },
  ] as const
  const input: Omit<LoadInput, 'warehouse'> = {
    ...cleanFile(home, 'r2', []),
    runId: 'r1',
    file,
    table: 'typen `1`?',
    columns: types.map((one, nth) => ({
      name: names[nth] ?? '',
      label: '',
      order: 'dmy' as const,
      ...one,
    })),
    rows: 3,
  }
  const warehouse = { ...server.access, schema: 'types' }
  await runLoad({ ...input, table: '`typen ``1``?`', warehouse })
  await runLoad({ ...input, warehouse: { kind: 'duckdb', file: `${home}/w.duckdb` } })
  const own = await ask(`${home}/w.duckdb`, 'SELECT * FROM "typen `1`?"')
  const there = await databricksWarehouse.query(
    warehouse,
    { sql: 'SELECT * FROM `typen ``1``?`', limit: 10 },
    quiet,
  )
  expect(there.rows).toEqual(own.rows)
  expect(there.columns).toEqual(own.columns)
  const defined = server.sent.find((sql) => sql.includes('`typen ``1``?` (')) ?? ''
  expect(defined).toBe(
    'CREATE TABLE IF NOT EXISTS `typen ``1``?` (`text` STRING, `a b;c` BIGINT, ```tick``` DECIMAL(38,9), `is?` BOOLEAN, `day` DATE, `at` TIMESTAMP_NTZ, `clock` STRING, `it\'s "long"` DECIMAL(38,6), `_pallet_run` STRING) ' +
      `TBLPROPERTIES ('delta.feature.catalogManaged' = 'supported', 'delta.columnMapping.mode' = 'name')`,
  )
})
