import type { Column, OutputFormat } from '../../shared/domain/dataset.ts'
import { isOneOf, quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import type { Part } from './parts.ts'
import { isEmpty, notDropped } from './recipe.ts'
import { cellName, lineageColumns } from './records.ts'
import { emitValue, isTooFine } from './values.ts'

/** A column of the contract and the cell of the file that it is made from. */
export interface MatchedColumn {
  column: Column
  /** Index among the contract's columns, from 0. */
  nth: number
  /** Index among the file's cells, from 0. */
  cell: number
}

/** What a record can fail. `first` in a label is the line on which a unique value stood before. */
export const checks = ['type', 'scale', 'required', 'min', 'max', 'one-of', 'unique'] as const
export type Check = (typeof checks)[number]

/** Characters of an offending cell that a label keeps. */
const labelledCharacters = 1000

/**
 * The statements that make a part's table `labelled_1` … from `records_1` …: for every record that
 * no rule dropped its lineage, the values `v1` … under their places in the contract, and `labels`:
 * NULL where nothing failed, else a list of {check, nth, value, first}. This is the only place
 * where a record is judged; what is clean and what is held back both follow from it.
 */
export function emitLabelled(part: Part, columns: readonly MatchedColumn[]): string[] {
  const statements: string[] = []
  const parts: string[] = []
  const values: string[] = []
  const labels: { failed: string; label: string }[] = []
  const joins: string[] = []
  const records = `SELECT * FROM records_${part.nth} WHERE ${notDropped}`
  for (const { column, nth, cell: cellIndex } of columns) {
    const cell = cellName(cellIndex)
    const value = valueName(nth)
    const sql = emitValue(column, cell)
    parts.push(...sql.parts)
    values.push(`${sql.value} AS ${value}`)
    const label = (check: Check, failed: string, first = 'NULL::BIGINT'): void => {
      labels.push({
        failed,
        label: `{'check': '${check}', 'nth': ${nth}, 'value': coalesce(left(${cell}, ${labelledCharacters}), ''), 'first': ${first}}`,
      })
    }
    if (column.required === true) label('required', isEmpty(cell))
    if (column.type !== 'text') {
      const noValue = `(NOT ${isEmpty(cell)} AND ${value} IS NULL)`
      if (column.type === 'decimal') {
        label('scale', `(${noValue} AND ${isTooFine(column, cell)})`)
        label('type', `(${noValue} AND NOT ${isTooFine(column, cell)})`)
      } else label('type', noValue)
    }
    if (column.min !== undefined) label('min', `coalesce(${value} < ${number(column.min)}, false)`)
    if (column.max !== undefined) label('max', `coalesce(${value} > ${number(column.max)}, false)`)
    if (column.oneOf !== undefined && column.oneOf.length > 0)
      label('one-of', `(NOT ${isEmpty(cell)} AND NOT ${isOneOf(cell, column.oneOf)})`)
    if (column.unique === true) {
      const seen = `seen${nth + 1}`
      statements.push(seenValues(seen, records, sql, cell))
      joins.push(`LEFT JOIN ${seen} ON ${seen}.value = ${value}`)
      label('unique', `coalesce(${seen}.first_rec < rec, false)`, `${seen}.first_line`)
    }
  }
  const withParts = `SELECT ${['*', ...parts].join(', ')} FROM (${records})`
  const withValues = `SELECT ${['*', ...values].join(', ')} FROM (${withParts})`
  const valueNames = columns.map(({ nth }) => valueName(nth))
  const anyFailed = labels.map(({ failed }) => failed).join(' OR ')
  const failures = labels.map(({ failed, label }) => `CASE WHEN ${failed} THEN ${label} END`)
  const labelList =
    labels.length === 0
      ? emptyLabels
      : `CASE WHEN ${anyFailed} THEN list_filter([${failures.join(', ')}], lambda l: l IS NOT NULL) END`
  statements.push(
    `CREATE TABLE labelled_${part.nth} AS SELECT ${[lineageColumns, ...valueNames].join(', ')}, ${labelList} AS labels FROM (${withValues}) ${joins.join(' ')}`,
  )
  return statements
}

const emptyLabels = 'NULL::STRUCT("check" VARCHAR, nth INTEGER, "value" VARCHAR, "first" BIGINT)[]'

/** Values that stand in more than one record, with the record and line where each stood first. */
function seenValues(
  table: string,
  records: string,
  sql: ReturnType<typeof emitValue>,
  cell: string,
): string {
  const parts = ['*', ...sql.parts].join(', ')
  const filled = `SELECT ${parts} FROM (${records}) WHERE NOT ${isEmpty(cell)}`
  return `CREATE TABLE ${table} AS SELECT ${sql.value} AS value, min(rec) AS first_rec, min(line) AS first_line FROM (${filled}) GROUP BY 1 HAVING value IS NOT NULL AND count(*) > 1`
}

function number(value: number): string {
  return `(${String(value)})`
}

function valueName(nth: number): string {
  return `v${nth + 1}`
}

/**
 * How many records of a part's table do not follow the one before them in the file. The engine
 * keeps the order of rows except through joins; what it did is seen here, not assumed.
 */
export function countBreaksInOrder({ nth }: Part): string {
  return `SELECT count(*) FROM (SELECT rec - lag(rec) OVER () AS step FROM labelled_${nth}) WHERE step <= 0`
}

/** The statements that bring a part's table into the order of the file, for the parts stand side by side. */
export function emitSorted({ nth }: Part): string[] {
  return [
    `CREATE TABLE sorted AS SELECT * FROM labelled_${nth} ORDER BY rec`,
    `DROP TABLE labelled_${nth}`,
    `ALTER TABLE sorted RENAME TO labelled_${nth}`,
  ]
}

/** All parts of the records that stand, side by side; `l1` … */
function sideBySide(parts: readonly Part[]): string {
  return parts.map(({ nth }) => `labelled_${nth} AS l${nth}`).join(' POSITIONAL JOIN ')
}

const isClean = (parts: readonly Part[]): string =>
  parts.map(({ nth }) => `l${nth}.labels IS NULL`).join(' AND ')

/** How many records are clean, and in how many the parts are not of one record: always none. */
export function countClean(parts: readonly Part[]): string {
  const others = parts.slice(1).map(({ nth }) => `l${nth}.rec IS DISTINCT FROM l1.rec`)
  const torn = others.length === 0 ? 'false' : others.join(' OR ')
  return `SELECT count(CASE WHEN ${isClean(parts)} THEN 1 END), count(CASE WHEN ${torn} THEN 1 END) FROM ${sideBySide(parts)}`
}

/** The held-back records with their labels from all parts, in file order. */
export function selectHeld(parts: readonly Part[]): string {
  const failed = parts.map(
    ({ nth }) => `SELECT rec, line, off, len, labels FROM labelled_${nth} WHERE labels IS NOT NULL`,
  )
  const [only] = failed
  return failed.length === 1
    ? `${only} ORDER BY rec`
    : `SELECT rec, line, off, len, flatten(list(labels)) AS labels FROM (${failed.join(' UNION ALL ')}) GROUP BY ALL ORDER BY rec`
}

/** Cells of a row group of a Parquet file at most: the writer holds them until the group is full. */
const rowGroupCells = 8 * 1024 * 1024
const rowGroupRows = { least: 2048, most: 122_880 }

/** Writes the clean records to a file, in the order of the source. */
export function emitOutput(
  parts: readonly Part[],
  columns: readonly MatchedColumn[],
  format: OutputFormat,
  file: string,
): string {
  const values = columns.map(
    ({ column, nth }) => `${valueName(nth)} AS ${quoteIdentifier(column.name)}`,
  )
  return `COPY (SELECT ${values.join(', ')} FROM ${sideBySide(parts)} WHERE ${isClean(parts)}) TO ${quoteLiteral(file)} (${formatOptions(format, columns.length)}, USE_TMP_FILE false)`
}

function formatOptions(format: OutputFormat, width: number): string {
  const csv = `FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR ''`
  switch (format) {
    case 'csv':
      return `${csv}, COMPRESSION none`
    case 'csv.gz':
      return `${csv}, COMPRESSION gzip`
    case 'parquet':
      return `FORMAT parquet, ROW_GROUP_SIZE ${Math.min(rowGroupRows.most, Math.max(rowGroupRows.least, Math.floor(rowGroupCells / width)))}`
  }
}
