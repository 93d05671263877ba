import {
  array,
  assert,
  constantFrom,
  double,
  integer,
  nat,
  option,
  property,
  record,
  string,
  uniqueArray,
} from 'fast-check'
import { expect, it } from 'vitest'
import {
  type ColumnOutline,
  type Outline,
  driftOf,
  rowsLooked,
} from '../../../shared/domain/files/outline.ts'

const file = (rows: number, ...columns: Partial<ColumnOutline>[]): Outline => ({
  rows,
  looked: rows,
  columns: columns.map((column, index) => ({
    name: `c${index}`,
    label: `C${index}`,
    type: 'text',
    empty: 0,
    distinct: rows,
    mean: null,
    deviation: null,
    values: null,
    ...column,
  })),
})
const few = (...values: string[]) => ({ distinct: values.length, values })
const price = (mean: number, deviation = 2) => ({ type: 'decimal', mean, deviation })

it('says what is not as in the file before, with both numbers, and nothing of what is as usual', () => {
  const cases: [before: Outline, now: Outline, ...said: string[]][] = [
    [file(100), file(149)],
    // How many rows are usual is not learnt from one file.
    [file(100), file(1600)],
    // Of so few rows nothing is usual.
    [file(4), file(12)],
    [file(10, { empty: 1 }), file(10, { empty: 9 })],
    [file(100, { empty: 2 }), file(100, { empty: 11 })],
    [
      file(100, { empty: 2 }),
      file(100, { empty: 30 }),
      '“C0” is empty in 30 % of the rows, and was in 2 %.',
    ],
    [file(100, few('a', 'b')), file(100, few('b', 'a'))],
    [
      file(100, few('a', 'b', 'c')),
      file(100, few('b', 'x')),
      '“C0” has “x”, which it had not.',
      '“C0” has no “a” or “c” any more.',
    ],
    [
      file(200, few('a')),
      file(200, few('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')),
      '“C0” has “b”, “c”, “d”, “e”, “f” and 2 others, which it had not.',
    ],
    // Names of which each stands in a row or two are other ones every time.
    [
      file(30, few('a', 'b', 'c', 'd', 'e', 'f', 'g')),
      file(30, few('t', 'u', 'v', 'w', 'x', 'y', 'z')),
    ],
    [file(100, { distinct: 50 }), file(140, { distinct: 70 })],
    [
      file(100, { distinct: 90 }),
      file(100, { distinct: 25 }),
      '“C0” has 25 different values, and had 90.',
    ],
    [file(100, price(10)), file(100, price(10.9))],
    [file(100, price(10, 8)), file(100, price(13))],
    [file(100, price(10)), file(100, price(0.1)), 'The mean of “C0” is 0.1, and was 10.'],
    // The numbers of its receipts go on; of prices that all differ that would be said.
    [file(100, { ...price(50), type: 'integer' }), file(100, { ...price(150), type: 'integer' })],
    [
      file(100, { ...price(50), type: 'integer' }),
      file(100, { ...price(150), type: 'integer', distinct: 70 }),
      'The mean of “C0” is 150, and was 50.',
    ],
    [
      file(3, {}, { type: 'date' }),
      file(3, { name: 'd', label: 'D' }, { type: 'text' }),
      '“D” is new.',
      '“C1” is read as text, and was as date.',
      '“C0” is not there any more.',
    ],
  ]
  for (const [before, now, ...said] of cases) {
    const { columns, values } = driftOf(now, before)
    expect([...columns, ...values]).toEqual(said)
  }
})

it('is silent about a file that is the same again, whatever it holds', () => {
  const number = double({ noNaN: true, noDefaultInfinity: true })
  const column = record({
    name: string(),
    label: string(),
    type: constantFrom('text', 'decimal'),
    empty: nat(50),
    distinct: nat(50),
    mean: option(number),
    deviation: option(number),
    values: option(array(string())),
  })
  const outline = record({
    rows: nat(1000),
    looked: nat(1000),
    columns: uniqueArray(column, { selector: ({ name }) => name }),
  })
  assert(
    property(outline, (one) => {
      expect(driftOf(one, one)).toEqual({ columns: [], values: [] })
    }),
  )
})

it('looks at as many cells of a wide file as of a narrow one', () => {
  assert(
    property(integer({ min: 1, max: 2000 }), (columns) => {
      const cells = rowsLooked(columns) * columns
      expect(cells).toBeLessThanOrEqual(2_000_000)
      expect(cells).toBeGreaterThan(1_000_000)
    }),
  )
})
