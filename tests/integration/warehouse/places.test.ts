/** Tables that lie elsewhere than their connection says: the rows, the ledger and what went out are there, and nowhere else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LoadInput, WarehouseAccess } from '../../../main/runs/ports/warehouse.ts'
import { contents, deliveries, foresee, load, tableTotals } from '../../../main/warehouse/load.ts'
import { undo } from '../../../main/warehouse/undo.ts'
import { beside } from '../../../shared/domain/warehouse/tableName.ts'
import { cleanFile } from '../../fixtures/cleanFile.ts'
import { type DatabricksServer, databricksServer } from '../../fixtures/databricksServer.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type SnowflakeServer, snowflakeServer } from '../../fixtures/snowflakeServer.ts'
import { quiet } from '../../fixtures/totalsStories.ts'

const folder = testFolder()
let snowflake: SnowflakeServer
let databricks: DatabricksServer
beforeAll(async () => {
  ;[snowflake, databricks] = await Promise.all([snowflakeServer(), databricksServer()])
})
afterAll(() => Promise.all([snowflake.close(), databricks.close()]))

const inputOf = (warehouse: WarehouseAccess, table: string, runId: string, rows: string[]) =>
  ({
    ...cleanFile(folder(), runId, rows),
    warehouse,
    table,
    meaning: { kind: 'upsert', keys: ['sku'] },
  }) satisfies LoadInput

/** Loads twice, looks, and takes the second back: all by the name that people give. */
async function told(warehouse: WarehouseAccess, table: string) {
  await load(inputOf(warehouse, table, 'r1', ['A,1.00,', 'B,1.00,']), quiet)
  const next = inputOf(warehouse, table, 'r2', ['B,2.00,', 'C,2.00,'])
  expect(await foresee(next, quiet)).toEqual({ out: 1, lacking: [] })
  const output = { rows: 2, tableRows: 3, removed: 1, already: false }
  expect(await load(next, quiet)).toEqual(output)
  expect(await load(next, quiet)).toEqual({ ...output, already: true })
  const { columns, runId } = next
  const { totals } = await tableTotals({ warehouse, table, runId, columns, keys: [] }, quiet)
  expect(totals.rows).toBe(2)
  const runs = (await deliveries({ warehouse, table }, quiet)).map((one) => one.runId)
  expect(runs).toEqual(['r1', 'r2'])
  const there = await contents({ warehouse, table }, quiet)
  expect(there.tables.map(({ rows }) => rows)).toEqual([3])
  const schema = beside(table, '').slice(0, -1)
  expect(await contents({ warehouse, schema }, quiet)).toEqual(there)
  expect(await undo({ warehouse, table, runId, dry: false }, quiet)).toMatchObject({
    out: 2,
    back: 1,
  })
  // Where the connection says, there is nothing.
  expect(await contents({ warehouse }, quiet)).toEqual({ tables: [], deliveries: [] })
}

describe('a table is named with its place', () => {
  it.each([
    ['schema', 'raw_a.sales', 'SALES', 'RAW_A', 'SALES'],
    ['database and schema', 'archive.RAW_B.Sales', 'ARCHIVE', 'RAW_B', 'SALES'],
    ['quotation marks', '"ARCHIVE"."RAW c"."Sales.2026"', 'ARCHIVE', 'RAW c', 'Sales.2026'],
  ])('by %s at Snowflake', async (_, table, database, schema, name) => {
    await told(snowflake.access, table)
    const rows = await snowflake.meddle(
      schema,
      `SELECT count(*), (SELECT min(table_name) FROM _pallet_ledger) FROM "${name}"`,
      database,
    )
    expect(rows).toEqual([['2', name]])
  })

  it.each([
    ['schema', 'other_a.sales', 'other_a', 'sales'],
    ['catalog and schema', 'Sales.`other_b`.`Sales.2026`', 'other_b', 'sales.2026'],
  ])('by %s at Databricks', async (_, table, schema, name) => {
    await told(databricks.access, table)
    const rows = await databricks.meddle(
      schema,
      `SELECT count(*), (SELECT min(table_name) FROM _pallet_ledger) FROM "${name}"`,
    )
    expect(rows).toEqual([['2', name]])
    expect(databricks.files()).toEqual([])
  })
})

it.each(['a.b.c.d', 'raw..sales', 'sales.', '"sales', 'RAW."sales"', 'RAW._pallet_ledger'])(
  'the name %s is refused before anybody is asked',
  async (table) => {
    const { length } = snowflake.sent
    const loading = load(inputOf(snowflake.access, table, 'r1', ['A,1.00,']), quiet)
    await expect(loading).rejects.toMatchObject({ code: 'usage' })
    expect(snowflake.sent).toHaveLength(length)
  },
)

it('a place that is not there is named', async () => {
  const atSnowflake = load(inputOf(snowflake.access, 'SALES.NONE.T', 'r1', ['A,1.00,']), quiet)
  await expect(atSnowflake).rejects.toThrow('There is no schema SALES.NONE at acme-shop')
  const atDatabricks = load(inputOf(databricks.access, 'none.t', 'r1', ['A,1.00,']), quiet)
  await expect(atDatabricks).rejects.toMatchObject({ code: 'permission-denied' })
})
