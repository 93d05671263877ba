import { describe, expect, it } from 'vitest'
import { proposeFromTally, tallyOf } from '../../../main/cleaning/propose.ts'
import type { Tally } from '../../../main/cleaning/propose.ts'

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
