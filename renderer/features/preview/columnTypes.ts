import { unitWords } from '../../../shared/domain/cells/amounts.ts'
import { type ColumnChoice, optionOf } from '../../../shared/domain/columns/columnChoice.ts'
import type { Column, ColumnType } from '../../../shared/domain/datasets/dataset.ts'

/** One entry of a column's type list: a type, and for dates and decimals how they are written. */
export interface TypeOption extends ColumnChoice {
  value: string
  label: string
}

export const typeWords: Record<ColumnType, string> = {
  text: 'Text',
  integer: 'Whole number',
  decimal: 'Decimal number',
  boolean: 'Yes/No',
  date: 'Date',
  timestamp: 'Date and time',
  time: 'Time of day',
  duration: 'Duration',
}

const orderWords = { dmy: 'day first', mdy: 'month first', ymd: 'year first' } as const
const marks = ['.', ','] as const
const markWords = { '.': '1,234.56', ',': '1.234,56' } as const

export const typeOptions: readonly TypeOption[] = [
  { value: 'text', label: 'Text', type: 'text' },
  { value: 'integer', label: 'Whole number', type: 'integer' },
  ...marks.map((mark) => ({
    value: `decimal ${mark}`,
    label: `${typeWords.decimal}, ${markWords[mark]}`,
    type: 'decimal' as const,
    decimalMark: mark,
  })),
  { value: 'boolean', label: 'Yes/No', type: 'boolean' },
  ...(['date', 'timestamp'] as const).flatMap((type) =>
    (['dmy', 'mdy', 'ymd'] as const).map((order) => ({
      value: `${type} ${order}`,
      label: `${typeWords[type]}, ${orderWords[order]}`,
      type,
      order,
    })),
  ),
  ...(['time', 'duration'] as const).map((type) => ({ value: type, label: typeWords[type], type })),
]

/** `Decimal number in “€”`. */
export function wordsOf({ type, unit }: ColumnChoice): string {
  return unit === undefined ? typeWords[type] : `${typeWords[type]} ${unitWords(unit)}`
}

/** What a column is proposed as, inside of a sentence. */
export function readAs(columns: readonly Column[], label: string): string {
  return typeWords[columns.find((one) => one.label === label)?.type ?? 'text'].toLowerCase()
}

/** The list for a column that is, was or may be of these types: numbers are offered in their units, too. */
export function typeOptionsFor(...known: readonly (ColumnChoice | undefined)[]): TypeOption[] {
  const inUnits = new Map<string, TypeOption>()
  for (const { type, decimalMark, unit } of known.filter((one) => one !== undefined)) {
    if (unit === undefined) continue
    const groups = type === 'integer' && decimalMark !== undefined ? { decimalMark } : {}
    const integer = { type: 'integer' as const, ...groups, unit }
    const decimals = marks.map((mark) => ({ type: 'decimal' as const, decimalMark: mark, unit }))
    for (const choice of [integer, ...decimals]) {
      const value = optionOf(choice)
      const how = choice.type === 'decimal' ? `, ${markWords[choice.decimalMark]}` : ''
      const label = `${typeWords[choice.type]}${how}, ${unitWords(unit)}`
      if (!inUnits.has(value)) inUnits.set(value, { value, label, ...choice })
    }
  }
  return [...typeOptions, ...inUnits.values()]
}

/** What an entry of the list asks for. */
export function choiceOf(value: string, options = typeOptions): ColumnChoice {
  const option = options.find((candidate) => candidate.value === value)
  if (option === undefined) return { type: 'text' }
  const { value: _value, label: _label, ...choice } = option
  return choice
}
