import type { Column, Contract } from '../../shared/domain/datasets/dataset.ts'
import { columnFault } from '../../shared/domain/rules/contractFaults.ts'
import { Problem } from '../../shared/domain/problem.ts'
import { folded } from '../../shared/domain/recipe/recipeFit.ts'

/** A column of the contract and the cell of the file that it is made from. */
export interface MatchedColumn {
  column: Column
  /** Index among the contract's columns, from 0. */
  nth: number
  /** Index among the file's cells, from 0. */
  cell: number
}

/**
 * Finds each column of the contract in the file: by its label as written, else without
 * regard to case and white space. Throws `contract-mismatch` when a column is missing, the
 * file has one more, or the contract contradicts itself.
 */
export function matchColumns(contract: Contract, labels: readonly string[]): MatchedColumn[] {
  checkContract(contract)
  const free = new Map(labels.map((label, index) => [index, label]))
  const found = new Map<string, number>()
  for (const same of [(text: string) => text, folded]) {
    for (const column of contract.columns) {
      if (found.has(column.name)) continue
      const hits = [...free].filter(([, label]) => same(label) === same(column.label))
      const [hit] = hits
      if (hit === undefined || hits.length > 1) continue
      found.set(column.name, hit[0])
      free.delete(hit[0])
    }
  }
  const missing = contract.columns.filter((column) => !found.has(column.name))
  if (missing.length > 0 || free.size > 0) {
    const faults = [
      missing.length > 0 ? `it lacks ${list(missing.map((column) => column.label))}` : '',
      free.size > 0 ? `it has ${list([...free.values()])}, which the dataset does not know` : '',
    ].filter((fault) => fault !== '')
    throw new Problem({
      code: 'contract-mismatch',
      what: `The columns of this file are not those of the dataset: ${faults.join(', and ')}.`,
      did: 'Pallet stopped before anything was sent.',
      advice:
        'If the export was changed on purpose, send the file as a new dataset, or forget this one (under Datasets, or “pallet datasets forget”) so that Pallet learns its columns anew; else export it again.',
      detail: `in the file: ${labels.join(', ')}; in the dataset: ${contract.columns.map((column) => column.label).join(', ')}`,
    })
  }
  return contract.columns.flatMap((column, nth) => {
    const cell = found.get(column.name)
    return cell === undefined ? [] : [{ column, nth, cell }]
  })
}

function checkContract(contract: Contract): void {
  const names = new Set<string>()
  for (const column of contract.columns) {
    const name = column.name.toLowerCase()
    if (names.has(name)) throw contradiction(`two columns are called "${column.name}"`)
    names.add(name)
    const wrong = columnFault(column)
    if (wrong !== null) throw contradiction(wrong)
  }
}

function contradiction(fault: string): Problem {
  return new Problem({
    code: 'contract-mismatch',
    what: `The columns of the dataset contradict each other: ${fault}.`,
    did: 'Pallet stopped before anything was sent.',
    advice: 'Correct the columns of the dataset, under Datasets or with “pallet datasets columns”.',
  })
}

function list(labels: readonly string[]): string {
  return labels.map((label) => `"${label}"`).join(', ')
}
