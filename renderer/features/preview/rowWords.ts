import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { partMark } from '../../../shared/domain/recipe/effect.ts'
import type { Repair } from '../../../shared/domain/files/preview.ts'
import { droppedAs } from '../../../shared/domain/recipe/recipe.ts'
import { looksLike } from '../../../shared/domain/cells/looksLike.ts'
import type { ShownRow } from './shown.ts'

const repairs: Readonly<Record<Repair, { word: string; sentence: string }>> = {
  quote: {
    word: 'mended',
    sentence:
      'Repaired: a stray quote stands in this row. It could be cut into cells in one way only, and was.',
  },
  filled: {
    word: 'filled up',
    sentence: 'Repaired: this row ended before the last column and was filled up with empty cells.',
  },
}

/** What becomes of a row, or was made of it, in a word beside its line; '' while it stands as it is. */
export function fateWord({ fate, repaired }: ShownRow): string {
  switch (fate.kind) {
    case 'stands':
      return repaired === undefined ? '' : repairs[repaired].word
    case 'broken':
    case 'held':
    case 'failed':
      return 'held'
    case 'dropped':
    case 'left':
      return 'dropped'
    case 'joined':
      return 'joined'
  }
}

/** The same as a sentence; '' while it stands as it is. */
export function fateSentence({ fate, repaired }: ShownRow): string {
  switch (fate.kind) {
    case 'stands':
      return repaired === undefined ? '' : repairs[repaired].sentence
    case 'broken':
      return `Would be held back: ${fate.reason}`
    case 'held':
      return `Would be held back: ${fate.reasons.map(({ message }) => message).join(' ')}`
    case 'dropped':
      return `Would be dropped ${droppedAs({ rule: fate.rule, rows: 1 }, [])}.`
    case 'left':
    case 'joined':
    case 'failed':
      return fate.sentence
  }
}

/** Whether its cells are shown as they were, for nothing of its own is left. */
const isAway = ({ fate: { kind } }: ShownRow): boolean =>
  kind === 'dropped' || kind === 'left' || kind === 'joined'

/** What is wrong with one cell of a row; '' where nothing is. */
export function cellFault(row: ShownRow, column: Column | undefined, text: string): string {
  if (column === undefined || isAway(row)) return ''
  if (row.fate.kind === 'held') {
    const own = row.fate.reasons.filter((reason) => reason.column === column.name)
    if (own.length > 0) return own.map(({ message }) => message).join(' ')
  }
  return cellsIn(row, text).every((cell) => looksLike(column, cell))
    ? ''
    : 'does not fit the type of its column'
}

/** The cells that one cell shows: of a row that a pivot made several of, one of each where they differ; none where it was cut. */
function cellsIn({ parts = 1 }: ShownRow, text: string): readonly string[] {
  const cells = text.split(partMark)
  if (parts === 1 || cells.length === 1) return [text]
  return cells.length === parts ? cells : []
}
