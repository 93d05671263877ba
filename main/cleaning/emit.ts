import type { Column, OutputFormat } from '../../shared/domain/dataset.ts'
import { isOneOf, quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import { isEmpty } from './recipe.ts'
import { cellName, lineageColumns } from './records.ts'
import { emitValue, isTooFine } from './values.ts'

/** A column of the contract and the cell of the file that it is made from. */
export interface MatchedColumn {
  column: Column
  /** Index among the file's cells, from 0. */
  cell: number
}

/** What a record can fail. `first` in a label is the line on which a unique value stood before. */
export const checks = ['type', 'scale', 'required', 'min', 'max', 'one-of', 'unique'] as const
export type Check = (typeof checks)[number]

/** Characters of an offending cell that a label keeps. */
const labelledCharacters = 1000

/**
 * The statements that make the table `labelled` from `records`: for every record that no
 * rule dropped its lineage, the values `v1` … in the contract's order, and `labels`: NULL
 * for a clean record, else a list of {check, nth, value, first}. This is the only place
 * where a record is judged; what is clean and what is held back both follow from it.
 */
export function emitLabelled(columns: readonly MatchedColumn[]): string[] {
  const statements: string[] = []
  const parts: string[] = []
  const values: string[] = []
  const labels: { failed: string; label: string }[] = []
  const joins: string[] = []
  for (const [index, { column, cell: cellIndex }] of columns.entries()) {
    const cell = cellName(cellIndex)
    const value = `v${index + 1}`
    const sql = emitValue(column, cell)
    parts.push(...sql.parts)
    values.push(`${sql.value} AS ${value}`)
    const label = (check: Check, failed: string, first = 'NULL::BIGINT'): void => {
      labels.push({
        failed,
        label: `{'check': '${check}', 'nth': ${index}, 'value': coalesce(left(${cell}, ${labelledCharacters}), ''), 'first': ${first}}`,
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
      const seen = `seen${index + 1}`
      statements.push(seenValues(seen, sql, cell))
      joins.push(`LEFT JOIN ${seen} ON ${seen}.value = ${value}`)
      label('unique', `coalesce(${seen}.first_rec < rec, false)`, `${seen}.first_line`)
    }
  }
  const withParts = `SELECT ${['*', ...parts].join(', ')} FROM records WHERE dropped IS NULL`
  const withValues = `SELECT ${['*', ...values].join(', ')} FROM (${withParts})`
  const valueNames = columns.map((_, index) => `v${index + 1}`)
  const anyFailed = labels.map(({ failed }) => failed).join(' OR ')
  const failures = labels.map(({ failed, label }) => `CASE WHEN ${failed} THEN ${label} END`)
  const labelList =
    labels.length === 0
      ? emptyLabels
      : `CASE WHEN ${anyFailed} THEN list_filter([${failures.join(', ')}], lambda l: l IS NOT NULL) END`
  statements.push(
    `CREATE TABLE labelled AS SELECT ${[lineageColumns, ...valueNames].join(', ')}, ${labelList} AS labels FROM (${withValues}) ${joins.join(' ')}`,
  )
  return statements
}

const emptyLabels = 'NULL::STRUCT("check" VARCHAR, nth INTEGER, "value" VARCHAR, "first" BIGINT)[]'

/** Values that stand in more than one record, with the record and line where each stood first. */
function seenValues(table: string, sql: ReturnType<typeof emitValue>, cell: string): string {
  const parts = ['*', ...sql.parts].join(', ')
  const filled = `SELECT ${parts} FROM records WHERE dropped IS NULL AND NOT ${isEmpty(cell)}`
  return `CREATE TABLE ${table} AS SELECT ${sql.value} AS value, min(rec) AS first_rec, min(line) AS first_line FROM (${filled}) GROUP BY 1 HAVING value IS NOT NULL AND count(*) > 1`
}

function number(value: number): string {
  return `(${String(value)})`
}

/**
 * How many records of `labelled` do not follow the one before them in the file. The engine
 * keeps the order of rows except through joins; what it did is seen here, not assumed.
 */
export const countBreaksInOrder =
  'SELECT count(*) FROM (SELECT rec - lag(rec) OVER () AS step FROM labelled) WHERE step <= 0'

/** Writes the clean records to a file, in the order of the source; `sorted`: they lie so already. */
export function emitOutput(
  columns: readonly MatchedColumn[],
  format: OutputFormat,
  file: string,
  sorted: boolean,
): string {
  const values = columns.map(
    ({ column }, index) => `v${index + 1} AS ${quoteIdentifier(column.name)}`,
  )
  return `COPY (SELECT ${values.join(', ')} FROM labelled WHERE labels IS NULL${sorted ? '' : ' ORDER BY rec'}) TO ${quoteLiteral(file)} (${formatOptions(format)}, USE_TMP_FILE false)`
}

function formatOptions(format: OutputFormat): string {
  const csv = `FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR ''`
  switch (format) {
    case 'csv':
      return `${csv}, COMPRESSION none`
    case 'csv.gz':
      return `${csv}, COMPRESSION gzip`
    case 'parquet':
      return 'FORMAT parquet'
  }
}
