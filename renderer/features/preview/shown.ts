/** The table at the desk: as it is before the steps, after them, or both at once. */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import {
  type WorkedFate,
  type WorkedPlace,
  type WorkedRow,
  workedColumn,
} from '../../../shared/domain/recipe/effect.ts'
import type { LookRow, LookView, RowFate } from '../../../shared/domain/files/look.ts'
import type { RecipeStep } from '../../../shared/domain/recipe/recipe.ts'
import { stepInSentence } from '../../../shared/domain/recipe/recipeWords.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'

export type View = LookView

export interface ShownColumn {
  /** Its type as it is known; its label as it is shown. */
  column: Column
  /** Its label in the file; null: a step makes it. */
  inFile: string | null
  /** Its place among the columns of the file, from 0; null: a step makes it. */
  place: number | null
  change: 'kept' | 'made' | 'removed'
  /** What it was called before, where that is another name. */
  was: string | null
}

/** `left`: a step drops it. `joined`: it becomes part of another row. `failed`: a step has no value for it. With the sentence that says so. */
export type ShownFate = RowFate | { kind: 'left' | 'joined' | 'failed'; sentence: string }

export interface ShownRow extends Omit<LookRow, 'fate'> {
  fate: ShownFate
  /** By place among the shown columns: what stood in the cells that the steps change. */
  before?: Readonly<Record<string, string>>
  /** As in a `WorkedRow`. */
  parts?: number
}

/** The file as it is, in its own columns. */
export function columnsInFile(columns: readonly Column[]): ShownColumn[] {
  return columns.map((column, place) => ({
    column,
    inFile: column.label,
    place,
    change: 'kept',
    was: null,
  }))
}

/** The columns of a view between two places of the recipe. `typeOf`: what is known of a column under its last label. */
export function columnsOfView(
  places: readonly WorkedPlace[],
  view: View,
  columns: readonly Column[],
  typeOf: (label: string) => Column | undefined,
): ShownColumn[] {
  return places.flatMap((worked): ShownColumn[] => {
    const { label, was, change } = workedColumn(worked)
    if (!isIn(view, change)) return []
    const { id } = worked.before ?? worked.after ?? { id: 0 }
    const inFile = columns[id - 1] ?? null
    const shownAs = view === 'before' ? (was ?? label) : label
    // By a step, or because its dataset knows it by another label than the file.
    const earlier = was === null || was === label ? (inFile?.label ?? label) : was
    const known = inFile ?? typeOf(label) ?? { name: label, label, type: 'text' as const }
    return [
      {
        column: { ...known, label: shownAs },
        inFile: inFile?.label ?? null,
        place: inFile === null ? null : id - 1,
        change: view === 'both' ? change : 'kept',
        was: view !== 'before' && earlier !== shownAs ? earlier : null,
      },
    ]
  })
}

function isIn(view: View, change: ShownColumn['change']): boolean {
  switch (view) {
    case 'before':
      return change !== 'made'
    case 'after':
      return change !== 'removed'
    case 'both':
      return true
  }
}

/** A row of the file in the columns that are shown, as far as the file has them. */
export function rowInFile(row: LookRow, columns: readonly ShownColumn[]): ShownRow {
  if (row.cells.length === 0) return row
  const longer: Record<string, number> = {}
  const cells = columns.map(({ place }, nth) => {
    if (place === null) return ''
    const characters = row.longer[place]
    if (characters !== undefined) longer[nth] = characters
    return row.cells[place] ?? ''
  })
  return { ...row, cells, longer }
}

/** A worked row as a view shows it. `steps`: those that it was worked by. */
export function rowOfView(
  row: WorkedRow,
  places: readonly WorkedPlace[],
  view: View,
  steps: readonly (RecipeStep & { id: string })[],
): ShownRow {
  const cells: string[] = []
  const longer: Record<string, number> = {}
  const before: Record<string, string> = {}
  for (const [nth, worked] of places.entries()) {
    if (!isIn(view, workedColumn(worked).change)) continue
    const was = row.before[nth]
    const characters = row.longer[nth]
    if (was !== undefined) before[cells.length] = was
    if (characters !== undefined && view !== 'before') longer[cells.length] = characters
    cells.push((view === 'before' ? was : undefined) ?? row.cells[nth] ?? '')
  }
  return {
    record: row.record,
    line: row.line,
    cells,
    longer,
    before,
    fate: fateOf(row.fate, steps),
    ...(row.parts === undefined || view === 'before' ? {} : { parts: row.parts }),
  }
}

function fateOf(fate: WorkedFate, steps: readonly (RecipeStep & { id: string })[]): ShownFate {
  if (fate.kind === 'stands' || fate.kind === 'broken') return fate
  if (fate.kind === 'joined')
    return { kind: 'joined', sentence: `Part of the row of line ${formatCount(fate.line)}.` }
  const place = steps.findIndex(({ id }) => id === fate.step)
  const step = steps[place]
  const by = step === undefined ? 'a step' : stepInSentence(step, place)
  return fate.kind === 'dropped'
    ? { kind: 'left', sentence: `Dropped by ${by}.` }
    : { kind: 'failed', sentence: `Would be held back by ${by}: ${fate.sentence}` }
}
