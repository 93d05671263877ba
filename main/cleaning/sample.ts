/** Some of the records, in the same layout and order. */
import { join } from 'node:path'
import { recordsLayout } from '../../shared/domain/files/records.ts'
import { quoteLiteral } from '../duckdb/sql.ts'
import type { Sample } from '../../shared/domain/files/check.ts'
import { readRecords } from './duckdb/records.ts'
import { withEngine } from './rows.ts'

const memoryBytes = 256 * 1024 * 1024

/** Writes them into the folder, and answers with their file. The first take no longer however long the file is. */
export async function takeSample(
  records: { file: string; width: number },
  { rows, seed }: Sample,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const file = join(folder, 'sample.csv')
  const all = `SELECT * FROM ${readRecords({ nth: 1, file: records.file, from: 0, width: records.width })}`
  const some =
    seed === null
      ? `${all} LIMIT ${rows}`
      : `SELECT * FROM (${all} ORDER BY hash(rec, ${seed}::BIGINT), rec LIMIT ${rows}) ORDER BY rec`
  const { delimiter, quote } = recordsLayout
  const layout = `FORMAT csv, HEADER false, DELIMITER ${quoteLiteral(delimiter)}, QUOTE ${quoteLiteral(quote)}, ESCAPE ${quoteLiteral(quote)}, NULLSTR '', COMPRESSION none`
  const database = join(folder, 'sample.duckdb')
  await withEngine(database, { memoryBytes, threads: 1, signal }, (engine) =>
    engine.run(`COPY (${some}) TO ${quoteLiteral(file)} (${layout})`),
  )
  return file
}
