/** Cells that are written in a form: the engine's reading of a whole file, and that of one cell which is shown beforehand, say the same. */
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { openEngine } from '../../../main/duckdb/engine.ts'
import { foundValue } from '../../../main/cleaning/duckdb/stepCells.ts'
import { parsed } from '../../../main/cleaning/duckdb/parse.ts'
import { type ParseStep, parseCell, parseFault } from '../../../shared/domain/cells/parsedCells.ts'
import { quoteLiteral } from '../../../main/duckdb/sql.ts'
import { testFolder } from '../../fixtures/folder.ts'
import { readHeld, runClean, writeRecords } from './canonical.ts'

const folder = testFolder()

const forms = [
  'dd.MM.yyyy',
  'd.M.yy',
  'M/d/yyyy h:mm a',
  'MM/dd/yy',
  'yyyyMMdd',
  'yyyyMMddHHmmss',
  'd MMM yyyy HH:mm',
  'EEE, d MMMM yyyy',
  'EEEE d. MMMM yyyy',
  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  'dd/MM/yyyy HH:mm:ss Z',
  'MMM yyyy',
  "YYYY-'W'ww-e",
  'h:mm:ss a',
  'H:m:s.SSSSSSSSS',
  'unix-seconds',
  'unix-milliseconds',
  'excel-days',
  'excel-days-and-time',
]
const digits = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((number) => String(number))
const two = (least: number, most: number) =>
  digits(least, most).map((text) => text.padStart(2, '0'))
const day = fc.oneof(two(0, 32), digits(1, 31))
const month = fc.oneof(two(0, 13), digits(1, 12))
const year = fc.oneof(digits(1900, 2100), two(0, 99), fc.constantFrom('0999', '9999', '1000'))
const word = fc.constantFrom('Jan', 'Mai', 'März', 'décembre', 'sept.', 'Foo', 'OCT')
const weekday = fc.constantFrom('Mon', 'So.', 'mardi', 'Sunday', 'x')
const clock = fc
  .tuple(two(0, 24), two(0, 60), two(0, 60), fc.constantFrom('', '.120', '.123456789'))
  .map(([h, m, s, f]) => `${h}:${m}:${s}${f}`)
const zone = fc.constantFrom('', 'Z', '+01:00', '-0930', '+14', '+15:00', ' +0100')
const half = fc.constantFrom('AM', 'pm', 'p.m.', 'x')
const cell = fc.oneof(
  fc
    .tuple(day, fc.constantFrom('.', '/', ' '), month, year)
    .map(([d, s, m, y]) => [d, m, y].join(s)),
  fc.tuple(day, word, year, clock).map(([d, m, y, t]) => `${d} ${m} ${y} ${t.slice(0, 5)}`),
  fc.tuple(weekday, day, word, year).map(([w, d, m, y]) => `${w}, ${d} ${m} ${y}`),
  fc.tuple(weekday, day, word, year).map(([w, d, m, y]) => `${w} ${d}. ${m} ${y}`),
  fc
    .tuple(year, two(1, 12), two(1, 31), clock, zone)
    .map(([y, m, d, t, z]) => `${y}-${m}-${d}T${t}${z}`),
  fc
    .tuple(two(1, 31), two(1, 12), year, clock, zone)
    .map(([d, m, y, t, z]) => `${d}/${m}/${y} ${t}${z}`),
  fc
    .tuple(month, day, year, digits(0, 13), two(0, 60), half)
    .map(([m, d, y, h, i, a]) => `${m}/${d}/${y} ${h}:${i} ${a}`),
  fc
    .tuple(digits(0, 13), two(0, 59), two(0, 59), half)
    .map(([h, m, s, a]) => `${h}:${m}:${s} ${a}`),
  fc.tuple(year, two(1, 12), two(1, 31)).map((parts) => parts.join('')),
  fc
    .tuple(year, two(1, 12), two(1, 31), two(0, 24), two(0, 59), two(0, 59))
    .map((parts) => parts.join('')),
  fc.tuple(word, year).map((parts) => parts.join(' ')),
  fc.tuple(year, two(0, 54), digits(0, 8)).map(([y, w, d]) => `${y}-W${w}-${d}`),
  fc.tuple(clock, fc.constantFrom('', '000')).map(([t, f]) => t + f),
  fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.maxSafeNat(),
      fc.constantFrom('', '.5', '.123456789', ',75'),
    )
    .map(([s, n, f]) => `${s}${String(n).slice(0, 12)}${f}`),
  fc
    .tuple(
      digits(0, 3_000_000),
      fc.constantFrom('', '.0', ',5', '.999994', '.999995', '.123456789012345678'),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom('', 'x', ' 1.1.2026', "'; DROP TABLE t --"),
)
const dates: fc.Arbitrary<ParseStep> = fc
  .record({
    kind: fc.constant('parse-date' as const),
    columns: fc.constant(['A'] as string[]),
    formats: fc.uniqueArray(fc.constantFrom(...forms), { minLength: 1, maxLength: 3 }),
    twoDigitYearsFrom: fc.constantFrom(1930, 1970, 2000, 1999),
  })
  .filter((step) => parseFault(step) === null)

const amount = fc
  .tuple(
    fc.constantFrom('', '-', '+', '(', '−', '$ ', 'EUR', '% ', '--'),
    fc.constantFrom(
      '0',
      '007',
      '12',
      '1234',
      '1.234',
      '1,234',
      "1'234",
      '1 234',
      '1\u00a0234',
      '1.23',
      '12,3',
      '1.234.567,80',
      '1,234,567.80',
      '.5',
      ',5',
      '5.',
      '5,',
      '',
    ),
    fc.constantFrom('', ')', '-', ' EUR', '%', ' $', '€'),
  )
  .map((parts) => parts.join(''))
const numbers: fc.Arbitrary<ParseStep> = fc
  .record(
    {
      kind: fc.constant('parse-number' as const),
      columns: fc.constant(['A'] as string[]),
      decimalMark: fc.constantFrom('.' as const, ',' as const),
      groupMark: fc.constantFrom('.' as const, ',' as const, ' ' as const, "'" as const),
      unit: fc.constantFrom('EUR', '%', '$'),
    },
    { requiredKeys: ['kind', 'columns', 'decimalMark'] },
  )
  .filter((step) => parseFault(step) === null)

it('reads each cell of a file as it was shown before', async () => {
  const engine = await openEngine(
    {
      file: join(folder(), 'parse.duckdb'),
      tempFolder: join(folder(), 'temp'),
      access: 'read-write',
      otherFiles: 'refused',
      memoryBytes: 128 * 1024 * 1024,
    },
    new AbortController().signal,
  )
  const agree = async (step: ParseStep, cells: readonly string[]): Promise<void> => {
    const values = cells.map((text, nth) => `(${nth}, ${quoteLiteral(text)})`).join(', ')
    const none = 'NULL::STRUCT("check" VARCHAR, nth INTEGER, "value" VARCHAR, "first" BIGINT)'
    const records = `SELECT rec, k1, NULL::INTEGER AS gone, ${none} AS failed FROM (VALUES ${values}) AS t(rec, k1)`
    const on = [{ id: 1, label: 'A' }]
    const rows = await engine.rows(
      `SELECT k1, ${foundValue(0, 0)}, failed."check" FROM (${parsed(step, { index: 0, on }, records)}) ORDER BY rec`,
    )
    const expected = cells.map((text) => {
      if (text === '') return [text, null, null]
      const read = parseCell(step, text)
      if (read === 'none') return [text, null, 'not-written-so']
      return read === 'several' ? [text, null, 'written-both-ways'] : [text, read.value, null]
    })
    expect({ step, rows }).toEqual({ step, rows: expected })
  }
  try {
    const many = (one: fc.Arbitrary<string>) => fc.array(one, { minLength: 60, maxLength: 60 })
    await fc.assert(fc.asyncProperty(dates, many(cell), agree), { numRuns: 60 })
    await fc.assert(fc.asyncProperty(numbers, many(amount), agree), { numRuns: 40 })
  } finally {
    engine.close()
  }
})

it('says of a cell that is not written so which column it is in, what it is not, and by which step', async () => {
  const input = writeRecords(
    folder(),
    ['Sold on', 'Price'],
    [
      ['31.02.2026', '1'],
      ['11-01-2026', '1'],
      ['03.04.2026', '1,5'],
      ['03.04.2026', '1.5'],
    ],
  )
  const contract = {
    columns: [
      { name: 'sold_on', label: 'Day', type: 'date' as const, order: 'ymd' as const },
      { name: 'price', label: 'Price', type: 'text' as const },
    ],
    maxQuarantinedShare: 1,
  }
  const output = await runClean({
    ...input,
    contract,
    recipe: [
      { kind: 'parse-date', columns: ['Sold on'], formats: ['dd.MM.yyyy'] },
      { kind: 'rename', column: 'Sold on', to: 'Day' },
      { kind: 'parse-number', columns: ['Price'], decimalMark: '.' },
    ],
  })
  expect(output).toMatchObject({ clean: 1, quarantined: 3 })
  const reasons = readHeld(input.quarantineFile).flatMap((row) => row.reasons)
  expect(reasons).toEqual([
    {
      code: 'type-error',
      column: '',
      value: '31.02.2026',
      message:
        '“31.02.2026” in “Sold on” is written as “dd.MM.yyyy”, but there is no such day (step 1).',
    },
    {
      code: 'type-error',
      column: '',
      value: '11-01-2026',
      message: '“11-01-2026” in “Sold on” is not written as “dd.MM.yyyy” (step 1).',
    },
    {
      code: 'type-error',
      column: 'price',
      value: '1,5',
      message: '“1,5” in “Price” is not a number with “.” before the fraction (step 3).',
    },
  ])
})
