/** What the bytes of a cell are called, held to the patterns that say the same. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tallyOf } from '../../../main/cleaning/propose.ts'
import type { Tally } from '../../../main/cleaning/propose.ts'
import { CellKind, kind, kinds } from '../../../main/cleaning/scan/kinds.ts'
import {
  booleanPattern,
  datePattern,
  decimalPattern,
  integerPattern,
  timestampPattern,
} from '../../../shared/domain/cells/cellPatterns.ts'
import {
  clockDurationPattern,
  clockFits,
  timeOfDayPattern,
} from '../../../shared/domain/cells/clocks.ts'

const patterns: Partial<Record<keyof Tally, string>> = {
  boolean: booleanPattern,
  integer: integerPattern(),
  groupedDot: integerPattern('.'),
  groupedComma: integerPattern(','),
  decimalDot: decimalPattern('.'),
  decimalComma: decimalPattern(','),
  identifiers: '^([+-]?0[0-9]+|[+-]?[0-9]{16,}|[0-9]{12,14}|[+][0-9]{9,})$',
  // With a leading zero it is an identifier first.
  gtin8: '^[1-9][0-9]{7}$',
  scientific: '^[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+$',
  dmy: timestampPattern('dmy'),
  mdy: timestampPattern('mdy'),
  ymd: timestampPattern('ymd'),
}
const tests = Object.entries(patterns).map(
  ([name, pattern]) => [name, new RegExp(pattern)] as const,
)

function look(text: string): { tally: Tally; cell: CellKind } {
  const cell = new CellKind()
  const bytes = Buffer.from(`«${text}»`)
  const is = cell.of(bytes, 2, bytes.length - 2)
  const counts = Array.from({ length: kinds }, (_, one) => (one === is ? 1 : 0))
  return { tally: tallyOf({ kinds: counts, fraction: { '.': 0, ',': 0 } }), cell }
}

const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${max}}$`))
const mark = fc.constantFrom('.', ',', '-', '/', ':', ' ', 'T', 't', 'e', 'E', '+', '', '  ')
const tail = fc.constantFrom(
  '',
  ' PM',
  'a.m.',
  'Z',
  ' UTC',
  '+01:00',
  '-0930',
  ' +01',
  '.123',
  ',5',
  'x',
  ' ',
)
/** Near what tills write: runs of digits with marks between them. */
const near = fc
  .tuple(
    fc.constantFrom('', '', '', '+', '-', '.', ','),
    fc.array(fc.tuple(digits(4), mark), { maxLength: 6 }),
    digits(20),
    tail,
  )
  .map(([sign, runs, last, end]) => sign + runs.map((run) => run.join('')).join('') + last + end)
const two = (most: number) => fc.nat({ max: most }).map((value) => String(value).padStart(2, '0'))
const date = fc
  .tuple(
    two(33),
    fc.constantFrom('.', '/', '-'),
    two(14),
    fc.constantFrom('2024', '1900', '0999', '24'),
    two(25),
    two(61),
  )
  .chain(([day, between, month, year, hour, minute]) =>
    fc.constantFrom(
      [day, month, year].join(between),
      [year, month, day].join(between),
      `${[day, month, year].join(between)} ${hour}:${minute}`,
      `${[year, month, day].join(between)}T${hour}:${minute}:${minute}`,
      `${[month, day, year].join(between)}  ${hour}:${minute} pm`,
    ),
  )
const clock = fc
  .tuple(fc.constantFrom('', '-', '+'), fc.nat({ max: 30 }), two(61), two(61), tail)
  .chain(([sign, hour, minute, second, end]) =>
    fc.constantFrom(
      `${String(hour).padStart(2, '0')}:${minute}`,
      `${String(hour).padStart(2, '0')}:${minute}:${second}`,
      `${sign}${hour}:${minute}${end}`,
      `${sign}${hour}:${minute}:${second}${end}`,
      `${sign}${hour}00:${minute}`,
    ),
  )
const word = fc.constantFrom('yes', 'Nein', 'TRUE', 'n', 'ye', 'Ja!', 'falsch', 'Äpfel', 'é')
const cells = fc
  .oneof(near, date, clock, word, fc.string({ maxLength: 8 }))
  .filter((text) => text !== '')

describe('the kind of a cell', () => {
  it('says of every pattern whether the cell fits it', () => {
    fc.assert(
      fc.property(cells, (text) => {
        const { tally } = look(text)
        for (const [name, pattern] of tests)
          expect({ text, name, fits: tally[name as keyof Tally] === 1 }).toEqual({
            text,
            name,
            fits: pattern.test(text),
          })
      }),
      { numRuns: 20_000 },
    )
  })

  it('says of every clock what the patterns of values say', () => {
    const time = new RegExp(timeOfDayPattern)
    const duration = new RegExp(clockDurationPattern)
    fc.assert(
      fc.property(fc.oneof(clock, near), (text) => {
        const { clocks } = look(text).tally
        const fits = clockFits(clocks)
        const half = /[AaPp][.]?[Mm]/.test(text)
        const hour = Number(/^[0-9]+/.exec(text)?.[0])
        expect({ text, time: fits['time of day'], duration: fits.duration }).toEqual({
          text,
          time: Number(time.test(text) && (!half || (hour >= 1 && hour <= 12))),
          duration: Number(duration.test(text)),
        })
      }),
      { numRuns: 5000 },
    )
  })

  it('is of each kind that there is, and so fits what the kind says', () => {
    const examples: Record<string, string> = {
      word: 'Tea',
      boolean: 'Ja',
      integer: '12',
      gtin8: '12345678',
      identifier: '007',
      longInteger: '1234567890123456789',
      dotFraction: '1,234.5',
      commaFraction: '12,50',
      eitherDot: '1.234',
      eitherComma: '1,234',
      dotGroups: '1.234.567',
      commaGroups: '1,234,567',
      scientific: '5.01235E+12',
      dmy: '31.1.2024',
      mdy: '1/31/2024',
      dmyOrMdy: '3/2/24',
      ymd: '2024-2-3',
      timedDmy: '31.01.2024 9:05 am',
      timedMdy: '01/31/2024 09:05',
      timedDmyOrMdy: '03/02/2024T09:05:01.123',
      timedYmd: '2024-02-03 09:05',
      zonedDmy: '31.01.2024 9:05 am -05',
      zonedMdy: '01/31/2024 09:05 UTC',
      zonedDmyOrMdy: '03/02/2024T09:05:01.123Z',
      zonedYmd: '2024-02-03 09:05+01:00',
      clock: '09:05:10.5',
      shortClock: '9:05',
      halfClock: '2:05 PM',
      midnight: '24:00',
      longClock: '-1:30',
    }
    for (const [name, text] of Object.entries(examples)) {
      const bytes = Buffer.from(text)
      const is = new CellKind().of(bytes, 0, bytes.length)
      expect([text, is]).toEqual([text, kind[name as keyof typeof kind]])
    }
    const unnamed = Object.keys(kind).filter((name) => !(name in examples))
    expect(unnamed).toEqual(['empty', 'wrapped', 'amount'])
  })

  it('is an amount or a date where a word is looked at again', () => {
    const words: [text: string, is: number][] = [
      ['12,50 €', kind.amount],
      ['(12.50)', kind.amount],
      ['3. März 2026', kind.dmy],
      ['Mar 3, 2026 2:05 PM', kind.timedMdy],
      ['2026-Mar-03T09:05Z', kind.zonedYmd],
      ['PT1H30M', kind.longClock],
      ['Tea', kind.word],
    ]
    for (const [text, is] of words) expect([text, new CellKind().ofWords(text)]).toEqual([text, is])
    const cell = new CellKind()
    cell.ofWords('-1.234,50 €')
    expect([cell.unit, cell.number, cell.fraction]).toEqual(['€', kind.commaFraction, 2])
  })

  it('tells at once only what it tells of every byte', () => {
    const toldOf = (cell: CellKind, is: number) => {
      const isDate = is === kind.ymd || is === kind.timedYmd
      if (is === kind.clock) return [is, cell.seconds, cell.plainClock]
      if (isDate) return [is, cell.regularYmd, cell.regularYmd && cell.hyphens]
      return [is, cell.whole, cell.fraction, cell.grouped]
    }
    const told = new Set<number>()
    fc.assert(
      fc.property(fc.oneof(near, date, date, clock), (text) => {
        const bytes = Buffer.from(`${text}-`)
        const [quick, slow] = [new CellKind(), new CellKind()]
        const is = quick.atOnce(bytes, 0, bytes.length - 1)
        told.add(is)
        if (is < 0) return
        const same = slow.of(bytes, 0, bytes.length - 1)
        expect({ text, told: toldOf(quick, is) }).toEqual({ text, told: toldOf(slow, same) })
      }),
      { numRuns: 5000 },
    )
    for (const one of [kind.integer, kind.dotFraction, kind.ymd, kind.timedYmd, kind.clock])
      expect(told).toContain(one)
  })

  it('calls a date regular only at fixed places and in the calendar', () => {
    fc.assert(
      fc.property(date, (text) => {
        const { tally, cell } = look(text)
        if (tally.dmy + tally.mdy + tally.ymd === 0) return
        for (const [order, isRegular, year, month, day] of [
          ['dmy', cell.regularDmy, 6, 3, 0],
          ['mdy', cell.regularMdy, 6, 0, 3],
          ['ymd', cell.regularYmd, 0, 5, 8],
        ] as const) {
          const iso = `${text.slice(year, year + 4)}-${text.slice(month, month + 2)}-${text.slice(day, day + 2)}`
          const fits = new RegExp(datePattern(order)).test(text.slice(0, 10))
          const time = text.slice(10)
          const parsed = new Date(`${iso}T00:00:00Z`)
          const exists =
            fits && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(iso)
          const hasRegularTime = /^([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?$/.test(time)
          const expected = exists && hasRegularTime && iso >= '1000'
          expect({ text, order, isRegular }).toEqual({ text, order, isRegular: expected })
        }
      }),
      { numRuns: 5000 },
    )
  })
})
