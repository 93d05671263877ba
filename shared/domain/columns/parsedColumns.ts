/** How a contract reads what steps that parse have left. */
import { type ColumnChoice, withChoice } from './columnChoice.ts'
import type { Column } from '../datasets/dataset.ts'
import { readFormat } from '../cells/dateFormat.ts'
import { type ParseStep, isParse } from '../cells/parsedCells.ts'
import { givenBy } from '../cells/parsedDates.ts'
import type { StepKind } from '../recipe/recipe.ts'
import type { FittedStep } from '../recipe/recipeFit.ts'

/** Behind these a cell says something else. */
const rewriting: ReadonlySet<StepKind> = new Set([
  'derive',
  'hash',
  'tokenise',
  'mask',
  'redact',
] satisfies StepKind[])

/** By the id of the column, as the steps leave it. */
export function parsedTypes(steps: readonly FittedStep[]): ReadonlyMap<number, ColumnChoice> {
  const types = new Map<number, ColumnChoice>()
  for (const { step, on } of steps)
    for (const { id } of on)
      if (isParse(step)) types.set(id, typeOf(step))
      else if (rewriting.has(step.kind)) types.delete(id)
  return types
}

function typeOf(step: ParseStep): ColumnChoice {
  switch (step.kind) {
    case 'parse-date': {
      const type = givenBy(step.formats.map(readFormat))
      return type === 'time' ? { type } : { type, order: 'ymd' }
    }
    case 'parse-number':
      return { type: 'decimal', decimalMark: '.' }
    case 'parse-boolean':
      return { type: 'boolean' }
  }
}

/** A column of a contract, which has read the cells as the file writes them. One that is text is meant to stay so. */
export function asParsed(column: Column, parsed: ColumnChoice | undefined): Column {
  if (parsed === undefined || column.type === 'text') return column
  const isWhole = parsed.type === 'decimal' && column.type === 'integer'
  return withChoice(column, isWhole ? { type: 'integer' } : parsed)
}
