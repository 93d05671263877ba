import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  doubtsAbout,
  proposeColumn,
  proposeFromTally,
  tallyOf,
} from '../../../main/cleaning/propose.ts'
import type { Tally } from '../../../main/cleaning/propose.ts'
import type { AmountFacts, ColumnFacts } from '../../../main/cleaning/scan/facts.ts'
import { CellKind, kind, kinds } from '../../../main/cleaning/scan/kinds.ts'
import { examineColumn } from '../../../shared/domain/columns/columns.ts'

const none = tallyOf({ kinds: [], fraction: { '.': 0, ',': 0 } })
const named = { name: 'n', label: 'N' }

function propose(tally: Partial<Tally>, likelyMark: '.' | ',' = '.') {
  return proposeFromTally(named, { ...none, ...tally }, likelyMark)
}
/** Whole numbers without groups match every pattern of numbers. */
const whole = (count: number): Partial<Tally> => ({
  integer: count,
  groupedDot: count,
  groupedComma: count,
  decimalDot: count,
  decimalComma: count,
  eitherMark: count,
})

describe('what a column is proposed to be', () => {
  it.each<[string, Partial<Tally>, object]>([
    ['nothing in it', {}, { type: 'text' }],
    ['whole numbers', { filled: 100, ...whole(100) }, { type: 'integer' }],
    ['one in twenty broken', { filled: 100, ...whole(95) }, { type: 'integer' }],
    ['more than one in twenty broken', { filled: 100, ...whole(94) }, { type: 'text' }],
    ['one leading zero', { filled: 100, ...whole(100), identifiers: 1 }, { type: 'text' }],
    ['eight digits each', { filled: 100, ...whole(100), gtin8: 95 }, { type: 'text' }],
    [
      'digits lost to a spreadsheet',
      { filled: 100, ...whole(99), scientific: 1 },
      { type: 'text' },
    ],
    ['yes and no', { filled: 10, boolean: 10 }, { type: 'boolean' }],
    [
      'a few fractions among whole numbers',
      { filled: 1000, ...whole(998), decimalDot: 1000, scaleDot: 1 },
      { type: 'decimal', decimalMark: '.', scale: 2 },
    ],
    [
      'decimal commas',
      { filled: 10, ...whole(2), decimalComma: 10, scaleComma: 4 },
      { type: 'decimal', decimalMark: ',', scale: 4 },
    ],
    [
      'computed fractions',
      { filled: 10, decimalDot: 10, scaleDot: 16 },
      { type: 'decimal', decimalMark: '.', scale: 18 },
    ],
    [
      'fractions longer than any scale',
      { filled: 10, decimalDot: 10, scaleDot: 19 },
      { type: 'text' },
    ],
    [
      'grouped whole numbers',
      { filled: 10, ...whole(6), decimalDot: 10, groupedDot: 10, decimalComma: 8, eitherMark: 8 },
      { type: 'integer', decimalMark: '.' },
    ],
    ['days first', { filled: 10, dmy: 10, mdy: 4 }, { type: 'date', order: 'dmy' }],
    ['months first', { filled: 10, dmy: 4, mdy: 10 }, { type: 'date', order: 'mdy' }],
    ['with times', { filled: 10, ymd: 10, timed: 9 }, { type: 'timestamp', order: 'ymd' }],
    ['both orders mixed', { filled: 10, dmy: 6, mdy: 6 }, { type: 'text' }],
  ])('%s', (_, tally, expected) => {
    expect(propose(tally)).toEqual({ ...named, ...expected })
  })

  it('reads 1,234 as the delimiter of the file suggests', () => {
    const either = {
      filled: 5,
      decimalDot: 5,
      decimalComma: 5,
      eitherMark: 5,
      groupedDot: 5,
      scaleComma: 3,
    }
    expect(propose(either, '.')).toMatchObject({ type: 'integer', decimalMark: '.' })
    expect(propose(either, ',')).toMatchObject({ type: 'decimal', decimalMark: ',', scale: 3 })
  })
})

const cells = `
  1 12 -5 +3 0 -0 00 007 12345678 4006381333931 1234567890123456789 +491701234567 +0123456 1.5 1,5 1.234 1,234 1.234.567
  5_€ €5 1.945,05_€ 1,234.50€ 12_€ 007_€ $5 19_% 7% 12,50- 12.5- (12.50) (3) 5- CHF_12.– EUR_5 1_945,05 1_945 -3,00_€
  3._März_2026 3-Mar-26 March_3,_2026 Mar_3,_2026_2:05_PM 3_mai_2026_14:05Z 2026-Mar-03 3_Foo_2026
  1,234,567 1,234.50 1.234,50 .5 ,5 5. 0.1234567890123456789 0,12345678901234567890 0.50000000000000000000000 1E5 1.5E-07 1e
  yes Nein y t word 12% 3.2.2024 13.2.2024 3/2/2024 2/13/2024 2024-02-03 2024-02-03T10:00 2024-02-03T10:00Z 13/2/24T9:05+01
  14:30 09:05:10 9:05 24:00 27:30 1:00:00 2:05_PM 13:05_PM -0:30 PT1H30M P1M 14:60
`
  .trim()
  .split(/\s+/)
  .map((cell) => cell.replaceAll('_', ' '))

/** As the scan counts them. */
function factsOf(column: readonly string[]): ColumnFacts {
  const counts = Array.from({ length: kinds }, () => 0)
  const fraction = { '.': 0, ',': 0 }
  const amounts: ColumnFacts['amounts'] = new Map()
  const look = new CellKind()
  const note = (into: AmountFacts, is: number) => {
    into.kinds[is] = (into.kinds[is] ?? 0) + 1
    const mark = is === kind.dotFraction || is === kind.eitherDot ? '.' : ','
    if (mark === '.' || is === kind.commaFraction || is === kind.eitherComma)
      into.fraction[mark] = Math.max(into.fraction[mark], look.fraction)
  }
  for (const cell of column) {
    const bytes = Buffer.from(cell)
    const told = look.of(bytes, 0, bytes.length)
    const is = told === kind.word ? look.ofWords(cell) : told
    note({ kinds: counts, fraction }, is)
    if (is !== kind.amount) continue
    const ofUnit = amounts.get(look.unit) ?? {
      kinds: Array.from({ length: kinds }, () => 0),
      fraction: { '.': 0, ',': 0 },
    }
    amounts.set(look.unit, ofUnit)
    note(ofUnit, look.number)
  }
  return {
    kinds: counts,
    fraction,
    dottedTies: 0,
    withSeconds: 0,
    amounts,
    trims: false,
    unwraps: false,
    tokens: new Set(),
    irregular: false,
    castable: false,
  }
}

it('proposes for any column what the preview proposes for it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...cells), { minLength: 1, maxLength: 3 }),
      fc.nat({ max: 60 }),
      fc.constantFrom('.', ','),
      (some, more, likelyMark) => {
        const column = [...some, ...Array<string>(more).fill(some[0] ?? '')]
        const { scale: _scale, ...proposed } = proposeColumn(named, factsOf(column), likelyMark)
        const { column: shown } = examineColumn(named.name, named.label, column, likelyMark)
        expect({ column, proposed }).toEqual({ column, proposed: shown })
      },
    ),
    { numRuns: 3000 },
  )
})

it('says of numbers that no column keeps why they are text, and nothing of names that look like them', () => {
  const doubts = (...values: string[]) => {
    const facts = [factsOf(values)]
    return doubtsAbout([{ ...named, type: 'text' }], facts, facts, '.').join()
  }
  expect(doubts('1', '5.3E-06')).toContain('with an exponent')
  expect(doubts('AB12', 'CD34', '12E5')).toBe('')
  expect(doubts('1.5', '0.1234567890123456789')).toContain('more than 18 digits')
  expect(doubts('2024-02-03T10:00', '2024-02-03T10:00Z')).toContain('time zone')
  expect(doubts('12,50 €', '3 €', 'free')).toContain('2 of 3 sampled values are amounts in “€”')
  expect(doubts('12,50 €', '3 $', '1 $', '2 €')).toContain('not of one unit')
})
