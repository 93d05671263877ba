import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { AccessOf, ContentsOutput } from '../../runs/ports/warehouse.ts'
import { contentsOf } from '../contents.ts'
import { allEntries } from './ledger.ts'
import { forReading, isThere, withWarehouse } from './open.ts'

export async function contents(
  { file }: AccessOf<'duckdb'>,
  signal: AbortSignal,
): Promise<ContentsOutput> {
  if (!(await isThere(file))) return { tables: [], deliveries: [] }
  return await withWarehouse(file, forReading, signal, 'listing the tables', async (engine) => {
    const rows = await engine.rows(
      'SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = current_schema() ORDER BY ALL',
    )
    const names = rows.map(([name]) => String(name))
    // Of a table the ledger has the name as it was asked for, in any case.
    const known = new Map(names.map((name) => [name.toLowerCase(), name]))
    const deliveries = (await allEntries(engine)).map((one) => ({
      ...one,
      table: known.get(one.table.toLowerCase()) ?? one.table,
    }))
    return await contentsOf(names, deliveries, quoteIdentifier, (sql) => engine.rows(sql))
  })
}
