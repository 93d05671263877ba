/** Records written as JSON: every value as it is written, every record accounted for. */
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseCanonical } from '../../../main/reading/canonical.ts'
import { plainCopy } from '../../../main/reading/plainCopy.ts'
import { preview } from '../../../main/reading/preview.ts'
import { readHeldRows } from '../../../main/reading/quarantine.ts'
import { read } from '../../../main/reading/read.ts'
import type { Reading } from '../../../shared/domain/files/reading.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pallet-json-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const control = {
  signal: new AbortController().signal,
  report: () => {},
  ask: () => Promise.reject(new Error('nothing to ask')),
}
const input = (text: string | Buffer, reading: Reading | null) => {
  const path = join(folder, 'source')
  writeFileSync(path, text)
  return { path, reading, unpackedFile: join(folder, 'unpacked') }
}

interface Table {
  labels: string[]
  /** With the text of each record in the source, as its lineage says. */
  rows: { line: number; cells: string[]; raw: string }[]
  held: { record: number; line: number; raw: string; why: string }[]
  doubts: string[]
  reading: Reading
}

async function table(text: string | Buffer, reading: Reading | null = null): Promise<Table> {
  const [recordsFile, quarantineFile] = [join(folder, 'records.csv'), join(folder, 'held.ndjson')]
  const output = await read({ ...input(text, reading), recordsFile, quarantineFile }, control)
  const source = Buffer.from(text)
  const bytes = readFileSync(recordsFile)
  const lineage = bytes.toString('utf8').matchAll(/^\d+,\d+,(\d+),(\d+),/gm)
  const raws = [...lineage].map(([, offset, length]) =>
    source.toString('utf8', Number(offset), Number(offset) + Number(length)),
  )
  const held = await readHeldRows([quarantineFile], 0, 1000)
  expect(held.total).toBe(output.quarantined)
  const rows = parseCanonical(bytes).map(({ line, cells }, nth) => ({
    line,
    cells,
    raw: raws[nth] ?? '',
  }))
  expect(rows.length + held.total).toBe(output.records)
  return {
    labels: output.labels,
    rows,
    held: held.rows.map(({ record, line, raw, reasons }) => ({
      record,
      line,
      raw,
      why: reasons[0]?.message ?? '',
    })),
    ...output.detected,
  }
}
const cellsOf = ({ rows }: Table) => rows.map(({ cells }) => cells)

describe('records as JSON', () => {
  const records = ['{"id":1,"name":"Tea"}', '{"id":2,"name":"Öl"}', '{"id":3,"name":null}']
  const expected = [
    ['1', 'Tea'],
    ['2', 'Öl'],
    ['3', ''],
  ]
  const forms: [what: string, text: string, path: string[], lines: number[]][] = [
    ['one a line', records.join('\n'), [], [1, 2, 3]],
    [
      'one a line, ended by CRLF, with blank lines',
      `\r\n${records.join('\r\n\r\n')}\r\n`,
      [],
      [2, 4, 6],
    ],
    ['one a line, behind a byte-order mark', `\uFEFF${records.join('\n')}\n`, [], [1, 2, 3]],
    ['a list on one line', `[${records.join(',')}]`, [], [1, 1, 1]],
    ['a list of many lines', `[\n  ${records.join(',\n  ')}\n]\n`, [], [2, 3, 4]],
    ['several lists', `[${records.slice(0, 2).join()}]\n[${records[2]}]`, [], [1, 1, 2]],
    [
      'objects of many lines',
      records.map((one) => JSON.stringify(JSON.parse(one), null, 2)).join('\n'),
      [],
      [1, 5, 9],
    ],
    [
      'a list in a document',
      `{"page":1,"data":{"none":[],"items":[${records.join()}]},"next":"x]"}`,
      ['data', 'items'],
      [1, 1, 1],
    ],
  ]
  it.each(forms)('are read from %s', async (_what, text, path, lines) => {
    const read = await table(text)
    expect(read.reading).toEqual({ kind: 'records', path })
    expect(read.labels).toEqual(['id', 'name'])
    expect(cellsOf(read)).toEqual(expected)
    expect(read.rows.map(({ line }) => line)).toEqual(lines)
    expect(read.rows.map(({ raw }) => JSON.parse(raw))).toEqual(
      records.map((one) => JSON.parse(one)),
    )
    expect(read.held).toEqual([])
    const shown = await preview(
      { ...input(text, null), name: 'x', bytes: Buffer.byteLength(text), entry: null, rows: 10 },
      control,
    )
    expect(shown.rows.map(({ cells }) => cells)).toEqual(expected)
    expect(shown.columns.map(({ label }) => label)).toEqual(['id', 'name'])
    expect(shown.estimatedRecords).toBe(3)
  })

  it('keep the text of every value', async () => {
    const read = await table(
      '{"long":12345678901234567890,"price":1.50,"tiny":1e-7,"zero":-0.0,"yes":true,"no":false,"none":null,"blank":"","code":"007"}\n' +
        '{"text":"a \\"b\\", \\u00fc\\n\\ud83d\\ude00","list":[1.10, {"a":12345678901234567890}],"empty":[],"object":{},"long":5}\n',
    )
    const [first, second] = read.rows.map(({ cells }) =>
      Object.fromEntries(cells.map((cell, nth) => [read.labels[nth], cell])),
    )
    expect(first).toMatchObject({
      long: '12345678901234567890',
      price: '1.50',
      tiny: '1e-7',
      zero: '-0.0',
      yes: 'true',
      no: 'false',
      none: '',
      blank: '',
      code: '007',
    })
    expect(second).toEqual({
      ...Object.fromEntries(Object.keys(first ?? {}).map((label) => [label, ''])),
      text: 'a "b", ü\n😀',
      list: '[1.10, {"a":12345678901234567890}]',
      empty: '[]',
      long: '5',
    })
    // An empty text is no missing one.
    expect(readFileSync(join(folder, 'records.csv'), 'utf8').split('\n')[0]).toContain(
      ',false,,"",007,',
    )
  })

  it('have a column for each name that stands anywhere, and for the names in objects', async () => {
    const many = Array.from(
      { length: 30_000 },
      (_, id) => `{"id":${id},"store":{"city":"Köln","at":{"lat":50.9}}}`,
    )
    const read = await table([...many, '{"id":-1,"store":"none","coupon":"X"}'].join('\n'))
    expect(read.labels).toEqual(['id', 'store.city', 'store.at.lat', 'store', 'coupon'])
    expect(read.rows.at(-1)?.cells).toEqual(['-1', '', '', 'none', 'X'])
    expect(read.rows[7]?.cells).toEqual(['7', 'Köln', '50.9', '', ''])
    expect(read.doubts).toEqual([
      '2 columns are met first in line 30,001 or later. The rows before are empty in them: “store”, “coupon”.',
    ])
  })

  it('are copied with all of their columns, though the last comes late', async () => {
    const many = Array.from(
      { length: 30_000 },
      (_, id) => `{"id":${id},"text":"${'x'.repeat(40)}"}`,
    )
    const { path } = input([...many, '{"id":-1,"late":7}'].join('\n'), null)
    const [outFile, heldFile] = [join(folder, 'out.csv'), join(folder, 'held.ndjson')]
    const asked = { path, entry: null, choices: {}, outFile, heldFile, ragged: 'hold' as const }
    expect(await plainCopy(asked, control.signal)).toMatchObject({ columns: 3, records: 30_001 })
    const lines = readFileSync(outFile, 'utf8').split('\n')
    expect([lines[0], lines.at(-2)]).toEqual(['id,text,late', '-1,,7'])
    expect(lines).toHaveLength(30_003)
  })

  it('stand under a path that is said, and the others are named', async () => {
    const text = `{"stores":[{"city":"Köln"}],"sales":[{"id":1},{"id":2}],"until":"2026"}`
    const read = await table(text)
    expect(read.reading).toEqual({ kind: 'records', path: ['sales'] })
    expect(read.doubts[0]).toContain('The list “sales” is read, and not “stores”.')
    expect(cellsOf(await table(text, { kind: 'records', path: ['stores'] }))).toEqual([['Köln']])
    for (const path of [['x'], ['stores', 'city']])
      await expect(table(text, { kind: 'records', path })).rejects.toMatchObject({
        code: 'source-binary',
      })
    const wide = `{"padding":"${'x'.repeat(2_000_000)}","items":[{"a":1}]}`
    expect(cellsOf(await table(wide, { kind: 'records', path: ['items'] }))).toEqual([['1']])
  })

  it('may be one object alone', async () => {
    const read = await table('{\n  "id": 7,\n  "tags": [\n    "a",\n    "b c"\n  ]\n}\n')
    expect([read.labels, cellsOf(read)]).toEqual([['id', 'tags'], [['7', '["a","b c"]']]])
  })
})

describe('a record that cannot stand', () => {
  it('is held back with its text, and the others are read', async () => {
    const lines = [
      '{"a":1}',
      '{"a":2',
      '{"a":3,}',
      "{'a':4}",
      '{"a":05}',
      '[6]',
      '"seven"',
      '{"a":8} x',
      '{"a":9,"a":10}',
      '{"a":"\\ud800"}',
      '{"a":"\\u0000"}',
      '{"a":12}',
    ]
    // Whether a file is of records is decided by most of its first ones.
    const good = Array.from({ length: 20 }, (_, id) => `{"a":${id}}`)
    const read = await table([...good, ...lines].join('\n'))
    expect(cellsOf(read).slice(20)).toEqual([['1'], ['12']])
    expect(read.held.map(({ line, raw }) => [line, raw])).toEqual(
      lines.slice(1, -1).map((raw, nth) => [nth + 22, raw.includes('u0000') ? '\0' : raw]),
    )
    for (const { why } of read.held) expect(why).toMatch(/^This (record|row) .*\.$/s)
  })

  it('with bytes that are no text is held back', async () => {
    const read = await table(Buffer.from('{"a":"Köln"}\n{"a":"K\xf6ln"}\n{"a":"Bonn"}\n', 'latin1'))
    expect(cellsOf(read)).toEqual([['Bonn']])
    expect(read.held).toHaveLength(2)
  })

  it.each([
    ['a bracket is missing', '{"a":2'],
    ['a quote is missing', '{"a":"2}'],
    ['a bracket is wrong', '{"a":[2}}'],
    ['a comma is missing', '{"a":2 "b":3}'],
  ])('swallows no other where %s', async (_what, broken) => {
    const good = (id: number) => `{"a":${id},"b":[{"c":1}]}`
    const text = `[\n  ${[good(1), broken, good(3), good(4)].join(',\n  ')}\n]\n`
    const read = await table(text)
    expect(read.rows.map(({ line, cells }) => [line, cells[0]])).toEqual([
      [2, '1'],
      [4, '3'],
      [5, '4'],
    ])
    expect(read.held.map(({ record, line }) => [record, line])).toEqual([[2, 3]])
    expect(read.held[0]?.raw.trim()).toContain(broken)
  })

  it('is told where the file was cut off', async () => {
    const read = await table('[{"a":1},{"a":2},{"a":')
    expect(cellsOf(read)).toEqual([['1'], ['2']])
    expect(read.held.map(({ raw }) => raw)).toEqual(['{"a":'])
    expect(read.doubts.join()).toContain('may have been cut off')
    expect((await table('[{"a":1},{"a":2}')).doubts.join()).toContain('may have been cut off')
  })

  it('is left out of the preview while the file is arriving', async () => {
    for (const text of ['[{"a":1},{"a":2},{"a":3', '{"a":1}\n{"a":2}\n{"a":3}']) {
      const given = { ...input(text, null), name: 'x', bytes: 1000, entry: null, rows: 5 }
      const shown = await preview(given, control)
      expect(shown.rows.map(({ cells }) => cells)).toEqual([['1'], ['2']])
      expect(shown.broken).toEqual([])
    }
  })

  it('is as long as it likes', async () => {
    const long = `{"a":"${'x'.repeat(9_000_000)}"}`
    for (const text of [
      `{"a":1}\n${long}\n{"a":3}`,
      `[{"a":1},${long},{"a":3}]`,
      `[\n{"a":1},\n${long},\n{"a":3}]`,
    ]) {
      const read = await table(text)
      expect(cellsOf(read)).toEqual([['1'], ['3']])
      expect(read.held).toMatchObject([{ record: 2, why: 'This record is longer than 1 MiB.' }])
    }
  })
})

describe('a file that is no list of records', () => {
  it.each(['[1,2]\n', '[a],b\n1,2\n', '{a};{b}\n1;2\n'])(
    'is not taken for one: %s',
    async (text) => {
      expect((await table(text)).reading.kind).toBe('delimited')
    },
  )

  it('is refused with a sentence', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('[{"a":1}]', 'utf16le')])
    for (const content of ['[[1,2],[3,4]]', '{"a":1},x\n{"b":2},y\n', utf16])
      await expect(table(content)).rejects.toMatchObject({ code: 'source-binary' })
    await expect(table('[{},{}]')).rejects.toMatchObject({ code: 'source-empty' })
    await expect(table('a,b\n1,2\n', { kind: 'records', path: [] })).rejects.toMatchObject({
      code: 'source-binary',
    })
  })
})

describe('any table', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((one) => one.isWellFormed() && !one.includes('\0'))
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  )

  it('written as JSON reads back equal, with its lineage at the right bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          text.filter((name) => name.trim() !== ''),
          { minLength: 1, maxLength: 4, selector: (name) => name.trim().toLowerCase() },
        ),
        fc.array(fc.array(value, { minLength: 4, maxLength: 4 }), { minLength: 2, maxLength: 20 }),
        fc.constantFrom('lines', 'list', 'pretty', 'document'),
        async (labels, rows, form) => {
          const objects = rows.map((row) =>
            Object.fromEntries(labels.map((label, nth) => [label, row[nth]])),
          )
          const written = {
            lines: () => objects.map((one) => JSON.stringify(one)).join('\n'),
            list: () => JSON.stringify(objects),
            pretty: () => JSON.stringify(objects, null, 2),
            document: () => JSON.stringify({ head: { size: 1 }, rows: objects, tail: [] }),
          }[form]()
          const read = await table(written)
          const names = Object.keys(objects[0] ?? {})
          expect(read.held).toEqual([])
          expect(cellsOf(read)).toEqual(
            objects.map((one) =>
              names.map((name) =>
                typeof one[name] === 'string'
                  ? one[name]
                  : one[name] === null
                    ? ''
                    : JSON.stringify(one[name]),
              ),
            ),
          )
          expect(read.rows.map(({ raw }) => JSON.parse(raw))).toEqual(
            objects.map((one) => JSON.parse(JSON.stringify(one))),
          )
        },
      ),
      { numRuns: 100 },
    )
  })
})
