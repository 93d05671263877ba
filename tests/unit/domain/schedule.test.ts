/** Three years on the clocks of zones with odd rules, in steps of the clock. */
import { describe, expect, test } from 'vitest'
import { weekdays } from '../../../shared/domain/arriving/expected.ts'
import { onTheWall } from '../../../shared/domain/localTime.ts'
import {
  type Schedule,
  When,
  dueTime,
  nextTime,
  scheduleWords,
} from '../../../shared/domain/arriving/schedule.ts'

const zones = [
  'UTC',
  'Europe/Berlin',
  'Europe/Dublin', // its winter is what is saved
  'America/New_York',
  'America/St_Johns', // half an hour off
  'America/Santiago', // midnight is left out
  'America/Asuncion',
  'America/Havana', // midnight is left out, and there twice
  'Africa/Cairo', // midnight is left out, on a Friday
  'Africa/Casablanca', // set back for a month that moves
  'Asia/Beirut',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Australia/Lord_Howe', // set by half an hour
  'Pacific/Chatham',
  'Antarctica/Troll', // set by two hours
  'Pacific/Apia',
  'Pacific/Kiritimati',
]
const start = Date.UTC(2025, 0, 1)
const end = Date.UTC(2028, 0, 1)
const dayMs = 24 * 3600_000

const daily = (
  at: string,
  zone: string,
  days: readonly (typeof weekdays)[number][] = weekdays,
): Schedule => ({
  when: { kind: 'days', at, days: [...days] },
  zone,
  missed: 'once',
})

/** All times of three years. */
function timesOf(schedule: Schedule, from = start, to = end): Date[] {
  const times: Date[] = []
  for (let at = nextTime(schedule, new Date(from)); at !== null && at.getTime() < to;) {
    times.push(at)
    at = nextTime(schedule, at)
  }
  return times
}

/** About when its clock is set. */
function whenSet(zone: string): number[] {
  const found: number[] = []
  for (let at = start; at < end; at += dayMs / 2)
    if (offsetOf(new Date(at), zone) !== offsetOf(new Date(at + dayMs / 2), zone)) found.push(at)
  return found
}

/** The days of a zone's calendar, each once. */
function calendar(zone: string): Set<string> {
  const days = new Set<string>()
  for (let at = start + 3600_000; at < end; at += dayMs / 4)
    days.add(onTheWall(new Date(at), zone).day)
  return days
}

describe.each(zones)('%s', (zone) => {
  test.each(['00:00', '00:30', '02:15'])('daily at %s', (at) => {
    const times = timesOf(daily(at, zone))
    const walls = times.map((time) => onTheWall(time, zone))
    const days = new Set(walls.map(({ day }) => day))
    // Every day has one, and none has two; the first and the last may be cut by the zone.
    expect(days.size).toBe(times.length)
    const missing = [...calendar(zone)].slice(1, -1).filter((day) => !days.has(day))
    expect(missing).toEqual([])
    // At that time on the wall, but where the clock leaves it out: then at once behind that.
    for (const [nth, { time }] of walls.entries()) {
      if (time === at) continue
      const before = new Date((times[nth]?.getTime() ?? 0) - 2 * 3600_000 - 60_000)
      expect(time > at, `${times[nth]?.toISOString()} is ${time}`).toBe(true)
      const jump = offsetOf(times[nth] ?? before, zone) - offsetOf(before, zone)
      expect(jump, `${times[nth]?.toISOString()} is ${time}`).toBeGreaterThan(0)
    }
  })

  test('every hour, every hour that passes, when the clock is set, too', () => {
    const schedule: Schedule = {
      when: { kind: 'hours', every: 1, minute: 20 },
      zone,
      missed: 'once',
    }
    for (const set of whenSet(zone)) {
      const times = timesOf(schedule, set - dayMs, set + dayMs)
      const gaps = times.slice(1).map((time, nth) => time.getTime() - (times[nth]?.getTime() ?? 0))
      // Half an hour more or less where a clock is set by half an hour.
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1.5 * 3600_000)
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.5 * 3600_000)
      expect(times.every((time) => onTheWall(time, zone).time.endsWith(':20'))).toBe(true)
    }
  })
})

test.each([
  // Closed from the 21st of each month on: once, each such month has one more.
  ['once', 2],
  ['skip', 0],
] as const)('who looks now and then finds each time once; missed: %s', (missed, more) => {
  const zone = 'Europe/Berlin'
  const schedule = { ...daily('06:00', zone), missed }
  const [from, to] = [Date.UTC(2026, 2, 15), Date.UTC(2026, 4, 3)]
  const isOpen = (at: number): boolean => new Date(at).getUTCDate() <= 20
  let last = new Date(from)
  let ran = 0
  for (let now = from; now < to; now += 9 * 60_000) {
    const found = isOpen(now) ? dueTime(schedule, last, new Date(now)) : null
    if (found === null) continue
    expect(found.handled > last && found.handled.getTime() <= now).toBe(true)
    last = found.handled
    if (found.run) ran += 1
  }
  expect(ran).toBe(timesOf(schedule, from, to).filter((at) => isOpen(at.getTime())).length + more)
})

/** How far the wall is ahead of UTC, in minutes. */
function offsetOf(at: Date, zone: string): number {
  const { day, time } = onTheWall(at, zone)
  return Math.round((Date.parse(`${day}T${time}:00Z`) - at.getTime()) / 60_000)
}

test('a time that is this very moment is due, and is not due again', () => {
  const schedule = daily('06:00', 'UTC')
  const now = new Date('2026-11-22T06:00:00.000Z')
  const due = dueTime(schedule, new Date('2026-11-21T06:00:00Z'), now)
  expect(due).toEqual({ run: true, handled: now })
  expect(dueTime(schedule, now, new Date('2026-11-22T23:00:00Z'))).toBeNull()
  expect(
    dueTime(schedule, new Date('2026-11-21T06:00:00Z'), new Date(now.getTime() - 1)),
  ).toBeNull()
})

test('what is missed for a year is one time, found at once', () => {
  const schedule: Schedule = {
    when: { kind: 'hours', every: 1, minute: 0 },
    zone: 'UTC',
    missed: 'once',
  }
  const due = dueTime(schedule, new Date('2025-11-22T05:59:00Z'), new Date('2026-11-22T06:30:00Z'))
  expect(due).toEqual({ run: true, handled: new Date('2026-11-22T06:00:00Z') })
})

test.each(['0 6 * * 1-5', '*/15 8-20 * * *', '0 6 L * *'])(
  '%s is a cron expression',
  (expression) => {
    expect(When.safeParse({ kind: 'cron', expression }).success).toBe(true)
  },
)
test.each(['', 'daily', '0 6 * *', '* * * * * *', '0 6 30 2 *', '61 * * * *'])(
  '%s is none',
  (expression) => {
    expect(When.safeParse({ kind: 'cron', expression }).success).toBe(false)
  },
)

test('in words', () => {
  const working = weekdays.slice(0, 5)
  expect(scheduleWords(daily('06:00', 'Europe/Berlin', working))).toBe(
    'every weekday at 06:00 (Europe/Berlin)',
  )
  expect(scheduleWords({ when: { kind: 'hours', every: 4, minute: 5 }, zone: 'UTC' })).toBe(
    'every 4 hours at minute 05 (UTC)',
  )
})
