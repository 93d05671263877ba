import { DuckDBInstance } from '@duckdb/node-api'
import type { Fresh } from '../../fixtures/warehouseStories.ts'
import { ask } from './loading.ts'

/** The built-in warehouse, for what is told of every warehouse. */
export function freshDuckdb(folder: string): Fresh {
  const file = `${folder}/warehouse.duckdb`
  return {
    access: { kind: 'duckdb', file },
    folder,
    ask: async (sql) => (await ask(file, sql)).rows,
    meddle: (sql) => meddle(file, sql),
  }
}

/** A statement as another program would send it. */
export async function meddle(file: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}
