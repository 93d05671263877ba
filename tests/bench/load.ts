/**
 * A clean file into a table, beside the bare way in: the engine's own statement for the built-in warehouse, and PUT and COPY by the driver
 * for Snowflake, where both speak to the server of `tests/fixtures/snowflakeServer.ts`, whose work is not counted. Every job in a process of its own, in turn
 * within each round, medians. Prints, and writes its section of RESULTS.md.
 *
 *     npm run bench:load [-- --rows 5000000] [--rounds 3]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import type { LoadInput, WarehouseAccess } from '../../main/runs/ports/warehouse.ts'
import { snowflakePlace } from '../fixtures/begunLoad.ts'
import { cleanFile } from '../fixtures/cleanFile.ts'
import { snowflakeServer } from '../fixtures/snowflakeServer.ts'
import { type Measured, measureScript, median, medians, whereAndWhen } from './measuring.ts'
import { writeSection } from './results.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '3' },
  },
})
const [rows, rounds] = [Number(values.rows), Number(values.rounds)]
const folder = await mkdtemp(join(tmpdir(), 'pallet-bench-'))
const server = await snowflakeServer()
const columns = [
  { name: 'sku', label: 'SKU', type: 'text' },
  { name: 'price', label: 'Price', type: 'decimal', scale: 2 },
  { name: 'sold', label: 'Sold', type: 'timestamp', order: 'dmy' },
  { name: 'shop', label: 'Shop', type: 'integer' },
  { name: 'customer', label: 'Customer', type: 'text' },
  { name: 'is_return', label: 'Return', type: 'boolean' },
] satisfies LoadInput['columns']

type Way = [name: string, job: string, format: 'parquet' | 'csv', place: () => WarehouseAccess]
let files = 0
const duckdb = (): WarehouseAccess => ({
  kind: 'duckdb',
  file: join(folder, `${(files += 1)}.duckdb`),
})
const snowflake = (): WarehouseAccess => snowflakePlace(server).access
const pairs: [Way, Way][] = [
  [
    ['bare engine: `CREATE TABLE … AS` from Parquet', 'engine', 'parquet', duckdb],
    ['**Pallet**, the built-in warehouse, Parquet', 'pallet', 'parquet', duckdb],
  ],
  [
    ['bare engine: `CREATE TABLE … AS` from CSV', 'engine', 'csv', duckdb],
    ['**Pallet**, the built-in warehouse, CSV', 'pallet', 'csv', duckdb],
  ],
  [
    ['Snowflake’s driver: PUT of the Parquet, COPY', 'driver', 'parquet', snowflake],
    ['**Pallet**, Snowflake, Parquet', 'pallet', 'parquet', snowflake],
  ],
]

try {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const format of ['parquet', 'csv'])
    await connection.run(
      `COPY (SELECT 'A' || (range * 40503 % 65521) AS sku, (range % 100000 / 100)::DECIMAL(38,2) AS price,
        TIMESTAMP '2026-01-01' + to_seconds(range % 31536000) AS sold, range % 400 AS shop,
        'Customer ' || (range * 2654435761 % 4294967296) AS customer, range % 50 = 0 AS is_return FROM range(${rows}))
       TO '${folder}/sales.${format}' (FORMAT ${format})`,
    )
  connection.closeSync()
  instance.closeSync()
  const measured = new Map<string, Measured[]>()
  for (let round = 0; round < rounds; round += 1)
    for (const [name, job, format, place] of pairs.flat()) {
      const input: LoadInput = {
        ...cleanFile(folder, 'r1', []),
        warehouse: place(),
        file: `${folder}/sales.${format}`,
        format,
        columns,
        rows,
      }
      await writeFile(`${folder}/input.json`, JSON.stringify(input))
      const run = await measureScript('./loadJob.ts', [job, `${folder}/input.json`])
      if (run.output === null) throw new Error(`It failed: ${name}`)
      measured.set(name, [...(measured.get(name) ?? []), run])
      if (input.warehouse.kind === 'duckdb') await rm(input.warehouse.file, { force: true })
      else await server.meddle(input.warehouse.schema, 'DROP TABLE sales')
    }
  const lines = pairs.flatMap(([bare, pallet]) => {
    const [of, to] = [measured.get(pallet[0]) ?? [], measured.get(bare[0]) ?? []]
    const times = (what: 's' | 'cpuS'): string => (median(of, what) / median(to, what)).toFixed(2)
    return [
      `| ${bare[0]} | ${medians(to)} | 1.00 | 1.00 |`,
      `| ${pallet[0]} | ${medians(of)} | ${times('s')} | ${times('cpuS')} |`,
    ]
  })
  const section = [
    whereAndWhen(rounds, 'bench:load'),
    '',
    `${rows} rows × ${columns.length} columns:`,
    '',
    '| job | s | CPU s | peak MiB | s, bare = 1 | CPU s, bare = 1 |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
    'Asked is 1.3 of the bare way. Pallet adds up every column of the file before, counts what it publishes, and writes the ledger in the same transaction; at Snowflake the rows come beside the table first, where sums of every column are held to those of the file.',
  ]
  console.log(section.join('\n'))
  await writeSection(`${rows / 1e6} million rows into a table, measured`, section)
} finally {
  await server.close()
  await rm(folder, { recursive: true, force: true })
}
