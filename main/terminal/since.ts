import { InvalidArgumentError } from 'commander'

const spans: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

/** `7d` ago, or a date (its beginning, local time) or date and time; as UTC ISO 8601. */
export function parseSince(text: string, now: Date): string {
  const [, count, unit = ''] = /^(\d{1,5})([mhdw])$/.exec(text) ?? []
  const span = spans[unit]
  if (count !== undefined && span !== undefined)
    return new Date(now.getTime() - Number(count) * span).toISOString()
  // A date alone would be read as UTC.
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const at = new Date(isDay ? `${text}T00:00` : text)
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(at.getTime())) return at.toISOString()
  throw new InvalidArgumentError(
    'A span such as 12h, 7d or 2w, a date such as 2026-11-20, or “2026-11-20 18:30” is expected.',
  )
}
