/** In what form the dates of a column are written, from the cells alone. Pure. */
import { toleratedMisfits } from './cellTally.ts'
import { type CountedForm, type DateFormat, countedForms, readFormat } from './dateFormat.ts'
import { readDate } from './parsedDates.ts'
import type { ValueCount } from '../files/profile.ts'

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

export interface FormatExample {
  before: string
  after: string
  count: number
  line: number
}

/** A form in which all cells are written, or all but few. */
export interface ProposedFormat {
  format: string
  examples: readonly FormatExample[]
  misfits: Misfits
}

/** Cells that are not written so, and the one of them that stands first in the file; null: there is none. */
export interface Misfits {
  cells: number
  first: { value: string; line: number } | null
}

type Cell = Pick<ValueCount, 'value' | 'count' | 'line'>

interface Possible {
  format: DateFormat
  examples: FormatExample[]
  misfits: Misfits
  /** The forms that have said something else of a cell. */
  others: Set<Possible>
}

/** Cells that are shown with what they would be. */
const shown = 5
/** Among so many different cells at the beginning, each form that most of a column has is met. */
const lookedAt = 200

/** Of examples, so many that stand first in the file: cells come in any order, and the same is to be said of them each time. */
export function keepFirst<One extends { line: number }>(
  examples: One[],
  one: One,
  most: number,
): void {
  const last = examples.at(-1)
  if (examples.length >= most && last !== undefined && last.line <= one.line) return
  const place = examples.findIndex(({ line }) => line > one.line)
  examples.splice(place === -1 ? examples.length : place, 0, one)
  if (examples.length > most) examples.pop()
}

export const noMisfits: Misfits = { cells: 0, first: null }

/** With a cell more that is not as the others. */
export function withMisfit({ cells, first }: Misfits, { value, count, line }: Cell): Misfits {
  return {
    cells: cells + count,
    first: first === null || line < first.line ? { value, line } : first,
  }
}

/**
 * Looks at the cells of a column, one after the other, for the forms in which all are written, or all but one in twenty: as many as a
 * type that is proposed may miss. Several where they say different things of a cell, which a person has to tell apart. `label`:
 * numbers are days or seconds only in a column that is called so. `filled`: how many cells will be looked at.
 */
export class FormatGuess {
  readonly #isOfTime: boolean
  readonly #tolerated: number
  #head: Cell[] | null = []
  #possible: Possible[] = []

  constructor(label: string, filled: number) {
    this.#isOfTime = isOfTime.test(label)
    this.#tolerated = filled * toleratedMisfits
  }

  add(cell: Cell): void {
    if (this.#head === null) {
      if (this.#possible.length > 0) this.#try(cell)
    } else if (this.#head.push(cell) === lookedAt) this.#begin(this.#head)
  }

  #try(cell: Cell): void {
    const read = this.#possible
      .map((one) => [one, readOf(one.format, cell.value)] as const)
      // A form that makes of a cell a day on which nobody has sold anything is none of the column's.
      .filter(([{ format }, after]) => after !== null || readDate(format, cell.value) === null)
    for (const [one, after] of read)
      if (after === null) one.misfits = withMisfit(one.misfits, cell)
      else {
        const { value: before, count, line } = cell
        keepFirst(one.examples, { before, after, count, line }, shown)
        for (const [other, said] of read)
          // A day and its midnight say the same.
          if (said !== null && dayOf(said) !== dayOf(after)) one.others.add(other)
      }
    this.#possible = read
      .map(([one]) => one)
      .filter(({ misfits }) => misfits.cells <= this.#tolerated)
  }

  #begin(head: readonly Cell[]): void {
    this.#head = null
    const written = new Set(head.flatMap(({ value }) => this.#formsOf(value)))
    this.#possible = [...written].map((one) => ({
      format: formatOf(one),
      examples: [],
      misfits: noMisfits,
      others: new Set(),
    }))
    for (const cell of head) this.#try(cell)
  }

  #formsOf(value: string): string[] {
    const isBare = bareDigits.test(value)
    const written = isBare && !this.#isOfTime ? [unmistakable] : candidates(value)
    return [...(isBare && this.#isOfTime ? countedForms : []), ...written]
  }

  /** The strictest of those that say the same; where one fits every cell, none that does not. */
  found(): ProposedFormat[] {
    if (this.#head !== null) this.#begin(this.#head)
    const possible = this.#possible
    const isWhole = possible.some(({ misfits }) => misfits.cells === 0)
    return possible
      .filter(
        (one, nth) =>
          !(isWhole && one.misfits.cells > 0) &&
          !possible.some(
            (better, place) =>
              better !== one &&
              !one.others.has(better) &&
              (better.misfits.cells < one.misfits.cells ||
                (better.misfits.cells === one.misfits.cells && place < nth)),
          ),
      )
      .toSorted((a, b) => a.misfits.cells - b.misfits.cells)
      .map(({ format, examples, misfits }) => ({ format: format.written, examples, misfits }))
  }
}

const dayOf = (read: string): string => read.replace(' 00:00:00', '')

/** Read, and in a year in which people have sold something; null: it is not. */
function readOf(format: DateFormat, cell: string): string | null {
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
