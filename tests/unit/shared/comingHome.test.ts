/** Held-back rows on their way: what groups them, what is the same in another form, and the account over all attempts. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accountOver,
  asItWas,
  broughtWords,
  groupOf,
  groupSentence,
  harmless,
} from '../../../shared/domain/fixing/fixing.ts'
import { datesIn, inOrder, sameNumber } from '../../../shared/domain/cells/otherForms.ts'
import type { Reason } from '../../../shared/domain/files/quarantine.ts'
import type { Rows } from '../../../shared/domain/runs/run.ts'

const reason = (value: string, message: string, more: Partial<Reason> = {}): Reason => ({
  code: 'type-error',
  column: 'x',
  value,
  message,
  ...more,
})

describe('the groups of problems', () => {
  const long = 'x'.repeat(80)
  const date = (value: string, quoted = value) =>
    reason(value, `“${quoted}” in “Day” is not a date (day, month, year).`)
  test.each<[string, Reason, Reason, boolean]>([
    ['another cell, the same sentence', date('1.2'), date('x'), true],
    ['a cell that was cut', date(long, `${long.slice(0, 60)}…`), date('x'), true],
    ['a cell with quotes of its own', date('a” in “b'), date('x'), true],
    ['another column', date('x'), { ...date('x'), column: 'y' }, false],
    ['another rule', date('x'), { ...date('x'), code: 'constraint-error' }, false],
    [
      'another limit of one rule',
      reason('-3', '“-3” in “X” is less than 0.'),
      reason('9', '“9” in “X” is more than 5.'),
      false,
    ],
    [
      'a repeated value, wherever it stood',
      reason('7', '“7” in “X” must not repeat, but is already in line 2.', {
        code: 'unique-error',
      }),
      reason('8', '“8” in “X” must not repeat, but is already in line 9.', {
        code: 'unique-error',
      }),
      true,
    ],
    [
      'an empty cell',
      reason('', '“X” is empty, but must have a value.', { code: 'required-value' }),
      reason('', '“X” is empty, but must have a value.', { code: 'required-value' }),
      true,
    ],
  ])('%s', (_, one, other, same) => {
    expect(groupOf(one) === groupOf(other)).toBe(same)
    expect(groupOf(one).length).toBeLessThanOrEqual(1000)
  })
  test('say how many, and where the first is', () => {
    const group = { id: '', column: 'x', firstLine: 1118, message: '“x” in “Day” is not a date.' }
    expect(groupSentence({ ...group, rows: 1 })).toBe(
      '1 row, in line 1,118: “x” in “Day” is not a date.',
    )
    expect(groupSentence({ ...group, rows: 3578 })).toBe(
      '3,578 rows, first in line 1,118: “x” in “Day” is not a date.',
    )
  })
})

test('the account over all attempts balances, whatever they did, and never loses a row', () => {
  const share = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000))
  fc.assert(
    fc.property(
      share,
      fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat())),
      fc.nat(),
      (first, later, hand) => {
        const [clean, quarantined, dropped] = first
        const rows: Rows = {
          in: clean + quarantined + dropped,
          clean,
          quarantined,
          dropped,
          loaded: clean,
        }
        let left = quarantined
        const attempts = later.map(([taken, good, gone]) => {
          const sent = taken % (left + 1)
          const delivered = good % (sent + 1)
          const out = gone % (sent - delivered + 1)
          left -= delivered + out
          return {
            rows: {
              in: sent,
              clean: delivered,
              quarantined: sent - delivered - out,
              dropped: out,
              loaded: delivered,
            },
          }
        })
        const byHand = hand % (left + 1)
        const all = accountOver(rows, attempts, byHand)
        expect(all.quarantined).toBe(left - byHand)
        expect((all.clean ?? 0) + (all.quarantined ?? 0) + (all.dropped ?? 0)).toBe(rows.in)
        expect(all.loaded).toBe(all.clean)
      },
    ),
  )
})

test('a run that has not counted yet has no account over all attempts either', () => {
  const none: Rows = { in: null, clean: null, quarantined: null, dropped: null, loaded: null }
  expect(accountOver(none, [], 0)).toEqual(none)
})

describe('the same in another form', () => {
  test.each([
    ['007.50', '7,5', true],
    ['1.50', '1.5', true],
    ['-0.5', '-,5', true],
    ['.5', '0.5', true],
    ['0', '0.00', true],
    ['-0.5', '0.5', false],
    ['1.5', '1.05', false],
    ['', '', false],
    ['1,234', '1234', false],
    ['a', 'a', false],
    ['.', ',', false],
  ])('the numbers “%s” and “%s”: %s', (one, other, same) => {
    expect(sameNumber(one, other)).toBe(same)
    expect(sameNumber(other, one)).toBe(same)
  })

  test.each<[string, Record<string, string>]>([
    ['3/4/2026', { dmy: '2026-04-03 00:00:00', mdy: '2026-03-04 00:00:00' }],
    ['31.1.26', { dmy: '2026-01-31 00:00:00' }],
    ['1/31/2026 9:05', { mdy: '2026-01-31 09:05:00' }],
    ['2026-01-31T09:05:07', { ymd: '2026-01-31 09:05:07' }],
    ['29.2.2025', {}],
    ['1.2/2026', {}],
    ['2026', {}],
    ['x', {}],
  ])('the days of “%s”', (text, days) => {
    expect(Object.fromEntries(datesIn(text))).toEqual(days)
  })

  test('a day in another order and back is the same day', () => {
    const day = fc.date({
      min: new Date(Date.UTC(2000, 0, 1)),
      max: new Date(Date.UTC(2099, 11, 31)),
      noInvalidDate: true,
    })
    const order = fc.constantFrom('dmy' as const, 'mdy' as const, 'ymd' as const)
    fc.assert(
      fc.property(day, order, order, (at, from, to) => {
        const iso = at.toISOString().slice(0, 10)
        const written = inOrder(iso, 'ymd', from)
        const other = inOrder(written ?? '', from, to)
        expect(inOrder(other ?? '', to, 'ymd')).toBe(iso)
      }),
    )
    expect(inOrder('x', 'dmy', 'mdy')).toBeNull()
  })
})

test('no cell is run by a spreadsheet, and each comes back as it was', () => {
  const cell = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝', "'", "''="), fc.string())
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(cell, (text) => {
      const given = harmless(text)
      expect(asItWas(given)).toBe(text)
      expect(/^[=@\t\r\n＝＋－＠]/u.test(given)).toBe(false)
      expect(/^[+-](?![\d.,]+$)/.test(given)).toBe(false)
    }),
  )
  expect(['-5.20', '+49', '-5.20*2', '=1+1'].map(harmless)).toEqual([
    '-5.20',
    '+49',
    "'-5.20*2",
    "'=1+1",
  ])
})

test('what was brought back is said, and days that could be others', () => {
  const back = { edited: 2, dropped: 1, same: 3, missing: 0, wrong: 1 }
  const unclear = [{ line: 12, column: 'Day', cell: '3/4/2026', order: 'dmy' as const }]
  expect(broughtWords({ ...back, unclear, unclearDays: 1 })).toEqual([
    '2 rows edited, 1 dropped, 3 as before, 0 not in the file.',
    '1 edited row still does not fit.',
    '1 edited day can be read in two ways, such as “3/4/2026” in “Day”, line 12: it is taken as day, month, year, as the file writes days.',
  ])
})
