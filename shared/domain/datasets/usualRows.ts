/** How many rows the files of a dataset usually have, learnt from those that came before. */
import { z } from 'zod'
import { weekdays } from '../arriving/expected.ts'
import { onTheWall } from '../localTime.ts'
import { formatCount, plural } from '../sizes.ts'

/** What is unusual about a file, where somebody should hear of it. */
export const Unusual = z.object({
  /** How many rows it has, beside what is usual, in a sentence; null: as many as usual, or not enough is known. */
  rows: z.string().nullable(),
  /** Columns that are new, gone or of another type, a sentence for each. */
  columns: z.array(z.string()),
})
export type Unusual = z.infer<typeof Unusual>

/** A file that was delivered: when it was sent (UTC, ISO 8601), and its clean rows. */
export interface RowsThen {
  at: string
  rows: number
}

/** Files of one weekday say the most: with so many of them the others are not asked, and of more the last ones are. */
const ofWeekday = { least: 4, most: 8, share: 0.25 }
/** Of any day; a shop may well sell half as much on a Sunday. */
const ofAnyDay = { least: 5, most: 10, share: 0.5 }
/** Of fewer rows nothing is usual. */
const leastRows = 20
/** Deviations from the median; of numbers that are spread as a bell, three in a thousand are farther away. */
const far = 3
/** From the median of the distances to a standard deviation. */
const toDeviation = 1.4826

const dayNames = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const

/**
 * How a file has more or fewer rows than is usual, in a sentence; null: it has not, or too few files came before. One file that was
 * out of the ordinary, as a first one of many days, moves no median, so it decides nothing about the next.
 * @param before files that were delivered and stand, newest first
 * @param zone in which a weekday is one, as IANA calls it
 */
export function unusualRows(
  rows: number,
  before: readonly RowsThen[],
  at: string,
  zone: string,
): string | null {
  const day = weekdayOf(at, zone)
  const sameDay = before.filter((one) => weekdayOf(one.at, zone) === day)
  const { least, most, share } = sameDay.length >= ofWeekday.least ? ofWeekday : ofAnyDay
  const those = (most === ofWeekday.most ? sameDay : before).slice(0, most)
  if (those.length < least) return null
  const counts = those.map((one) => one.rows)
  const middle = median(counts)
  if (Math.max(rows, middle) < leastRows) return null
  const spread = far * toDeviation * median(counts.map((count) => Math.abs(count - middle)))
  const reach = Math.max(spread, middle * share)
  const isUsual = (count: number): boolean => Math.abs(count - middle) <= reach
  if (isUsual(rows)) return null
  const usual = counts.filter(isUsual)
  const files = `${formatCount(those.length)} ${most === ofWeekday.most ? `files of a ${dayNames[day] ?? ''}` : 'files'}`
  const who =
    usual.length === those.length
      ? `the last ${files}`
      : `${formatCount(usual.length)} of the last ${files}`
  const [fewest, largest] = [Math.min(...usual), Math.max(...usual)]
  const had =
    fewest === largest ? formatCount(fewest) : `${formatCount(fewest)} to ${formatCount(largest)}`
  return `${plural(rows, 'clean row')}; ${who} had ${had}.`
}

/** From 0, Monday. */
function weekdayOf(at: string, zone: string): number {
  const { day } = onTheWall(new Date(at), zone)
  return (new Date(`${day}T12:00:00Z`).getUTCDay() + weekdays.length - 1) % weekdays.length
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = sorted.slice(half - 1, half + 1)
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : (low + high) / 2
}
