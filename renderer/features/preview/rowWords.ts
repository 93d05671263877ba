import type { Column } from '../../../shared/domain/dataset.ts'
import type { LookRow } from '../../../shared/domain/look.ts'
import { droppedAs } from '../../../shared/domain/recipe.ts'
import { looksLike } from '../../../shared/domain/looksLike.ts'

/** What becomes of a row, in a word beside its line; '' while it stands. */
export function fateWord({ fate }: LookRow): string {
  switch (fate.kind) {
    case 'stands':
      return ''
    case 'broken':
    case 'held':
      return 'held'
    case 'dropped':
      return 'dropped'
  }
}

/** The same as a sentence; '' while it stands. */
export function fateSentence({ fate }: LookRow): string {
  switch (fate.kind) {
    case 'stands':
      return ''
    case 'broken':
      return `Would be held back: ${fate.reason}`
    case 'held':
      return `Would be held back: ${fate.reasons.map(({ message }) => message).join(' ')}`
    case 'dropped':
      return `Would be dropped ${droppedAs({ rule: fate.rule, rows: 1 }, [])}.`
  }
}

/** What is wrong with one cell of a row; '' where nothing is. */
export function cellFault(row: LookRow, column: Column | undefined, text: string): string {
  if (column === undefined || row.fate.kind === 'dropped') return ''
  if (row.fate.kind === 'held') {
    const own = row.fate.reasons.filter((reason) => reason.column === column.name)
    if (own.length > 0) return own.map(({ message }) => message).join(' ')
  }
  return looksLike(column, text) ? '' : 'does not fit the type of its column'
}
