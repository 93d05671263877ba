import { type UploadLimit, slowestLimit } from '../../../shared/domain/limit.ts'

/** A time of the day at which uploads are held back, as it stands in the form. */
export interface Period {
  from: string
  to: string
  /** KiB a second, as typed. */
  rate: string
}
export type Complaints = Partial<Record<keyof Period, string>>

export const usualPeriod: Period = { from: '08:00', to: '20:00', rate: '500' }
/** More than anybody keeps in mind, and the table has two entries for each. */
export const mostPeriods = 12
const fastest = 10_000_000

/** The capped stretches of a table; one that never ends goes from its time to the same time. */
export function periodsOf(limit: UploadLimit): Period[] {
  return limit.flatMap(({ from, bytesPerSecond }, index) => {
    if (bytesPerSecond === null) return []
    const to = limit[(index + 1) % limit.length]?.from ?? from
    return [{ from, to, rate: String(Math.round((bytesPerSecond / 1024) * 100) / 100) }]
  })
}

/** Bytes a second; null: that is no rate. */
export function rateOf(text: string): number | null {
  if (!/^\d+([.,]\d+)?$/.test(text.trim())) return null
  const bytes = Math.round(Number(text.trim().replace(',', '.')) * 1024)
  return bytes >= slowestLimit && bytes <= fastest * 1024 ? bytes : null
}

/** The table of these periods, or what is wrong with which field of which. */
export function limitOf(
  periods: readonly Period[],
): { ok: true; limit: UploadLimit } | { ok: false; complaints: Complaints[] } {
  const complaints = periods.map((period): Complaints => {
    const found: Complaints = {}
    if (minutesOf(period.from) === null) found.from = 'A time such as 08:00.'
    if (minutesOf(period.to) === null) found.to = 'A time such as 20:00.'
    if (rateOf(period.rate) === null) found.rate = 'A number from 1 on, such as 500.'
    return found
  })
  for (const [index, period] of periods.entries())
    if (periods.some((other) => other !== period && begins(other, period)))
      complaints[index] = { to: 'Overlaps another time.', ...complaints[index] }
  if (complaints.some((found) => Object.keys(found).length > 0)) return { ok: false, complaints }
  const starts = new Set(periods.map(({ from }) => from))
  const limit = periods.flatMap(({ from, to, rate }) => [
    { from, bytesPerSecond: rateOf(rate) },
    ...(starts.has(to) ? [] : [{ from: to, bytesPerSecond: null }]),
  ])
  return { ok: true, limit: limit.toSorted((a, b) => (a.from < b.from ? -1 : 1)) }
}

/** Whether `other` begins within `period`, over midnight as well. */
function begins(other: Period, period: Period): boolean {
  const [start, from, to] = [other.from, period.from, period.to].map(minutesOf)
  if (start == null || from == null || to == null) return false
  const day = 24 * 60
  const length = (to - from + day) % day || day
  return (start - from + day) % day < length
}

function minutesOf(time: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? []
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes)
}
