import { z } from 'zod'
import { formatBytes } from './sizes.ts'

/** The slowest that can be asked for: below that, requests would time out. */
export const slowestLimit = 1024

/** From a time of the local day on, uploads send at most so much together; null: as fast as the line is. */
export const LimitEntry = z.object({
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of the day such as 08:00.'),
  bytesPerSecond: z.int().min(slowestLimit).nullable(),
})
export type LimitEntry = z.infer<typeof LimitEntry>

/**
 * How fast uploads may send, by the time of the day: each entry holds until the next one, the last one
 * until the first one of the next day. No entry: as fast as the line is.
 */
export const UploadLimit = z
  .array(LimitEntry)
  .max(24)
  .refine(
    (entries) => entries.every(({ from }, index) => from > (entries[index - 1]?.from ?? '')),
    'The times must follow one another.',
  )
export type UploadLimit = z.infer<typeof UploadLimit>

/** What holds at an instant, and when that changes; null: never. */
export interface Cap {
  bytesPerSecond: number | null
  until: Date | null
}

/** Reads the clock of this computer's time zone, as the table does. */
export function capAt(limit: UploadLimit, at: Date): Cap {
  const now = `${two(at.getHours())}:${two(at.getMinutes())}`
  const passed = limit.findLastIndex(({ from }) => from <= now)
  // Before the first entry of a day the last one of the day before still holds.
  const current = passed === -1 ? limit.length - 1 : passed
  const bytesPerSecond = limit[current]?.bytesPerSecond ?? null
  const following = [...limit.slice(current + 1), ...limit.slice(0, current)]
  const next = following.find((entry) => entry.bytesPerSecond !== bytesPerSecond)
  return { bytesPerSecond, until: next === undefined ? null : nextTime(next.from, at) }
}

/** The next instant after `at` at which the local clock shows this time. */
function nextTime(time: string, at: Date): Date {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  const next = new Date(at)
  next.setHours(hours, minutes, 0, 0)
  if (next <= at) next.setDate(next.getDate() + 1)
  return next
}

/** Nobody waits for longer than this; the service forgets unfinished blocks after a week. */
const longestForecastMs = 14 * 86_400_000

/** How long `bytes` take from `at` on over a line of `bytesPerSecond` > 0 that is held to the table. */
export function msToSend(
  limit: UploadLimit,
  { bytes, bytesPerSecond, at }: { bytes: number; bytesPerSecond: number; at: Date },
): number {
  let left = bytes
  let now = at
  while (now.getTime() - at.getTime() < longestForecastMs) {
    const cap = capAt(limit, now)
    const rate = Math.min(bytesPerSecond, cap.bytesPerSecond ?? Infinity)
    const neededMs = (left / rate) * 1000
    const heldMs = cap.until === null ? Infinity : cap.until.getTime() - now.getTime()
    if (neededMs <= heldMs) return now.getTime() - at.getTime() + neededMs
    left -= (rate * heldMs) / 1000
    now = new Date(now.getTime() + heldMs)
  }
  return longestForecastMs
}

/**
 * `off`, `2m`, or a table such as `08:00,500k 20:00,off`; k, m and g are 1024-based, as everywhere in Pallet.
 * null: that is not understood.
 */
export function parseLimit(text: string): UploadLimit | null {
  const words = text.trim().split(/\s+/)
  const [only = ''] = words
  if (words.length === 1 && !only.includes(',')) {
    const rate = parseRate(only)
    if (rate === undefined) return null
    return rate === null ? [] : [{ from: '00:00', bytesPerSecond: rate }]
  }
  const entries: LimitEntry[] = []
  for (const word of words) {
    const [, hours = '', minutes = '', speed = ''] = /^(\d{1,2}):(\d\d),(.+)$/.exec(word) ?? []
    const bytesPerSecond = parseRate(speed)
    if (bytesPerSecond === undefined) return null
    entries.push({ from: `${hours.padStart(2, '0')}:${minutes}`, bytesPerSecond })
  }
  const sorted = entries.toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return UploadLimit.safeParse(sorted).data ?? null
}

function parseRate(text: string): number | null | undefined {
  if (/^off$/i.test(text)) return null
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text) ?? []
  const bytes = Math.round(Number(digits) * 1024 ** ' kmg'.indexOf(unit.toLowerCase() || ' '))
  return digits !== '' && bytes >= slowestLimit ? bytes : undefined
}

/** A table as `parseLimit` takes it. */
export function limitText(limit: UploadLimit): string {
  const [first] = limit
  if (first === undefined) return 'off'
  const constant = limit.every((entry) => entry.bytesPerSecond === first.bytesPerSecond)
  if (constant) return rateText(first.bytesPerSecond)
  return limit.map((entry) => `${entry.from},${rateText(entry.bytesPerSecond)}`).join(' ')
}

function rateText(bytesPerSecond: number | null): string {
  if (bytesPerSecond === null) return 'off'
  const units = ['', 'k', 'm', 'g']
  let power = 0
  while (power < 3 && bytesPerSecond % 1024 ** (power + 1) === 0) power += 1
  return `${bytesPerSecond / 1024 ** power}${units[power] ?? ''}`
}

/** `500 KiB/s until 20:00`, in local time. */
export function capText(bytesPerSecond: number, until: Date | null): string {
  const rate = `${formatBytes(bytesPerSecond)}/s`
  return until === null ? rate : `${rate} until ${two(until.getHours())}:${two(until.getMinutes())}`
}

/** The unit that a provider sells lines in: `4.1 Mbit/s`. */
export function megabitText(bytesPerSecond: number): string {
  const megabit = (bytesPerSecond * 8) / 1_000_000
  return `${megabit.toFixed(megabit < 10 ? 1 : 0)} Mbit/s`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
