/** What a cell says, as text: nothing of it is lost, and nothing depends on the language of the program. Pure. */

/** How a number is to be understood, by the format of its cell. */
export type NumberKind = 'number' | 'date' | 'timestamp' | 'time' | 'duration'

/** Formats of Excel that have a number and no code in the file (ECMA-376, 18.8.30; 27 to 36 and 50 to 58 are those of East Asia). */
const builtIn: readonly [from: number, to: number, kind: NumberKind][] = [
  [14, 17, 'date'],
  [18, 21, 'time'],
  [22, 22, 'timestamp'],
  [27, 31, 'date'],
  [32, 35, 'time'],
  [36, 36, 'date'],
  [45, 45, 'time'],
  [46, 46, 'duration'],
  [47, 47, 'time'],
  [50, 58, 'date'],
]

/** `id`: of the format; `code`: as the file says it, or null where it does not. */
export function kindOfFormat(id: number, code: string | null): NumberKind {
  if (code === null) return builtIn.find(([from, to]) => id >= from && id <= to)?.[2] ?? 'number'
  // The first of up to four sections is for positive numbers; what is quoted or stands for a width is text.
  const bare = code
    .replace(/"[^"]*"?|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .split(';', 1)[0]
    ?.toLowerCase()
  if (bare === undefined) return 'number'
  if (/\[(h+|m+|s+)\]/.test(bare)) return 'duration'
  const isDay = /[yd]/.test(bare) || (bare.includes('m') && !/[hs]/.test(bare))
  const isTime = /[hs]/.test(bare)
  if (isDay) return isTime ? 'timestamp' : 'date'
  return isTime ? 'time' : 'number'
}

/**
 * A stored number in plain decimal digits. Whole ones keep every digit; of a fraction 15 digits count, as in Excel: those behind
 * are what binary numbers make of it (0.1 + 0.2 is stored as 0.30000000000000004). What is no number stays as it is.
 */
export function plainNumber(stored: string): string {
  const text = stored.trim()
  if (/^-?(0|[1-9][0-9]*)$/.test(text)) return text === '-0' ? '0' : text
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) return stored
  const shortest = String(value)
  const isExact =
    shortest.length <= 16 || shortest.replace(/e.*|[^0-9]/g, '').replace(/^0+/, '').length <= 15
  return withoutExponent(
    isExact || Number.isInteger(value) ? shortest : String(Number(value.toPrecision(15))),
  )
}

function withoutExponent(number: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = ''] =
    /^(-?)(\d+)\.?(\d*)e([+-]\d+)$/.exec(number) ?? []
  if (exponent === '') return number
  const places = Number(exponent)
  if (places < 0) return `${sign}0.${'0'.repeat(-places - 1)}${whole}${fraction}`
  return sign + whole + fraction.padEnd(places, '0')
}

const dayMs = 86_400_000
/** 9999-12-31, the last day that Excel knows. */
const lastDay = 2_958_465
const epochMs = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) }

/** A stored number as its cell's format understands it: `2026-03-01`, `2026-03-01 09:30:00`, `09:30:00`, `27:30:00`, or the number. */
export function numberText(stored: string, kind: NumberKind, epoch: 1900 | 1904): string {
  if (kind === 'number') return plainNumber(stored)
  const value = Number(stored)
  if (stored.trim() === '' || !(value >= 0)) return plainNumber(stored)
  // Milliseconds are as exact as a double of today is.
  const ms = Math.round(value * dayMs)
  if (kind === 'duration') return clock(ms)
  if (kind === 'time' && ms < dayMs) return clock(ms)
  const day = Math.floor(ms / dayMs)
  const date = dateOf(day, epoch)
  if (date === null) return plainNumber(stored)
  return kind === 'date' && ms % dayMs === 0 ? date : `${date} ${clock(ms % dayMs)}`
}

/** null: no day, so that the number has to speak for itself. */
function dateOf(day: number, epoch: 1900 | 1904): string | null {
  if (day > lastDay) return null
  if (epoch === 1900) {
    if (day < 1) return null
    // Excel takes 1900 for a leap year: its 29 February is no day, and those before it are one later.
    if (day === 60) return '1900-02-29'
    if (day < 60) return isoDay(epochMs[1900] + (day + 1) * dayMs)
  }
  return isoDay(epochMs[epoch] + day * dayMs)
}

/** Days that were written lately: a sheet has the same few again and again. */
const daysWritten = new Map<number, string>()

function isoDay(ms: number): string {
  let day = daysWritten.get(ms)
  if (day === undefined) {
    day = new Date(ms).toISOString().slice(0, 10)
    if (daysWritten.size === 4096) daysWritten.clear()
    daysWritten.set(ms, day)
  }
  return day
}

function clock(ms: number): string {
  const two = (part: number): string => String(part).padStart(2, '0')
  const seconds = Math.floor(ms / 1000)
  const rest = ms % 1000
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(3, '0')}`
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction}`
}

/** A date as XML writes it: `2026-03-01T00:00:00` is `2026-03-01` where the format asks for no time. */
export function isoText(stored: string, kind: NumberKind): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)T([\d:.]+)Z?$/.exec(stored) ?? []
  if (day === undefined || time === undefined) return stored
  const isMidnight = /^00:00(:00(\.0*)?)?$/.test(time)
  return isMidnight && kind !== 'timestamp' ? day : `${day} ${time.replace(/\.0*$/, '')}`
}

/** `_x000D_`: characters that XML cannot hold, as Excel writes them (ECMA-376, 22.9.2.19). */
export function withoutEscapes(text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** `AB12` → 27, counted from 0; −1: no cell. */
export function columnOf(reference: string): number {
  let column = 0
  let at = 0
  for (; at < reference.length; at += 1) {
    const code = reference.charCodeAt(at)
    if (code < 65 || code > 90) break
    column = column * 26 + code - 64
  }
  return at === 0 || at > 3 ? -1 : column - 1
}

/** 27 → `AB`. */
export function columnName(column: number): string {
  const before = column < 26 ? '' : columnName(Math.floor(column / 26) - 1)
  return before + String.fromCharCode(65 + (column % 26))
}
