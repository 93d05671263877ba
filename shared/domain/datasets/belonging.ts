/** Whose file it is that is called as none before: the dataset whose columns it has, if what stands in them is of one kind. */
import { type ColumnPrint, likeness } from '../columns/columnPrint.ts'
import type { Dataset } from './dataset.ts'
import { readHeader } from '../columns/header.ts'
import { proposeDataset } from './names.ts'
import { Problem } from '../problem.ts'
import { plural } from '../sizes.ts'

/** `name`: of the dataset of its own that it would have. */
export type Belonging =
  /** There is a dataset of that name, or none that has its columns. */
  | { kind: 'by-name'; name: string }
  /** One dataset has its columns and the same kind of values. */
  | { kind: 'fits'; name: string; dataset: string; columns: number }
  /** Several have: a person has to say which. */
  | { kind: 'several'; name: string; datasets: string[] }
  /** Some have its columns, and not one value in common where values repeat: the shops of another chain. */
  | { kind: 'others-values'; name: string; datasets: string[]; column: string }

/** Fewer labels are shared by chance. */
const leastColumns = 3

type Known = Pick<Dataset, 'name' | 'contract' | 'recipe' | 'header' | 'lastFile'>

export function belongingOf(
  fileName: string,
  prints: readonly ColumnPrint[],
  datasets: readonly Known[],
): Belonging {
  const name = proposeDataset(fileName)
  const labels = prints.map(({ label }) => label)
  const isNamed = datasets.some((dataset) => dataset.name === name)
  // Labels that Pallet has made itself are alike in all files.
  const isLabelled = labels.some((label) => !/^column\d+$/.test(label))
  if (isNamed || !isLabelled || labels.length < leastColumns) return { kind: 'by-name', name }
  const alike = datasets.flatMap((dataset) => {
    const column = otherValues(dataset, labels, prints)
    return column === null ? [] : [{ dataset: dataset.name, column }]
  })
  const fits = alike.filter(({ column }) => column === '').map(({ dataset }) => dataset)
  const [first, second] = fits
  if (first !== undefined && second === undefined)
    return { kind: 'fits', name, dataset: first, columns: labels.length }
  if (first !== undefined) return { kind: 'several', name, datasets: fits }
  const [one] = alike
  return one === undefined
    ? { kind: 'by-name', name }
    : {
        kind: 'others-values',
        name,
        datasets: alike.map(({ dataset }) => dataset),
        column: one.column,
      }
}

/**
 * The label of a column whose values are none of those that the dataset's last file repeats; '': there is none; null: its columns
 * are others.
 */
function otherValues(
  dataset: Known,
  labels: readonly string[],
  prints: readonly ColumnPrint[],
): string | null {
  if (dataset.contract === null || dataset.lastFile === undefined) return null
  const { open, map } = readHeader(dataset, labels, undefined, [])
  if (open !== null) return null
  const pairs = dataset.lastFile.flatMap((before) => {
    const now = prints.find(({ label }) => (map.renamed[label] ?? label) === before.label)
    return now === undefined ? [] : [{ before, now }]
  })
  // A column without cells says nothing.
  if (pairs.some(({ before, now }) => likeness(before, now) === 0 && before.kind !== now.kind))
    return null
  const other = pairs.find(({ before, now }) => isOther(before, now))
  return other?.now.label ?? ''
}

/** Every day is another one, and so may be a number that stands in all rows of a file. */
function isOther(before: ColumnPrint, now: ColumnPrint): boolean {
  if (before.kind === 'day' || before.values === null || now.values === null) return false
  if (before.kind === 'number' && Math.min(before.values.length, now.values.length) < 2)
    return false
  const known = new Set(before.values)
  return now.values.length > 0 && now.values.every((value) => !known.has(value))
}

/** Why it is taken for whose file, as a sentence; '' where its name says it. */
export function belongingSentence(belonging: Belonging): string {
  switch (belonging.kind) {
    case 'by-name':
      return ''
    case 'fits':
      return `It has the ${plural(belonging.columns, 'column')} of the dataset “${belonging.dataset}”, with values of the same kind.`
    case 'several':
      return `It has the columns of ${several(belonging.datasets)}.`
    case 'others-values':
      return `It has the columns of ${several(belonging.datasets)}, but none of the values known there in “${belonging.column}”.`
  }
}

const several = (names: readonly string[]): string =>
  `the dataset${names.length === 1 ? '' : 's'} ${names.map((name) => `“${name}”`).join(' and ')}`

/** The dataset that a file goes to when nobody is there to be asked. Throws `usage` where only a person can say it. */
export function takenAs(fileName: string, belonging: Belonging): string {
  switch (belonging.kind) {
    case 'by-name':
    case 'others-values':
      return belonging.name
    case 'fits':
      return belonging.dataset
    case 'several':
      throw new Problem({
        code: 'usage',
        what: `It is not clear whose file ${fileName} is. ${belongingSentence(belonging)}`,
        did: 'Nothing was sent.',
        advice: `Say it: ${[...belonging.datasets, belonging.name].map((one) => `--dataset ${one}`).join(', or ')}; the last one is a new dataset.`,
      })
  }
}
