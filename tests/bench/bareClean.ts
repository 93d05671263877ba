/**
 * The bare engine on canonical records: read, cast, write, nothing else.
 *   node tests/bench/bareClean.ts RECORDS COLUMNS-AS-JSON FOLDER
 */
import { join } from 'node:path'
import { readRecords } from '../../main/cleaning/duckdb/records.ts'
import { openEngine } from '../../main/duckdb/engine.ts'
import { quoteLiteral } from '../../main/duckdb/sql.ts'
import { duckdbType } from '../../main/duckdb/types.ts'
import type { Column } from '../../shared/domain/datasets/dataset.ts'

const [file = '', json = '[]', folder = ''] = process.argv.slice(2)
const columns = JSON.parse(json) as Column[]
const engine = await openEngine(
  {
    file: join(folder, 'bare.duckdb'),
    tempFolder: join(folder, 'bare-temp'),
    access: 'read-write',
    otherFiles: 'allowed',
    // 1,000 columns do not fit the 256 MiB that cleaning works with.
    memoryBytes: 1024 * 1024 * 1024,
  },
  new AbortController().signal,
)
const casts = columns.map(
  (column, index) => `TRY_CAST(c${index + 1} AS ${duckdbType(column)}) AS c${index + 1}`,
)
const records = readRecords({ nth: 1, file, from: 0, width: columns.length })
const rows = await engine.run(
  `COPY (SELECT ${casts.join(', ')} FROM ${records}) TO ${quoteLiteral(join(folder, 'bare.csv'))} (FORMAT csv)`,
)
engine.close()
console.log(JSON.stringify({ rows }))
