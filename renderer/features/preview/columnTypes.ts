import type { ColumnChoice } from '../../../shared/domain/columnChoice.ts'
import type { ColumnType } from '../../../shared/domain/dataset.ts'

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
}

const orderWords = { dmy: 'day first', mdy: 'month first', ymd: 'year first' } as const
const markWords = { '.': '1,234.56', ',': '1.234,56' } as const

export const typeOptions: readonly TypeOption[] = [
  { value: 'text', label: 'Text', type: 'text' },
  { value: 'integer', label: 'Whole number', type: 'integer' },
  ...(['.', ','] as const).map((mark) => ({
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
]

/** What an entry of the list asks for. */
export function choiceOf(value: string): ColumnChoice {
  const option = typeOptions.find((candidate) => candidate.value === value)
  if (option === undefined) return { type: 'text' }
  return {
    type: option.type,
    ...(option.order === undefined ? {} : { order: option.order }),
    ...(option.decimalMark === undefined ? {} : { decimalMark: option.decimalMark }),
  }
}
