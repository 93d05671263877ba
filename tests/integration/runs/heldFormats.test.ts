/** Held-back rows of files that are no CSV: their cells in the sheet, out for other programs, and back again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { accountOf } from '../../../shared/domain/fixing/fixing.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { packed, rowsXml, xlsxParts } from '../../fixtures/workbooks.ts'

const folder = mkdtempSync(join(tmpdir(), 'pallet-'))
const limit = () => AbortSignal.timeout(600_000)
let real: RealCore
beforeAll(() => {
  real = realCore(join(folder, 'home'))
})
afterAll(async () => {
  await real.core.close()
  rmSync(folder, { recursive: true, force: true })
})

const columns: Column[] = [
  { name: 'article', label: 'article', type: 'text' },
  { name: 'amount', label: 'amount', type: 'decimal', decimalMark: '.', scale: 2 },
]
const rows = Array.from({ length: 40 }, (_, at) => [
  `A ${at}`,
  at === 7 ? '7,5' : at === 30 ? '=1+1' : `${at}.50`,
])

const fixed: Reading = {
  kind: 'fixed',
  encoding: 'utf-8',
  columns: [
    { from: 1, to: 8 },
    { from: 9, to: null },
  ],
  headerRows: 1,
  skipLines: 0,
}

const formats: [name: string, write: (file: string) => Promise<void>, reading?: Reading][] = [
  [
    'sales.xlsx',
    async (file) =>
      writeFileSync(
        file,
        packed(
          xlsxParts({
            sheets: [
              {
                name: 'Sales',
                xml: rowsXml([['article', 'amount'], ...rows]),
              },
            ],
          }),
        ),
      ),
  ],
  [
    'sales.json',
    async (file) =>
      writeFileSync(file, JSON.stringify(rows.map(([article, amount]) => ({ article, amount })))),
  ],
  [
    'sales.parquet',
    async (file) => {
      const database = await DuckDBInstance.create()
      const connection = await database.connect()
      const values = rows.map(([article, amount]) => `('${article}', '${amount}')`).join(', ')
      await connection.run(
        `COPY (SELECT * FROM (VALUES ${values}) AS sales (article, amount)) TO '${file}' (FORMAT parquet)`,
      )
      connection.closeSync()
      database.closeSync()
    },
  ],
  [
    'sales.prn',
    async (file) =>
      writeFileSync(
        file,
        [['article', 'amount'], ...rows]
          .map(([one = '', two]) => `${one.padEnd(8)}${two}\n`)
          .join(''),
      ),
    fixed,
  ],
]

test.each(formats)('%s', async (name, write, reading) => {
  const { core } = real
  const file = join(folder, name)
  await write(file)
  const dataset = name.replace('.', '_')
  const { source } = await core.sources.open(file)
  const { runId } = await core.runs.start({
    source,
    dataset,
    columns,
    reading,
    destination: { blob: null },
  })
  const run = await real.until(runId, 'succeeded', 'failed', 'stopped', 'waiting')
  expect(run).toMatchObject({ state: 'succeeded', problem: null })
  const held = await core.runs.rejects(runId, 0, 500)
  expect(held.columns.map(({ label, rules }) => [label, rules?.type])).toEqual([
    ['article', 'text'],
    ['amount', 'decimal'],
  ])
  expect(held.rows.map(({ cells, isCut }) => [...cells, isCut])).toEqual([
    ['A 7', '7,5', false],
    ['A 30', '=1+1', false],
  ])
  expect(held.groups).toMatchObject([{ column: 'amount', rows: 2 }])

  const csv = Buffer.from(
    await new Response(await core.runs.rejectsFile(runId, 'csv')).arrayBuffer(),
  )
  const lines = csv.toString('utf8', 3).trimEnd().split('\r\n')
  expect(lines.map((line) => line.split(',').slice(0, 3).join(','))).toEqual([
    'article,amount,pallet_line',
    expect.stringMatching(/^"A 7","7,5",?/) as string,
    expect.stringMatching(/^"A 30","'=1\+1",\d+$/) as string,
  ])
  const back = join(folder, `${name}.csv`)
  writeFileSync(back, lines.map((line) => line.replace('"7,5"', '7.5')).join('\n'))
  const brought = await core.sources.open(back)
  expect(await core.runs.bringFixed(runId, brought.source, limit())).toMatchObject({
    edited: 1,
    same: 1,
    wrong: 0,
  })
  expect(await core.runs.rejects(runId, 0, 500)).toMatchObject({ open: 2, ready: 1 })
  if (name !== 'sales.xlsx') return
  const sent = await core.runs.sendFixed(runId, limit())
  expect(await real.until(sent.runId, 'succeeded', 'failed')).toMatchObject({ state: 'succeeded' })
  expect(accountOf(core.runs.get(runId).receipt)).toMatchObject({ clean: 39, quarantined: 1 })
})
