/** Types as people read them. */
import { unitWords } from '../cells/amounts.ts'
import type { RuledColumn } from '../rules/rules.ts'

const orderInWords = {
  dmy: 'day, month, year',
  mdy: 'month, day, year',
  ymd: 'year, month, day',
} as const

/** What a cell of a column is: `a date (day, month, year)`. */
export function typeWords(column: Pick<RuledColumn, 'type' | 'order' | 'unit'>): string {
  const order = orderInWords[column.order ?? 'ymd']
  const amount = column.unit === undefined ? '' : ` ${unitWords(column.unit)}`
  switch (column.type) {
    case 'text':
      return 'a text'
    case 'integer':
      return `a whole number${amount}`
    case 'decimal':
      return `a decimal number${amount}`
    case 'boolean':
      return 'yes or no'
    case 'date':
      return `a date (${order})`
    case 'timestamp':
      return `a date with a time (${order})`
    case 'time':
      return 'a time of day'
    case 'duration':
      return 'a duration'
  }
}
