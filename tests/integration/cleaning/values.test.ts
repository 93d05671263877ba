import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Check } from '../../../main/cleaning/emit.ts'
import { emitLabelled } from '../../../main/cleaning/emit.ts'
import { emitNoneDropped } from '../../../main/cleaning/recipe.ts'
import { openEngine } from '../../../main/duckdb/engine.ts'
import type { Column } from '../../../shared/domain/dataset.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()
const part = { nth: 1, file: '', from: 0, width: 1 }

/** What a cell becomes: its value as DuckDB writes it, NULL for no value, or the check it fails. */
type Vector = [cell: string | null, value: string | null, failed?: Check]

const tables: { column: Partial<Column>; vectors: Vector[] }[] = [
  {
    column: { type: 'text' },
    vectors: [
      ['00123', '00123'],
      ['', ''],
      [null, null],
      [' a\n"b" ', ' a\n"b" '],
    ],
  },
  {
    column: { type: 'integer' },
    vectors: [
      ['12', '12'],
      ['-7', '-7'],
      ['+7', '7'],
      ['007', '7'],
      [null, null],
      ['', null],
      ['12.5', null, 'type'],
      ['1e3', null, 'type'],
      ['1_000', null, 'type'],
      [' 12 ', null, 'type'],
      ['1,234', null, 'type'],
      ['0x1F', null, 'type'],
      ['٣', null, 'type'],
      ['9223372036854775807', '9223372036854775807'],
      ['9223372036854775808', null, 'type'],
    ],
  },
  {
    column: { type: 'integer', decimalMark: ',' },
    vectors: [
      ['1.234', '1234'],
      ['1.234.567', '1234567'],
      ['12.34', null, 'type'],
      ['1,5', null, 'type'],
    ],
  },
  {
    column: { type: 'decimal', decimalMark: '.', scale: 2 },
    vectors: [
      ['12.5', '12.50'],
      ['12', '12.00'],
      ['1,234.50', '1234.50'],
      ['.5', '0.50'],
      ['5.', '5.00'],
      ['-0.01', '-0.01'],
      ['12.340', '12.34'],
      ['12.345', null, 'scale'],
      ['12.3401', null, 'scale'],
      ['1,23', null, 'type'],
      ['1.234,50', null, 'type'],
      ['1e5', null, 'type'],
      ['€5', null, 'type'],
      ['abc', null, 'type'],
      ['31.12.2024', null, 'type'],
      ['9999999999999999.99', '9999999999999999.99'],
      ['99999999999999999.99', null, 'type'],
    ],
  },
  {
    column: { type: 'decimal', decimalMark: ',', scale: 2 },
    vectors: [
      ['1.234,50', '1234.50'],
      ['12,5', '12.50'],
      ['1.234', '1234.00'],
      ['12.5', null, 'type'],
    ],
  },
  {
    column: { type: 'decimal', scale: 18 },
    vectors: [['0.30000000000000004', '0.300000000000000040']],
  },
  {
    column: { type: 'boolean' },
    vectors: [
      ['TRUE', 'true'],
      ['Yes', 'true'],
      ['ja', 'true'],
      ['1', 'true'],
      ['n', 'false'],
      ['0', 'false'],
      ['on', null, 'type'],
      ['2', null, 'type'],
    ],
  },
  {
    column: { type: 'date', order: 'dmy' },
    vectors: [
      ['3/2/2024', '2024-02-03'],
      ['03.02.24', '2024-02-03'],
      ['31-12-69', '2069-12-31'],
      ['1/1/70', '1970-01-01'],
      ['29/02/2024', '2024-02-29'],
      ['29/02/2023', null, 'type'],
      ['31/04/2024', null, 'type'],
      ['13/13/2024', null, 'type'],
      ['12/31/2024', null, 'type'],
      ['01/02/0024', null, 'type'],
      ['2024-02-03', null, 'type'],
      ['today', null, 'type'],
    ],
  },
  {
    column: { type: 'date', order: 'mdy' },
    vectors: [
      ['3/2/2024', '2024-03-02'],
      ['31/1/2024', null, 'type'],
    ],
  },
  {
    column: { type: 'date', order: 'ymd' },
    vectors: [
      ['2024-02-29', '2024-02-29'],
      ['2024/2/9', '2024-02-09'],
      ['24-02-09', null, 'type'],
      ['2024-02-30', null, 'type'],
    ],
  },
  {
    column: { type: 'timestamp', order: 'dmy' },
    vectors: [
      ['3/2/2024 9:05', '2024-02-03 09:05:00'],
      ['03/02/2024 23:59:59', '2024-02-03 23:59:59'],
      ['3/2/2024', '2024-02-03 00:00:00'],
      ['3/2/2024 24:00', null, 'type'],
      ['3/2/2024 12:60', null, 'type'],
      ['3/2/2024 12:30 AM', '2024-02-03 00:30:00'],
      ['3/2/2024 12:30 pm', '2024-02-03 12:30:00'],
      ['3/2/2024 1:05:09 PM', '2024-02-03 13:05:09'],
      ['3/2/2024 13:05 PM', null, 'type'],
    ],
  },
  {
    column: { type: 'timestamp', order: 'ymd' },
    vectors: [
      ['2024-01-31T10:00:00Z', '2024-01-31 10:00:00'],
      ['2024-01-31T23:30:00-05:00', '2024-02-01 04:30:00'],
      ['2024-01-31 01:30:00+0530', '2024-01-30 20:00:00'],
      ['2024-01-31T10:00:00.123456789', '2024-01-31 10:00:00.123456'],
      ['2024-01-31 10:00:00,5', '2024-01-31 10:00:00.5'],
      ['2024-01-31T10:00:00+19:00', null, 'type'],
      ['2023-02-29 10:00', null, 'type'],
    ],
  },
  {
    column: { type: 'integer', required: true, min: 1, max: 10 },
    vectors: [
      ['1', '1'],
      ['10', '10'],
      ['0', '0', 'min'],
      ['11', '11', 'max'],
      ['', null, 'required'],
      [null, null, 'required'],
    ],
  },
  {
    column: { type: 'decimal', scale: 2, min: 0.1 },
    vectors: [
      ['0.10', '0.10'],
      ['0.09', '0.09', 'min'],
    ],
  },
  {
    column: { type: 'text', oneOf: ['A', "it's"] },
    vectors: [
      ['A', 'A'],
      ["it's", "it's"],
      ['a', 'a', 'one-of'],
      [null, null],
    ],
  },
  {
    column: { type: 'date', order: 'dmy', unique: true },
    vectors: [
      ['1/2/2024', '2024-02-01'],
      [null, null],
      [null, null],
      ['x', null, 'type'],
      ['x', null, 'type'],
      ['01.02.2024', '2024-02-01', 'unique'],
      ['2/2/2024', '2024-02-02'],
    ],
  },
]

it('gives every cell the value or the reason that the vectors say', async () => {
  const engine = await openEngine(
    {
      file: join(folder(), 'values.duckdb'),
      tempFolder: join(folder(), 'temp'),
      access: 'read-write',
      otherFiles: 'refused',
      memoryBytes: 128 * 1024 * 1024,
    },
    new AbortController().signal,
  )
  try {
    await engine.run(emitNoneDropped)
    for (const { column: given, vectors } of tables) {
      const column: Column = { name: 'n', label: 'N', type: 'text', ...given }
      await engine.run(
        'CREATE OR REPLACE TABLE records_1 (rec BIGINT, line BIGINT, off BIGINT, len BIGINT, c1 VARCHAR)',
      )
      for (const [index, [cell]] of vectors.entries())
        await engine.run('INSERT INTO records_1 VALUES ($1, $1 + 1, 0, 0, $2)', [
          BigInt(index + 1),
          cell,
        ])
      await engine.run('DROP TABLE IF EXISTS labelled_1')
      for (const statement of emitLabelled(part, [{ column, nth: 0, cell: 0 }]))
        await engine.run(statement)
      const rows = await engine.rows(
        'SELECT c1, v1::VARCHAR, labels[1]."check", coalesce(len(labels), 0) FROM labelled_1 JOIN records_1 USING (rec) ORDER BY rec',
      )
      expect({ column, rows }).toEqual({
        column,
        rows: vectors.map(([cell, value, failed]) => [
          cell,
          value,
          failed ?? null,
          failed === undefined ? 0n : 1n,
        ]),
      })
    }
  } finally {
    engine.close()
  }
})
