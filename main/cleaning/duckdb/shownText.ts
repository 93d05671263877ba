/** The records in which a text stands, as they are shown between two places of a recipe: `work.ts` says how. */
import {
  type WorkedPlace,
  workedColumn,
  workedPlaces,
} from '../../../shared/domain/recipe/effect.ts'
import type { LookFilter, LookView } from '../../../shared/domain/files/look.ts'
import { fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import type { SelectInput } from '../../runs/ports/looking.ts'
import { headerInFile } from '../plan.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import { pivotOf, sourceOf } from './pivot.ts'
import { readRecords } from './records.ts'
import { emitShaping, nameBefore } from './shape.ts'
import { nameOf } from './stepCells.ts'

export type TextFilter = Extract<LookFilter, { kind: 'contains' }>

/** Selects the ordinals, in the file, of the records in which all of the texts stand. */
export function emitShownText(
  shown: NonNullable<SelectInput['shown']>,
  { files, labels, labelsInFile, writtenAs, outside }: SelectInput,
  texts: readonly TextFilter[],
): string {
  const { recipe, since, upTo, view, comparedFiles } = shown
  const compared = (index: number): string => comparedFiles[index] ?? ''
  const steps = fitRecipe(recipe, labels).steps.filter(({ index }) => index < upTo)
  const part = { nth: 1, file: files.records, from: 0, width: labels.length }
  const { stages } = emitShaping({
    from: `SELECT * FROM ${readRecords(part)}`,
    columns: labels.map((label, index) => ({ id: index + 1, label })),
    steps,
    header: headerInFile({ labels, labelsInFile, ...(writtenAs && { writtenAs }) }),
    tables: outside?.tables ?? [],
    keepsBefore: since,
    taken: (index) => `rec IN (SELECT rec FROM read_parquet(${quoteLiteral(compared(index))}))`,
    together: compared,
  })
  const places = workedPlaces(recipe, labels, since, upTo)
  const found = texts.map((text) => stands(text, places, view)).join(') AND bool_or(')
  return `SELECT ${sourceOf(pivotOf(steps))} AS rec FROM (${stages[0].records}) GROUP BY 1 HAVING bool_or(${found})`
}

/** Rows that a step takes are shown as they were before. */
function stands(text: TextFilter, places: readonly WorkedPlace[], view: LookView): string {
  const among = places.filter(
    (place) => isIn(place, view) && (text.column === null || labelOf(place, view) === text.column),
  )
  const was = anyOf(
    among.flatMap(({ before }) => (before === null ? [] : isText(nameBefore(before), text))),
  )
  const is = anyOf(
    among.flatMap(({ after }) => (after === null ? [] : isText(nameOf(after), text))),
  )
  switch (view) {
    case 'before':
      return was
    case 'after':
      return `CASE WHEN ${isLeft} THEN ${is} ELSE ${was} END`
    case 'both':
      return `${was} OR (${isLeft} AND ${is})`
  }
}

const isLeft = '(gone IS NULL AND failed IS NULL)'

const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'false' : `coalesce(${conditions.join(' OR ')}, false)`

function isIn({ before, after }: WorkedPlace, view: LookView): boolean {
  switch (view) {
    case 'before':
      return before !== null
    case 'after':
      return after !== null
    case 'both':
      return true
  }
}

function labelOf(place: WorkedPlace, view: LookView): string {
  const { label, was } = workedColumn(place)
  return view === 'before' ? (was ?? label) : label
}

/** Whether the text stands in a cell, or is all of it. */
export function isText(cell: string, { text, isWhole }: TextFilter): string {
  return isWhole === true
    ? `trim(coalesce(${cell}, ''), ${quoteLiteral(whiteSpace)}) = ${quoteLiteral(text)}`
    : containsText(cell, text)
}

export const containsText = (cell: string, text: string): string =>
  `contains(lower(coalesce(${cell}, '')), lower(${quoteLiteral(text)}))`
