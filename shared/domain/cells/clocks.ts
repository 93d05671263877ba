/** Times of day and durations, as tills and spreadsheets write them. Pure. */

const minutes = '([0-5][0-9])'
/** Microseconds are what every warehouse keeps; what is finer is no value, for it would be cut. */
const seconds = '(:([0-5][0-9])([.,][0-9]{1,6})?)?'

/**
 * `9:05`, `14:30:15`, `2:05 PM`. Groups: 1 hour, 2 minute, 4 second, 5 fraction with its mark, 7 `A` or `P`. Whether the hour
 * goes with the half of the day is for the reader to see.
 */
export const timeOfDayPattern = `^([01]?[0-9]|2[0-3]):${minutes}${seconds}( ?([AaPp])[.]?[Mm][.]?)?$`

/** `1:23:45`, `27:30`, `-0:15`: hours, however many. Groups: 1 sign, 2 hours, 3 minutes, 5 seconds, 6 fraction with its mark. */
export const clockDurationPattern = `^([+-]?)([0-9]{1,6}):${minutes}${seconds}$`

/**
 * ISO 8601 with parts of one length each: `PT1H30M`, `P2DT4H`. Groups: 1 sign, 3 days, 6 hours, 8 minutes; the seconds, with their
 * fraction, stand at the end. Months and years are not of one length. What ends in no letter of a part is none: `P`, `P1DT`.
 */
export const isoDurationPattern =
  '^([+-]?)P(([0-9]{1,6})D)?(T(([0-9]{1,6})H)?(([0-9]{1,6})M)?([0-9]{1,9}([.,][0-9]{1,6})?S)?)?$'
export const isoDurationEnd = '[DHMS]$'

const test = {
  time: new RegExp(timeOfDayPattern),
  clock: new RegExp(clockDurationPattern),
  iso: new RegExp(isoDurationPattern),
  isoEnd: new RegExp(isoDurationEnd),
  isoSeconds: /([0-9]+(?:[.,][0-9]+)?)S$/,
}
/** No time of day and no duration is longer. */
const longest = 48

/**
 * What a cell may be. padded: a time of day or a duration, its hour in two digits; short: its hour in one; half: a time of day with
 * its half of the day; midnight: `24:00`, a duration, or how some write the end of a day; long: a duration only.
 */
export type ClockKind = 'padded' | 'short' | 'half' | 'midnight' | 'long'

/** null: it is neither. `seconds`: whether it says them, or which of its parts are which. */
export function readClock(cell: string): { kind: ClockKind; seconds: boolean } | null {
  if (cell.length > longest) return null
  const time = test.time.exec(cell)
  if (time !== null) {
    const [, hour = '', , , second, , , half] = time
    const shown = second !== undefined
    if (half === undefined) return { kind: hour.length === 2 ? 'padded' : 'short', seconds: shown }
    return Number(hour) >= 1 && Number(hour) <= 12 ? { kind: 'half', seconds: shown } : null
  }
  const clock = test.clock.exec(cell)
  if (clock !== null)
    return {
      kind: /^24:00(:00([.,]0+)?)?$/.test(cell) ? 'midnight' : 'long',
      seconds: clock[5] !== undefined,
    }
  return isIsoDuration(cell) ? { kind: 'long', seconds: true } : null
}

const isIsoDuration = (cell: string): boolean => test.iso.test(cell) && test.isoEnd.test(cell)

export function isTimeOfDay(cell: string): boolean {
  const kind = readClock(cell)?.kind
  return kind === 'padded' || kind === 'short' || kind === 'half'
}

export function isDuration(cell: string): boolean {
  const kind = readClock(cell)?.kind
  return kind !== undefined && kind !== 'half'
}

/** Of a duration as a cell writes it; null: it is none. */
export function durationSeconds(cell: string): number | null {
  const number = (text = '0'): number => Number(text.replace(',', '.'))
  const clock = test.clock.exec(cell)
  if (clock !== null) {
    const [, sign, hours, minute, , second, fraction = ''] = clock
    const size = number(hours) * 3600 + number(minute) * 60 + number(`${second ?? '0'}${fraction}`)
    return sign === '-' ? -size : size
  }
  if (!isIsoDuration(cell)) return null
  const [, sign, , days, , , hours, , minute] = test.iso.exec(cell) ?? []
  const size =
    number(days) * 86_400 +
    number(hours) * 3600 +
    number(minute) * 60 +
    number(test.isoSeconds.exec(cell)?.[1])
  return sign === '-' ? -size : size
}

/** `1:23:45`, `-0:00:30.5`: as people write a duration of so many seconds, and as it is read back. */
export function durationText(size: number): string {
  const micros = Math.round(Math.abs(size) * 1e6)
  const whole = Math.floor(micros / 1e6)
  const two = (part: number): string => String(part).padStart(2, '0')
  const fraction = micros % 1e6 === 0 ? '' : `.${String(micros % 1e6).padStart(6, '0')}`
  const clock = `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
  return `${size < 0 && micros > 0 ? '-' : ''}${clock}${fraction.replace(/0+$/, '')}`
}

/** The same for a program: `PT5025S`. */
export const isoDurationText = (size: number): string =>
  `${size < 0 ? '-' : ''}PT${Math.abs(size)}S`

/** Labels of times of day and of durations, as far as a word of them says which. */
const saysDuration =
  /dauer|laufzeit|wartezeit|länge|duration|elapsed|length|\btime (spent|taken)|(lead|waiting|response|processing|run) ?time|durée|duree|durata|duraci[oó]n|dura[cç][aã]o|duur|\b(hours|stunden|heures|ore|horas)\b/
const saysTime =
  /uhrzeit|\b(time|zeit|clock|uhr|heure|hora|ora|tijd|tid|hour|stunde|start|end|begin|beginn|ende|von|bis|from|until|opens?|closes?|opening|closing)\b/

/** Cells of a column by what they may be; `long` and `half` can be one thing only. */
export type ClockCounts = Record<ClockKind, number>

/** How many of the cells each type takes. */
export function clockFits({ padded, short, half, midnight, long }: ClockCounts) {
  const either = padded + short
  return { 'time of day': either + half, duration: either + midnight + long }
}

/**
 * What the cells of a column are, if nearly all of them are clocks: what a cell can only be decides, then the label, then an hour
 * in two digits, as clocks show it. `isUnsure`: nothing of these said it.
 */
export function decideClock(
  label: string,
  counts: ClockCounts,
  fits: (count: number) => boolean,
): { type: 'time' | 'duration'; cells: number; isUnsure: boolean } | null {
  const cells = clockFits(counts)
  const times = { type: 'time' as const, cells: cells['time of day'], isUnsure: false }
  const spans = { type: 'duration' as const, cells: cells.duration, isUnsure: false }
  if (!fits(times.cells)) return fits(spans.cells) ? spans : null
  if (!fits(spans.cells) || counts.half > 0) return times
  if (counts.long > 0) return spans
  const words = label.toLowerCase().replace(/[_-]/g, ' ')
  if (saysDuration.test(words)) return spans
  return { ...times, isUnsure: !saysTime.test(words) && counts.short > 0 }
}
