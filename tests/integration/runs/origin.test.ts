/** From a row of a table back to the line of its file, whichever warehouse has the table. */
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Origin } from '../../../shared/domain/warehouse/origin.ts'
import { databricksServer, known as bricks } from '../../fixtures/databricksServer.ts'
import { inThisProcess } from '../../fixtures/inThisProcess.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { type RealCore, realCore } from '../../fixtures/realCore.ts'
import { known, snowflakeServer } from '../../fixtures/snowflakeServer.ts'

const folder = testFolder()
const limit = () => AbortSignal.timeout(600_000)
let real: RealCore
afterEach(async () => {
  await real.core.close()
})

/** Cells with line breaks, spaces that are trimmed, days and numbers in another form than a warehouse writes; two rows that are the same. */
const text = [
  'article;day;amount;note',
  'A;20.11.2026;1.234,50;"two',
  'lines"',
  'B;20.11.2026;2,00;  spaced  ',
  'C;21.11.2026;4,00;',
  'D;22.11.2026;5,00;same',
  'D;22.11.2026;5,00;same',
  'E;22.11.2026;6,00;last',
  '',
].join('\n')

async function deliver(file: string, dataset: string, warehouse?: string): Promise<string> {
  const runId = await real.send(
    file,
    {
      blob: null,
      ...(warehouse === undefined ? {} : { warehouse: { connection: warehouse, table: 'sales' } }),
    },
    dataset,
  )
  expect(await real.until(runId, 'succeeded', 'failed', 'waiting')).toMatchObject({
    state: 'succeeded',
    problem: null,
  })
  return runId
}

async function rowsOf(connection?: string): Promise<Map<string, Origin>> {
  const { core } = real
  const sql = 'SELECT * FROM sales'
  const { columns, rows } = await core.warehouse.query(sql, 100, limit(), connection)
  const found = new Map<string, Origin>()
  for (const row of rows) {
    const cells = Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]))
    const by = (name: string): string => {
      const at = columns.findIndex((column) => column.toLowerCase() === name)
      return row[at] ?? ''
    }
    const runId = by('_pallet_run')
    found.set(by('article'), await core.warehouse.origin({ runId, cells }, limit()))
  }
  return found
}

const linesOf = (found: Map<string, Origin>) =>
  Object.fromEntries([...found].map(([article, { lines }]) => [article, lines]))
const lines = { A: [2], B: [4], C: [5], D: [6, 7], E: [8] }

test('in the built-in warehouse, in Snowflake and in Databricks', async () => {
  const [snow, lake] = await Promise.all([snowflakeServer(), databricksServer()])
  try {
    const files = folder()
    real = realCore(join(files, 'home'), { rooms: () => inThisProcess })
    const { core } = real
    const file = join(files, 'sales.csv')
    writeFileSync(file, text)
    // Long before it is sent.
    utimesSync(file, 1, 1)
    const { account, address, warehouse, database, schema } = snow.access
    const place = { account, address, warehouse, database, schema, user: known.user }
    await core.connections.save({
      name: 'snow',
      settings: { kind: 'snowflake-token', ...place },
      container: null,
      secrets: { accessToken: known.token },
    })
    const { signIn: _, kind: __, ...workspace } = lake.access
    await core.connections.save({
      name: 'lake',
      settings: { kind: 'databricks-token', ...workspace },
      container: null,
      secrets: { accessToken: bricks.token },
    })
    const runId = await deliver(file, 'sales')
    await deliver(file, 'at-snow', 'snow')
    await deliver(file, 'at-lake', 'lake')
    const found = await rowsOf()
    expect(found.get('E')).toMatchObject({ runId, dataset: 'sales', file: 'sales.csv', note: '' })
    for (const one of [found, await rowsOf('snow'), await rowsOf('lake')])
      expect(linesOf(one)).toEqual(lines)

    // Somebody has put a line before the others, and taken one out.
    writeFileSync(file, text.replace('A;', 'Z;20.11.2026;1,00;\nA;').replace(/E;.*\n/, ''))
    const after = await rowsOf()
    expect(linesOf(after)).toEqual({ A: [3], B: [5], C: [6], D: [7, 8], E: [] })
    expect(after.get('B')?.note).toBe('The file was changed after it was sent.')
    expect(after.get('E')?.note).toMatch(/^No line of sales\.csv has these cells now\./)
    await expect(core.warehouse.origin({ runId: 'nobody', cells: {} }, limit())).rejects.toThrow(
      'nobody',
    )
  } finally {
    await Promise.all([snow.close(), lake.close()])
  }
})
