/** How a contract follows the columns when the recipe changes them. */
import { nameColumns } from '../columns/columnNames.ts'
import type { Column, Contract } from '../datasets/dataset.ts'
import { asParsed, parsedTypes } from '../columns/parsedColumns.ts'
import { type FittedStep, type ShapedColumn, findColumn } from './recipeFit.ts'

/**
 * The contract for the columns that the steps leave. A column that a step renames keeps its rules and its name in the table, one
 * that a step takes away leaves the contract, and one that a step makes and the contract does not know yet
 * is text until it is learnt from the file, as one of the file that is `takenUp`: these labels are `toLearn`. `learntBehind`: the
 * steps behind which the contract was learnt, where they are others: what only they make leaves it, and what they took away comes
 * back to be learnt.
 */
export function contractAfter(
  learnt: Contract,
  fileLabels: readonly string[],
  steps: readonly FittedStep[],
  learntBehind?: readonly FittedStep[],
  takenUp: readonly string[] = [],
): { contract: Contract; toLearn: ReadonlySet<string> } {
  const file = fileLabels.map((label, index) => ({ id: index + 1, label }))
  const after = leftBy(file, steps)
  const left = learntBehind?.at(-1)?.after ?? file
  const contract =
    learntBehind === undefined
      ? learnt
      : { ...learnt, columns: columnsBefore(learnt.columns, file, left, after) }
  const kept = columnsAfter(contract.columns, fileLabels, steps)
  const made = after.filter(
    ({ id, label }) =>
      id > file.length || takenUp.includes(label) || left.every((one) => one.id !== id),
  )
  const missing = made.filter(({ label }) => findColumn(kept, label) === null)
  const names = nameColumns([...kept.map(({ name }) => name), ...missing.map(({ label }) => label)])
  const learning = missing.map(({ label }, nth): Column => ({
    name: names[kept.length + nth] ?? label,
    label,
    type: 'text',
  }))
  return {
    contract: { ...contract, columns: [...kept, ...learning] },
    toLearn: new Set(learning.map(({ label }) => label)),
  }
}

/**
 * Columns of a file, or of those that the steps make, under the labels that the steps leave them and as they read what steps
 * have parsed; without those that they take away.
 */
export function columnsAfter(
  columns: readonly Column[],
  fileLabels: readonly string[],
  steps: readonly FittedStep[],
): Column[] {
  const file = fileLabels.map((label, index) => ({ id: index + 1, label }))
  const after = leftBy(file, steps)
  const knows = (label: string): boolean => findColumn(columns, label) !== null
  const isThere = (label: string): boolean => findColumn(after, label) !== null
  // A label may be that of a column in the file and of another one that a step makes: which one is meant, the others say.
  const isOfAfter = after.every(({ label }) => knows(label))
  const parsed = parsedTypes(steps)
  const kept = columns.flatMap((column): Column[] => {
    const was = findColumn(file, column.label)
    if (was === null || (isOfAfter && isThere(column.label))) return [column]
    const now = after.find(({ id }) => id === was.id)
    if (now?.label === was.label) return [column]
    if (now === undefined || knows(now.label)) return isThere(column.label) ? [column] : []
    return [{ ...column, label: now.label }]
  })
  return kept.map((column) =>
    asParsed(column, parsed.get(findColumn(after, column.label)?.id ?? 0)),
  )
}

const leftBy = (
  file: readonly ShapedColumn[],
  steps: readonly FittedStep[],
): readonly ShapedColumn[] => steps.at(-1)?.after ?? file

/** The columns as the file has them, of a contract for those that other steps have left; and those that are made `after`, too. */
function columnsBefore(
  columns: readonly Column[],
  file: readonly ShapedColumn[],
  left: readonly ShapedColumn[],
  after: readonly ShapedColumn[],
): Column[] {
  return columns.flatMap((column) => {
    const known = findColumn(left, column.label)
    if (known === null) return [column]
    const was = file[known.id - 1]
    if (was !== undefined) return [{ ...column, label: was.label }]
    const again = findColumn(after, column.label)
    return again !== null && again.id > file.length ? [column] : []
  })
}
