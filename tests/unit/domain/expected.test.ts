/** Three years by an injected clock, in zones whose clocks are set at odd times, by odd amounts, or by a day. */
import { describe, expect, test } from 'vitest'
import { type Expected, expectedWords, lateFor } from '../../../shared/domain/arriving/expected.ts'

const hourMs = 3600_000
const zones = [
  'Europe/Berlin',
  // By half an hour.
  'Australia/Lord_Howe',
  // At midnight, so that a day begins at one o'clock.
  'Africa/Cairo',
  'Pacific/Chatham',
  // Summer time stops for Ramadan.
  'Africa/Casablanca',
]

describe.each(zones)('%s', (zone) => {
  test.each(['00:30', '09:00'])(
    'a day without a file is late once, by %s and not before, whatever is done to the clock',
    (by) => {
      const expected: Expected = { by, days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'], zone }
      const parts = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
      })
      const wall = (at: Date): [day: string, time: string] => {
        const [date = '', time = ''] = parts.format(at).split(', ')
        return [date.split('/').toReversed().join('-'), time]
      }
      const weekday = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short' })
      const from = Date.parse('2024-01-01T00:00:00Z')
      const late = new Set<string>()
      const worked = new Set<string>()
      // The last file came just before.
      let last = new Date(from)
      for (let at = from; at < from + 3 * 365 * 24 * hourMs; at += hourMs) {
        const now = new Date(at)
        const [day, time] = wall(now)
        const isWorking = !['Sat', 'Sun'].includes(weekday.format(now))
        if (isWorking && time >= by) worked.add(day)
        const found = lateFor(expected, last, now)
        if (found !== null) {
          expect(found).toBe(day)
          expect(isWorking && time >= by).toBe(true)
          late.add(found)
          // It comes at last, a while later on the same day.
          if (time > by) last = now
        }
        // The last hour of a day has its file in any case.
        if (time >= '23:00') last = now
      }
      const [first] = wall(new Date(from))
      worked.delete(first)
      late.delete(first)
      expect(late).toEqual(worked)
    },
  )
})

test('what was waited for on Friday is late on Saturday, too, and from Monday on for Monday', () => {
  const expected: Expected = { by: '09:00', days: ['Mon', 'Fri'], zone: 'Europe/Berlin' }
  const last = new Date('2026-11-16T08:30:00+01:00')
  const at = (text: string): string | null => lateFor(expected, last, new Date(`${text}+01:00`))
  expect(at('2026-11-20T08:59:00')).toBeNull()
  expect(at('2026-11-20T09:00:00')).toBe('2026-11-20')
  expect(at('2026-11-21T07:00:00')).toBe('2026-11-20')
  expect(at('2026-11-23T08:00:00')).toBe('2026-11-20')
  expect(at('2026-11-23T09:00:00')).toBe('2026-11-23')
  expect(expectedWords(expected)).toBe('every Mon, Fri by 09:00 (Europe/Berlin)')
})
