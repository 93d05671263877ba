/** How the text of a cell becomes a value elsewhere: the same patterns and the same parts as in `duckdb/values.ts`, which says why. */
import {
  amountPattern,
  needsUnit,
  negativePattern,
  notOfNumber,
} from '../../../shared/domain/cells/amounts.ts'
import {
  datePattern,
  decimalPattern,
  integerPattern,
  timePattern,
  timestampPattern,
} from '../../../shared/domain/cells/cellPatterns.ts'
import {
  clockDurationPattern,
  isoDurationEnd,
  isoDurationPattern,
} from '../../../shared/domain/cells/clocks.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import {
  monthNumbers,
  writtenParts,
  writtenPattern,
} from '../../../shared/domain/cells/writtenDates.ts'
import { duckdbType } from '../../duckdb/types.ts'
import {
  datePart,
  falseTokens,
  firstYearOfLastCentury,
  plainNumber,
  tooFinePattern,
  trueTokens,
} from '../duckdb/values.ts'
import { type Words, saysOneOf } from './words.ts'

/** The parts of a statement for one column, each of which may use those before it, and the value; NULL is no value. */
export interface ValueElsewhere {
  parts: { name: string; is: string }[]
  value: string
  /** Of a decimal: whether it has more digits than the column keeps. */
  isTooFine?: string
}

/** Throws for a type that an engine elsewhere does not have alike; `refusal` keeps it from coming here. */
export function valueOf(words: Words, column: Column, cell: string): ValueElsewhere {
  switch (column.type) {
    case 'text':
      return { parts: [], value: cell }
    case 'integer': {
      const { parts, number } = numberOf(words, column, cell)
      const { decimalMark: mark } = column
      const plain = mark === undefined ? number : plainNumber(number, mark)
      return {
        parts,
        value: `CASE WHEN ${words.fits(number, integerPattern(mark))} THEN ${words.integer(plain)} END`,
      }
    }
    case 'decimal': {
      const { parts, number } = numberOf(words, column, cell)
      const mark = column.decimalMark ?? '.'
      const isDecimal = words.fits(number, decimalPattern(mark))
      const isTooFine = `(${isDecimal} AND ${words.fits(number, tooFinePattern(column))})`
      const value = `CASE WHEN ${isDecimal} AND NOT ${isTooFine} THEN ${decimal(words, column, plainNumber(number, mark))} END`
      return { parts, value, isTooFine: `coalesce(${isTooFine}, false)` }
    }
    case 'boolean':
      return {
        parts: [],
        value: `CASE WHEN ${saysOneOf(words, cell, trueTokens)} THEN true WHEN ${saysOneOf(words, cell, falseTokens)} THEN false END`,
      }
    case 'date': {
      const { parts, day } = dayOf(words, column, cell)
      return { parts, value: words.date(day) }
    }
    case 'timestamp':
      return timestamp(words, column, cell)
    case 'duration':
      return duration(words, column, cell)
    case 'time':
      throw new Error('Times of day are not printed for engines elsewhere.')
  }
}

const decimal = (words: Words, column: Column, text: string): string =>
  `try_cast(${text} AS ${words.typeOf(column)})`

/** Where the number of a cell is: the cell itself, or of an amount what is left without its unit, with the sign before it. */
function numberOf(
  words: Words,
  column: Column,
  cell: string,
): { parts: ValueElsewhere['parts']; number: string } {
  const { unit } = column
  if (unit === undefined) return { parts: [], number: cell }
  const hasUnit = needsUnit(unit) ? ` AND ${cell} <> replace(${cell}, ${words.text(unit)}, '')` : ''
  const bare = unit === '' ? cell : `replace(${cell}, ${words.text(unit)}, '')`
  const signed = `CASE WHEN ${words.found(bare, negativePattern)} THEN '-' ELSE '' END || ${words.replaced(bare, notOfNumber, '')}`
  const number = `${cell}_number`
  const is = `CASE WHEN ${words.fits(cell, amountPattern(column))}${hasUnit} THEN ${signed} END`
  return { parts: [{ name: number, is }], number }
}

/** `YYYY-MM-DD` of the date at the beginning of a cell, in figures or with its month in words; NULL: there is none. */
function dayOf(
  words: Words,
  { order = 'ymd', type }: Column,
  cell: string,
): { parts: ValueElsewhere['parts']; day: string } {
  const isTimed = type === 'timestamp'
  const figures = isTimed ? timestampPattern(order) : datePattern(order)
  const written = writtenPattern(order, isTimed)
  const nameOf = (part: string): string => `${cell}_${part}`
  const both = (['y', 'm', 'd'] as const).map((part) => {
    const inFigures = words.group(cell, figures, datePart[order].indexOf(part) + 1)
    const places: readonly string[] = writtenParts[order]
    const inWords = words.group(cell, written, places.indexOf(part) + 1)
    const is = `CASE WHEN ${words.fits(cell, figures)} THEN ${inFigures} WHEN ${words.fits(cell, written)} THEN ${inWords} END`
    return { name: nameOf(part), is }
  })
  const month = monthOf(words, nameOf('m'))
  const y = nameOf('y')
  const year = `CASE WHEN length(${y}) = 2 THEN CASE WHEN ${y} >= '${firstYearOfLastCentury}' THEN '19' ELSE '20' END || ${y} WHEN ${y} >= '1000' THEN ${y} END`
  return {
    parts: both,
    day: `(${year}) || '-' || lpad(${month}, 2, '0') || '-' || lpad(${nameOf('d')}, 2, '0')`,
  }
}

/** The number of a month, in figures or as a word. */
function monthOf(words: Words, month: string): string {
  const byNumber = Map.groupBy(monthNumbers, ([, number]) => number)
  const cases = [...byNumber].map(([number, names]) => {
    const oneOf = names.map(([name]) => name)
    return `WHEN ${saysOneOf(words, month, oneOf)} THEN '${number}'`
  })
  return `CASE WHEN ${words.fits(month, '[0-9]+')} THEN ${month} ${cases.join(' ')} END`
}

/** See `timestamp` in `duckdb/values.ts`. */
function timestamp(words: Words, column: Column, cell: string): ValueElsewhere {
  const { parts, day } = dayOf(words, column, cell)
  const groups = { h: 1, mi: 2, s: 4, f: 5, half: 7, z: 9 }
  const of = (part: keyof typeof groups): string => `${cell}_t${part}`
  for (const [part, nth] of Object.entries(groups))
    parts.push({
      name: of(part as keyof typeof groups),
      is: words.group(cell, timePattern, nth),
    })
  const [h, half, z] = [of('h'), of('half'), of('z')]
  const number = (text: string): string => `try_cast(${text} AS INT)`
  const twelve = `${number(h)} % 12 + CASE WHEN ${half} IN ('p', 'P') THEN 12 ELSE 0 END`
  const hour = `CASE WHEN ${half} = '' THEN ${h} WHEN ${number(h)} BETWEEN 1 AND 12 THEN CAST(${twelve} AS ${words.typeOf({ type: 'text' })}) END`
  const second = `CASE WHEN ${of('s')} = '' THEN '00' ELSE ${of('s')} END`
  const fraction = `rpad(substr(${of('f')}, 2, 6), 6, '0')`
  const clock = `CASE WHEN ${h} = '' THEN '00:00:00.000000' ELSE lpad(${hour}, 2, '0') || ':' || ${of('mi')} || ':' || ${second} || '.' || ${fraction} END`
  const local = words.instant(`${day} || ' ' || ${clock}`)
  const zoneMinutes = `CASE WHEN length(${z}) = 3 THEN 0 ELSE ${number(`right(${z}, 2)`)} END`
  const zoneHours = number(`substr(${z}, 2, 2)`)
  const offset = `CASE WHEN ${zoneHours} <= 14 AND ${zoneMinutes} < 60 THEN (${zoneHours} * 60 + ${zoneMinutes}) * CASE WHEN left(${z}, 1) = '-' THEN -1 ELSE 1 END END`
  return {
    parts,
    value: `CASE WHEN ${z} IN ('', 'Z', 'z', 'UTC') THEN ${local} ELSE ${words.earlier(local, offset)} END`,
  }
}

/** In seconds. */
function duration(words: Words, column: Column, cell: string): ValueElsewhere {
  const type = duckdbType(column)
  const number = (text: string): string =>
    `coalesce(try_cast(nullif(replace(${text}, ',', '.'), '') AS ${type}), 0)`
  const clock = (nth: number): string => words.group(cell, clockDurationPattern, nth)
  const iso = (nth: number): string => words.group(cell, isoDurationPattern, nth)
  const seconds = words.group(cell, '([0-9]+([.,][0-9]+)?)S$', 1)
  const signed = (sign: string, size: string): string =>
    `CASE WHEN ${sign} = '-' THEN -1 ELSE 1 END * (${size})`
  const ofClock = signed(
    clock(1),
    `${number(clock(2))} * 3600 + ${number(clock(3))} * 60 + ${number(`${clock(5)} || ${clock(6)}`)}`,
  )
  const ofIso = signed(
    iso(1),
    `${number(iso(3))} * 86400 + ${number(iso(6))} * 3600 + ${number(iso(8))} * 60 + ${number(seconds)}`,
  )
  const isIso = `${words.fits(cell, isoDurationPattern)} AND ${words.found(cell, isoDurationEnd)}`
  return {
    parts: [],
    value: `try_cast(CASE WHEN ${words.fits(cell, clockDurationPattern)} THEN ${ofClock} WHEN ${isIso} THEN ${ofIso} END AS ${type})`,
  }
}
