import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { preview } from '../../../main/reading/preview.ts'
import { type Ragged, type Reading, sheetRange } from '../../../shared/domain/files/reading.ts'
import { workbookOf } from '../../../main/reading/sheets/write.ts'
import { plainCopy } from '../../../main/reading/plainCopy.ts'
import type { Parts } from '../../../shared/domain/files/preview.ts'
import { compoundFile } from '../../fixtures/compound.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { problemOf, readsIn, readingControl as control } from '../../fixtures/reading.ts'
import {
  type WorkbookXml,
  escaped,
  odsParts,
  rowsXml,
  xlsxParts,
  packed,
} from '../../fixtures/workbooks.ts'

const folder = testFolder()
const readAll = readsIn(folder)

const xlsx = (book: WorkbookXml): Buffer => packed(xlsxParts(book))

const ownBook = async (table: readonly string[][]): Promise<Buffer> =>
  Buffer.from(await new Response(workbookOf(ReadableStream.from(table))).arrayBuffer())

const namesOf = ({ choices }: Parts) => choices.map(({ name }) => name)

test('every kind of cell says what it stores', async () => {
  const { output, rows, doubts, shown } = await readAll(
    xlsx({
      formats: [0, 14, 'dd.mm.yyyy hh:mm', 10, 'h:mm', '[h]:mm', 49],
      texts: [
        '<si><t>SKU</t></si>',
        '<si><r><t>Be</t></r><r><rPr><b/></rPr><t xml:space="preserve">schr. </t></r><rPh sb="0" eb="1"><t>phonetic</t></rPh></si>',
        '<si><t>00123</t></si>',
        '<si><t>a_x000D_\nb &lt;&#128512;&gt;</t></si>',
      ],
      sheets: [
        {
          name: 'Data',
          xml:
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>Sold</t></is></c><c r="D1" t="inlineStr"><is><r><t>A</t></r><r><t>t</t></r></is></c><c r="E1" t="str"><f>"Sh"&amp;"are"</f><v>Share</v></c><c r="F1" t="inlineStr"><is><t>OK</t></is></c><c r="G1" t="inlineStr"><is><t>Number</t></is></c><c r="H1" t="inlineStr"><is><t>Time</t></is></c></row>' +
            '<row r="2"><c r="A2" s="6" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c><c r="C2" s="1"><v>46082</v></c><c r="D2" s="2"><v>46082.395833333336</v></c><c r="E2" s="3"><v>0.19</v></c><c r="F2" t="b"><v>1</v></c><c r="G2"><v>5.01235E+12</v></c><c r="H2" s="4"><v>0.5</v></c></row>' +
            '<row r="4"><c><v>7</v></c><c s="1"/><c s="1"><v>60</v></c><c s="2"><f>NOW()</f></c><c t="e"><v>#DIV/0!</v></c><c t="b"><v>0</v></c><c><f>A1*3</f><v>0.30000000000000004</v></c><c s="5"><v>1.25</v></c></row>',
        },
      ],
    }),
  )
  expect(output).toMatchObject({
    labels: ['SKU', 'Beschr.', 'Sold', 'At', 'Share', 'OK', 'Number', 'Time'],
    records: 2,
    quarantined: 0,
    labelled: true,
    conventions: { decimalMark: '.' },
    raw: { in: 'records' },
    detected: { reading: { kind: 'sheet', sheet: 'Data', skipLines: null, headerRows: null } },
  })
  expect(rows).toEqual([
    [
      2,
      '00123',
      'a\r\nb <😀>',
      '2026-03-01',
      '2026-03-01 09:30:00',
      '0.19',
      'true',
      '5012350000000',
      '12:00:00',
    ],
    [4, '7', '', '1900-02-29', '', '#DIV/0!', 'false', '0.3', '30:00:00'],
  ])
  expect(doubts.join()).toContain('1 formula are not in the file (the first is in D4)')
  expect(shown.columns.map(({ type }) => type)).toContain('timestamp')
})

test('days are counted from 1904 where the workbook says so', async () => {
  const { rows } = await readAll(
    xlsx({
      date1904: true,
      formats: [0, 14],
      sheets: [
        {
          name: 'Mac',
          xml: `${rowsXml([['Day', 'Till']])}<row r="2"><c r="A2" s="1"><v>44620</v></c><c r="B2"><v>3</v></c></row>`,
        },
      ],
    }),
  )
  expect(rows).toEqual([[2, '2026-03-01', '3']])
})

test('the first visible sheet with a table is taken, and the others are told and can be chosen', async () => {
  const book = xlsx({
    sheets: [
      { name: 'Old', state: 'hidden', xml: rowsXml([['A'], ['1']]) },
      { name: 'Empty', xml: '' },
      { name: 'Cover', xml: rowsXml([['Sales of March']]) },
      {
        name: 'Sales &amp; more',
        xml: rowsXml([
          ['Shop', 'Sold'],
          ['a', 'b'],
        ]),
      },
    ],
  })
  const { output, rows, doubts, shown } = await readAll(book)
  expect(output.detected.reading).toMatchObject({ sheet: 'Sales & more' })
  expect(rows).toEqual([[2, 'a', 'b']])
  expect(doubts[0]).toBe(
    'The workbook has 4 sheets; “Sales & more” was taken. The others are “Old” (hidden), “Empty”, “Cover”. Check that it is the right one.',
  )
  expect(shown.parts.map(namesOf)).toEqual([['Old', 'Empty', 'Cover', 'Sales & more']])
  const old = await readAll(book, { kind: 'sheet', sheet: 'Old', skipLines: 0, headerRows: 1 })
  expect(old.rows).toEqual([[2, '1']])
  const none = await problemOf(
    readAll(book, { kind: 'sheet', sheet: 'May', skipLines: null, headerRows: null }),
  )
  expect(none).toMatchObject({ code: 'dialect-unclear' })
  expect(none.text).toContain('no sheet “May”. Choose one of its sheets: “Old”, “Empty”')
})

test('a dataset whose sheet is called otherwise this month is read, and it is said', async () => {
  const book = xlsx({
    sheets: [
      {
        name: 'April',
        xml: rowsXml([
          ['Shop', 'Sold'],
          ['a', 'b'],
        ]),
      },
      { name: 'Lists', state: 'veryHidden', xml: rowsXml([['x'], ['y']]) },
    ],
  })
  const { rows, doubts } = await readAll(book, {
    kind: 'sheet',
    sheet: 'March',
    skipLines: null,
    headerRows: null,
  })
  expect(rows).toEqual([[2, 'a', 'b']])
  expect(doubts).toContain(
    'The workbook has no sheet “March”; its only one, “April”, was taken. Check that it is the right one.',
  )
})

test('titles stand above the table, notes beside it, and it need not begin in the first column', async () => {
  const { output, rows, held, doubts } = await readAll(
    xlsx({
      sheets: [
        {
          name: 'Report',
          xml: rowsXml(
            [
              ['Sales report'],
              [],
              ['', '', 'Shop', 'Day', 'Sold'],
              ...Array.from({ length: 20 }, (_, index) => ['', '', 'x', '2026-03-01', `${index}`]),
              ['', '', 'y', '', '', '', 'a note'],
              ['z', '', 'y', '', '1'],
              [],
              ['', '', 'last'],
            ],
            2,
          ),
        },
      ],
    }),
  )
  expect(output).toMatchObject({ labels: ['Shop', 'Day', 'Sold'], records: 23, quarantined: 2 })
  expect(rows[0]).toEqual([5, 'x', '2026-03-01', '0'])
  expect(rows.at(-1)).toEqual([28, 'last', '', ''])
  expect(held.map(({ line, raw, reasons }) => [line, raw, reasons[0]?.message])).toEqual([
    [
      25,
      ',,y,,,,a note',
      'This row has something in column G, but the table is in columns C to E.',
    ],
    [26, 'z,,y,,1', 'This row has something in column A, but the table is in columns C to E.'],
  ])
  expect(doubts.join()).toContain('skipped (“Sales report”)')
})

test('the row with the labels can be said, or that there is none', async () => {
  const book = xlsx({
    sheets: [
      {
        name: 'S',
        xml: rowsXml([
          ['x', 'y'],
          ['Shop', 'City'],
          ['a', 'b'],
        ]),
      },
    ],
  })
  const chosen = await readAll(book, { kind: 'sheet', sheet: 'S', skipLines: 1, headerRows: 1 })
  expect([chosen.output.labels, chosen.rows]).toEqual([['Shop', 'City'], [[3, 'a', 'b']]])
  const none = await readAll(book, { kind: 'sheet', sheet: 'S', skipLines: null, headerRows: 0 })
  expect(none.output).toMatchObject({ labels: ['column1', 'column2'], labelled: false, records: 3 })
})

test('of two tables side by side the one in the range is read, and what is left out is counted', async () => {
  const book = xlsx({
    sheets: [
      {
        name: 'S',
        xml: rowsXml([
          ['Shop', 'Sold', '', 'Item', 'Stock'],
          ['a', '1', '', 'x', '7'],
          ['b', '2', '', 'y', '8'],
          ['', '', '', 'z', '9'],
          ['Total', '3'],
        ]),
      },
    ],
  })
  const within = async (range: string) => {
    const sheet = { kind: 'sheet', sheet: 'S', skipLines: null, headerRows: null } as const
    const { output, rows, doubts } = await readAll(book, { ...sheet, range })
    return [output.labels, rows, doubts.filter((said) => said.startsWith('Only'))]
  }
  const said = (range: string, rows: string) => [
    `Only ${range} of the sheet is read, as chosen. Left out: ${rows}. Check that no row is among it.`,
  ]
  const shops = [
    [2, 'a', '1'],
    [3, 'b', '2'],
  ]
  expect(await within('A1:B4')).toEqual([
    ['Shop', 'Sold'],
    shops,
    said('A1:B4', '2 rows outside of it, and what stands beside it in 3 rows'),
  ])
  expect(await within('E3:D')).toEqual([
    ['column1', 'column2'],
    [
      [3, 'y', '8'],
      [4, 'z', '9'],
    ],
    said('E3:D', '3 rows outside of it, and what stands beside it in 1 row'),
  ])
  expect((await within('D:E'))[0]).toEqual(['Item', 'Stock'])
  expect(['$b$3 : f9', 'b:', 'B0:C1', ' b3:f '].map(sheetRange)).toEqual([null, null, null, 'B3:F'])
})

test('what is hidden or merged is read and told', async () => {
  const { rows, doubts } = await readAll(
    xlsx({
      sheets: [
        {
          name: 'S',
          xml: `<cols><col min="2" max="2" hidden="1"/></cols><sheetData>${rowsXml([
            ['Shop', 'Sold'],
            ['a', '1'],
            ['', '2'],
          ])}<row r="4" hidden="1"><c r="A4" t="inlineStr"><is><t>c</t></is></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A2:A3"/></mergeCells>`,
        },
      ],
    }),
  )
  expect(rows).toEqual([
    [2, 'a', '1'],
    [3, '', '2'],
    [4, 'c', ''],
  ])
  const told = doubts.join()
  expect(told).toContain('1 row of the sheet is hidden')
  expect(told).toContain('Some columns of the sheet are hidden')
  expect(told).toContain('merged (A2:A3)')
})

test('an OpenDocument spreadsheet says the same, and what it repeats does not explode', async () => {
  const row = (cells: string, more = ''): string =>
    `<table:table-row${more}>${cells}</table:table-row>`
  const text = (value: string): string =>
    `<table:table-cell office:value-type="string"><text:p>${value}</text:p></table:table-cell>`
  const blank = '<table:table-cell table:number-columns-repeated="16384"/>'
  const { output, rows, doubts, shown } = await readAll(
    packed(
      odsParts(
        `<table:table table:name="Old" table:style-name="ta2">${row(text('x'))}${row(text('y'))}</table:table>` +
          `<table:table table:name="Sales" table:style-name="ta1"><table:table-column table:number-columns-repeated="16384"/>` +
          row(
            text('Shop') +
              text('Day') +
              text('At') +
              text('Net') +
              text('OK') +
              text('Note') +
              text('Open'),
          ) +
          row(
            `${text('0012')}<table:table-cell office:value-type="date" office:date-value="2026-03-01"><text:p>01.03.26</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2026-03-01T09:30:00"><text:p>x</text:p></table:table-cell><table:table-cell office:value-type="currency" office:currency="EUR" office:value="5.01235E+12"><text:p>5 €</text:p></table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAHR</text:p></table:table-cell><table:table-cell office:value-type="string"><office:annotation><text:p>a remark</text:p></office:annotation><text:p>a<text:s text:c="2"/>b<text:line-break/><text:span>c</text:span></text:p><text:p>d</text:p></table:table-cell><table:table-cell office:value-type="time" office:time-value="PT08H30M00S"/>${blank}`,
          ) +
          row(blank, ' table:number-rows-repeated="3"') +
          row(
            `<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell><table:table-cell table:number-rows-spanned="2"/><table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell><table:table-cell table:formula="of:=A1"/>`,
            ' table:number-rows-repeated="2" table:visibility="filter"',
          ) +
          row(blank, ' table:number-rows-repeated="1048567"') +
          '</table:table>',
        '<style:style style:name="ta1"><style:table-properties table:display="true"/></style:style><style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>',
      ),
    ),
  )
  expect(output.labels).toEqual(['Shop', 'Day', 'At', 'Net', 'OK', 'Note', 'Open'])
  expect(rows).toEqual([
    [
      2,
      '0012',
      '2026-03-01',
      '2026-03-01 09:30:00',
      '5012350000000',
      'true',
      'a  b\nc\nd',
      '08:30:00',
    ],
    [6, '7', '7', '', '#DIV/0!', '', '', ''],
    [7, '7', '7', '', '#DIV/0!', '', '', ''],
  ])
  expect(shown.parts.map(namesOf)).toEqual([['Old', 'Sales']])
  const told = doubts.join()
  expect(told).toContain('“Sales” was taken. The other one is “Old” (hidden)')
  expect(told).toContain('2 rows of the sheet are hidden')
  expect(told).toContain('the first is in E6')
  expect(told).toContain('merged (C6:C7)')
})

const small = xlsxParts({
  sheets: [
    {
      name: 'S',
      xml: rowsXml([
        ['a', 'b'],
        ['1', '2'],
      ]),
    },
  ],
})

test.each([
  [
    'a locked workbook',
    compoundFile({ EncryptedPackage: Buffer.alloc(5000) }),
    'locked with a password',
  ],
  ['an older Word document', compoundFile({ WordDocument: Buffer.alloc(5000) }), 'a Word document'],
  [
    'a binary workbook',
    packed({
      ...small,
      '_rels/.rels': String(small['_rels/.rels']).replace('workbook.xml', 'workbook.bin'),
    }),
    'a binary Excel workbook (.xlsb)',
  ],
  [
    'a Word document',
    packed({
      ...small,
      '_rels/.rels': String(small['_rels/.rels']).replace('xl/workbook', 'word/document'),
    }),
    'a Word document',
  ],
  [
    'an OpenDocument text',
    packed({ mimetype: 'application/vnd.oasis.opendocument.text' }),
    'no spreadsheet',
  ],
  [
    'a locked spreadsheet',
    packed({
      ...odsParts(''),
      'META-INF/manifest.xml': '<manifest:manifest><manifest:encryption-data/></manifest:manifest>',
    }),
    'locked with a password',
  ],
  ['a workbook whose sheets are blank', xlsx({ sheets: [{ name: 'S', xml: '' }] }), 'no rows'],
  ['a workbook that ends in the middle', packed(small).subarray(0, -30), 'damaged'],
  [
    'a workbook whose sheet ends in the middle',
    packed({
      ...small,
      'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row r="1"><c r="A1"><v>1',
    }),
    'damaged',
  ],
  [
    'a workbook that names texts it does not have',
    xlsx({ sheets: [{ name: 'S', xml: '<row r="1"><c r="A1" t="s"><v>0</v></c></row>' }] }),
    'damaged',
  ],
  [
    'a workbook that declares entities',
    packed({
      ...small,
      'xl/worksheets/sheet1.xml':
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><worksheet><sheetData/></worksheet>',
    }),
    'damaged',
  ],
  [
    'a workbook that is nested endlessly',
    packed({ ...small, 'xl/worksheets/sheet1.xml': '<a>'.repeat(100_000) }),
    'damaged',
  ],
  [
    'a workbook with a tag that never ends',
    packed({ ...small, 'xl/worksheets/sheet1.xml': `<worksheet><${'a'.repeat(2_000_000)}` }),
    'damaged',
  ],
  [
    'a workbook with rows that no program has',
    xlsx({ sheets: [{ name: 'S', xml: '<row r="1048577"><c r="A1"><v>1</v></c></row>' }] }),
    'damaged',
  ],
])('%s is refused in a sentence', async (_, bytes, sentence) => {
  expect((await problemOf(readAll(bytes))).text).toContain(sentence)
})

test('a workbook of which a byte was changed is refused, not half read', async () => {
  const bytes = packed({
    ...small,
    'xl/worksheets/sheet1.xml': String(small['xl/worksheets/sheet1.xml']),
  })
  const at = bytes.indexOf('xl/worksheets/sheet1.xml') + 'xl/worksheets/sheet1.xml'.length + 60
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x40, at)
  expect(await problemOf(readAll(bytes))).toMatchObject({ code: 'source-truncated' })
})

test('what unpacks to far more than it is, is refused while it is read', async () => {
  const huge = Buffer.alloc(130 * 1024 * 1024, `<a>${' '.repeat(100_000)}</a>`)
  huge.write('<worksheet><a>')
  const bomb = packed({ ...small, 'xl/worksheets/sheet1.xml': huge })
  expect(bomb.length).toBeLessThan(2_000_000)
  expect((await problemOf(readAll(bomb))).text).toContain('unpacks to far more than it is')
})

test('a workbook that has not arrived as a whole has to be waited for', async () => {
  const path = join(folder(), 'book.xlsx')
  const bytes = packed(small)
  writeFileSync(path, bytes.subarray(0, 500))
  const input = {
    path,
    name: 'book.xlsx',
    bytes: bytes.length,
    reading: null,
    entry: null,
    unpackedFile: `${path}.unpacked`,
    rows: 10,
  }
  expect(await problemOf(preview(input, control))).toMatchObject({ code: 'source-arriving' })
})

test('a text that is to be read as a workbook says what it is', async () => {
  const reading: Reading = { kind: 'sheet', sheet: 'S', skipLines: null, headerRows: null }
  const { text } = await problemOf(readAll(Buffer.from('a,b\n1,2\n'), reading))
  expect(text).toContain('This file is no workbook')
})

test.each<[Ragged, string]>([
  ['hold', 'a,b\n1,2\n5,\n'],
  ['keep', 'a,b\n1,2\n3,4,x\n5,\n'],
])('a plain copy is made of a sheet: rows that are too wide, %s', async (ragged, text) => {
  const at = folder()
  const path = join(at, 'book.xlsx')
  const body = [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4', 'x'],
    ['5'],
    ...Array.from({ length: 20 }, () => ['6', '7']),
  ]
  writeFileSync(path, xlsx({ sheets: [{ name: 'S', xml: rowsXml(body) }] }))
  const outFile = join(at, 'out.csv')
  const heldFile = join(at, 'held.ndjson')
  const found = await plainCopy(
    { path, entry: null, choices: {}, outFile, heldFile, ragged },
    control.signal,
  )
  expect(readFileSync(outFile, 'utf8')).toBe(text + '6,7\n'.repeat(20))
  expect(found).toMatchObject({ columns: 2, records: 23, held: ragged === 'hold' ? 1 : 0 })
})

test('labels in two rows are joined, with what is merged above them', async () => {
  const { output, rows, doubts } = await readAll(
    xlsx({
      sheets: [
        {
          name: 'S',
          xml:
            rowsXml(
              [
                ['', 'Q1', '', 'Q2'],
                ['Shop', 'Sold', 'Back', 'Sold', 'Back'],
              ],
              3,
            ) +
            [5, 6]
              .map(
                (row) =>
                  `<row r="${row}"><c r="A${row}" t="inlineStr"><is><t>x${row}</t></is></c>${['B', 'C', 'D', 'E'].map((column) => `<c r="${column}${row}"><v>${row}.5</v></c>`).join('')}</row>`,
              )
              .join(''),
        },
      ],
    }),
  )
  expect(output.labels).toEqual(['Shop', 'Q1 Sold', 'Q1 Back', 'Q2 Sold', 'Q2 Back'])
  expect(rows[0]).toEqual([5, 'x5', '5.5', '5.5', '5.5', '5.5'])
  expect(doubts.join()).toContain('The first 2 rows of the table carry its labels together')
})

const withoutBlankEnd = <Cell>(cells: Cell[]): Cell[] =>
  cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1)

test('any table of texts that is written as a sheet reads back equal, of either program and of our own', async () => {
  const cell = fc.oneof(
    fc.constantFrom(
      '',
      '_x000D_',
      'a_x005F_b',
      '<&>"\'',
      ' blank ',
      'ä€😀',
      '0012',
      'a\nb',
      '=1+1',
    ),
    fc.string({ unit: 'grapheme' }).filter((text) => !/[\p{Cc}\uFFFE\uFFFF]/u.test(text)),
  )
  const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(table, async (rows) => {
      const filled = rows.flatMap((cells, index) =>
        cells.some((text) => text !== '') ? [{ line: index + 1, cells }] : [],
      )
      fc.pre(filled.length > 0)
      const asXlsx = rows.map((cells) => cells.map((text) => text.replaceAll('_x', '_x005F_x')))
      const asOds = rows.map(
        (cells) =>
          `<table:table-row>${cells.map((text) => `<table:table-cell office:value-type="string" office:string-value="${escaped(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"/>`).join('')}</table:table-row>`,
      )
      const books = [
        ['S', xlsx({ sheets: [{ name: 'S', xml: rowsXml(asXlsx) }] })],
        ['S', packed(odsParts(`<table:table table:name="S">${asOds.join('')}</table:table>`))],
      ] as const
      for (const [sheet, book] of [...books, ['Held back', await ownBook(rows)] as const]) {
        const reading: Reading = { kind: 'sheet', sheet, skipLines: 0, headerRows: 0 }
        const { rows: read } = await readAll(book, reading)
        const left = Math.min(...filled.map(({ cells }) => cells.findIndex((text) => text !== '')))
        expect(read.map(([line, ...cells]) => [line, ...withoutBlankEnd(cells)])).toEqual(
          filled.map(({ line, cells }) => [line, ...withoutBlankEnd(cells.slice(left))]),
        )
      }
    }),
    { numRuns: 40 },
  )
})

test('a workbook of ours keeps what XML cannot hold', async () => {
  const hostile = ['a\r\nb\tc', '\u0001\u001f\uffff', '_x000D_', '<c>&amp;]]>']
  const { rows } = await readAll(await ownBook([['one', 'two', 'three', 'four'], hostile]), {
    kind: 'sheet',
    sheet: 'Held back',
    skipLines: 0,
    headerRows: 1,
  })
  expect(rows).toEqual([[2, ...hostile]])
})

test('a table that cannot be read to its end breaks the workbook off, and is let go where nobody drains it', async () => {
  const begun: number[] = []
  let isOver = false
  async function* rows(many: number): AsyncGenerator<string[]> {
    try {
      begun.push(many)
      for (let row = 0; row < many; row += 1) yield [`${row}`, 'x'.repeat(1000)]
      throw new Error('no more')
    } finally {
      isOver = true
    }
  }
  await expect(new Response(workbookOf(rows(1000))).arrayBuffer()).rejects.toThrow()
  expect(isOver).toBe(true)
  isOver = false
  const reader = workbookOf(rows(Infinity)).getReader()
  while (begun.length < 2) await reader.read()
  await reader.cancel()
  await expect.poll(() => isOver).toBe(true)
})
