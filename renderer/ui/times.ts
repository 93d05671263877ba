const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const year = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const dated = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' })

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

/** `14:03:20` */
export function formatClock(iso: string): string {
  return seconds.format(new Date(iso))
}

/** With weekday, date and seconds, for a tooltip. */
export function formatFull(iso: string): string {
  return full.format(new Date(iso))
}
