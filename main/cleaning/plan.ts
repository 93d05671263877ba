/**
 * What is to be done with the records of a file, before it is said in the words of an engine. A printer
 * (`duckdb/`) turns it into statements; what the file itself shows not to be needed is no longer in it.
 */
import type { Column, Contract } from '../../shared/domain/datasets/dataset.ts'
import { type CellRule, cellRules, has } from '../../shared/domain/rules/rules.ts'
import { matchColumns } from './match.ts'
import type { ColumnFacts } from './scan/facts.ts'
import type { ScannedStep } from './scan/watch.ts'

export type DropStep = Extract<ScannedStep, { kind: `drop-${string}` }>
export type CellStep = Exclude<ScannedStep, DropStep>

/** The recipe as this file needs it. */
export interface PlannedRecipe {
  recipe: readonly ScannedStep[]
  labels: readonly string[]
  /** Whether the labels stand in the file, so that they can be repeated inside it. */
  labelsInFile: boolean
  /** How labels stand in the file that go by others here. */
  writtenAs?: Readonly<Record<string, string>> | undefined
  /** By cell: the steps that change it, as far as they do; in the order of the recipe. */
  cells: readonly (readonly PlannedStep[])[]
}

export interface PlannedStep {
  /** Its place in the recipe, from 0. */
  index: number
  step: CellStep
}

export function isDrop(step: ScannedStep): step is DropStep {
  return step.kind.startsWith('drop-')
}

/** The steps for every cell, without those that the facts show to change none of its column. */
export function planRecipe(
  given: Omit<PlannedRecipe, 'cells'>,
  facts: readonly ColumnFacts[],
): PlannedRecipe {
  const cells = given.labels.map((_, cell) =>
    given.recipe.flatMap((step, index) => {
      if (isDrop(step)) return []
      const needed = narrowed(step, facts[cell])
      return needed === null ? [] : [{ index, step: needed }]
    }),
  )
  return { ...given, cells }
}

function narrowed(step: CellStep, facts: ColumnFacts | undefined): CellStep | null {
  if (facts === undefined) return step
  switch (step.kind) {
    case 'trim':
      return facts.trims ? step : null
    case 'unwrap-formulas':
      return facts.unwraps ? step : null
    case 'empty-tokens': {
      // What comes out of a wrapper was not seen.
      if (facts.unwraps) return step
      const tokens = step.tokens.filter((token) => facts.tokens.has(token.toLowerCase()))
      return tokens.length === 0 ? null : { ...step, tokens }
    }
  }
}

/** What the scan should expect of every cell, in file order. */
export function expectedCells(contract: Contract, labels: readonly string[]): Column[] {
  return matchColumns(contract, labels)
    .toSorted((one, other) => one.cell - other.cell)
    .map(({ column }) => column)
}

/** What the scan sees of a column by itself. */
const scannedRules: readonly CellRule[] = ['required']

/** Whether the scan found all records that have to be judged; else all of them have. */
export function isJudgedBySuspects({ columns, rules = [] }: Contract): boolean {
  return (
    rules.length === 0 &&
    columns.every((column) =>
      cellRules.every((rule) => scannedRules.includes(rule) || !has(column, rule)),
    )
  )
}

/** Whether a scan that expected one contract found the suspects of another. More digits after the mark make fewer. */
export function covers(expected: Contract | null, contract: Contract): boolean {
  if (expected === null) return false
  return contract.columns.every((column, nth) => {
    const before = expected.columns[nth]
    if (before?.label === column.label && column.type === 'text')
      return before.required === column.required
    return (
      before !== undefined &&
      before.label === column.label &&
      before.type === column.type &&
      before.order === column.order &&
      before.decimalMark === column.decimalMark &&
      before.unit === column.unit &&
      (before.scale ?? 0) <= (column.scale ?? 0) &&
      before.required === column.required
    )
  })
}

/** How a column's label may stand in the file, in lower case: labels that were made unique also as they were before. */
export function spellingsInFile(
  labels: readonly string[],
  index: number,
  writtenAs: Readonly<Record<string, string>> = {},
  all = foldedLabels(labels),
): string[] {
  const own = labels[index] ?? ''
  const label = folded(writtenAs[own] ?? own)
  if (label === `column${index + 1}`) return [label, '']
  const repeated = /^(.*)_[0-9]+$/su.exec(label)?.[1]
  return repeated !== undefined && all.has(repeated) ? [label, repeated] : [label]
}

/** The labels as they stand in the file; null: none do. */
export function headerInFile({
  labels,
  labelsInFile,
  writtenAs = {},
}: {
  labels: readonly string[]
  labelsInFile: boolean
  writtenAs?: Readonly<Record<string, string>>
}): string[] | null {
  return labelsInFile ? labels.map((label) => writtenAs[label] ?? label) : null
}

export function foldedLabels(labels: readonly string[]): ReadonlySet<string> {
  return new Set(labels.map(folded))
}

function folded(label: string): string {
  return label.trim().toLowerCase()
}
