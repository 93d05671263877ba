/** Parquet: every value as text that says all of it. */
import { DuckDBInstance } from '@duckdb/node-api'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseCanonical } from '../../../main/reading/canonical.ts'
import { preview } from '../../../main/reading/preview.ts'
import { read } from '../../../main/reading/read.ts'
import { zipOf } from '../../fixtures/zip.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-parquet-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const control = {
  signal: new AbortController().signal,
  report: () => {},
  ask: () => Promise.reject(new Error('nothing to ask')),
}
/** A file as the engine writes the rows of a query. */
async function written(query: string): Promise<Buffer> {
  const file = join(folder, 'written.parquet')
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`)
  connection.closeSync()
  instance.closeSync()
  return readFileSync(file)
}
const readThis = async (content: Buffer) => {
  const path = join(folder, 'source')
  writeFileSync(path, content)
  const recordsFile = join(folder, 'records.csv')
  const files = {
    unpackedFile: join(folder, 'unpacked'),
    recordsFile,
    quarantineFile: join(folder, 'held'),
  }
  const output = await read({ path, reading: null, ...files }, control)
  return {
    ...output,
    text: readFileSync(recordsFile, 'utf8'),
    rows: parseCanonical(readFileSync(recordsFile)),
  }
}

it('keeps every value, of every type', async () => {
  const content = await written(`
    SELECT 9007199254740993::BIGINT AS id, 1.50::DECIMAL(38,2) AS price, 0.1::DOUBLE AS rate, 1e300::DOUBLE AS big,
      'a, "b"\nc' AS text, '' AS blank, NULL::VARCHAR AS none, '007' AS code, DATE '2026-03-01' AS day,
      TIMESTAMP '2026-03-01 10:00:00.123456' AS at, TIMESTAMPTZ '2026-03-01 10:00:00+02' AS sold, true AS yes,
      [1, 2] AS list, {'city': 'Köln'} AS store, encode('Öl') AS bytes, '\\xFF'::BLOB AS noText, TIME '10:00:00' AS time
    UNION ALL SELECT * REPLACE (NULL AS price, 2 AS id) FROM (SELECT 1::BIGINT AS id, 1::DECIMAL(38,2) AS price, 2.0::DOUBLE AS rate,
      1::DOUBLE AS big, 'x' AS text, 'y' AS blank, 'z' AS none, '1' AS code, DATE '1969-12-31' AS day, TIMESTAMP '1969-12-31 23:59:59' AS at,
      TIMESTAMPTZ '2026-07-01 00:00:00Z' AS sold, false AS yes, []::INTEGER[] AS list, {'city': NULL} AS store, ''::BLOB AS bytes,
      ''::BLOB AS noText, TIME '23:59:59.5' AS time)`)
  const { detected, labels, rows, text, raw } = await readThis(content)
  expect(detected).toEqual({ reading: { kind: 'parquet' }, doubts: [] })
  expect(raw).toEqual({ in: 'records' })
  const [first, second] = rows.map(({ cells }) =>
    Object.fromEntries(cells.map((cell, nth) => [labels[nth], cell])),
  )
  expect(first).toEqual({
    id: '9007199254740993',
    price: '1.50',
    rate: '0.1',
    big: '1e+300',
    text: 'a, "b"\nc',
    blank: '',
    none: '',
    code: '007',
    day: '2026-03-01',
    at: '2026-03-01 10:00:00.123456',
    sold: '2026-03-01 08:00:00Z',
    yes: 'true',
    list: '[1,2]',
    store: '{"city":"Köln"}',
    bytes: 'Öl',
    noText: '\\xFF',
    time: '10:00:00',
  })
  expect(second).toMatchObject({
    id: '2',
    price: '',
    day: '1969-12-31',
    at: '1969-12-31 23:59:59',
    yes: 'false',
    list: '[]',
  })
  // An empty text is no missing one.
  expect(text).toContain('c","",,007,')
  expect(rows.map(({ line }) => line)).toEqual([1, 2])
})

it('is read in its order, packed or not, and shown by its first rows', async () => {
  const content = await written('SELECT i AS id, md5(i::VARCHAR) AS text FROM range(300000) t(i)')
  const plain = await readThis(content)
  expect(plain.records).toBe(300_000)
  expect(
    plain.rows.every(({ line, cells }, nth) => line === nth + 1 && cells[0] === String(nth)),
  ).toBe(true)
  const shown = async (packed: Buffer, bytes = packed.length) => {
    const path = join(folder, 'source')
    writeFileSync(path, packed)
    const unpackedFile = join(folder, 'head')
    return await preview(
      { path, name: 'x', bytes, reading: null, entry: null, unpackedFile, rows: 3 },
      control,
    )
  }
  const { rows, estimatedRecords, columns } = await shown(content)
  expect(rows.map(({ cells }) => cells[0])).toEqual(['0', '1', '2'])
  expect([estimatedRecords, columns.map(({ type }) => type)]).toEqual([
    300_000,
    ['integer', 'text'],
  ])
  // What stands at its end is needed, so all of it is unpacked for the preview, too.
  expect((await shown(gzipSync(content, { level: 1 }))).rows).toEqual(rows)
  expect((await shown(zipOf({ name: 'a.parquet', content, method: 0 }))).rows).toEqual(rows)
  await expect(shown(content.subarray(0, 1000), content.length)).rejects.toMatchObject({
    code: 'source-arriving',
  })
  expect(statSync(join(folder, 'source')).size).toBe(1000)
})

it('that cannot be read is refused with a sentence', async () => {
  const content = await written('SELECT 1 AS a')
  const cut = content.subarray(0, content.length - 20)
  const nonsense = Buffer.concat([content.subarray(0, 8), Buffer.alloc(40, 7), Buffer.from('PAR1')])
  const turned = Buffer.from(content).fill(0xff, 4, 20)
  for (const bad of [cut, nonsense, turned])
    await expect(readThis(bad)).rejects.toMatchObject({ code: 'source-truncated' })
  await expect(readThis(Buffer.from('PAREabcdefPARE'))).rejects.toMatchObject({
    code: 'source-binary',
  })
})
