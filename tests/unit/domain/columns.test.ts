import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  datePattern,
  decimalPattern,
  integerPattern,
  timePattern,
  timestampPattern,
} from '../../../shared/domain/cells/cellPatterns.ts'
import {
  durationSeconds,
  durationText,
  isoDurationText,
} from '../../../shared/domain/cells/clocks.ts'
import { examineColumn, isTotal, settleOrders } from '../../../shared/domain/columns/columns.ts'
import { looksLike } from '../../../shared/domain/cells/looksLike.ts'
import { nameColumns, uniqueLabels } from '../../../shared/domain/columns/columnNames.ts'
import type { Column, ColumnType } from '../../../shared/domain/datasets/dataset.ts'

test('names are snake case, never blank, never twice', () => {
  expect(
    nameColumns(['Straße Nr.', '', 'Price', 'price', 'CustomerID', '2024 Größe', '日本']),
  ).toEqual(['strasse_nr', 'column2', 'price', 'price_2', 'customer_id', '_2024_groesse', '日本'])
  // a made-up suffix never takes the name another label asks for
  expect(nameColumns(['price', 'price', 'price_2'])).toEqual(['price', 'price_3', 'price_2'])
})

test('names keep the letters of every script', () => {
  const cut = (letter: string) => letter.repeat(90)
  expect(
    nameColumns([
      'المبلغ',
      'Сумма (₽)',
      'ΠΟΣΌ',
      'ยอดขายรวม',
      '売上 金額',
      'बिक्री',
      'Məbləğ',
      'می\u200cخرد',
    ]),
  ).toEqual(['المبلغ', 'сумма', 'ποσό', 'ยอดขายรวม', '売上_金額', 'बिक्री', 'məbləg', 'میخرد'])
  expect(
    nameColumns(['Сумма', 'СУММА', '٢٠٢٦', '\u0301', 'e\u0301te\u0301', 'й'.normalize('NFD')]),
  ).toEqual(['сумма', 'сумма_2', '_٢٠٢٦', 'column4', 'ete', 'й'])
  for (const name of nameColumns(['金', '𠮷', '𠮷'].map(cut))) {
    expect(name.length).toBeLessThanOrEqual(63)
    expect(name.isWellFormed()).toBe(true)
  }
})

test('names of any labels are different and fit a warehouse', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 90 }), { maxLength: 20 }),
      (labels) => {
        const names = nameColumns([...labels, ...labels])
        expect(new Set(names).size).toBe(labels.length * 2)
        for (const name of names) {
          expect(name).toMatch(/^[\p{L}_][\p{L}\p{M}\p{N}_]*$/u)
          expect(name.length).toBeLessThanOrEqual(63)
          expect(name).toBe(name.normalize('NFC').toLowerCase())
        }
        const unique = uniqueLabels([...labels, ...labels])
        expect(new Set(unique.map((label) => label.toLowerCase())).size).toBe(labels.length * 2)
        for (const label of unique) expect(label.trim()).not.toBe('')
      },
    ),
  )
})

const decimalIn = (unit: string, decimalMark: string) => ({ type: 'decimal', decimalMark, unit })
const proposals: [string, string[], object][] = [
  ['integer', ['1', '-2', '+3', ''], { type: 'integer' }],
  ['leading zeros', ['007', '12'], { type: 'text' }],
  ['long ids', ['1234567890123456'], { type: 'text' }],
  ['EAN-13', ['4006381333931', '5012345678900'], { type: 'text' }],
  ['EAN-8', ['40063812', '50123456'], { type: 'text' }],
  ['UPC among internal numbers', ['036000291452', '17'], { type: 'text' }],
  ['GTIN-14 among internal numbers', ['14006381333938', '17'], { type: 'text' }],
  ['telephone numbers with their country', ['+318855443322', '+12233445567'], { type: 'text' }],
  ['changes of a stock', ['+12', '-3'], { type: 'integer' }],
  ['eight digits among fewer', ['12345678', '9'], { type: 'integer' }],
  ['decimal point', ['9.99', '1,234.50'], { type: 'decimal', decimalMark: '.' }],
  ['decimal comma', ['9,99', '1.234,50'], { type: 'decimal', decimalMark: ',' }],
  ['zero before the mark', ['0.5', '0.25'], { type: 'decimal', decimalMark: '.' }],
  ['millions in groups', ['1,234,567'], { type: 'integer', decimalMark: '.' }],
  ['boolean', ['Yes', 'no', 'N/A'], { type: 'boolean' }],
  ['German boolean', ['ja', 'Nein'], { type: 'boolean' }],
  ['0 and 1 are numbers', ['0', '1'], { type: 'integer' }],
  ['ISO date', ['2024-01-31'], { type: 'date', order: 'ymd' }],
  ['day first', ['13/04/2024', '01.02.2024'], { type: 'date', order: 'dmy' }],
  ['month first', ['04/13/2024', '1/2/2024'], { type: 'date', order: 'mdy' }],
  ['timestamp', ['2024-01-31T10:00:00', '2024-02-01 09:30'], { type: 'timestamp', order: 'ymd' }],
  [
    'times of zones',
    ['2024-01-31T10:00:00Z', '2024-02-01 09:30+01'],
    { type: 'timestamp', order: 'ymd' },
  ],
  ['times with and without a zone', ['2024-01-31T10:00:00Z', '2024-02-01 09:30'], { type: 'text' }],
  ['hours of a zone', ['2020-12-30 01:25:58.745232+01'], { type: 'timestamp', order: 'ymd' }],
  ['a blank before the zone', ['2024-01-31 10:23:45 -0500'], { type: 'timestamp', order: 'ymd' }],
  ['US timestamp', ['12/31/2010 8:26 PM'], { type: 'timestamp', order: 'mdy' }],
  ['both orders', ['13/01/2024', '01/13/2024'], { type: 'text' }],
  ['impossible day', ['32/01/2024'], { type: 'text' }],
  ['wrapped by Excel', ['="00123"', '="00124"'], { type: 'text' }],
  ['rounded by Excel', ['5.01235E+12'], { type: 'text' }],
  ['an exponent below zero', ['0', '5.33015841993795E-06'], { type: 'text' }],
  ['too fine for a decimal', ['0.5', '0.0070188045501708984'], { type: 'text' }],
  [
    'zeros beyond what a decimal keeps',
    ['0.5000000000000000000000'],
    { type: 'decimal', decimalMark: '.' },
  ],
  ['a currency behind', ['1.945,05 €', '12\u00a0€', '-3,5€', '3,50-€'], decimalIn('€', ',')],
  ['a currency in front', ['$1,945.05', '-$12.00', '$-1', '$(12.50)'], decimalIn('$', '.')],
  ['a currency by its code', ['CHF 1’234.50', 'CHF 12.–', '12.5 CHF'], decimalIn('CHF', '.')],
  ['whole amounts', ['12 kr', '1 200 kr'], { type: 'integer', unit: 'kr' }],
  ['percent', ['19 %', '7%'], { type: 'integer', unit: '%' }],
  ['two currencies', ['12,50 €', '12,50 $'], { type: 'text' }],
  ['a cell without its currency', ['12,50 €', '12,50'], { type: 'text' }],
  ['names of things with a currency before them', ['EUR 007', 'EUR 012'], { type: 'text' }],
  ['a minus at the end', ['12,50-', '3,00'], decimalIn('', ',')],
  ['brackets', ['(12.50)', '1,234.00', '-1'], decimalIn('', '.')],
  ['blanks between groups', ['1\u202f945,05', '7,50'], decimalIn('', ',')],
  ['marks of schools', ['2-', '1', '3-'], { type: 'text' }],
  ['telephone numbers in groups', ['555 123 456', '555 234 567'], { type: 'text' }],
  ['addresses', ['10.0.0.1', '192.168.1.20'], { type: 'text' }],
  ['product codes', ['ABC 123', 'ABC 124'], { type: 'text' }],
  [
    'months in words',
    ['3. März 2026', '12-Mar-26', '1er août 2026'],
    { type: 'date', order: 'dmy' },
  ],
  ['months in words first', ['March 3, 2026', 'Apr 12 2026'], { type: 'date', order: 'mdy' }],
  ['months in words with times', ['Mar 3, 2026 2:05:11 PM'], { type: 'timestamp', order: 'mdy' }],
  ['hours in two digits', ['14:30', '09:05:10'], { type: 'time' }],
  ['halves of the day', ['2:05 PM', '11:30 am'], { type: 'time' }],
  ['hours beyond a day', ['0:30', '27:30'], { type: 'duration' }],
  ['less than nothing', ['0:30', '-0:15:00'], { type: 'duration' }],
  ['durations of ISO 8601', ['PT1H30M', 'P2DT4H'], { type: 'duration' }],
  [
    'the end of a day among many times',
    [...Array<string>(30).fill('09:05'), '24:00'],
    { type: 'time' },
  ],
  ['times and what is neither', ['14:30', '14:75'], { type: 'text' }],
  ['words that are no months', ['3 Foo 2026', '4 Bar 2026'], { type: 'text' }],
  ['nothing', ['', '-', 'NULL', '\\N', 'Total', 'L'], { type: 'text' }],
  ['words', ['apple', '1'], { type: 'text' }],
]
test.each(proposals)('type of a column: %s', (_, sample, expected) => {
  const { name: _name, label: _label, ...rest } = examineColumn('l', 'L', sample).column
  expect(rest).toEqual(expected)
})

test.each([
  ['Öffnet', ['9:05', '11:30'], 'time', 'whether it holds times of day or durations'],
  ['Uhrzeit', ['9:05', '11:30'], 'time', ''],
  ['x', ['09:05', '11:30'], 'time', ''],
  ['Gesprächsdauer', ['00:09:05', '00:11:30'], 'duration', ''],
  ['time_spent', ['9:05', '11:30'], 'duration', 'read as hours and minutes'],
  ['x', ['9:05', '31:30'], 'duration', 'read as hours and minutes'],
  [
    'x',
    [...Array<string>(30).fill('09:05'), 'noon'],
    'time',
    '1 of 31 sampled values is not a time of day',
  ],
  ['x', ['09:05', '11:30', '7'], 'text', '2 of 3 sampled values are times of day: 1 is not'],
])('clocks of %s: %j', (label, cells, type, doubt) => {
  const { column, doubts, offer } = examineColumn('l', label, cells)
  expect([column.type, doubts.length]).toEqual([type, doubt === '' ? 0 : 1])
  expect(offer?.type).toBe(doubt.includes('or durations') ? 'duration' : undefined)
  expect(doubts.join()).toContain(doubt)
})

test('a duration is written as it is read', () => {
  for (const [text, seconds] of [
    ['1:23:45', 5025],
    ['-0:00:30.5', -30.5],
    ['27:30:00', 99_000],
    ['0:00:00', 0],
  ] as const) {
    expect([durationSeconds(text), durationText(seconds)]).toEqual([seconds, text])
    expect(durationSeconds(isoDurationText(seconds))).toBe(seconds)
  }
})

test('a stray value in a hundred does not decide, and is said', () => {
  const prices = [...Array.from({ length: 99 }, (_, i) => `${i}.50`), 'abc']
  const { column, doubts } = examineColumn('price', 'Price', prices)
  expect(column.type).toBe('decimal')
  expect(doubts.join()).toContain('1 of 100')
  expect(examineColumn('price', 'Price', prices.slice(90)).column.type).toBe('text')
})

test('what is almost of a type is text and says so', () => {
  const prices = [...Array.from({ length: 53 }, (_, i) => `${i}.50`), ...Array<string>(7).fill('?')]
  const { column, doubts } = examineColumn('price', 'Price', prices)
  expect(column.type).toBe('text')
  expect(doubts).toEqual([
    'Column “Price” is read as text, although 53 of 60 sampled values are numbers: 7 are not, such as “?”. Choose the type in the preview to hold these rows back instead.',
  ])
  expect(examineColumn('s', 'S', ['12 Main Street', 'May', 'Marie 12', '7 Jahre']).doubts).toEqual(
    [],
  )
  expect(examineColumn('w', 'W', ['apple', 'pear', '1']).doubts).toEqual([])
})

test('a column of amounts says its unit, one that mostly holds them offers it', () => {
  const all = examineColumn('a', 'A', ['1.945,05 €', '12,00 €'])
  expect(all.doubts.join()).toContain('is read as numbers in “€”, without the sign')
  const some = examineColumn('a', 'A', ['1.945,05 €', '12,00 €', 'auf Anfrage', '7,50', '$5'])
  expect(some.column.type).toBe('text')
  expect(some.offer).toEqual({ type: 'decimal', decimalMark: ',', unit: '€' })
  expect(some.doubts).toEqual([
    'Column “A” is read as text, although 3 of 5 sampled values are amounts in “€”, and 2 are not, such as “auf Anfrage”. With the type chosen in the preview, or with “--type A=decimal:,€”, the amounts are numbers, and the other rows are held back.',
  ])
  expect(examineColumn('a', 'A', ['1 €', '1 $', '1 £']).doubts.join()).toContain('not of one unit')
  const vat = examineColumn('a', 'A', ['19 %', '7 %', '0.19'])
  expect([vat.column.type, vat.offer]).toEqual(['text', { type: 'integer', unit: '%' }])
})

test('numbers that no decimal holds are text and say so', () => {
  expect(examineColumn('n', 'N', ['1', '5.3E-06']).doubts.join()).toContain('such as “5.3E-06”')
  const fine = ['0.5', '0.0070188045501708984']
  expect(examineColumn('n', 'N', fine).doubts.join()).toContain('more than 18 digits')
})

test('one that is not is told in the singular', () => {
  const days = [...Array.from({ length: 30 }, (_, i) => `${i + 1}.1.2024`), 'soon']
  expect(examineColumn('d', 'D', days).doubts.join()).toContain(
    '1 of 31 sampled values is not a date',
  )
})

test('a cell looks like a value of its column, or does not', () => {
  const column = (type: ColumnType, more: Partial<Column> = {}): Column => ({
    name: 'n',
    label: 'N',
    type,
    ...more,
  })
  for (const [of, fits, misfits] of [
    [column('text'), ['x'], []],
    [column('integer'), [' 12 ', '', 'N/A', '="12"'], ['1,5', 'x', '1.234']],
    [column('integer', { decimalMark: ',' }), ['1.234'], ['1,5']],
    [column('decimal', { decimalMark: ',' }), ['1.234,50', '12'], ['1,234.50', '12 €']],
    [
      column('decimal', { decimalMark: ',', unit: '€' }),
      ['1.234,50 €', '€ 12', '12', '12,–', '(5) €', '1 200,5'],
      ['12 $', '12.50 €', '-(5)', '€'],
    ],
    [column('integer', { unit: '%' }), ['19 %', '- 7%'], ['19', '0.19', '1.5 %']],
    [column('boolean'), ['Ja', '0', 'F'], ['vielleicht']],
    [
      column('date', { order: 'dmy' }),
      ['31.1.2024', '31 Jan 2024'],
      ['1/31/2024', '31.1.2024 10:00', '31 Foo 2024', '31 Jan 2024 10:00'],
    ],
    [column('timestamp', { order: 'dmy' }), ['31.1.2024', '31.1.2024 10:00'], ['soon']],
    [column('time'), ['9:05', '2:05 PM', ''], ['24:00', '13:05 PM', '-1:00']],
    [column('duration'), ['9:05', '27:30', 'PT1H'], ['2:05 PM', '90', 'P']],
  ] as const) {
    for (const cell of fits) expect([of, cell, looksLike(of, cell)]).toEqual([of, cell, true])
    for (const cell of misfits) expect([of, cell, looksLike(of, cell)]).toEqual([of, cell, false])
  }
})

test('a total is known by its word and its empty cells', () => {
  expect(isTotal(['', 'Summe:', '', '12'])).toBe(true)
  expect(isTotal(['Total', 'Cereal', '5'])).toBe(false)
  expect(isTotal(['', ''])).toBe(false)
})

test('what can be read two ways is said', () => {
  const thousand = examineColumn('n', 'N', ['1.234'], ',')
  expect(thousand.column).toMatchObject({ type: 'integer', decimalMark: ',' })
  expect(thousand.doubts.join()).toContain('two ways')
  expect(examineColumn('n', 'N', ['1.234', '1.5'], ',').column.decimalMark).toBe('.')
})

test.each([
  [['03/04/2024', '05/06/2024'], true],
  [['03/04/2024', '13/06/2024'], false],
  // Dots stand in dates only where the day comes first.
  [['03.04.2024', '5.6.2024 10:00'], false],
  [['03.04.2024', '05/06/2024'], true],
  [['2024-03-04'], false],
])('%j leaves open whether the day comes first: %s', (dates, isTie) => {
  expect(examineColumn('d', 'D', dates).isTie).toBe(isTie)
})

test('dates that do not say their order follow the others of the file, or a decimal comma', () => {
  const open: Column = { name: 'd', label: 'D', type: 'date', order: 'dmy' }
  const other = (order: 'dmy' | 'mdy' | 'ymd'): Column => ({ ...open, label: order, order })
  const price: Column = { name: 'p', label: 'P', type: 'decimal', decimalMark: ',', scale: 2 }
  const settled = (others: Column[], mark: '.' | ',' = '.') => {
    const { columns, undecided } = settleOrders([open, ...others], new Set(['D']), mark)
    return [columns[0]?.order, undecided]
  }
  expect(settled([])).toEqual(['dmy', ['D']])
  expect(settled([other('ymd')])).toEqual(['dmy', ['D']])
  expect(settled([other('mdy')])).toEqual(['mdy', []])
  expect(settled([other('mdy'), other('dmy')])).toEqual(['dmy', ['D']])
  expect(settled([], ',')).toEqual(['dmy', []])
  expect(settled([price])).toEqual(['dmy', []])
  expect(settled([other('mdy'), price])).toEqual(['mdy', []])
})

test('patterns have the groups they promise', () => {
  expect('1.234'.match(integerPattern())).toBeNull()
  expect('1.234'.match(integerPattern(','))).not.toBeNull()
  expect('12.34'.match(decimalPattern(','))).toBeNull()
  expect('3.2.24'.match(datePattern('dmy'))?.slice(1, 4)).toEqual(['3', '2', '24'])
  const stamp = '31.12.2024 11:05:09.250 pm+01:00'
  expect(stamp.match(timestampPattern('dmy'))?.slice(1, 4)).toEqual(['31', '12', '2024'])
  const time = stamp.match(timePattern) ?? []
  expect([1, 2, 4, 5, 7, 9].map((group) => time[group])).toEqual([
    '11',
    '05',
    '09',
    '.250',
    'p',
    '+01:00',
  ])
})

test('a cell that stands there often is judged once and counts as often as it stands there', () => {
  const words = '1 1,5 1.234 0.5 -3 5€ (3.00) 4- 12% 9:05 24:00 27:15 yes n/a Total 0123 1e5 abc'
  const cell = fc.constantFrom(...words.split(' '), '5 EUR', '2 Jan 2024', '1/2/2024', '13.2.2024')
  const some = fc.uniqueArray(cell, { minLength: 1, maxLength: 3 })
  const column = some.chain((of) => fc.array(fc.constantFrom(...of), { minLength: 1 }))
  fc.assert(
    fc.property(column, fc.constantFrom('.', ','), (cells, mark) => {
      // No two of these are written alike, so that each is judged by itself.
      const padded = cells.map((text, index) => text + ' '.repeat(index))
      expect(examineColumn('n', 'L', cells, mark)).toEqual(examineColumn('n', 'L', padded, mark))
    }),
    { numRuns: 1000 },
  )
})
