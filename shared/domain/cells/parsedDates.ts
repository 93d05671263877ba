/** What a text says in a form of `dateFormat.ts`; the twin of what `main/cleaning/duckdb/parse.ts` does to whole files. */
import {
  type DateField,
  type DateFormat,
  readFormat,
  usualTwoDigitYearsFrom,
} from './dateFormat.ts'
import { monthNumbers, weekdayNumbers } from './writtenDates.ts'

/** What all the forms of a step give: dates among timestamps are their midnight. */
export type Gives = DateFormat['gives']

export function givenBy(formats: readonly DateFormat[]): Gives {
  return formats.some(({ gives }) => gives === 'timestamp')
    ? 'timestamp'
    : (formats[0]?.gives ?? 'date')
}

const dayMs = 86_400_000
/** Day 0 of Excel; it believes that there was a 29 February 1900, its day 60, so that days before it are one later. */
const excelEpoch = Date.UTC(1899, 11, 30)
const lastExcelDay = 2_958_465

/**
 * `2026-01-11`, `2026-01-11 10:30:00` (with `Z` where the form says an instant) or `10:30:00`; null: it is not written so, or
 * there is no such day or time. `twoDigitYearsFrom`: the first of the hundred years that two digits stand for.
 */
export function readDate(
  format: DateFormat,
  text: string,
  twoDigitYearsFrom = usualTwoDigitYearsFrom,
): string | null {
  const groups = patternOf(format).exec(text)
  if (groups === null) return null
  if (format.counts !== null) return counted(format, groups[1] ?? '')
  const part = (field: DateField): string | undefined => {
    const nth = format.fields.indexOf(field)
    return nth === -1 ? undefined : groups[nth + 1]
  }
  const date = format.gives === 'time' ? 0 : dayOf(part, twoDigitYearsFrom)
  if (date === null) return null
  if (format.gives === 'date') return dayText(date)
  const time = timeOf(part)
  if (format.gives === 'time') return clockText(time)
  const zone = part('zone')
  const offset = zone === undefined ? 0 : offsetOf(zone)
  if (offset === null) return null
  return instantText(date, time - offset, format.isZoned)
}

/** As all forms that fit say; `several`: they say different things. */
export function readDates(
  formats: readonly DateFormat[],
  text: string,
  twoDigitYearsFrom?: number,
): { value: string } | 'none' | 'several' {
  const gives = givenBy(formats)
  const all = formats.flatMap((format) => {
    const value = readDate(format, text, twoDigitYearsFrom)
    if (value === null) return []
    return [gives === 'timestamp' && format.gives === 'date' ? `${value} 00:00:00` : value]
  })
  const [value, another] = new Set(all)
  if (value === undefined) return 'none'
  return another === undefined ? { value } : 'several'
}

const patterns = new Map<string, RegExp>()

function patternOf({ pattern }: DateFormat): RegExp {
  const test = patterns.get(pattern) ?? new RegExp(pattern)
  if (patterns.size < 5000) patterns.set(pattern, test)
  return test
}

type Part = (field: DateField) => string | undefined

/** Milliseconds of its midnight; null: there is no such day. */
function dayOf(part: Part, from: number): number | null {
  const week = part('week')
  if (week !== undefined)
    return dayOfWeek(Number(part('weekYear')), Number(week), Number(part('dayOfWeek') ?? 1))
  const [short, name] = [part('year2'), part('monthName')]
  const year = short === undefined ? Number(part('year')) : fullYear(Number(short), from)
  const month = Number(name === undefined ? part('month') : monthNumbers.get(name.toLowerCase()))
  const day = Number(part('day') ?? 1)
  const date = new Date(Date.UTC(year, month - 1, day))
  if (Number.isNaN(date.getTime()) || date.getUTCMonth() + 1 !== month) return null
  const weekday = part('weekday')
  if (weekday !== undefined) {
    const said = weekdayNumbers.get(weekday.toLowerCase())
    // 1 for Monday … 7 for Sunday.
    if (said !== String(date.getUTCDay() || 7)) return null
  }
  return date.getTime()
}

/** The year that ends in these two digits, of the hundred that begin at `from`. */
export function fullYear(short: number, from: number): number {
  const century = from - (from % 100)
  return short >= from % 100 ? century + short : century + 100 + short
}

function dayOfWeek(year: number, week: number, day: number): number | null {
  // The week with 4 January is the first.
  const fourth = Date.UTC(year, 0, 4)
  const monday = fourth - ((new Date(fourth).getUTCDay() || 7) - 1) * dayMs
  const date = monday + (week - 1) * 7 * dayMs
  const thursday = new Date(date + 3 * dayMs)
  return thursday.getUTCFullYear() === year ? date + (day - 1) * dayMs : null
}

/** Microseconds since midnight. */
function timeOf(part: Part): number {
  const half = part('half')
  const hour =
    half === undefined
      ? Number(part('hour'))
      : (Number(part('hour12')) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
  const seconds = (hour * 60 + Number(part('minute') ?? 0)) * 60 + Number(part('second') ?? 0)
  return seconds * 1e6 + Number((part('fraction') ?? '').slice(0, 6).padEnd(6, '0'))
}

/** In microseconds; clocks on Earth differ from UTC by at most 14 hours. */
function offsetOf(zone: string): number | null {
  if (zone.toLowerCase() === 'z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = zone.length === 3 ? 0 : Number(zone.slice(-2))
  if (hours > 14 || minutes > 59) return null
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60e6
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** `10:30:00`, and as much of a fraction as there is. */
function clockText(micros: number): string {
  const seconds = Math.floor(micros / 1e6)
  const fraction = String(micros % 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '')
  const clock = new Date(seconds * 1000).toISOString().slice(11, 19)
  return fraction === '' ? clock : `${clock}.${fraction}`
}

/** null: it is not in the years 1000 to 9999. */
function instantText(midnight: number, micros: number, isZoned: boolean): string | null {
  const days = Math.floor(micros / (dayMs * 1000))
  const day = new Date(midnight + days * dayMs)
  const year = day.getUTCFullYear()
  if (!(year >= 1000 && year <= 9999)) return null
  const clock = clockText(micros - days * dayMs * 1000)
  return `${dayText(day.getTime())} ${clock}${isZoned ? 'Z' : ''}`
}

function counted({ counts, isZoned }: DateFormat, text: string): string | null {
  if (counts === 'unix-seconds' || counts === 'unix-milliseconds') {
    const [whole = '', fraction = ''] = text.split('.')
    const perDay = counts === 'unix-seconds' ? 86_400 : dayMs
    const days = Math.floor(Number(whole) / perDay)
    const parts = Number(fraction.slice(0, 6).padEnd(6, '0')) * (whole.startsWith('-') ? -1 : 1)
    const micros = (Number(whole) - days * perDay) * (86_400e6 / perDay) + parts
    return instantText(days * dayMs, micros, isZoned)
  }
  const [whole = '', fraction = ''] = text.replace(',', '.').split('.')
  const day = Number(whole)
  if (day < 1 || day === 60 || day > lastExcelDay) return null
  const midnight = excelEpoch + (day < 60 ? day + 1 : day) * dayMs
  if (counts === 'excel-days') return dayText(midnight)
  // To the second: a day of Excel has no more that can be trusted, as it is a floating number.
  const parts = BigInt(fraction.padEnd(18, '0')) * 86_400n
  const seconds = Number((parts + 500_000_000_000_000_000n) / 1_000_000_000_000_000_000n)
  return instantText(midnight, seconds * 1e6, isZoned)
}

/** The forms of a step; throws `FormatFault` for the first that is none. */
export const readFormats = (formats: readonly string[]): DateFormat[] => formats.map(readFormat)
