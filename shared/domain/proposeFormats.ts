/** In what form the dates of a column are written, from the cells alone. Pure. */
import { type CountedForm, type DateFormat, countedForms, readFormat } from './dateFormat.ts'
import { readDate } from './parsedDates.ts'

const years = [1900, 2100] as const

const inFigures = ['.', '/', '-', ' '].flatMap((mark) =>
  [
    ['dd', 'MM', 'yyyy'],
    ['MM', 'dd', 'yyyy'],
    ['yyyy', 'MM', 'dd'],
    ['d', 'M', 'yyyy'],
    ['M', 'd', 'yyyy'],
    ['yyyy', 'M', 'd'],
    ['dd', 'MM', 'yy'],
    ['MM', 'dd', 'yy'],
    ['yy', 'MM', 'dd'],
    ['d', 'M', 'yy'],
    ['M', 'd', 'yy'],
  ].map((parts) => parts.join(mark)),
)
const inWords = [
  'd MMM yyyy',
  'd. MMM yyyy',
  'd-MMM-yyyy',
  'd-MMM-yy',
  'd.MMM.yyyy',
  'd/MMM/yyyy',
  'd MMM, yyyy',
  'd MMM yy',
  'ddMMMyyyy',
  'ddMMMyy',
  'MMM d, yyyy',
  'MMM d yyyy',
  'yyyy MMM d',
  'yyyy-MMM-dd',
  "d 'de' MMM 'de' yyyy",
]
const weekdays = ['EEE, ', 'EEE ']
const withoutMarks = ['yyyyMMdd', 'ddMMyyyy', 'MMddyyyy', 'yyMMdd', 'ddMMyy', 'MMddyy']
const ofMonths = [
  'yyyy-MM',
  'yyyy/MM',
  'MM/yyyy',
  'MM.yyyy',
  'MM-yyyy',
  'MMM yyyy',
  'MMM-yyyy',
  'MMM yy',
  'MMM-yy',
  'yyyyMM',
]
const ofWeeks = [
  "YYYY-'W'ww-e",
  "YYYY-'W'ww",
  "YYYY'W'ww",
  "'W'ww YYYY",
  "'KW' ww YYYY",
  "'KW'ww/YYYY",
  "'KW' ww/YYYY",
  "YYYY-'KW'ww",
]
const days = [
  ...inFigures,
  ...inWords,
  ...weekdays.flatMap((weekday) => [...inWords, ...inFigures].map((day) => weekday + day)),
]
const clocks = [
  'HH:mm',
  'HH:mm:ss',
  'HH:mm:ss.SSS',
  'H:mm',
  'h:mm a',
  'h:mma',
  'h:mm:ss a',
  'HH.mm',
]
const compactTimes = ['HHmmss', 'HHmm']

/** Each is read once; the first is the strictest of those that say the same. */
const known = new Map<string, DateFormat>()

function formatOf(written: string): DateFormat {
  const format = known.get(written) ?? readFormat(written)
  known.set(written, format)
  return format
}

const fitting = (written: readonly string[], text: string): string[] =>
  written.filter((one) => new RegExp(formatOf(one).pattern).test(text))

/** Where a time may begin behind a day, and what is between them. */
const beforeTime = [
  { cut: /^(.*?[0-9])( |, |T)(?=[0-9]{1,2}[:.][0-9]{2})/, clocks },
  { cut: /^([0-9]{8})(T| |_|)(?=[0-9]{4,6}$)/, clocks: compactTimes },
]

/** The forms that the text may be written in. */
function candidates(text: string): string[] {
  const withTime = beforeTime.flatMap(({ cut, clocks: some }) => {
    const [whole = '', day = '', between = ''] = cut.exec(text) ?? []
    if (whole === '') return []
    const rest = text.slice(whole.length)
    const [ended = '', blank = ''] = /( ?)(Z|[+-][0-9]{2}:?[0-9]{2})$/.exec(rest) ?? []
    const zone = ended === '' ? '' : `${blank}XXX`
    const times = fitting(some, rest.slice(0, rest.length - ended.length))
    const join = between === 'T' ? "'T'" : between
    return fitting(times.length === 0 ? [] : [...days, ...withoutMarks], day).flatMap((one) =>
      times.map((time) => one + join + time + zone),
    )
  })
  return [
    ...fitting([...days, ...withoutMarks, ...ofMonths, ...ofWeeks, ...clocks], text),
    ...withTime,
  ]
}

/** What is counted since a day, of the years 2000 to 2040. */
const likely: Record<CountedForm, { pattern: RegExp; from: number; upTo: number }> = {
  'unix-seconds': { pattern: /^[0-9]{9,10}$/, from: 946_684_800, upTo: 2_208_988_800 },
  'unix-milliseconds': {
    pattern: /^[0-9]{12,13}$/,
    from: 946_684_800_000,
    upTo: 2_208_988_800_000,
  },
  'excel-days': { pattern: /^[0-9]{5}$/, from: 36_526, upTo: 51_136 },
  'excel-days-and-time': { pattern: /^[0-9]{5}([.,][0-9]+)?$/, from: 36_526, upTo: 51_136 },
}

/** What a column of dates is called; a number alone may be anything. */
const isOfTime =
  /(date|datum|time|zeit|created|updated|modified|monat|month|period|week|woche|timestamp|(^|[_ ])(ts|at|on|day|tag|fecha|jour|data)$)/i
const bareDigits = /^[0-9]+([.,][0-9]+)?$/
/** Eight digits that are days of our years, all of them, are hardly anything else. */
const unmistakable = 'yyyyMMdd'

interface Possible {
  format: DateFormat
  examples: FormatExample[]
  /** Those that have said the same of every cell have the same. */
  said: number
}

export interface FormatExample {
  before: string
  after: string
  count: number
  line: number
}

/** A form in which every cell is written. */
export interface ProposedFormat {
  format: string
  examples: readonly FormatExample[]
}

/** Cells that are shown with what they would be. */
const shown = 5

/**
 * Looks at the cells of a column, one after the other, for the forms in which all are written: several where they say different
 * things of a cell, which a person has to tell apart. `label`: numbers are days or seconds only in a column that is called so.
 */
export class FormatGuess {
  readonly #isOfTime: boolean
  #possible: Possible[] | null = null

  constructor(label: string) {
    this.#isOfTime = isOfTime.test(label)
  }

  add({ value, count, line }: { value: string; count: number; line: number }): void {
    if (this.#possible?.length === 0) return
    this.#possible ??= this.#begin(value)
    const groups = new Map<string, number>()
    this.#possible = this.#possible.flatMap(({ format, examples, said }) => {
      const after = read(format, value)
      if (after === null) return []
      // A day and its midnight say the same.
      const key = `${said} ${after.replace(' 00:00:00', '')}`
      const group = groups.get(key) ?? groups.size
      groups.set(key, group)
      const more = examples.length < shown ? [{ before: value, after, count, line }] : []
      return [{ format, examples: [...examples, ...more], said: group }]
    })
  }

  #begin(first: string): Possible[] {
    const isBare = bareDigits.test(first)
    const written = isBare && !this.#isOfTime ? [unmistakable] : candidates(first)
    const counted = isBare && this.#isOfTime ? countedForms : []
    return [...counted, ...written].map((one) => ({
      format: formatOf(one),
      examples: [],
      said: 0,
    }))
  }

  /** The strictest of those that say the same. */
  found(): ProposedFormat[] {
    const possible = this.#possible ?? []
    return possible
      .filter(({ said }, nth) => possible.findIndex((one) => one.said === said) === nth)
      .map(({ format, examples }) => ({ format: format.written, examples }))
  }
}

/** Read, and in a year in which people have sold something; null: it is not. */
function read(format: DateFormat, cell: string): string | null {
  if (cell.length > longest) return null
  if (format.counts !== null) {
    const number = Number(cell.replace(',', '.'))
    const { pattern, from, upTo } = likely[format.counts]
    if (!pattern.test(cell) || number < from || number > upTo) return null
  }
  const value = readDate(format, cell)
  if (value === null || format.gives === 'time') return value
  const year = Number(value.slice(0, 4))
  return year >= years[0] && year <= years[1] ? value : null
}

/** No date is longer. */
const longest = 60
