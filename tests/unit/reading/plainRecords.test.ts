import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dialect } from '../../../shared/domain/files/dialect.ts'
import { tokenize } from './tokenizing.ts'

const cell = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...Array.from('ab 1,;"\n\u0000'), 'é', '€', '\u0081'),
    maxLength: 5,
  }),
  fc
    .string({ unit: fc.constantFrom(...Array.from('ab ,;'), '""', 'é', 'ß'), maxLength: 5 })
    .map((text) => `"${text}"`),
  fc.string({ unit: fc.constantFrom('a', '1', '.', '-'), maxLength: 20 }),
)

test('records that stand as they are come out as when each byte is looked at', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 30 }),
      fc.constantFrom<Dialect['encoding']>('utf-8', 'windows-1252'),
      fc.constantFrom(',', ';', '|'),
      fc.constantFrom('"', ''),
      fc.constantFrom<Dialect['headerRows']>(0, 1),
      fc.integer({ min: 1, max: 4 }),
      fc.boolean(),
      (rows, encoding, delimiter, quote, headerRows, width, trailingDelimiter) => {
        const text = rows.map((cells) => cells.join(delimiter)).join('\n')
        const bytes = Buffer.from(text, encoding === 'utf-8' ? 'utf-8' : 'latin1')
        const found = (lineEnd: Dialect['lineEnd']) => {
          const dialect = { encoding, delimiter, quote, escape: quote, headerRows, lineEnd }
          return tokenize([bytes], { dialect, width, trailingDelimiter })
        }
        // Where returns end lines too, no record is taken as it stands; this text has none.
        expect(found('\n')).toEqual(found('mixed'))
      },
    ),
    { numRuns: 1000 },
  )
})

test.each<Dialect['encoding']>(['utf-8', 'windows-1252', 'macintosh'])(
  'records of a large file in %s come out as when each byte is looked at',
  (encoding) => {
    const rows = Array.from({ length: 60_000 }, (_, row) => {
      if (row % 1000 === 7) return `${row},"a ""b"", c",x${row % 3 === 0 ? ',' : ''}`
      if (row % 777 === 0) return `${row},"two\nlines",é`
      if (row % 3 === 0) return `Größe ${row},"Stück, je""weils",`
      if (row % 901 === 2) return `${row},\u0081,x`
      return row % 500 === 1 ? '' : `${row},${'text '.repeat(row % 20)},"${row % 9}"`
    })
    const bytes = Buffer.from(rows.join('\r\n'), encoding === 'utf-8' ? 'utf-8' : 'latin1')
    const chunks = Array.from({ length: Math.ceil(bytes.length / 300_000) }, (_, nth) =>
      bytes.subarray(nth * 300_000, (nth + 1) * 300_000),
    )
    const found = (lineEnd: Dialect['lineEnd']) =>
      tokenize(chunks, { dialect: { encoding, lineEnd }, width: 3 })
    const plain = found('\r\n')
    expect(plain.quarantined).toBeGreaterThan(0)
    expect(plain).toEqual(found('mixed'))
  },
)
