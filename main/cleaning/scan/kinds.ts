/**
 * What a cell looks like, told from its bytes in one pass: whatever `shared/domain/cells/cellPatterns.ts` says in
 * patterns, without a pattern, because every cell of a file is asked. A test holds both to the same answer.
 */
import { readAmount } from '../../../shared/domain/cells/amounts.ts'
import { booleanPattern, timePattern } from '../../../shared/domain/cells/cellPatterns.ts'
import { type ClockKind, readClock } from '../../../shared/domain/cells/clocks.ts'
import { finestScale } from '../../../shared/domain/datasets/dataset.ts'
import { readWrittenDate } from '../../../shared/domain/cells/writtenDates.ts'

/** Kinds of cells. Each fits the patterns of one set of types; see `talliesOf`. */
export const kind = {
  empty: 0,
  word: 1,
  boolean: 2,
  integer: 3,
  /**
   * Whole numbers that are mostly names of things: eight digits; leading zeros, 12 to 14 or 16 and more digits, nine and
   * more after a plus.
   */
  gtin8: 4,
  identifier: 5,
  /** Too long for eight bytes. */
  longInteger: 6,
  dotFraction: 7,
  commaFraction: 8,
  /** `1.234` and `1,234`: a fraction or thousands. */
  eitherDot: 9,
  eitherComma: 10,
  /** `1.234.567` and `1,234,567`. */
  dotGroups: 11,
  commaGroups: 12,
  scientific: 13,
  dmy: 14,
  mdy: 15,
  /** Day and month may change places: `3/2/2024`. */
  dmyOrMdy: 16,
  ymd: 17,
  timedDmy: 18,
  timedMdy: 19,
  timedDmyOrMdy: 20,
  timedYmd: 21,
  /** With a time and its zone. */
  zonedDmy: 22,
  zonedMdy: 23,
  zonedDmyOrMdy: 24,
  zonedYmd: 25,
  /** What Excel was told to keep as text. */
  wrapped: 26,
  /** A number with a unit, a minus at its end, brackets, or what else `readAmount` reads. Only `ofWords` finds it. */
  amount: 27,
  /** Times of day, or durations: the hour in two digits, in one; with its half of the day; `24:00`; durations only. */
  clock: 28,
  shortClock: 29,
  halfClock: 30,
  midnight: 31,
  longClock: 32,
} as const
export const kinds = 33

const clockKinds: Record<ClockKind, number> = {
  padded: kind.clock,
  short: kind.shortClock,
  half: kind.halfClock,
  midnight: kind.midnight,
  long: kind.longClock,
}

const code = (character: string): number => character.charCodeAt(0)
const [zero, nine] = [code('0'), code('9')]
const [plus, minus, dot, comma] = [code('+'), code('-'), code('.'), code(',')]
const [slash, colon, blank, letterT] = [code('/'), code(':'), code(' '), code('T')]
export const isDigit = (byte: number): boolean => byte >= zero && byte <= nine
const isDateMark = (byte: number): boolean => byte === dot || byte === slash || byte === minus
const isExponent = (byte: number): boolean => (byte | 0x20) === 0x65

const time = new RegExp(`^([Tt]| +)${timePattern}`)
/** Of `time`, which has a group more than `timePattern`. */
const zoneGroup = 10
const boolean = new RegExp(booleanPattern)
export const longestBoolean = 5
const firstOfBoolean = new Set('tTfFyYnNjJ'.split('').map(code))
export const mayBeginBoolean = (byte: number): boolean => firstOfBoolean.has(byte)
export const mayBeginNumber = (byte: number): boolean =>
  isDigit(byte) || byte === plus || byte === minus || byte === dot || byte === comma
/** Digits that always fit eight bytes. */
const safeDigits = 18
const shortestTelephone = 9
export const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Answers `kind` of one cell, and keeps what else is to be known of it until the next. */
export class CellKind {
  /** Of a number: digits before and after the mark; zeros at the end that are too many for any decimal are not counted. */
  whole = 0
  fraction = 0
  /** Of a number: whether marks stand between groups of digits, of a date: whether it is written with hyphens. */
  grouped = false
  hyphens = false
  /**
   * Of a date: whether it stands at fixed places: two digits for day and month, four for the year from 1000 on, a day
   * that the calendar has; then nothing, or one character and `HH:MM` or `HH:MM:SS`. For day first and month first each.
   */
  regularDmy = false
  regularMdy = false
  regularYmd = false
  /** Of a date: whether a dot stands before its last part. */
  dotted = false
  /** Of a time of day or a duration: whether it says seconds. */
  seconds = false
  /** Whether the engine's own cast reads a time of day. */
  plainClock = false
  /** Of an amount: its unit, and the kind of its number, which `whole` and the others are of. */
  unit = ''
  number: number = kind.word
  private value = 0

  /** Of the bytes `[from, to)`, which are not empty, without white space around them. */
  of(bytes: Buffer, from: number, to: number): number {
    const first = bytes[from] ?? 0
    if (mayBeginNumber(first)) return this.ofNumber(bytes, from, to)
    if (to - from > longestBoolean || !mayBeginBoolean(first)) return kind.word
    return boolean.test(bytes.toString('latin1', from, to)) ? kind.boolean : kind.word
  }

  /** Of a cell that is a word so far: what it is as an amount, as a date with its month in words, or as a duration of ISO 8601. */
  ofWords(text: string): number {
    const amount = readAmount(text)
    if (amount !== null) {
      const bytes = Buffer.from(amount.number)
      this.unit = amount.unit
      this.number = this.of(bytes, 0, bytes.length)
      return kind.amount
    }
    const date = readWrittenDate(text)
    if (date === null) return this.ofClockText(text)
    this.regularDmy = false
    this.regularMdy = false
    this.regularYmd = false
    this.dotted = false
    if (date.isZoned) return kind[date.order] + kind.zonedDmy - kind.dmy
    return kind[date.order] + (date.isTimed ? kind.timedDmy - kind.dmy : 0)
  }

  /** The same where it tells at once: digits, one dot among them, a date as ISO 8601 writes it. -1: ask `of`. */
  atOnce(bytes: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && isDigit(bytes[at] ?? 0)) at += 1
    const head = at - from
    if (head === 0) return -1
    this.whole = head
    this.fraction = 0
    this.grouped = false
    if (at === to) return wholeKind(head, 0, bytes[from] === zero)
    const mark = bytes[at]
    if (mark === colon) return head === 2 ? this.ofRegularClock(bytes, from, to) : -1
    if (mark === minus && head === 4) return this.ofIso(bytes, from, to)
    if (mark !== dot) return -1
    this.fraction = to - at - 1
    if (this.fraction > finestScale) return -1
    for (at += 1; at < to; at += 1) if (!isDigit(bytes[at] ?? 0)) return -1
    return head <= 3 && this.fraction === 3 ? kind.eitherDot : kind.dotFraction
  }

  private ofIso(bytes: Buffer, from: number, to: number): number {
    if (to - from < 10 || bytes[from + 7] !== minus) return -1
    const year = (two(bytes, from) * 100 + two(bytes, from + 2)) | 0
    const month = two(bytes, from + 5)
    const day = two(bytes, from + 8)
    if (!isMonth(month) || !isDay(day)) return -1
    const isDate = to === from + 10
    if (!isDate && regularClock(bytes, from + 10, to) < 0) return -1
    this.hyphens = true
    this.regularYmd = exists(year, month, day)
    return isDate ? kind.ymd : kind.timedYmd
  }

  /** `HH:MM`, `HH:MM:SS`. */
  private ofRegularClock(bytes: Buffer, from: number, to: number): number {
    if (clockAt(bytes, from, to) < 0) return -1
    this.seconds = to - from === 8
    this.plainClock = true
    return kind.clock
  }

  private ofClock(bytes: Buffer, from: number, to: number): number {
    if (this.ofRegularClock(bytes, from, to) >= 0) return kind.clock
    return this.ofClockText(bytes.toString('latin1', from, to))
  }

  private ofClockText(text: string): number {
    const clock = readClock(text)
    if (clock === null) return kind.word
    this.seconds = clock.seconds
    this.plainClock = false
    return clockKinds[clock.kind]
  }

  private ofNumber(bytes: Buffer, from: number, to: number): number {
    const first = bytes[from] ?? 0
    const signed = first === plus || first === minus
    const start = signed ? from + 1 : from
    let at = start
    while (at < to && isDigit(bytes[at] ?? 0)) at += 1
    const head = at - start
    this.whole = head
    this.fraction = 0
    this.grouped = false
    if (at === to)
      return head === 0 ? kind.word : wholeKind(head, signed ? first : 0, bytes[start] === zero)

    // Segments of digits between marks: `digits` of the current one, `marks` before it.
    let marks = 0
    let mark = 0
    let groupMark = 0
    let digits = head
    let grouped = head >= 1 && head <= 3
    let whole = head
    for (; at < to; at += 1) {
      const byte = bytes[at] ?? 0
      if (byte === dot || byte === comma) {
        if (marks > 0) {
          // What was the last mark is one between groups now.
          if (digits !== 3 || (groupMark !== 0 && groupMark !== mark)) grouped = false
          groupMark = mark
          whole += digits
        }
        mark = byte
        marks += 1
        digits = 0
      } else if (isDigit(byte)) digits += 1
      else return this.ofOther(bytes, from, to, at)
    }
    if (marks === 1) {
      if (head === 0 && digits === 0) return kind.word
      this.fraction = fractionDigits(bytes, to, digits)
      const either = grouped && digits === 3
      if (mark === dot) return either ? kind.eitherDot : kind.dotFraction
      return either ? kind.eitherComma : kind.commaFraction
    }
    if (grouped && groupMark === mark && digits === 3) {
      this.whole = whole + 3
      return mark === dot ? kind.dotGroups : kind.commaGroups
    }
    if (grouped && groupMark !== mark) {
      this.grouped = true
      this.whole = whole
      this.fraction = fractionDigits(bytes, to, digits)
      return mark === dot ? kind.dotFraction : kind.commaFraction
    }
    return signed ? kind.word : this.ofDate(bytes, from, to)
  }

  /** Neither digits nor marks alone; `at` is the first other byte. */
  private ofOther(bytes: Buffer, from: number, to: number, at: number): number {
    if (isExponent(bytes[at] ?? 0))
      return isScientific(bytes, from, to, at) ? kind.scientific : kind.word
    if (bytes[at] === colon) return this.ofClock(bytes, from, to)
    return this.ofDate(bytes, from, to)
  }

  private ofDate(bytes: Buffer, from: number, to: number): number {
    let at = this.part(bytes, from, to)
    const [one, oneLength] = [this.value, at - from]
    if (at >= to || !isDateMark(bytes[at] ?? 0)) return kind.word
    let start = at + 1
    at = this.part(bytes, start, to)
    const [two, twoLength] = [this.value, at - start]
    if (at >= to || !isDateMark(bytes[at] ?? 0)) return kind.word
    this.dotted = bytes[at] === dot
    start = at + 1
    at = this.part(bytes, start, to)
    const [three, threeLength] = [this.value, at - start]
    const short = (length: number): boolean => length === 1 || length === 2
    if (!short(twoLength)) return kind.word
    const isYmd = oneLength === 4 && short(threeLength) && isMonth(two) && isDay(three)
    const isYearLast = short(oneLength) && (threeLength === 4 || threeLength === 2)
    const isDmy = isYearLast && isDay(one) && isMonth(two)
    const isMdy = isYearLast && isMonth(one) && isDay(two)
    if (!isYmd && !isDmy && !isMdy) return kind.word

    this.hyphens = bytes[from + oneLength] === minus && bytes[start - 1] === minus
    const clock = at === to ? 0 : regularClock(bytes, at, to)
    const clockParts = clock < 0 ? time.exec(bytes.toString('latin1', at, to)) : null
    if (clock < 0 && clockParts === null) return kind.word
    const padded = clock >= 0 && twoLength === 2 && oneLength + threeLength === 6
    this.regularYmd = padded && isYmd && exists(one, two, three)
    this.regularDmy = padded && isDmy && exists(three, two, one)
    this.regularMdy = padded && isMdy && exists(three, one, two)
    const order = isYmd ? kind.ymd : isDmy ? (isMdy ? kind.dmyOrMdy : kind.dmy) : kind.mdy
    if (at === to) return order
    const isZoned = clockParts?.[zoneGroup] !== undefined
    return order + (isZoned ? kind.zonedDmy : kind.timedDmy) - kind.dmy
  }

  /** The digits from `from` on, five at most, as `value`; answers with their end. */
  private part(bytes: Buffer, from: number, to: number): number {
    const end = Math.min(to, from + 5)
    let at = from
    this.value = 0
    for (; at < end && isDigit(bytes[at] ?? 0); at += 1)
      this.value = this.value * 10 + (bytes[at] ?? 0) - zero
    return at
  }
}

/** Of the `digits` that end at `to`. */
function fractionDigits(bytes: Buffer, to: number, digits: number): number {
  let count = digits
  for (let last = to - 1; count > finestScale && bytes[last] === zero; last -= 1) count -= 1
  return count
}

/** Of so many digits behind a sign, or 0. */
export function wholeKind(digits: number, sign: number, leadingZero: boolean): number {
  if (digits > safeDigits) return kind.longInteger
  if ((leadingZero && digits > 1) || digits >= 16) return kind.identifier
  if (sign === plus && digits >= shortestTelephone) return kind.identifier
  if (sign !== 0) return kind.integer
  if (digits === 8) return kind.gtin8
  return digits >= 12 && digits <= 14 ? kind.identifier : kind.integer
}

/** `5.01235E+12` and `4.9E-06`; `at` is the `E`. */
function isScientific(bytes: Buffer, from: number, to: number, at: number): boolean {
  return (
    /^[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+$/.test(bytes.toString('latin1', from, to)) && at < to
  )
}

const isDay = (value: number): boolean => value >= 1 && value <= 31
const isMonth = (value: number): boolean => value >= 1 && value <= 12

function exists(year: number, month: number, day: number): boolean {
  if (year < 1000 || day > (daysOfMonth[month - 1] ?? 0)) return false
  if (month !== 2 || day < 29) return true
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** 1 where a blank or a T and `HH:MM` or `HH:MM:SS` stand in `[at, to)`, else -1. */
function regularClock(bytes: Buffer, at: number, to: number): number {
  if (bytes[at] !== blank && bytes[at] !== letterT) return -1
  return clockAt(bytes, at + 1, to)
}

/** 1 where `HH:MM` or `HH:MM:SS` stand in `[at, to)`, else -1. */
function clockAt(bytes: Buffer, at: number, to: number): number {
  const length = to - at
  if (length !== 5 && length !== 8) return -1
  if (!twoDigits(bytes, at, 23) || bytes[at + 2] !== colon || !twoDigits(bytes, at + 3, 59))
    return -1
  if (length === 8 && (bytes[at + 5] !== colon || !twoDigits(bytes, at + 6, 59))) return -1
  return 1
}

function twoDigits(bytes: Buffer, at: number, most: number): boolean {
  return two(bytes, at) <= most
}

/** The number that two digits make; at least 1000 where one is none. */
function two(bytes: Buffer, at: number): number {
  const tens = bytes[at] ?? 0
  const ones = bytes[at + 1] ?? 0
  return isDigit(tens) && isDigit(ones) ? (tens - zero) * 10 + ones - zero : 1000
}
