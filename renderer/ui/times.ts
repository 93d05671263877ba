const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })
const year = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const dated = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' })

/** `31 May`, written out: a day of any year. `month` counts from 1. */
export function formatDay(of: number, month: number): string {
  return dayOfYear.format(new Date(2000, month - 1, of))
}

const utc = { timeZone: 'UTC' } as const
const calendarDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...utc })
const calendarDayFull = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', ...utc })

/** A day of a calendar, `2026-11-22`, wherever the reader is: `22 Nov`. */
export function formatCalendarDay(day: string): string {
  return calendarDay.format(new Date(day))
}

/** `Sunday 22 November 2026` */
export function formatCalendarDayFull(day: string): string {
  return calendarDayFull.format(new Date(day))
}

/** An instant in local time, as short as it can be: `14:03`, `31 May, 14:03`, `31 May 2023`. */
export function formatWhen(iso: string, now: Date = new Date()): string {
  const at = new Date(iso)
  if (at.toDateString() === now.toDateString()) return clock.format(at)
  if (at.getFullYear() === now.getFullYear()) return `${day.format(at)}, ${clock.format(at)}`
  return year.format(at)
}

/** `31 May 2023, 14:03`: for what is read on another day, such as paper. */
export function formatDated(iso: string): string {
  return dated.format(new Date(iso))
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * The time that a text shown by `formatWhen` or `formatDated` means, from `since` to `before`: a day, or a
 * minute where it names one. null: the text is no such time.
 */
export function timeShown(
  text: string,
  now: Date = new Date(),
): { since: Date; before: Date } | null {
  const [, day, monthName, year, hour, minute] =
    /^(?:(\d{1,2}) ([a-z]{3,9})(?: (\d{4}))?(?:, |$))?(?:(\d\d):(\d\d))?$/i.exec(text.trim()) ?? []
  const month =
    monthName === undefined ? now.getMonth() : months.indexOf(monthName.slice(0, 3).toLowerCase())
  if ((day === undefined && hour === undefined) || month === -1) return null
  const since = new Date(
    Number(year ?? now.getFullYear()),
    month,
    Number(day ?? now.getDate()),
    Number(hour ?? 0),
    Number(minute ?? 0),
  )
  const before = new Date(since)
  if (hour === undefined) before.setDate(before.getDate() + 1)
  else before.setMinutes(before.getMinutes() + 1)
  return { since, before }
}

/** `14:03` */
export function formatMinute(at: Date): string {
  return clock.format(at)
}

/** `14:03:20` */
export function formatClock(iso: string): string {
  return seconds.format(new Date(iso))
}

/** With weekday, date and seconds, for a tooltip. */
export function formatFull(iso: string): string {
  return full.format(new Date(iso))
}
