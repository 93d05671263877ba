/** Numbers of a sheet as they are stored and as their format shows them, alike in every kind of workbook that has formats. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { preview } from '../../../main/reading/preview.ts'
import type { Numbers, Reading } from '../../../shared/domain/files/reading.ts'
import { double, record, text, words, xls } from '../../fixtures/compound.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { readingControl as control, readsIn } from '../../fixtures/reading.ts'
import { odsParts, packed, rowsXml, xlsxParts } from '../../fixtures/workbooks.ts'

const folder = testFolder()
const readAll = readsIn(folder)
const as = (numbers: Numbers): Reading => ({
  kind: 'sheet',
  sheet: 'Sheet1',
  numbers,
  skipLines: null,
  headerRows: null,
})

/** What Excel shows in a column that is wide enough, its own language being English. */
const vectors: [
  format: number | string,
  value: number,
  epoch: 1900 | 1904,
  stored: string,
  shown: string,
][] = [
  ['#,##0.00', 1234.5, 1900, '1234.5', '1,234.50'],
  [4, -0.006, 1900, '-0.006', '-0.01'],
  [10, 0.19, 1900, '0.19', '19.00%'],
  ['0%', 0.195, 1900, '0.195', '20%'],
  ['00000', 42, 1900, '42', '00042'],
  ['0000000000000', 4_006_381_333_931, 1900, '4006381333931', '4006381333931'],
  ['#,##0.00\\ "€"_-;\\-#,##0.00\\ "€"_-', -12.5, 1900, '-12.5', '-12.50 €'],
  ['_-* #,##0.00\\ [$€-407]_-', 1234.5, 1900, '1234.5', '1,234.50 €'],
  ['[$£-809]#,##0.00', 9.99, 1900, '9.99', '£9.99'],
  ['$#,##0.00;($#,##0.00)', -3, 1900, '-3', '($3.00)'],
  ['[Red]-0.0;[Blue]0', 3, 1900, '3', '-3.0'],
  ['[>=1000]0.0,"k";0', 12_345, 1900, '12345', '12.3k'],
  [11, 12_200_000, 1900, '12200000', '1.22E+07'],
  ['# ?/?', 0.5, 1900, '0.5', '1/2'],
  ['0 "pcs"', 7, 1900, '7', '7 pcs'],
  [';;;', 4, 1900, '4', ''],
  ['dd.mm.yyyy', 46_082, 1900, '2026-03-01', '01.03.2026'],
  ['dd.mm.yyyy', 44_620, 1904, '2026-03-01', '01.03.2026'],
  ['d-mmm-yy', 46_082, 1900, '2026-03-01', '1-Mar-26'],
  ['[$-407]d. mmmm yyyy;@', 46_082, 1900, '2026-03-01', '1. März 2026'],
  ['dd.mm.yy hh:mm', 46_082.395833333336, 1900, '2026-03-01 09:30:00', '01.03.26 09:30'],
  ['h:mm AM/PM', 0.5, 1900, '12:00:00', '12:00 PM'],
  ['[h]:mm', 1.5, 1900, '36:00:00', '36:00'],
  // Which order the day has is a matter of the computer that shows it; and so is how much of a number fits.
  [14, 46_082, 1900, '2026-03-01', '2026-03-01'],
  [22, 46_082.5, 1900, '2026-03-01 12:00:00', '2026-03-01 12:00:00'],
  [0, 5.01235e12, 1900, '5012350000000', '5012350000000'],
  ['General', 0.1, 1900, '0.1', '0.1'],
  [49, 123, 1900, '123', '123'],
  // No day is before the first.
  ['dd.mm.yyyy', -3, 1900, '-3', '-3'],
]

describe.each(vectors)('the format %s of %s, counted from %s', (format, value, epoch, ...texts) => {
  const [stored, shown] = texts
  const expected = { stored, shown }
  test.each(['stored', 'shown'] as const)('as %s in .xlsx', async (numbers) => {
    const book = packed(
      xlsxParts({
        formats: [0, format],
        date1904: epoch === 1904,
        sheets: [
          {
            name: 'Sheet1',
            xml: `${rowsXml([['Name', 'Value']])}<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" s="1"><v>${value}</v></c></row>`,
          },
        ],
      }),
    )
    const { rows, doubts } = await readAll(book, as(numbers))
    expect(rows).toEqual([[2, 'a', expected[numbers]]])
    expect(doubts.join()).not.toContain('cannot show')
  })

  test.each(['stored', 'shown'] as const)('as %s in .xls', async (numbers) => {
    const style = (id: number): Buffer => record(0x00e0, words(0, id), '00'.repeat(16))
    const label = (row: number, column: number, of: string): Buffer =>
      record(0x0204, words(row, column, 0), text(of))
    const id = typeof format === 'number' ? format : 164
    const codes = typeof format === 'number' ? [] : [record(0x041e, words(164), text(format))]
    const mode = epoch === 1904 ? [record(0x0022, words(1))] : []
    const { rows } = await readAll(
      xls(
        [...mode, ...codes, style(0), style(id)],
        [
          label(0, 0, 'Name'),
          label(0, 1, 'Value'),
          label(1, 0, 'a'),
          record(0x0203, words(1, 1, 1), double(value)),
        ],
      ),
      { ...as(numbers), sheet: 'S' } as Reading,
    )
    expect(rows).toEqual([[2, 'a', expected[numbers]]])
  })
})

test('an OpenDocument spreadsheet has the shown text in the file, with the marks of its language', async () => {
  const cell = (attributes: string, shown: string): string =>
    `<table:table-cell ${attributes}><text:p>${shown}</text:p></table:table-cell>`
  const words = (...all: string[]): string =>
    `<table:table-row>${all.map((one) => cell('office:value-type="string"', one)).join('')}</table:table-row>`
  const book = packed(
    odsParts(
      `<table:table table:name="Sheet1">${words('Name', 'Preis', 'Satz', 'Tag', 'Zeit', 'Nr')}<table:table-row>${[
        cell('office:value-type="string"', 'a'),
        cell('office:value-type="currency" office:value="1234.5"', '1.234,50 €'),
        cell('office:value-type="percentage" office:value="0.19"', '19,00 %'),
        cell('office:value-type="date" office:date-value="2026-03-01"', '01.03.26'),
        cell('office:value-type="time" office:time-value="PT09H30M00S"', '09:30'),
        cell('office:value-type="float" office:value="42"', '00042'),
      ].join('')}</table:table-row></table:table>`,
    ),
  )
  const stored = await readAll(book, as('stored'))
  expect(stored.rows).toEqual([[2, 'a', '1234.5', '0.19', '2026-03-01', '09:30:00', '42']])
  expect(stored.output.conventions).toEqual({ decimalMark: '.' })
  const shown = await readAll(book, as('shown'))
  expect(shown.rows).toEqual([[2, 'a', '1.234,50 €', '19,00 %', '01.03.26', '09:30', '00042']])
  expect(shown.output.conventions).toEqual({ decimalMark: ',' })
})

test('a format that is none leaves the number as it is stored, and is counted', async () => {
  const cells = [1, 2].map(
    (row) => `<row r="${row + 1}"><c r="A${row + 1}" s="1"><v>${row}.5</v></c></row>`,
  )
  const book = packed(
    xlsxParts({
      formats: [0, '[foo]0'],
      sheets: [{ name: 'Sheet1', xml: rowsXml([['Value']]) + cells.join('') }],
    }),
  )
  const { rows, doubts } = await readAll(book, as('shown'))
  expect(rows).toEqual([
    [2, '1.5'],
    [3, '2.5'],
  ])
  expect(doubts.join()).toContain(
    '2 numbers of the sheet have a format that Pallet cannot show; they are written as stored.',
  )
})

test('leading zeros and units are seen in the preview, and the column is proposed for what it then says', async () => {
  const path = join(folder(), 'book.xlsx')
  const cells = Array.from(
    { length: 20 },
    (_, row) =>
      `<row r="${row + 2}"><c r="A${row + 2}" s="1"><v>${row}</v></c><c r="B${row + 2}" s="2"><v>${row}.5</v></c></row>`,
  )
  const book = packed(
    xlsxParts({
      formats: [0, '00000', '#,##0.00'],
      sheets: [{ name: 'Sheet1', xml: rowsXml([['SKU', 'Net']]) + cells.join('') }],
    }),
  )
  writeFileSync(path, book)
  const shown = await preview(
    {
      path,
      name: 'book.xlsx',
      bytes: book.length,
      reading: as('shown'),
      entry: null,
      unpackedFile: `${path}.unpacked`,
      rows: 2,
    },
    control,
  )
  expect(shown.rows.map(({ cells: one }) => one)).toEqual([
    ['00000', '0.50'],
    ['00001', '1.50'],
  ])
  expect(shown.columns.map(({ type }) => type)).toEqual(['text', 'decimal'])
})
