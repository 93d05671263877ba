import { DuckDBInstance } from '@duckdb/node-api'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRecords } from '../../../main/cleaning/duckdb/records.ts'
import { read } from '../../../main/reading/read.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()

test('the longest line that reading writes is the longest that cleaning takes', async () => {
  const home = folder()
  const [source, recordsFile] = [join(home, 'source'), join(home, 'records.csv')]
  const dialect: Dialect = {
    encoding: 'windows-1252',
    delimiter: ';',
    quote: '"',
    escape: '"',
    lineEnd: '\n',
    headerRows: 0,
    skipLines: 0,
  }
  // A euro sign takes one byte here and three in the records file.
  const room = recordsLayout.maxLineBytes - '1,1,0,666666,\n'.length
  const euros = Math.floor(room / 3)
  const fits = Buffer.concat([Buffer.alloc(euros, 0x80), Buffer.alloc(room - euros * 3, 'x')])
  const longer = Buffer.concat([Buffer.from('x'), fits])
  writeFileSync(source, Buffer.concat([fits, Buffer.from('\n'), longer, Buffer.from('\n')]))
  const output = await read(
    {
      path: source,
      reading: { kind: 'delimited', dialect },
      recordsFile,
      unpackedFile: join(home, 'unpacked'),
      quarantineFile: join(home, 'held.ndjson'),
    },
    {
      signal: new AbortController().signal,
      report: () => {},
      ask: () => Promise.reject(new Error('nothing to ask')),
    },
  )
  expect(output).toMatchObject({ records: 2, quarantined: 1 })
  expect(readFileSync(recordsFile).length).toBe(recordsLayout.maxLineBytes)

  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const result = await connection.runAndReadAll(
      `SELECT rec, line, off, len, length(c1) FROM ${readRecords({ nth: 1, file: recordsFile, from: 0, width: 1 })}`,
    )
    expect(result.getRows().map((row) => row.map(Number))).toEqual([
      [1, 1, 0, fits.length, fits.length],
    ])
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
})
