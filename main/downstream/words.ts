/** What a message says to people. */
import { formatCount, plural } from '../../shared/domain/sizes.ts'
import type { Values } from '../../shared/domain/runs/template.ts'

export const testWords = 'Pallet can write here.'

/** `sales.csv: 10,482 of 10,494 rows delivered to table sales, 12 held back.` */
export function landedWords({ file, table, dataset, ...values }: Values): string {
  const count = (name: 'rows' | 'rows_in' | 'rows_held' | 'rows_dropped' | 'rows_removed') =>
    Number(values[name] ?? 0)
  const also = (rows: number, words: string): string =>
    rows === 0 ? '' : `, ${formatCount(rows)} ${words}`
  const to = table === undefined ? `dataset ${dataset}` : `table ${table}`
  return (
    `${file}: ${formatCount(count('rows'))} of ${plural(count('rows_in'), 'row')} delivered to ${to}` +
    `${also(count('rows_held'), 'held back')}${also(count('rows_dropped'), 'dropped')}` +
    `${also(count('rows_removed'), 'taken out for them')}.`
  )
}
