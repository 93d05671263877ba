import { Problem } from '../../shared/domain/problem.ts'

/** A column of a table, with its type as the catalogue of its warehouse spells it. */
export interface TableColumn {
  name: string
  type: string
}

/** The column that says which run brought a row, in any case. */
const runColumn = '_pallet_run'

const isRun = ({ name }: TableColumn): boolean => name.toLowerCase() === runColumn

/** Whether rows of one fit the other: the same columns, each of the same type, in whatever order. */
export function sameColumns(one: readonly TableColumn[], other: readonly TableColumn[]): boolean {
  const types = new Map(one.map(({ name, type }) => [name.toLowerCase(), type]))
  return (
    one.length === other.length &&
    other.every(({ name, type }) => types.get(name.toLowerCase()) === type)
  )
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

/** Throws `table-mismatch` unless the rows fit the table exactly: the same columns, each of the same type. */
export function checkFits(
  table: string,
  existing: readonly TableColumn[],
  columns: readonly TableColumn[],
  advice = 'Give the dataset the columns and types of the table, or load into a new table, or replace the table.',
): void {
  const inTable = new Map(
    existing.filter((column) => !isRun(column)).map((c) => [c.name.toLowerCase(), c]),
  )
  const inFile = new Set(columns.map(({ name }) => name.toLowerCase()))
  const extra = columns.filter(({ name }) => !inTable.has(name.toLowerCase()))
  const missing = [...inTable.values()].filter(({ name }) => !inFile.has(name.toLowerCase()))
  const faults: string[] = []
  if (extra.length > 0) faults.push(`it has no column ${list(extra)}`)
  if (missing.length > 0) faults.push(`the file does not bring its column ${list(missing)}`)
  for (const { name, type } of columns) {
    const there = inTable.get(name.toLowerCase())
    if (there !== undefined && there.type !== type)
      faults.push(`"${name}" is ${there.type} in the table, but ${type} in the file`)
  }
  if (faults.length > 0) throw mismatch(table, faults.join('; '), advice)
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
