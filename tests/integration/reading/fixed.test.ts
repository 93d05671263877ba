import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCanonical } from '../../../main/reading/canonical.ts'
import { preview } from '../../../main/reading/preview.ts'
import { readHeldRows } from '../../../main/reading/quarantine.ts'
import { read } from '../../../main/reading/read.ts'
import type { Preview } from '../../../shared/domain/files/preview.ts'
import type { Reading, ReadingOf } from '../../../shared/domain/files/reading.ts'
import { testFolder } from '../../fixtures/folder.ts'

const folder = testFolder()

function put(content: string | Buffer): string {
  const path = join(folder(), 'file.txt')
  writeFileSync(path, content)
  return path
}

const noAsking = () => Promise.reject(new Error('Nothing is asked.'))
const control = { signal: new AbortController().signal, report: () => {}, ask: noAsking }

function shown(path: string, reading: Reading | null = null): Promise<Preview> {
  const { size } = statSync(path)
  const unpackedFile = `${path}.unpacked`
  return preview(
    { path, name: 'file.txt', bytes: size, reading, entry: null, unpackedFile, rows: 1000 },
    control,
  )
}

async function readAll(path: string, reading: Reading | null = null) {
  const files = { recordsFile: `${path}.records`, quarantineFile: `${path}.held` }
  const output = await read({ path, reading, unpackedFile: `${path}.unpacked`, ...files }, control)
  const held = await readHeldRows([files.quarantineFile], 0, 1000)
  const lineage = readFileSync(files.recordsFile, 'utf8')
  return {
    output,
    held: held.rows,
    records: parseCanonical(readFileSync(files.recordsFile)),
    lineage,
  }
}

const goods = [
  ['00001', 'Müller & Söhne', '12.50', '2026-01-03'],
  ['00002', 'O Hara', '7.00', '2026-01-04'],
  ['00030', 'A name that is long', '1000.25', '2026-02-01'],
  ['00004', '', '3.10', '2026-02-02'],
]
const aligned = (row: readonly string[]): string =>
  `${row[0]?.padEnd(8)}${row[1]?.padEnd(22)}${row[2]?.padStart(10)}  ${row[3]}`
const labels = ['Article', 'Name', 'Net', 'Day']

const fixedReading = (more: Partial<ReadingOf<'fixed'>>): ReadingOf<'fixed'> => ({
  kind: 'fixed',
  encoding: 'utf-8',
  columns: null,
  headerRows: 0,
  skipLines: 0,
  ...more,
})

describe('columns of fixed width', () => {
  test('are found by the blanks that stand in every line, below a title and labels', async () => {
    const lines = ['Sales of March', '', aligned(labels), ...goods.map(aligned)]
    const path = put(`${lines.join('\r\n')}\r\n`)
    const { detected, columns, rows, broken, ruler } = await shown(path)
    expect(detected.reading).toMatchObject({ kind: 'fixed', headerRows: 1, skipLines: 2 })
    expect(detected.doubts).toEqual([
      expect.stringContaining('The first 2 lines do not belong to the table'),
      'The cells stand in 4 columns of fixed width. Check where each of them begins.',
    ])
    expect(columns.map(({ label, type }) => [label, type])).toEqual([
      ['Article', 'text'],
      ['Name', 'text'],
      ['Net', 'decimal'],
      ['Day', 'date'],
    ])
    expect(rows.map(({ cells }) => cells)).toEqual(goods)
    expect(rows[0]?.line).toBe(4)
    expect(broken).toEqual([])
    expect(ruler?.lines[0]).toBe(aligned(labels))
    expect(ruler?.columns).toHaveLength(4)
  })

  test('are those of a ruler below the labels; what is no row is held back', async () => {
    const ruler = '-------- ---------------------- ---------- ----------'
    const line = ([id, name, net, day]: readonly string[]) =>
      `${id?.padStart(8)} ${name?.padEnd(22)} ${net?.padStart(10)} ${day}`
    const path = put(
      [line(labels), ruler, ...goods.map(line), '', '(4 rows affected)', ''].join('\n'),
    )
    const { output, records, held } = await readAll(path)
    expect(output.detected.reading).toMatchObject({
      kind: 'fixed',
      columns: [
        { from: 1, to: 8 },
        { from: 10, to: 31 },
        { from: 33, to: 42 },
        { from: 44, to: null },
      ],
    })
    expect(output.labels).toEqual(labels)
    expect(records.map(({ cells }) => cells)).toEqual(goods)
    expect(held.map(({ line: at, raw }) => [at, raw])).toEqual([[8, '(4 rows affected)']])
    expect(output.records).toBe(5)
  })

  test.each([
    ['delimiters that split every line as well', 'a ;b ;c\n1 ;2 ;3\n4 ;5 ;6\n7 ;8 ;9\n'],
    [
      'words that happen to stand below one another',
      'we saw it\nhe has me\nor did we\nto get up\n',
    ],
    [
      'a day and a time below one label',
      'at\n2026-01-01 10:00\n2026-01-02 11:00\n2026-01-03 12:00\n',
    ],
    ['one blank between numbers', 'a b\n1 2\n3 4\n5 6\n'],
  ])('are not found in %s', async (_what, content) => {
    expect((await shown(put(content))).detected.reading.kind).toBe('delimited')
  })

  test('are taken as told, without blanks between them, in characters and not bytes', async () => {
    const lines = goods.map(
      ([id, name, net, day]) => `${id}${name?.padEnd(20)}${net?.padStart(8, '0')}${day}`,
    )
    const columns = [
      { from: 1, to: 5 },
      { from: 6, to: 25 },
      { from: 26, to: 33 },
      { from: 34, to: 43 },
    ]
    const cells = goods.map(([id, name, net, day]) => [id, name, net?.padStart(8, '0'), day])
    const inUtf8 = await readAll(put(lines.join('\n')), fixedReading({ columns }))
    expect(inUtf8.records.map((record) => record.cells)).toEqual(cells)
    const inWestern = await readAll(
      put(Buffer.from(lines.join('\n'), 'latin1')),
      fixedReading({ columns, encoding: 'windows-1252' }),
    )
    expect(inWestern.records.map((record) => record.cells)).toEqual(cells)
    expect(inUtf8.output.labels).toEqual(['column1', 'column2', 'column3', 'column4'])
  })

  test('hold back what is longer, what stands between them and bytes that are no text', async () => {
    const columns = [
      { from: 1, to: 3 },
      { from: 5, to: 7 },
    ]
    const content = Buffer.concat([
      Buffer.from('abc def\nabcXdef\nabc defg\n'),
      Buffer.from([0x61, 0xff, 0x0a]),
      Buffer.from('x\n'),
    ])
    const { records, held, output } = await readAll(put(content), fixedReading({ columns }))
    expect(records.map(({ cells, line }) => [line, ...cells])).toEqual([
      [1, 'abc', 'def'],
      [5, 'x', ''],
    ])
    expect(held.map(({ line, reasons }) => [line, reasons[0]?.code, reasons[0]?.message])).toEqual([
      [2, 'extra-cell', 'Character 4 of this line stands outside of the columns.'],
      [3, 'extra-cell', 'Character 8 of this line stands outside of the columns.'],
      [4, 'encoding-error', 'This row has bytes that are no text in the encoding utf-8.'],
    ])
    expect(output.records).toBe(5)
  })

  test('where lines are filled up with blanks, one that ends early is held back, or filled up by choice and marked', async () => {
    const lines = [...goods, ...goods, ...goods].map((row) => aligned(row).padEnd(60))
    const path = put([...lines, '00005   Cut off'].join('\n'))
    const columns = [8, 30, 40].map((to, index) => ({ from: [1, 9, 31][index] ?? 1, to }))
    const reading = fixedReading({ columns: [...columns, { from: 43, to: null }] })
    const without = await readAll(path, reading)
    expect(without.held.map(({ line, reasons }) => [line, reasons[0]?.message])).toEqual([
      [13, 'This line ends after 15 characters, before its last column begins at 43.'],
    ])
    const filled = { ...reading, ragged: 'pad' as const }
    const padded = await readAll(path, filled)
    expect(padded.held).toEqual([])
    expect(padded.records.at(-1)?.cells).toEqual(['00005', 'Cut off', '', ''])
    expect(padded.output.detected.doubts).toEqual([
      '1 row ended before the last column (line 13) and was filled up with empty cells, as chosen.',
    ])
    expect((await shown(path, filled)).rows.map(({ repaired }) => repaired)).toEqual([
      ...lines.map(() => undefined),
      'filled',
    ])
  })
})

test('any table of fixed width reads back equal, and its lineage points at the bytes of each line', async () => {
  const cell = fc
    .string({ unit: fc.constantFrom(...Array.from('abcXYZ0189.,;"\'äß€日𝒳 -')), maxLength: 8 })
    .map((text) => text.trim())
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }).chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
          minLength: 1,
          maxLength: 6,
        }),
      ),
      fc.constantFrom('utf-8' as const, 'utf-16le' as const),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      async (table, encoding, lineEnd, isRight) => {
        const width = table[0]?.length ?? 0
        const rows = table
          .map((row) => row.map((text) => (/^[-= _]+$/.test(text) ? 'x' : text)))
          .filter((row) => row.some((text) => text !== ''))
        if (rows.length === 0) return
        const padded = (text: string) => {
          const blanks = ' '.repeat(9 - Array.from(text).length)
          return isRight ? blanks + text : text + blanks
        }
        const lines = rows.map((row) => row.map(padded).join(''))
        const bytes = Buffer.from(lines.join(lineEnd), encoding === 'utf-8' ? 'utf8' : 'utf16le')
        const path = put(bytes)
        const columns = Array.from({ length: width }, (_, index) => ({
          from: index * 9 + 1,
          to: index * 9 + 9,
        }))
        const { records, lineage } = await readAll(path, fixedReading({ columns, encoding }))
        expect(records.map(({ cells }) => cells)).toEqual(rows)
        const places = lineage.matchAll(/^\d+,\d+,(\d+),(\d+),/gm)
        const texts = [...places].map(([, offset, length]) =>
          bytes
            .subarray(Number(offset), Number(offset) + Number(length))
            .toString(encoding === 'utf-8' ? 'utf8' : 'utf16le'),
        )
        expect(texts).toEqual(lines)
      },
    ),
    { numRuns: 60 },
  )
})

test('a file of many chunks is read as its head says, line for line', async () => {
  const rows = Array.from({ length: 40_000 }, (_, index) => [
    String(index).padStart(5, '0'),
    index % 7 === 0 ? 'Änderung' : 'Nagel',
    (index / 4).toFixed(2),
    '2026-01-03',
  ])
  const { output, records } = await readAll(put([labels, ...rows].map(aligned).join('\n')))
  expect(output.detected.reading.kind).toBe('fixed')
  expect(output).toMatchObject({ records: 40_000, quarantined: 0 })
  expect(records.map(({ cells }) => cells)).toEqual(rows)
  expect(records.at(-1)?.line).toBe(40_001)
})
