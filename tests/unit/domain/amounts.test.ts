import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { amountPattern, needsUnit, readAmount } from '../../../shared/domain/cells/amounts.ts'
import { monthNumbers, readWrittenDate } from '../../../shared/domain/cells/writtenDates.ts'

it('reads an amount wherever its unit and its sign stand', () => {
  for (const [text, unit, number] of [
    ['1.945,05 €', '€', '1.945,05'],
    ['€1.945,05', '€', '1.945,05'],
    ['$ -12', '$', '-12'],
    ['- $ 12', '$', '-12'],
    ['12,50-', '', '-12,50'],
    ['12,50 EUR-', 'EUR', '-12,50'],
    ['($1,234.50)', '$', '-1,234.50'],
    ['$ (12.00)', '$', '-12.00'],
    ['CHF 1’234.–', 'CHF', '1234.'],
    ['1\u00a0945,05 €', '€', '1945,05'],
    ['US$5', 'US$', '5'],
    ['kr. 5', 'kr.', '5'],
    ['19 %', '%', '19'],
  ] as const)
    expect([text, readAmount(text)]).toEqual([text, { unit, number }])
  for (const text of [
    '€',
    '5 € $',
    '€5$',
    '-5-',
    '(5',
    '5)',
    '1.2.3 €',
    '12 345',
    'ABC 5',
    '5 m',
    '',
  ])
    expect([text, readAmount(text)]).toEqual([text, null])
})

it('reads of any number with its sign and unit only what the pattern of a column reads', () => {
  const gap = fc.constantFrom('', ' ', '\u00a0')
  const unit = fc.constantFrom('€', 'CHF', '%', 'kr.', '')
  const number = fc.stringMatching(/^[0-9]{0,4}([.,' ][0-9]{0,3}){0,3}[-–]?$/)
  const sign = fc.constantFrom('', '-', '−', '+', '(')
  fc.assert(
    fc.property(fc.tuple(sign, gap, unit, gap, number, gap, unit, gap, sign), (parts) => {
      const text = parts.join('').replace(/\($/, ')').trim()
      const amount = readAmount(text)
      if (amount === null) return
      const reads = (['.', ','] as const).some((decimalMark) =>
        new RegExp(amountPattern({ type: 'decimal', decimalMark, unit: amount.unit })).test(text),
      )
      expect({ text, reads }).toEqual({ text, reads: true })
      expect(text.includes(amount.unit)).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

it('asks for the unit unless it is a currency', () => {
  expect(['€', 'EUR', 'kr.', 'US$', ''].map(needsUnit)).toEqual(Array(5).fill(false))
  expect(['%', 'kg'].map(needsUnit)).toEqual([true, true])
})

it('knows each month by words that no other month has', () => {
  expect(new Set(monthNumbers.values()).size).toBe(12)
  for (const language of ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'da', 'nb', 'sv', 'pl'])
    for (const style of ['long', 'short'] as const)
      for (let month = 0; month < 12; month += 1) {
        const text = new Intl.DateTimeFormat(language, {
          day: 'numeric',
          month: style,
          year: 'numeric',
        }).format(new Date(2026, month, 3))
        const word = text.replace(/[0-9]+|\bde\b/gu, '').replace(/[ .,\u00a0]/gu, '')
        expect([language, text, monthNumbers.get(word.toLowerCase())]).toEqual([
          language,
          text,
          String(month + 1),
        ])
      }
})

it('is no date where the word is no month', () => {
  expect(readWrittenDate('3. März 2026')).toEqual({ order: 'dmy', isTimed: false, isZoned: false })
  expect(readWrittenDate('Mar 3, 2026 9:05 PM +01')).toMatchObject({ isTimed: true, isZoned: true })
  for (const text of ['3 Main 2026', 'May', 'May 2026', 'Marie 12', '7 Jahre', '32 May 2026'])
    expect([text, readWrittenDate(text)]).toEqual([text, null])
})
