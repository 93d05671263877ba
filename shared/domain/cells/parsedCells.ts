/** What steps that parse make of a cell: the twin of what `main/cleaning/duckdb/parse.ts` does to whole files. */
import { needsUnit } from './amounts.ts'
import { type DateFormat, FormatFault, readFormat } from './dateFormat.ts'
import { givenBy, readDate, readDates } from './parsedDates.ts'
import type { RecipeStep, StepOf } from '../recipe/recipe.ts'

export type ParseStep = StepOf<'parse-date' | 'parse-number' | 'parse-boolean'>

export const isParse = (step: RecipeStep): step is ParseStep => step.kind.startsWith('parse-')

/** `several`: its forms say different things of the cell. */
export type Parsed = { value: string } | 'none' | 'several'

/** Of a cell that is filled; a step that has a fault (`parseFault`) reads none. */
export function parseCell(step: ParseStep, cell: string): Parsed {
  switch (step.kind) {
    case 'parse-date':
      return readDates(step.formats.map(readFormat), cell, step.twoDigitYearsFrom)
    case 'parse-number': {
      const value = readNumber(step, cell)
      return value === null ? 'none' : { value }
    }
    case 'parse-boolean': {
      const is = (words: readonly string[]): boolean =>
        words.some((word) => word.toLowerCase() === cell.toLowerCase())
      if (is(step.trueWords)) return { value: 'true' }
      return is(step.falseWords) ? { value: 'false' } : 'none'
    }
  }
}

/** Why no cell can be read so, as the end of a sentence; null: nothing is wrong. */
export function parseFault(step: ParseStep): string | null {
  switch (step.kind) {
    case 'parse-date':
      return dateFault(step)
    case 'parse-number':
      return step.groupMark === step.decimalMark
        ? `“${step.decimalMark}” cannot stand both before the fraction and between the groups of digits.`
        : null
    case 'parse-boolean': {
      const no = new Set(step.falseWords.map((word) => word.toLowerCase()))
      const both = step.trueWords.find((word) => no.has(word.toLowerCase()))
      return both === undefined ? null : `“${both}” cannot mean both yes and no.`
    }
  }
}

function dateFault({ formats }: StepOf<'parse-date'>): string | null {
  const read: DateFormat[] = []
  for (const written of formats)
    try {
      read.push(readFormat(written))
    } catch (thrown) {
      if (!(thrown instanceof FormatFault)) throw thrown
      const place = thrown.at === 0 ? '' : ` at character ${thrown.at + 1}`
      return `the form “${written}” is not right${place}: ${thrown.message}`
    }
  const gives = givenBy(read)
  const isTime = gives === 'time'
  if (read.some((one) => (one.gives === 'time') !== isTime))
    return 'some of its forms are of days and others only of times, which are not one column.'
  const other = read.find(({ isZoned }) => isZoned !== read[0]?.isZoned)
  return other === undefined
    ? null
    : 'some of its forms have a time zone and others do not, so that they cannot be put in order.'
}

/** What a cell is not that the step cannot read, as the end of a sentence behind `“31.02.2026” in “Sold on”`. */
export function notRead(step: ParseStep, cell: string): string {
  switch (step.kind) {
    case 'parse-date': {
      const formats = step.formats.map(readFormat)
      const says = formats.flatMap((format) => {
        const value = readDate(format, cell, step.twoDigitYearsFrom)
        return value === null ? [] : [`${value} as “${format.written}”`]
      })
      if (says.length > 1) return `can be ${says.join(' and ')}`
      const like = formats.find(({ pattern }) => new RegExp(pattern).test(cell))
      return like === undefined
        ? `is not written as ${step.formats.map((one) => `“${one}”`).join(' or ')}`
        : `is written as “${like.written}”, but there is no such ${like.gives === 'time' ? 'time' : 'day'}`
    }
    case 'parse-number': {
      const { decimalMark, unit } = step
      const inUnit = unit === undefined ? '' : ` in ${unit}`
      return `is not a number${inUnit} with “${decimalMark}” before the fraction`
    }
    case 'parse-boolean':
      return `is none of the words for yes (${step.trueWords.join(', ')}) and no (${step.falseWords.join(', ')})`
  }
}

const blank = '[ \u00a0\u202f]'
const groups = { '.': '[.]', ',': ',', ' ': blank, "'": "['’]" } as const

type NumberForm = Pick<StepOf<'parse-number'>, 'decimalMark' | 'groupMark' | 'unit'>

/** The groups of `numberPattern`: a minus may stand in three places, and brackets for it; `n` is the number. */
export const numberParts = ['open', 's1', 's2', 'n', 's3', 'close'] as const

/** Of a whole cell. What it lets through besides, such as two signs, `isOneSign` finds. */
export function numberPattern({ decimalMark, groupMark, unit }: NumberForm): string {
  const mark = groups[decimalMark]
  const grouped = groupMark === undefined ? '' : `|[0-9]{1,3}(?:${groups[groupMark]}[0-9]{3})+`
  const number = `((?:[0-9]+${grouped})(?:${mark}[0-9]*)?|${mark}[0-9]+)`
  const word = unit?.replace(/[^\p{L}\p{M}]/gu, '[$&]')
  const before = word === undefined ? '' : `(?:${word}${blank}*)?`
  const after = word === undefined ? '' : `(?:${blank}*${word})?`
  return `^([(]?)([+−–-]?)${blank}*${before}([+−–-]?)${number}${after}${blank}*([−–-]?)([)]?)$`
}

/** The unit that a cell must say; null: none, or it may be left out. */
export const neededUnit = ({ unit }: NumberForm): string | null =>
  unit !== undefined && needsUnit(unit) ? unit : null

/** What parts its digits, to be taken out. */
export const groupPattern = ({ groupMark }: NumberForm): string | null =>
  groupMark === undefined ? null : groups[groupMark]

/** `-1234.5`; null: it is no number of this form. */
function readNumber(form: NumberForm, cell: string): string | null {
  const parts = new RegExp(numberPattern(form)).exec(cell)
  if (parts === null) return null
  const [, open = '', s1 = '', s2 = '', n = '', s3 = '', close = ''] = parts
  const signs = open + s1 + s2 + s3
  const unit = neededUnit(form)
  if ((open === '') !== (close === '') || signs.length > 1) return null
  if (unit !== null && !cell.includes(unit)) return null
  const group = groupPattern(form)
  const plain = (group === null ? n : n.replaceAll(new RegExp(group, 'g'), ''))
    .replace(',', '.')
    .replace(/[.]$/, '')
    .replace(/^0+([0-9])/, '$1')
    .replace(/^[.]/, '0.')
  return (signs === '' || signs === '+' ? '' : '-') + plain
}
