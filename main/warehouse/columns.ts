import { decidingColumns } from '../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../shared/domain/problem.ts'

import type { LoadInput } from '../runs/ports/warehouse.ts'

/** A column of a table, with its type as the catalogue of its warehouse spells it. */
export interface TableColumn {
  name: string
  type: string
}

/** The column that says which run brought a row, in any case. */
const runColumn = '_pallet_run'

const isRun = ({ name }: TableColumn): boolean => name.toLowerCase() === runColumn

/** Whether rows with these columns can come back into a table: it has each of them, of the same type, in whatever order. */
export function canTake(
  existing: readonly TableColumn[],
  columns: readonly TableColumn[],
): boolean {
  const types = new Map(existing.map(({ name, type }) => [name.toLowerCase(), type]))
  return columns.every(({ name, type }) => types.get(name.toLowerCase()) === type)
}

/** Throws `table-mismatch` when the table was not made by Pallet, which must neither fill nor replace it. */
export function checkOwn(table: string, existing: readonly TableColumn[]): void {
  if (existing.some(isRun)) return
  throw mismatch(
    table,
    `it was not made by Pallet (it has no column ${runColumn})`,
    'Choose another table.',
  )
}

type Rows = Pick<LoadInput, 'table' | 'meaning' | 'addsColumns'>

/** Which columns of the rows a table lacks, and whatever else keeps them out of it, in words. */
function compared(
  { meaning }: Rows,
  existing: readonly TableColumn[],
  columns: readonly TableColumn[],
): { lacking: readonly TableColumn[]; faults: readonly string[] } {
  const inTable = new Map(
    existing.filter((column) => !isRun(column)).map((c) => [c.name.toLowerCase(), c]),
  )
  const inFile = new Set(columns.map(({ name }) => name.toLowerCase()))
  const missing = [...inTable.values()].filter(({ name }) => !inFile.has(name.toLowerCase()))
  const deciding = decidingColumns(meaning).map((name) => name.toLowerCase())
  const faults: string[] = []
  if (missing.length > 0) faults.push(`the file does not bring its column ${list(missing)}`)
  for (const { name, type } of columns) {
    const there = inTable.get(name.toLowerCase())
    if (there === undefined && deciding.includes(name.toLowerCase()))
      faults.push(`its rows have no "${name}", which decides what goes out`)
    if (there !== undefined && there.type !== type)
      faults.push(`"${name}" is ${there.type} in the table, but ${type} in the file`)
  }
  return { lacking: columns.filter(({ name }) => !inTable.has(name.toLowerCase())), faults }
}

/** The columns that a table has to get before the rows go in, where nothing else keeps them out. */
export function lackedBy(
  rows: Rows,
  existing: readonly TableColumn[],
  columns: readonly TableColumn[],
): readonly TableColumn[] {
  const { lacking, faults } = compared(rows, existing, columns)
  return faults.length === 0 ? lacking : []
}

/**
 * Throws `table-mismatch` unless the rows fit the table: the same columns, each of the same type; but those that it is going to get.
 */
export function checkFits(
  rows: Rows,
  existing: readonly TableColumn[],
  columns: readonly TableColumn[],
  advice = 'Give the dataset the columns and types of the table, or load into a new table, or replace the table.',
): void {
  const { lacking, faults } = compared(rows, existing, columns)
  const all =
    lacking.length === 0 || (rows.addsColumns && faults.length === 0)
      ? faults
      : [`it has no column ${list(lacking)}`, ...faults]
  if (all.length > 0) throw mismatch(rows.table, all.join('; '), advice)
}

/** The rows cannot go into the table. */
export function mismatch(table: string, why: string, advice: string): Problem {
  return new Problem({
    code: 'table-mismatch',
    what: `The rows do not fit the table "${table}": ${why}.`,
    did: 'Pallet changed nothing in the warehouse.',
    advice,
  })
}

function list(columns: readonly { name: string }[]): string {
  return columns.map(({ name }) => `"${name}"`).join(', ')
}
