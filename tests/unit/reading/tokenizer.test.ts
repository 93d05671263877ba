import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decoderOf } from '../../../main/files/decoding.ts'
import { parseCanonical } from '../../../main/reading/canonical.ts'
import { pairEncodings } from '../../../main/reading/delimited/encoding.ts'
import { pairTable, PairTranscoder } from '../../../main/reading/delimited/multiByte.ts'
import { maxQuotedLines } from '../../../main/reading/delimited/scan.ts'
import { maxChunkBytes, maxRecordBytes } from '../../../main/reading/delimited/window.ts'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { encodeWide } from './encoding.ts'
import { plainDialect, tokenize } from './tokenizing.ts'

const text = (content: string) => [Buffer.from(content)]
const bytewise = (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte))
const cellsOf = (output: string) => parseCanonical(Buffer.from(output)).map((row) => row.cells)
const codes = (row: { reasons: { code: string }[] }) => row.reasons.map((reason) => reason.code)

/** UTF-16 has no encoder in Node for big-endian. */
function encode(content: string, encoding: Dialect['encoding']): Buffer {
  if (encoding === 'utf-16le') return Buffer.from(content, 'utf16le')
  if (encoding === 'utf-16be') return Buffer.from(content, 'utf16le').swap16()
  if (encoding !== 'utf-8' && encoding !== 'windows-1252') return encodeWide(content, encoding)
  return Buffer.from(content, encoding === 'utf-8' ? 'utf8' : 'latin1')
}

test('lineage: record, physical line, byte offset and byte length, line ends not counted', () => {
  const { output } = tokenize(text('a,b\r\n"x\ny",2\n\n\nc,"d"\n'))
  expect(output).toBe('1,1,0,3,a,b\n2,2,5,7,"x\ny",2\n3,6,15,5,c,"d"\n')
})

test('both kinds of empty cell stay what they are', () => {
  expect(tokenize(text(',"",x\n')).output).toBe('1,1,0,5,,"",x\n')
})

test('cells get quotes where the canonical file needs them', () => {
  const semicolons = { dialect: { delimiter: ';' } }
  expect(tokenize(text('1,5;7" single;a\rb\n'), semicolons).output).toBe(
    '1,1,0,17,"1,5","7"" single","a\rb"\n',
  )
  const single = { dialect: { quote: "'", escape: "'" } }
  expect(tokenize(text(`'it''s',' say "x"',"\n`), single).output).toBe(
    `1,1,0,20,"it's"," say ""x""",""""\n`,
  )
  const backslash = { dialect: { escape: '\\' } }
  expect(tokenize(text('"a\\"b","c\\\\","\\n"\n'), backslash).output).toBe(
    '1,1,0,17,"a""b","c\\","\\n"\n',
  )
  const none = { dialect: { quote: '', escape: '' } }
  expect(tokenize(text('"a,b"\n'), none).output).toBe('1,1,0,5,"""a","b"""\n')
})

test('every kind of line end, also none at the end', () => {
  const cells = (content: string, lineEnd: Dialect['lineEnd']) =>
    parseCanonical(Buffer.from(tokenize(text(content), { dialect: { lineEnd } }).output)).map(
      ({ line, cells: [first] }) => `${line}${first}`,
    )
  expect(cells('a\nb\r\nc', '\n')).toEqual(['1a', '2b', '3c'])
  expect(cells('a\rb\r\rc', '\r')).toEqual(['1a', '2b', '4c'])
  expect(cells('a\rb\nc\r\nd\r', 'mixed')).toEqual(['1a', '2b', '3c', '4d'])
  expect(cells('a\r', '\r\n')).toEqual(['1a'])
})

test('skipped lines and the header count as lines, not as records', () => {
  const { output } = tokenize(text('Report "x\n\na,b\n1,2\n'), {
    dialect: { skipLines: 2, headerRows: 1 },
    width: 2,
  })
  expect(output).toBe('1,4,15,3,1,2\n')
})

test('ragged rows are held back with their text; one trailing delimiter on every line is none', () => {
  const { output, held } = tokenize(text('1,2\n1\n1,2,3\n,\n'), { width: 2 })
  expect(output).toBe('1,1,0,3,1,2\n4,4,12,1,,\n')
  expect(held.map((row) => [row.record, row.line, row.raw, codes(row)])).toEqual([
    [2, 2, '1', ['missing-cell']],
    [3, 3, '1,2,3', ['extra-cell']],
  ])
  const trailing = tokenize(text('1,2,\n1,2\n1,2,3\n'), { width: 2, trailingDelimiter: true })
  expect(trailing.output).toBe('1,1,0,4,1,2\n2,2,5,3,1,2\n')
  expect(trailing.held.map(codes)).toEqual([['extra-cell']])
})

test('a quote that never closes costs its own line and no other', () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i},x`)
  rows[10] = '10,"x'
  const { held, records, quarantined } = tokenize(text(rows.join('\n')), { width: 2 })
  expect([records, quarantined]).toEqual([200, 1])
  expect(held).toMatchObject([{ record: 11, line: 11, raw: '10,"x' }])
  expect(held.map(codes)).toEqual([['structure-error']])
  // the end of the file, a closing quote in the middle of another cell, and the limit of lines
  expect(tokenize(text('1,"x\n2,y\n'), { width: 2 })).toMatchObject({ records: 2, quarantined: 1 })
  expect(tokenize(text('1,"x\n2,"y",z\n3,w\n'), { width: 2 }).held.map((row) => row.raw)).toEqual([
    '1,"x',
    '2,"y",z',
  ])
  const lines = (count: number) => text(`"${'\n'.repeat(count)}"\n`)
  expect(tokenize(lines(maxQuotedLines)).quarantined).toBe(0)
  expect(tokenize(lines(maxQuotedLines + 1)).quarantined).toBe(2)
})

test('text after a closing quote is held back, blanks are not text', () => {
  const { output, held } = tokenize(text('"a"b,1\n"a" ,1\n"a"\t\r\n'))
  expect(held.map((row) => row.raw)).toEqual(['"a"b,1'])
  expect(output).toBe('2,2,7,6,"a",1\n3,3,14,4,"a"\n')
})

test('blanks before a quote are none of the cell; a quote after blanks that encloses nothing is text', () => {
  const { output, held } = tokenize(text('1, "a, b" ,\t"c"\n2, "a" b,c\n3, 5" x,c\n4, "d,e\n'), {
    width: 3,
  })
  expect(held).toEqual([])
  expect(cellsOf(output)).toEqual([
    ['1', 'a, b', 'c'],
    ['2', ' "a" b', 'c'],
    ['3', ' 5" x', 'c'],
    ['4', ' "d', 'e'],
  ])
  // A blank may be the delimiter.
  expect(cellsOf(tokenize(text('1 "a b"\n'), { dialect: { delimiter: ' ' } }).output)).toEqual([
    ['1', 'a b'],
  ])
})

test('a stray quote is mended where the line can be cut in one way only, and counted', () => {
  const rows = [
    ['1,"12" ruler",x', '12" ruler'],
    ['2,"a "b, c" d",x', 'a "b, c" d'],
    ['3,"a"b,x', '"a"b'],
    ['4,"say ""hi"" to "me"",x', 'say "hi" to "me"'],
  ]
  const content = rows.map(([row]) => row).join('\n')
  const found = tokenize(text(`${content}\n`), { width: 3 })
  expect(cellsOf(found.output)).toEqual(rows.map(([, cell], index) => [`${index + 1}`, cell, 'x']))
  expect(found.mended).toEqual({ rows: 4, lines: [1, 2, 3, 4] })
  // Two ways to three cells; none; a row that goes on below; a file whose width is not known.
  for (const [row, width] of [
    ['"a"x,b","c"y,d"', 3],
    ['"a"b,c', 3],
    ['1,"x\n2,"y",z', 2],
    ['1,"12" ruler",x', null],
  ] as const)
    expect(tokenize(text(`${row}\n`), { width }).mended.rows, row).toBe(0)
  const trailing = tokenize(text('1,"a" b,\n'), { width: 2, trailingDelimiter: true })
  expect(cellsOf(trailing.output)).toEqual([['1', '"a" b']])
  const old = tokenize([Buffer.from('1,"K\xfc" che",x\n', 'latin1')], {
    width: 3,
    dialect: { encoding: 'windows-1252' },
  })
  expect(cellsOf(old.output)).toEqual([['1', 'Kü" che', 'x']])
})

const tables: [string, string, { line: number; labels: string[]; rows: number }[], number][] = [
  [
    'after a blank line',
    '1,2\n\nx,y,z\n3,a,b\n4,c,d\n',
    [{ line: 3, labels: ['x', 'y', 'z'], rows: 2 }],
    0,
  ],
  [
    'of which one row is there',
    '1,2\n\nx,y,z\n3,a,b',
    [{ line: 3, labels: ['x', 'y', 'z'], rows: 1 }],
    0,
  ],
  [
    'with labels of the first',
    '1,2\nid,n,x\n3,a,b\n4,c,d\n',
    [{ line: 2, labels: ['id', 'n', 'x'], rows: 2 }],
    0,
  ],
  [
    'twice',
    '1,2\n\nx,y,z\n3,a,b\n4,c,d\n\nu,v,w,"o\no"\n3,a,b,c\n4,c,d,e\n',
    [
      { line: 3, labels: ['x', 'y', 'z'], rows: 2 },
      { line: 7, labels: ['u', 'v', 'w', 'o\no'], rows: 2 },
    ],
    0,
  ],
  [
    'after which a row of the first comes',
    '1,2\n\nx,y,z\n3,a,b\n4,c,d\n5,6\n',
    [{ line: 3, labels: ['x', 'y', 'z'], rows: 2 }],
    0,
  ],
  [
    'and a row of neither',
    '1,2\n\nx,y,z\n3,a,b\n4,c,d\n5,6,7,8\n',
    [{ line: 3, labels: ['x', 'y', 'z'], rows: 2 }],
    1,
  ],
  [
    'as wide as the first, over numbers alone',
    '1,2\n\nx,y\n3,4\n5,6\n',
    [{ line: 3, labels: ['x', 'y'], rows: 2 }],
    0,
  ],
  [
    'as wide as the first, below a title',
    '1,2\n\nReturns,\n\nx,y\na,4\nb,6\n\nid,n\n7,8\n',
    [{ line: 5, labels: ['x', 'y'], rows: 2 }],
    0,
  ],
  ['that may be a row of texts', '1,2\n\nx,y\na,4\nb,6\n', [], 0],
  ['that is the first, its labels printed again', '1,2\n\nid,n\n3,4\n5,6\n', [], 0],
  ['without a blank line', '1,2\nx,y,z\n3,a,b\n4,c,d\n', [], 3],
  ['of text only', '1,2\n\nx,y,z\nu,a,b\nv,c,d\n', [], 3],
  ['of uneven rows', '1,2\n\nx,y,z\n3,a\n4,c,d\n', [], 2],
  ['that is a footer', '1,2\n\nTotal,3,\n', [], 1],
]
test.each(tables)('another table %s', (_, content, told, quarantined) => {
  const options = { width: 2, header: ['id', 'n'] }
  const found = tokenize(text(content), options)
  expect(found.others).toMatchObject({ told, count: told.length })
  expect(found.quarantined).toBe(quarantined)
  expect(tokenize(bytewise(Buffer.from(content)), options)).toEqual(found)
})

test.each([
  [
    '||',
    '1|2||"a||b"||x|\n||||\n',
    [
      ['1|2', 'a||b', 'x|'],
      ['', '', ''],
    ],
    0,
  ],
  [', ', '1,2, "a, b" , x,\n', [['1,2', 'a, b', 'x,']], 0],
  ['~|~', '1~2~|~|~|~"a"~\n"b"~|~c~|~d', [['b', 'c', 'd']], 1],
])('a delimiter of several characters: %s', (delimiter, content, cells, quarantined) => {
  const options = { dialect: { delimiter }, width: 3 }
  const found = tokenize(text(content), options)
  expect(cellsOf(found.output)).toEqual(cells)
  expect(found.quarantined).toBe(quarantined)
  expect(tokenize(bytewise(Buffer.from(content)), options)).toEqual(found)
})

test.each(pairEncodings)(
  '%s: every character of two bytes, and the bytes behind each',
  (encoding) => {
    const { points } = pairTable(encoding)
    const decoder = new TextDecoder(encoding)
    const transcoder = new PairTranscoder(encoding)
    const target = Buffer.alloc(16)
    let met = 0
    for (let pair = 0x8000; pair < 0x1_0000; pair += 1) {
      if ((points[pair] ?? 0) === 0) continue
      const bytes = Buffer.of(pair >> 8, pair & 255)
      const end = transcoder.push(bytes, target, 0)
      if (target.toString('utf8', 0, end) !== decoder.decode(bytes)) expect(bytes).toBe(encoding)
      if (transcoder.sourceBytes(target, 0, end) !== 2) expect(bytes).toBe('two bytes')
      met += 1
    }
    expect(met).toBeGreaterThan(6000)
  },
)

test('bytes of East Asian text that are none, or cut: held back, and counted', () => {
  // A delimiter as second byte, half a character before a line's end, half of one at the end of the file.
  const bytes = Buffer.concat([
    encodeWide('ソ|ｱ\n', 'shift_jis'),
    Buffer.of(0x83, 0x0a),
    encodeWide('表|x', 'shift_jis'),
    Buffer.of(0x0a, 0x41, 0x83),
  ])
  const options = { dialect: { encoding: 'shift_jis', delimiter: '|' }, width: 2 } as const
  const found = tokenize([bytes], options)
  expect(found.output).toBe('1,1,0,4,ソ,ｱ\n3,3,7,4,表,x\n')
  expect(found.held.map(codes)).toEqual([
    ['missing-cell', 'encoding-error'],
    ['missing-cell', 'encoding-error'],
  ])
  expect(tokenize(bytewise(bytes), options)).toEqual(found)
})

test('bytes that are no text and NUL are held back', () => {
  const utf8 = tokenize([
    Buffer.concat([Buffer.from('ok\nM'), Buffer.of(0xfc), Buffer.from('ll\nok\n')]),
  ])
  expect(utf8.held.map(codes)).toEqual([['encoding-error']])
  expect(utf8.records).toBe(3)
  const cp1252 = tokenize([Buffer.of(0x80, 0x0a, 0x81, 0x0a)], {
    dialect: { encoding: 'windows-1252' },
  })
  expect(cp1252.output).toBe('1,1,0,1,€\n')
  expect(cp1252.held.map(codes)).toEqual([['encoding-error']])
  expect(tokenize(text('a\0b\n')).held.map(codes)).toEqual([['structure-error']])
  // a high surrogate alone, and half a character at the end
  const wide = tokenize([Buffer.of(0x3d, 0xd8, 0x0a, 0, 0x41, 0, 0x0a, 0, 0x41)], {
    dialect: { encoding: 'utf-16le' },
  })
  expect(wide.output).toBe('2,2,4,2,A\n')
  expect(wide.held.map(codes)).toEqual([['encoding-error'], ['encoding-error']])
})

test('records longer than the limit are held back once, cut, and the next one is found', () => {
  const long = 'x'.repeat(maxRecordBytes + maxChunkBytes * 3)
  const chunks = (content: string, size: number) => {
    const bytes = Buffer.from(content)
    return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    )
  }
  for (const size of [maxChunkBytes, 70_001]) {
    const plain = tokenize(chunks(`a\n${long}\nb\n`, size))
    expect(plain.output).toBe(`1,1,0,1,a\n3,3,${long.length + 3},1,b\n`)
    expect(plain.held).toMatchObject([{ record: 2, line: 2, raw: 'x'.repeat(65_536) }])
    const quoted = tokenize(chunks(`a\n"${long}"\nb\n`, size))
    expect(quoted.records).toBe(3)
    expect(quoted.held.map((row) => row.line)).toEqual([2])
    const opened = tokenize(chunks(`a\n"x\n${long}\nb\n`, size))
    expect(opened.held.map((row) => [row.line, row.raw.slice(0, 3)])).toEqual([
      [2, '"x'],
      [3, 'xxx'],
    ])
  }
  const euros = tokenize(
    [
      Buffer.alloc(maxChunkBytes, 0x80),
      Buffer.alloc(maxChunkBytes - 10, 0x80),
      Buffer.from('\nb\n'),
    ],
    {
      dialect: { encoding: 'windows-1252' },
    },
  )
  expect(euros.held).toHaveLength(1)
  expect(euros.output.length).toBeLessThan(recordsLayout.maxLineBytes)
})

test('Ctrl-Z at the end of a file of DOS is no row', () => {
  for (const end of ['\x1A', '\x1A'.repeat(128)]) {
    const found = tokenize([Buffer.from(`1,2\r\n3,4\r\n${end}`)], { width: 2 })
    expect(found).toMatchObject({ records: 2, quarantined: 0 })
    const open = tokenize([Buffer.from(`1,2\r\n3,4${end}`)], { width: 2 })
    expect(open.output).toMatch(/,3,4\n$/)
  }
  expect(tokenize([Buffer.from('1,\x1A\n')], { width: 2 }).output).toContain('\x1A')
})

test('a dialect that cannot work is refused', () => {
  for (const dialect of [
    { delimiter: '"' },
    { delimiter: '\n' },
    { delimiter: '§' },
    { delimiter: '' },
    { delimiter: '|"|' },
    { delimiter: '123456789' },
    { quote: '€' },
  ])
    expect(() => tokenize([], { dialect })).toThrow(/cannot split/)
})

// ---------------------------------------------------------------- properties

const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    encoding: fc.constantFrom(
      'utf-8',
      'utf-16le',
      'utf-16be',
      'utf-32le',
      'windows-1252',
      'shift_jis',
      'gb18030',
    ),
    delimiter: fc.constantFrom(',', ';', '\t', '|', ',;', ';;', ', '),
    quote: fc.constantFrom('"', "'", ''),
    escape: fc.constantFrom('same', '\\'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r', 'mixed'),
    headerRows: fc.nat(3),
    skipLines: fc.nat(2),
  })
  .map((dialect) => ({ ...dialect, escape: dialect.escape === 'same' ? dialect.quote : '\\' }))
/** Structure in abundance, and some bytes that are broken in one encoding or another. */
const rawBytes = fc
  .array(
    fc.constantFrom(
      ...Array.from(',;\'"\\\n\n\r\n a1', (letter) => letter.charCodeAt(0)),
      0,
      0x81,
      0xc3,
      0xa9,
      0xd8,
      0xff,
    ),
    { maxLength: 120 },
  )
  .map((bytes) => Buffer.from(bytes))

test.each<[string, Partial<Dialect>, Buffer]>([
  ['curly', { quote: '“', escape: '' }, Buffer.from('id,“a, “b\nc d”, “e”,x “f”\n“g”,“”,€,“„i”\n')],
  [
    'low, of one byte a character',
    { quote: '„', escape: '„', encoding: 'windows-1252' },
    Buffer.from(
      'id,\x84a, \x84b\nc d\x93, \x84e\x94,x \x84f\x93\n\x84g\x94,\x84\x94,\x80,\x84\xe4\x93\n',
      'latin1',
    ),
  ],
])('quotes that close with another character than they open: %s', (_, dialect, bytes) => {
  const whole = tokenize([bytes], { dialect, width: 4 })
  const opens = dialect.quote ?? ''
  const [last, second] = dialect.encoding === undefined ? ['”', '„i'] : ['“', 'ä']
  expect(parseCanonical(Buffer.from(whole.output)).map(({ cells }) => cells)).toEqual([
    ['id', `a, ${opens}b\nc d`, 'e', `x ${opens}f${last}`],
    ['g', '', '€', second],
  ])
  for (let at = 1; at < bytes.length; at += 1)
    expect(tokenize([bytes.subarray(0, at), bytes.subarray(at)], { dialect, width: 4 })).toEqual(
      whole,
    )
})

test('the result does not depend on where the chunks end', () => {
  fc.assert(
    fc.property(
      dialects,
      rawBytes,
      fc.option(fc.integer({ min: 1, max: 3 })),
      fc.boolean(),
      fc.nat(119),
      (dialect, bytes, width, trailingDelimiter, cut) => {
        const options = { dialect, width, trailingDelimiter }
        const whole = tokenize([bytes], options)
        expect(tokenize(bytewise(bytes), options)).toEqual(whole)
        expect(tokenize([bytes.subarray(0, cut), bytes.subarray(cut)], options)).toEqual(whole)
      },
    ),
    { numRuns: 400 },
  )
})

test('a chunk of nothing brings no record again', () => {
  const file = Buffer.from('a,b\nc,d\n')
  const { records, output } = tokenize([file, Buffer.alloc(0)], { width: 2 })
  expect({ records, output }).toEqual({ records: 2, output: '1,1,0,3,a,b\n2,2,4,3,c,d\n' })
})

test('no byte of a file is lost: records and held-back text together are the file', () => {
  const ascii = fc
    .array(fc.constantFrom(...Array.from(',;\'"\\\n\n\r a1')), { maxLength: 200 })
    .map((letters) => letters.join(''))
  fc.assert(
    fc.property(dialects, ascii, fc.integer({ min: 1, max: 3 }), (dialect, content, width) => {
      const found = tokenize([encode(content, dialect.encoding)], {
        dialect: { ...dialect, headerRows: 0, skipLines: 0 },
        width,
      })
      fc.pre(found.others.count === 0)
      const source = encode(content, dialect.encoding)
      const kept = found.output === '' ? [] : parseCanonical(Buffer.from(found.output))
      const lineages = [...found.output.matchAll(/(?:^|\n)(\d+),(\d+),(\d+),(\d+),/g)].filter(
        ([, record]) => kept.some((row) => row.record === Number(record)),
      )
      const texts = new Map(found.held.map((row) => [row.record, row.raw]))
      const decoder = decoderOf(dialect.encoding)
      for (const [, record, , offset, length] of lineages)
        texts.set(
          Number(record),
          decoder.decode(source.subarray(Number(offset), Number(offset) + Number(length))),
        )
      const inOrder = [...texts].sort(([a], [b]) => a - b)
      expect(inOrder.map(([record]) => record)).toEqual(
        Array.from({ length: found.records }, (_, i) => i + 1),
      )
      const bare = (value: string) => value.replace(/[\r\n]/g, '')
      expect(bare(inOrder.map(([, raw]) => raw).join(''))).toBe(bare(content))
    }),
    { numRuns: 600 },
  )
})

test('what was written by the rules is read back, cell by cell', () => {
  const cell = fc.string({
    unit: fc.constantFrom(...Array.from('ab ,;|\t"\'\\\nжソ表貼あア中文')),
    maxLength: 6,
  })
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 12,
    }),
  )
  fc.assert(
    fc.property(
      table,
      fc.constantFrom<Dialect['encoding']>(
        ...(['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'] as const),
        ...(['shift_jis', 'euc-jp', 'gb18030'] as const),
      ),
      fc.constantFrom(',', ';', '\t', '|', '||', ', ', '~|~', '::'),
      fc.constantFrom('"', "'"),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      (rows, encoding, delimiter, quote, lineEnd, bom) => {
        const write = (value: string) => quote + value.replaceAll(quote, quote + quote) + quote
        const content = rows.map((cells) => cells.map(write).join(delimiter) + lineEnd)
        const mark = bom && encoding.startsWith('utf-') ? '\uFEFF' : ''
        const bytes = encode(mark + content.join(''), encoding)
        const dialect = {
          ...plainDialect,
          encoding,
          delimiter,
          quote,
          escape: quote,
          lineEnd,
        } as Dialect
        const { output, quarantined } = tokenize(bytewise(bytes), {
          dialect,
          width: rows[0]?.length ?? 0,
        })
        expect(quarantined).toBe(0)
        expect(parseCanonical(Buffer.from(output)).map((row) => row.cells)).toEqual(rows)
        const offset = /^1,1,(\d+),(\d+),/.exec(output)
        const from = Number(offset?.[1])
        const first = bytes.subarray(from, from + Number(offset?.[2]))
        expect(decoderOf(encoding).decode(first)).toBe(content[0]?.slice(0, -lineEnd.length))
      },
    ),
    { numRuns: 300 },
  )
})

test('blanks that follow one another count as one, and those at the ends of a line for none', () => {
  const dialect = { delimiter: ' ', repeats: true }
  const content = '  a   "b  c"  \r\n1 2\n   \n\n x     \u00fc\n3  4 '
  const seen = tokenize(text(content), { dialect, width: 2 })
  expect(cellsOf(seen.output)).toEqual([
    ['a', 'b  c'],
    ['1', '2'],
    ['x', '\u00fc'],
    ['3', '4'],
  ])
  expect(seen.quarantined).toBe(0)
  expect(tokenize(bytewise(Buffer.from(content)), { dialect, width: 2 })).toEqual(seen)
})

test('lines that are comments are left out and counted, whatever is in them', () => {
  const dialect = { comment: '#' }
  const content = '1,2\n# a "quote, and\n3,4\n#,\r\n#\n5,"#6"\n# the end'
  const seen = tokenize(text(content), { dialect, width: 2 })
  expect(cellsOf(seen.output)).toEqual([
    ['1', '2'],
    ['3', '4'],
    ['5', '#6'],
  ])
  expect(seen.records).toBe(3)
  expect(seen.comments).toMatchObject({ rows: 4, lines: [2, 4, 5, 7] })
  expect(seen.output).toMatch(/^3,6,/m)
  expect(tokenize(bytewise(Buffer.from(content)), { dialect, width: 2 })).toEqual(seen)
})
