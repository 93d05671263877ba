/**
 * Forms in which dates and times are written, in the letters of Unicode TR35 that Java, Excel and Power Query have in common: `dd.MM.yyyy`,
 * `EEE, d MMMM yyyy`, `h:mm a`. Pure; what a form makes of a text is said once more in the engine's words, in
 * `main/cleaning/duckdb/parse.ts`.
 */

/** What the letters of a form stand for. `year2`: its last two digits; `weekYear`: the year that a week of ISO 8601 belongs to. */
export type DateField =
  | 'year'
  | 'year2'
  | 'month'
  | 'monthName'
  | 'day'
  | 'weekday'
  | 'weekYear'
  | 'week'
  | 'dayOfWeek'
  | 'hour'
  | 'hour12'
  | 'half'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'zone'

/** What is counted since a day: no letters, a word. */
export const countedForms = [
  'unix-seconds',
  'unix-milliseconds',
  'excel-days',
  'excel-days-and-time',
] as const
export type CountedForm = (typeof countedForms)[number]

export interface DateFormat {
  written: string
  /** Of the whole text, with a group for each of `fields`; in the syntax that JavaScript and RE2 share. */
  pattern: string
  /** In the order of their groups. */
  fields: readonly DateField[]
  gives: 'date' | 'timestamp' | 'time'
  /** Whether it says which instant it is; what it gives is in UTC then. */
  isZoned: boolean
  /** null: it is written in letters. */
  counts: CountedForm | null
}

/** What is wrong with a form, and where in it, from 0. */
export class FormatFault extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

/** The years that two digits stand for begin here, unless a step says otherwise; as the contract reads them. */
export const usualTwoDigitYearsFrom = 1970

const year = '([1-9][0-9]{3})'
const month = '1[0-2]'
const day = '[12][0-9]|3[01]'
const word = "[^0-9 \u00a0\u202f./,'-]+"

interface Letters {
  field: DateField
  pattern: string
}

const monthName: Letters = { field: 'monthName', pattern: `(${word})[.]?` }
const weekday: Letters = { field: 'weekday', pattern: `(${word})[.]?` }

const known: Readonly<Record<string, Letters>> = {
  yyyy: { field: 'year', pattern: year },
  y: { field: 'year', pattern: year },
  uuuu: { field: 'year', pattern: year },
  yy: { field: 'year2', pattern: '([0-9]{2})' },
  M: { field: 'month', pattern: `(0?[1-9]|${month})` },
  MM: { field: 'month', pattern: `(0[1-9]|${month})` },
  MMM: monthName,
  MMMM: monthName,
  d: { field: 'day', pattern: `(0?[1-9]|${day})` },
  dd: { field: 'day', pattern: `(0[1-9]|${day})` },
  E: weekday,
  EE: weekday,
  EEE: weekday,
  EEEE: weekday,
  YYYY: { field: 'weekYear', pattern: year },
  w: { field: 'week', pattern: '(0?[1-9]|[1-4][0-9]|5[0-3])' },
  ww: { field: 'week', pattern: '(0[1-9]|[1-4][0-9]|5[0-3])' },
  e: { field: 'dayOfWeek', pattern: '([1-7])' },
  H: { field: 'hour', pattern: '([01]?[0-9]|2[0-3])' },
  HH: { field: 'hour', pattern: '([01][0-9]|2[0-3])' },
  h: { field: 'hour12', pattern: '(0?[1-9]|1[0-2])' },
  hh: { field: 'hour12', pattern: '(0[1-9]|1[0-2])' },
  a: { field: 'half', pattern: '([AaPp])[.]?[Mm][.]?' },
  m: { field: 'minute', pattern: '([0-5]?[0-9])' },
  mm: { field: 'minute', pattern: '([0-5][0-9])' },
  s: { field: 'second', pattern: '([0-5]?[0-9])' },
  ss: { field: 'second', pattern: '([0-5][0-9])' },
}
const fraction = /^S{1,9}$/
const zone = /^(X{1,3}|x{1,3}|Z|ZZZZZ)$/

/** What people write who have another language of forms in mind. */
const hints: Readonly<Record<string, string>> = {
  D: 'counts the days of a year; the day of the month is “d” or “dd”',
  j: 'is not a letter of a date; the day of the month is “d” or “dd”',
  t: 'is not a letter of a date; for AM and PM write “a”',
  A: 'is not a letter of a date; for AM and PM write “a”',
  L: 'is not needed: the name of a month is “MMM”',
  k: 'counts the hours from 1 to 24; write “H” for 0 to 23',
  K: 'counts the hours from 0 to 11; write “h” for 1 to 12',
  T: "stands for itself in quotes: 'T'",
  z: 'is the name of a time zone, which means different hours in different places; write “XXX” for +01:00, and Z for UTC',
  Q: 'is a quarter, which is no day',
  q: 'is a quarter, which is no day',
  W: 'is a week of the month; the week of the year is “ww”',
}

interface Placed {
  field: DateField
  at: number
  letters: string
}

/** Throws `FormatFault`. */
export function readFormat(written: string): DateFormat {
  const counts = countedForms.find((one) => one === written.trim())
  if (counts !== undefined) return countedFormat(counts)
  const placed: Placed[] = []
  let pattern = ''
  for (let at = 0; at < written.length;) {
    const rest = written.slice(at)
    const quoted = /^'((?:[^']|'')*)'/.exec(rest)
    if (quoted !== null) {
      // Two quotes beside each other are one.
      const text = quoted[0] === "''" ? "'" : (quoted[1] ?? '').replaceAll("''", "'")
      pattern += literal(text)
      at += quoted[0].length
      continue
    }
    if (rest.startsWith("'")) throw new FormatFault("A quote (') is opened and not closed.", at)
    const letters = /^([A-Za-z])\1*/.exec(rest)?.[0]
    if (letters === undefined) {
      const one = /^./su.exec(rest)?.[0] ?? ''
      if (one === '%')
        throw new FormatFault('“%” is not needed: write a date as dd.MM.yyyy, not as %d.%m.%Y.', at)
      pattern += literal(one)
      at += one.length
      continue
    }
    const meant = meaningOf(letters, at)
    placed.push({ field: meant.field, at, letters })
    pattern += meant.pattern
    at += letters.length
  }
  checkWhole(placed, written)
  const fields = placed.map(({ field }) => field)
  const has = (...some: DateField[]): boolean => some.some((one) => fields.includes(one))
  const hasDay = has('year', 'year2', 'weekYear')
  return {
    written,
    pattern: `^${pattern}$`,
    fields,
    gives: !hasDay ? 'time' : has('hour', 'hour12') ? 'timestamp' : 'date',
    isZoned: has('zone'),
    counts: null,
  }
}

const countedPatterns: Record<CountedForm, string> = {
  'unix-seconds': '^(-?[0-9]{1,11}(?:[.][0-9]{1,9})?)$',
  'unix-milliseconds': '^(-?[0-9]{1,14})$',
  'excel-days': '^([0-9]{1,7})(?:[.,]0*)?$',
  'excel-days-and-time': '^([0-9]{1,7}(?:[.,][0-9]{1,18})?)$',
}

function countedFormat(counts: CountedForm): DateFormat {
  return {
    written: counts,
    pattern: countedPatterns[counts],
    fields: [],
    gives: counts === 'excel-days' ? 'date' : 'timestamp',
    isZoned: counts.startsWith('unix'),
    counts,
  }
}

function literal(text: string): string {
  return text
    .replace(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/[ \u00a0\u202f]/g, '[ \u00a0\u202f]')
}

function meaningOf(letters: string, at: number): Letters {
  const meant = known[letters]
  if (meant !== undefined) return meant
  if (fraction.test(letters)) return { field: 'fraction', pattern: `([0-9]{${letters.length}})` }
  if (zone.test(letters)) return { field: 'zone', pattern: '(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)' }
  const [letter = ''] = letters
  const hint = hints[letter]
  if (hint !== undefined) throw new FormatFault(`“${letters}” ${hint}.`, at)
  const others = Object.keys(known).filter((one) => one.startsWith(letter))
  throw new FormatFault(
    others.length === 0
      ? `“${letters}” is not a letter of a date. A text that stands for itself is in quotes: '${letters}'.`
      : `“${letters}” is ${letters.length} times “${letter}”, of which there is ${others.map((one) => `“${one}”`).join(', ')}.`,
    at,
  )
}

const meanings: readonly { words: string; fields: readonly DateField[] }[] = [
  { words: 'year', fields: ['year', 'year2', 'weekYear'] },
  { words: 'month', fields: ['month', 'monthName'] },
  { words: 'day', fields: ['day'] },
  { words: 'day of the week', fields: ['weekday', 'dayOfWeek'] },
  { words: 'week', fields: ['week'] },
  { words: 'hour', fields: ['hour', 'hour12'] },
  { words: 'half of the day', fields: ['half'] },
  { words: 'minute', fields: ['minute'] },
  { words: 'second', fields: ['second'] },
  { words: 'fraction of a second', fields: ['fraction'] },
  { words: 'time zone', fields: ['zone'] },
]

/** Whether the letters make a day or a time, and say no part of it twice. */
function checkWhole(placed: readonly Placed[], written: string): void {
  const find = (...fields: DateField[]): Placed | undefined =>
    placed.find(({ field }) => fields.includes(field))
  for (const { words, fields } of meanings) {
    const [, twice] = placed.filter(({ field }) => fields.includes(field))
    if (twice === undefined) continue
    const isMinute = words === 'month' && find('hour', 'hour12') !== undefined
    throw new FormatFault(
      `The ${words} stands twice in it${isMinute ? '; minutes are “mm”' : ''}.`,
      twice.at,
    )
  }
  const needs = (one: Placed | undefined, isThere: boolean, words: string): void => {
    if (one !== undefined && !isThere) throw new FormatFault(`“${one.letters}” ${words}.`, one.at)
  }
  const [first] = placed
  if (first === undefined) throw new FormatFault('There is no letter of a date in it.', 0)
  const [minute, weekYear, week] = [find('minute'), find('weekYear'), find('week')]
  const inDays = find('month', 'monthName', 'day')
  needs(weekYear, inDays === undefined, 'is the year of a week; beside a month it is “yyyy”')
  needs(weekYear, week !== undefined, 'is the year of a week, which is “ww”, and there is none')
  needs(week, weekYear !== undefined, 'is a week, of which the year is “YYYY”')
  needs(find('dayOfWeek'), week !== undefined, 'is a day of a week, and there is no week “ww”')
  const year = find('year', 'year2')
  const isMonthMinute =
    find('month', 'monthName') === undefined && find('hour', 'hour12') === undefined
  if (isMonthMinute) needs(minute, false, 'are minutes, and there is no hour; months are “MM”')
  needs(find('day'), find('month', 'monthName') !== undefined, 'is a day, and there is no month')
  needs(find('month', 'monthName'), year !== undefined, 'is a month, and there is no year')
  needs(year, find('month', 'monthName') !== undefined, 'is a year, and there is no month')
  needs(find('weekday'), find('day') !== undefined, 'is a day of the week, and there is no date')
  needs(
    find('hour12'),
    find('half') !== undefined,
    'counts to 12, and nothing says which half of the day it is: write “H”, or add “a” for AM and PM',
  )
  needs(find('half'), find('hour12') !== undefined, 'is AM or PM, and the hour beside it is “h”')
  needs(minute, find('hour', 'hour12') !== undefined, 'are minutes, and there is no hour')
  needs(find('second'), minute !== undefined, 'are seconds, and there are no minutes')
  needs(
    find('fraction'),
    find('second') !== undefined,
    'is a fraction of a second, and there are no seconds',
  )
  const isInstant = (year ?? weekYear) !== undefined && find('hour', 'hour12') !== undefined
  needs(find('zone'), isInstant, 'is a time zone, which only a date with a time has')
  if (placed.length > mostFields)
    throw new FormatFault(`It has more than ${mostFields} parts.`, written.length)
}

/** As many groups as a rewriting of RE2 has names for. */
const mostFields = 9
