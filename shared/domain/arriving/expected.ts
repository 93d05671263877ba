/** By when a file should have come. */
import { z } from 'zod'
import { isZone, onTheWall } from '../localTime.ts'

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
const Weekday = z.enum(weekdays)
export type Weekday = z.infer<typeof Weekday>

export const Expected = z.object({
  /** `09:00`, on the clock of the zone. */
  by: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  days: z.array(Weekday).min(1).max(7),
  /** As IANA calls it: `Europe/Berlin`. */
  zone: z.string().min(1).max(64).refine(isZone),
})
export type Expected = z.infer<typeof Expected>

/** `every weekday` */
export function dayWords(days: readonly Weekday[]): string {
  const isOn = (day: Weekday): boolean => days.includes(day)
  const working = weekdays.slice(0, 5)
  return days.length === 7
    ? 'every day'
    : days.length === 5 && working.every(isOn)
      ? 'every weekday'
      : `every ${weekdays.filter(isOn).join(', ')}`
}

/** `every weekday by 09:00 (Europe/Berlin)` */
export function expectedWords({ by, days, zone }: Expected): string {
  return `${dayWords(days)} by ${by} (${zone})`
}

/**
 * The day (`2026-11-20`, in its zone) for which a file should be there by now and is not, or null. It may come on that
 * day from midnight on, or on a later one. A clock that is set back or forward in between changes nothing: days and
 * times are compared as the clock on the wall shows them.
 * @param last when one last came, or since when they are waited for
 */
export function lateFor(expected: Expected, last: Date, now: Date): string | null {
  const { day, time } = onTheWall(now, expected.zone)
  for (let back = 0; back <= 7; back += 1) {
    const [date, weekday] = daysBefore(day, back)
    if (!expected.days.includes(weekday) || (back === 0 && time < expected.by)) continue
    return onTheWall(last, expected.zone).day < date ? date : null
  }
  return null
}

function daysBefore(day: string, back: number): [date: string, weekday: Weekday] {
  const at = new Date(`${day}T12:00:00Z`)
  at.setUTCDate(at.getUTCDate() - back)
  return [at.toISOString().slice(0, 10), weekdays[(at.getUTCDay() + 6) % 7] ?? 'Mon']
}
