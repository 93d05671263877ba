import type { Column, ColumnType } from '../../../shared/domain/dataset.ts'
import type { ColumnChoice } from '../../core/chosenFiles.ts'

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

/** The entry that stands for a column as it is. */
export function optionOf(column: ColumnChoice): string {
  switch (column.type) {
    case 'decimal':
      return `decimal ${column.decimalMark ?? '.'}`
    case 'date':
    case 'timestamp':
      return `${column.type} ${column.order ?? 'ymd'}`
    case 'text':
    case 'integer':
    case 'boolean':
      return column.type
  }
}

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

/** A column with the person's choice; rules that only made sense for the old type come off. */
export function withChoice(column: Column, choice: ColumnChoice | undefined): Column {
  if (choice === undefined || optionOf(choice) === optionOf(column)) return column
  const { order: _order, decimalMark: mark, min, max, oneOf, ...rest } = column
  const numeric = (type: ColumnType) => type === 'integer' || type === 'decimal'
  const sameKind = numeric(column.type) && numeric(choice.type)
  return {
    ...rest,
    ...(sameKind && min !== undefined ? { min } : {}),
    ...(sameKind && max !== undefined ? { max } : {}),
    ...(choice.type === column.type && oneOf !== undefined ? { oneOf } : {}),
    ...(choice.type === 'integer' && mark !== undefined ? { decimalMark: mark } : {}),
    ...choice,
  }
}

/**
 * The columns a file is sent with: as the dataset remembers them by label, else as seen in
 * the file, and on top what the person changed.
 */
export function columnsFor(
  seen: readonly Column[],
  remembered: readonly Column[] | null,
  choices: Readonly<Record<string, ColumnChoice>>,
): Column[] {
  const known = new Map(remembered?.map((column) => [column.label, column]))
  return seen.map((column) => withChoice(known.get(column.label) ?? column, choices[column.label]))
}
