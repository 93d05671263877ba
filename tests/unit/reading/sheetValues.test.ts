import { expect, test } from 'vitest'
import {
  columnName,
  columnOf,
  isoText,
  kindOfFormat,
  numberText,
  plainNumber,
  withoutEscapes,
} from '../../../main/reading/sheets/values.ts'
import { Texts } from '../../../main/reading/sheets/texts.ts'
import { decodeXml } from '../../../main/reading/sheets/xml.ts'

test.each([
  ['9', '9'],
  ['-0', '0'],
  ['5.01235E+12', '5012350000000'],
  ['4006381333931', '4006381333931'],
  ['1234567890123456789', '1234567890123456789'],
  ['0.1', '0.1'],
  ['0.30000000000000004', '0.3'],
  ['14.160499999999999', '14.1605'],
  ['1.1000000000000001', '1.1'],
  ['0.33333333333333331', '0.333333333333333'],
  ['1E-7', '0.0000001'],
  ['-2.5E-8', '-0.000000025'],
  ['1.5E+21', '1500000000000000000000'],
  ['no number', 'no number'],
])('the stored number %s is %s', (stored, text) => {
  expect(plainNumber(stored)).toBe(text)
})

test.each([
  [0, null, 'number'],
  [9, null, 'number'],
  [14, null, 'date'],
  [20, null, 'time'],
  [22, null, 'timestamp'],
  [46, null, 'duration'],
  [164, 'dd.mm.yyyy', 'date'],
  [164, '[$-407]d. mmmm yyyy;@', 'date'],
  [164, 'yyyy-mm-dd\\ hh:mm', 'timestamp'],
  [164, 'mmm', 'date'],
  [164, 'mm:ss.0', 'time'],
  [164, 'h:mm AM/PM', 'time'],
  [164, '[h]:mm', 'duration'],
  [164, '#,##0.00 "days"', 'number'],
  [164, '[Red]-0.00;[Blue]0', 'number'],
  [164, '0.00E+00', 'number'],
  [164, '#,##0.00\\ "€"_-;\\-#,##0.00\\ "€"_-', 'number'],
  [164, 'General', 'number'],
] as const)('the format %s %s is of a %s', (id, code, kind) => {
  expect(kindOfFormat(id, code)).toBe(kind)
})

test.each([
  ['46082', 'date', 1900, '2026-03-01'],
  ['44620', 'date', 1904, '2026-03-01'],
  ['46082.5', 'date', 1900, '2026-03-01 12:00:00'],
  ['46082', 'timestamp', 1900, '2026-03-01 00:00:00'],
  ['46082.395833333336', 'timestamp', 1900, '2026-03-01 09:30:00'],
  ['46082.99999999', 'timestamp', 1900, '2026-03-01 23:59:59.999'],
  ['0.39583333333333331', 'time', 1900, '09:30:00'],
  ['46082.5', 'time', 1900, '2026-03-01 12:00:00'],
  ['1.1458333333333333', 'duration', 1900, '27:30:00'],
  ['1', 'date', 1900, '1900-01-01'],
  ['59', 'date', 1900, '1900-02-28'],
  ['60', 'date', 1900, '1900-02-29'],
  ['61', 'date', 1900, '1900-03-01'],
  ['0', 'date', 1904, '1904-01-01'],
  ['0', 'date', 1900, '0'],
  ['-3', 'date', 1900, '-3'],
  ['2958465', 'date', 1900, '9999-12-31'],
  ['2958466', 'date', 1900, '2958466'],
] as const)('%s as a %s since %s is %s', (stored, kind, epoch, text) => {
  expect(numberText(stored, kind, epoch)).toBe(text)
})

test('dates that are written as such lose a midnight that nobody sees', () => {
  expect(isoText('2026-03-01T00:00:00', 'date')).toBe('2026-03-01')
  expect(isoText('2026-03-01T09:30:00.000Z', 'date')).toBe('2026-03-01 09:30:00')
  expect(isoText('2026-03-01', 'date')).toBe('2026-03-01')
})

test('characters that XML cannot hold, or writes by number, are themselves', () => {
  expect(withoutEscapes('a_x000D_\nb_x005F_x000D_')).toBe('a\r\nb_x000D_')
  expect(decodeXml('&lt;&#128512;&#x1F600;&amp;amp;&unknown;&#x110000;')).toBe(
    '<😀😀&amp;&unknown;&#x110000;',
  )
})

test('columns have their names', () => {
  for (const column of [0, 25, 26, 701, 702, 16_383])
    expect(columnOf(`${columnName(column)}7`)).toBe(column)
  expect(columnName(16_383)).toBe('XFD')
  expect(columnOf('7')).toBe(-1)
})

test('texts are kept in pages, and there is an end to them', () => {
  const texts = new Texts()
  const long = 'ä'.repeat(500_000)
  for (let index = 0; index < 12; index += 1) texts.add(`${index}${long}`)
  for (let index = 0; index < 3000; index += 1) texts.add(`text ${index}`)
  expect(texts.at(7)).toBe(`7${long}`)
  expect(texts.at(11 + 2500)).toBe('text 2499')
  expect([texts.at(3012), texts.at(-1), texts.at(NaN)]).toEqual([null, null, null])
  expect(() => {
    for (;;) texts.add(long)
  }).toThrow('The workbook holds more than')
})
