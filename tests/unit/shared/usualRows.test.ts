import { assert, integer, nat, array, property } from 'fast-check'
import { expect, it } from 'vitest'
import { type RowsThen, unusualRows } from '../../../shared/domain/datasets/usualRows.ts'

const zone = 'Europe/Berlin'
/** Newest first, one a day before Monday, 23 November 2026. */
function days(...counts: number[]): RowsThen[] {
  return counts.map((rows, back) => ({ at: dayBefore(back + 1), rows }))
}
const dayBefore = (back: number): string =>
  new Date(Date.parse('2026-11-23T07:00:00Z') - back * 86_400_000).toISOString()
const monday = dayBefore(0)

/** Eight weeks: few on Sundays, many on Saturdays. */
const weeks = days(
  ...Array.from({ length: 56 }, (_, back) => {
    const nth = Math.floor(back / 7)
    return back % 7 === 0
      ? 60 + nth
      : back % 7 === 1
        ? 900 + nth * 10
        : back % 7 === 6
          ? 390 + nth * 17
          : 450
  }),
)

it('learns of the same weekday where there are enough, and explains itself', () => {
  expect(unusualRows(1198, weeks, monday, zone)).toBe(
    '1,198 clean rows; the last 8 files of a Monday had 390 to 509.',
  )
  expect(unusualRows(450, weeks, monday, zone)).toBeNull()
  // As many as on a Saturday, and on a Saturday that is usual.
  expect(unusualRows(930, weeks, dayBefore(2), zone)).toBeNull()
  expect(unusualRows(65, weeks, dayBefore(1), zone)).toBeNull()
  expect(unusualRows(65, weeks, monday, zone)).toBe(
    '65 clean rows; the last 8 files of a Monday had 390 to 509.',
  )
  expect(unusualRows(0, weeks, monday, zone)).toMatch(/^0 clean rows; /)
})

it('says nothing of the second day, nor of a big first file, and counts that as the exception it is', () => {
  expect(unusualRows(430, days(11_980), monday, zone)).toBeNull()
  expect(unusualRows(430, days(440, 410, 11_980), monday, zone)).toBeNull()
  const week = days(440, 410, 452, 398, 11_980)
  expect(unusualRows(430, week, monday, zone)).toBeNull()
  expect(unusualRows(1198, week, monday, zone)).toBe(
    '1,198 clean rows; 4 of the last 5 files had 398 to 452.',
  )
})

it('takes the weekday of the zone, and is silent about few rows', () => {
  // Sunday evening in New York is Monday in Berlin.
  const late = '2026-11-23T02:00:00Z'
  expect(unusualRows(65, weeks, late, zone)).not.toBeNull()
  expect(unusualRows(65, weeks, late, 'America/New_York')).toBeNull()
  expect(unusualRows(2, days(9, 9, 9, 9, 9, 9), monday, zone)).toBeNull()
})

it('finds nothing unusual where every file is alike, and something where one is far from all', () => {
  assert(
    property(
      integer({ min: 50, max: 100_000 }),
      array(nat(4), { minLength: 8, maxLength: 60 }),
      (rows, noise) => {
        const before = days(...noise.map((one) => rows + one))
        expect(unusualRows(rows + 2, before, monday, zone)).toBeNull()
        expect(unusualRows(rows * 10, before, monday, zone)).not.toBeNull()
      },
    ),
  )
})
