import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Control } from '../../../main/runs/ports/control.ts'
import type { PreviewInput } from '../../../main/runs/ports/reading.ts'
import type { QueryInput } from '../../../main/runs/ports/warehouse.ts'
import { forkNode } from '../../../main/processes/child.ts'
import { type Pool, openPool } from '../../../main/workers/pool.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
let pool: Pool
let unforeseen: string[]

beforeEach(() => {
  unforeseen = []
  pool = openPool((task, stack) => unforeseen.push(`${task} ${stack}`))
})
afterEach(() => pool.close())

function control(signal: AbortSignal = AbortSignal.timeout(600_000)): Control<never> {
  return { signal, report: () => {}, ask: () => Promise.reject(new Error('nothing to ask')) }
}

function previewOf(path: string): PreviewInput {
  const unpackedFile = `${path}.unpacked`
  return { path, name: 'sales.csv', bytes: 8, reading: null, entry: null, unpackedFile, rows: 5 }
}

test('a room on a thread answers as it would here', async () => {
  const path = join(folder(), 'sales.csv')
  writeFileSync(path, 'id\n1\n2\n')
  const { rows } = await pool.preview(previewOf(path), control())
  expect(rows.map((row) => row.cells)).toEqual([['1'], ['2']])
})

test('of what is reported after every piece the last is told before the end', async () => {
  const path = join(folder(), 'sales.csv')
  writeFileSync(path, Buffer.alloc(8 * 1024 * 1024, 'id;1\n'))
  const told: number[] = []
  const { bytes } = await pool.fetch(
    { location: path, target: join(folder(), 'copy') },
    { ...control(), report: ({ bytesDone }) => told.push(bytesDone) },
  )
  expect(told.at(-1)).toBe(bytes)
  expect(told).toEqual(told.toSorted((one, other) => one - other))
})

test('a problem crosses with its code and sentence, and is no surprise to the log', async () => {
  const query: QueryInput = {
    warehouse: { kind: 'duckdb', file: join(folder(), 'none') },
    sql: 'SELECT 1',
    limit: 1,
  }
  await expect(pool.query(query, control())).rejects.toBeInstanceOf(Problem)
  await expect(pool.query(query, control())).rejects.toThrow('Nothing has been loaded')
  expect(unforeseen).toEqual([])
})

test('an error that nobody foresaw is a sentence for the person and a stack for the log', async () => {
  // An input that the types forbid, as a mistake of ours would make it.
  const broken = { ...previewOf(''), path: 7 as unknown as string }
  await expect(pool.preview(broken, control())).rejects.toMatchObject({
    data: { code: 'internal' },
  })
  expect(unforeseen).toEqual([expect.stringMatching(/^preview TypeError[\s\S]*\n\s+at /)])
})

test('a task that was aborted before it began does not begin, and a closed pool takes none', async () => {
  await expect(
    pool.preview(previewOf('/nowhere'), control(AbortSignal.abort())),
  ).rejects.toMatchObject({ name: 'AbortError' })
  await pool.close()
  await expect(pool.preview(previewOf('/nowhere'), control())).rejects.toMatchObject({
    data: { code: 'cancelled' },
  })
})

test('a query under way ends when it is aborted, when a load comes, and when Pallet closes', async () => {
  await pool.close()
  let asked = Promise.withResolvers<void>()
  pool = openPool(
    () => {},
    (entry, env) => {
      asked.resolve()
      return forkNode(entry, env)
    },
  )
  const path = join(folder(), 'sales.csv')
  writeFileSync(path, 'id\n1\n')
  const warehouse = { kind: 'duckdb', file: join(folder(), 'warehouse.duckdb') } as const
  const load = (runId: string) =>
    pool.load(
      {
        warehouse,
        runId,
        dataset: 'sales',
        table: 'sales',
        meaning: { kind: 'append' },
        corrects: null,
        completes: null,
        addsColumns: false,
        file: path,
        format: 'csv',
        columns: [{ name: 'id', label: 'id', type: 'integer' }],
        rows: 1,
        sourceSha256: 'ab',
      },
      control(),
    )
  const endless = async (signal?: AbortSignal): Promise<{ ended: Promise<unknown> }> => {
    asked = Promise.withResolvers()
    const sql =
      'SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range + b.range = 1'
    const ended = pool
      .query({ warehouse, sql, limit: 1 }, control(signal))
      .catch((error: unknown) => error)
    await asked.promise
    return { ended }
  }
  expect(await load('r1')).toMatchObject({ tableRows: 1 })

  const abort = new AbortController()
  const aborted = await endless(abort.signal)
  abort.abort()
  expect(await aborted.ended).toMatchObject({ data: { code: 'cancelled' } })

  const inTheWay = await endless()
  expect(await load('r2')).toMatchObject({ tableRows: 2 })
  expect(await inTheWay.ended).toMatchObject({
    data: { code: 'warehouse-in-use', did: expect.stringContaining('loading goes first') },
  })
  const { rows } = await pool.query({ warehouse, sql: 'SELECT id FROM sales', limit: 9 }, control())
  expect(rows).toEqual([['1'], ['1']])

  const last = await endless()
  await pool.close()
  expect(await last.ended).toMatchObject({ data: { code: 'cancelled' } })
})
