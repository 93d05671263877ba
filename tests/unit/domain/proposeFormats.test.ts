import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFormat } from '../../../shared/domain/cells/dateFormat.ts'
import { readDate } from '../../../shared/domain/cells/parsedDates.ts'
import { FormatGuess } from '../../../shared/domain/cells/proposeFormats.ts'

type Some = readonly [value: string, count: number]

/** Cells one after the other, each on a line of its own. */
function guess(cells: readonly Some[], label = 'Sold on') {
  const filled = cells.reduce((sum, [, count]) => sum + count, 0)
  const guess = new FormatGuess(label, filled)
  for (const [nth, [value, count]] of cells.entries()) guess.add({ value, count, line: nth + 2 })
  return guess.found()
}

const two = (of: number): string => `${of}`.padStart(2, '0')
/** Every day of so many of a year. */
const days = (count: number, write: (year: string, month: string, day: string) => string): Some[] =>
  Array.from({ length: count }, (_, nth) => {
    const at = new Date(Date.UTC(2026, 0, 1 + nth))
    return [write('2026', two(at.getUTCMonth() + 1), two(at.getUTCDate())), 1] as const
  })
const compact = days(200, (year, month, day) => `${year}${month}${day}`)
const ties = days(360, (_, month, day) => `${day}${month}2026`).filter(
  ([cell]) => Number(cell.slice(0, 2)) <= 12,
)
const monthFirst = (cell: string): string => cell.slice(2, 4) + cell.slice(0, 2) + cell.slice(4)
const later = days(360, (_, month, day) => `${day}${month}2026`)
  .filter(([cell]) => Number(cell.slice(0, 2)) > 12)
  .map(([cell]) => cell)
/** Days that only one order has. */
const [d1 = '', d2 = '', d3 = '', d4 = ''] = later

interface Vector {
  name: string
  cells: readonly Some[]
  label?: string
  /** By form: how many cells are not written so, and the first of them. */
  found: readonly (readonly [string, number, string | null])[]
}

const vectors: readonly Vector[] = [
  { name: 'all fit', cells: compact, found: [['yyyyMMdd', 0, null]] },
  {
    name: 'one would be a day of 1970',
    cells: [
      ['20260101', 1],
      ['1768089600', 40],
    ],
    found: [],
  },
  {
    name: 'one is no day',
    cells: [...compact, ['20260231', 1]],
    found: [['yyyyMMdd', 1, '20260231']],
  },
  {
    name: 'the first cell is the bad one',
    cells: [['see note', 1], ...compact],
    found: [['yyyyMMdd', 1, 'see note']],
  },
  {
    name: 'the first is said, not the most frequent',
    cells: [['free', 1], ...compact, ['gratis', 5]],
    found: [['yyyyMMdd', 6, 'free']],
  },
  {
    name: 'one in twenty',
    cells: [
      ['20260101', 95],
      ['word', 5],
    ],
    found: [['yyyyMMdd', 5, 'word']],
  },
  {
    name: 'more than one in twenty',
    cells: [
      ['20260101', 94],
      ['word', 6],
    ],
    found: [],
  },
  {
    name: 'few cells, one of them bad',
    cells: [
      ['20260101', 10],
      ['word', 1],
    ],
    found: [],
  },
  {
    name: 'ties are asked',
    cells: ties,
    found: [
      ['ddMMyyyy', 0, null],
      ['MMddyyyy', 0, null],
    ],
  },
  {
    name: 'ties with a word among them are asked',
    cells: [...ties, ['word', 1]],
    found: [
      ['ddMMyyyy', 1, 'word'],
      ['MMddyyyy', 1, 'word'],
    ],
  },
  {
    name: 'a cell that only one order reads decides where all others fit',
    cells: [...ties, [d1, 1]],
    found: [['ddMMyyyy', 0, null]],
  },
  {
    name: 'where none fits all, few cells decide nothing',
    cells: [...ties, [d1, 1], [d2, 1], [monthFirst(d3), 1]],
    found: [
      ['ddMMyyyy', 1, monthFirst(d3)],
      ['MMddyyyy', 2, d1],
    ],
  },
  {
    name: 'where none fits all, many do',
    cells: [...ties, ...later.map((cell) => [cell, 1] as const), [monthFirst(d4), 1]],
    found: [['ddMMyyyy', 1, monthFirst(d4)]],
  },
  {
    name: 'more different words than are looked at first',
    cells: [
      ...Array.from({ length: 300 }, (_, nth) => [`word ${nth}`, 1] as const),
      ['20260101', 9e6],
    ],
    found: [],
  },
  {
    name: 'names',
    cells: [
      ['Köln', 50],
      ['Bonn', 50],
    ],
    found: [],
  },
  { name: 'numbers in a column of no time', label: 'Code', cells: [['1768089600', 99]], found: [] },
]

describe('the forms in which a column is written, but for few cells', () => {
  it.each(vectors)('$name', ({ cells, label, found }) => {
    expect(
      guess(cells, label).map(({ format, misfits: { cells: wrong, first } }) => [
        format,
        wrong,
        first?.value ?? null,
      ]),
    ).toEqual(found)
  })
})

const cell = fc.constantFrom(
  '20260101',
  '20261301',
  '01.02.26',
  '13.02.26',
  '2026-W02',
  'Jan 2026',
  '1768089600',
  'x',
)

it('counts exactly what a form does not read, never proposes what too many miss, and says the first of them', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(cell, fc.constantFrom(1, 2, 40)), { selector: ([value]) => value }),
      (cells) => {
        const filled = cells.reduce((sum, [, count]) => sum + count, 0)
        for (const { format, misfits, examples } of guess(cells)) {
          const wrong = cells.filter(([value]) => readDate(readFormat(format), value) === null)
          expect(misfits.cells).toBe(wrong.reduce((sum, [, count]) => sum + count, 0))
          expect(misfits.cells * 20).toBeLessThanOrEqual(filled)
          expect(misfits.first?.value).toBe(wrong[0]?.[0])
          for (const { before, after } of examples)
            expect(readDate(readFormat(format), before)).toBe(after)
        }
      },
    ),
  )
})

it('finds and shows the same in whatever order the cells come', () => {
  const some = [...compact.slice(0, 60), ['free', 1], ['20260231', 1]].map(([value = ''], nth) => ({
    value: String(value),
    count: 1,
    line: nth + 2,
  }))
  fc.assert(
    fc.property(fc.shuffledSubarray(some, { minLength: some.length }), (cells) => {
      const guess = new FormatGuess('Sold on', some.length)
      for (const cell of cells) guess.add(cell)
      const found = guess.found()
      expect(found.map(({ format, misfits }) => [format, misfits])).toEqual([
        ['yyyyMMdd', { cells: 2, first: { value: 'free', line: 62 } }],
      ])
      expect(found[0]?.examples.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6])
    }),
    { numRuns: 20 },
  )
})
