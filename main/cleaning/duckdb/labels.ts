import { isOneOf, quoteLiteral } from '../../duckdb/sql.ts'
import type { MatchedColumn } from '../match.ts'
import type { Part } from './parts.ts'
import { isEmpty, notDropped } from './recipe.ts'
import { cellName, lineageColumns } from './records.ts'
import { emitValue, isTooFine, numberName } from './values.ts'

/** What a record can fail. `first` in a label is the line on which a unique value stood before. */
export const checks = ['type', 'scale', 'required', 'min', 'max', 'one-of', 'unique'] as const
export type Check = (typeof checks)[number]

/** Characters of an offending cell that a label keeps. */
const labelledCharacters = 1000

/**
 * The statements that make a part's table `labelled_1` … from `records_1` …: the records that no rule
 * dropped and in which something failed, with their lineage and `labels`, a list of {check, nth, value, first}. This
 * is the only place where a record is judged; what is clean and what is held back both follow from it.
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
        const isFine = `coalesce(${isTooFine(column, numberName(column, cell))}, false)`
        label('scale', `(${noValue} AND ${isFine})`)
        label('type', `(${noValue} AND NOT ${isFine})`)
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
  const table = `CREATE TABLE labelled_${part.nth}`
  if (labels.length === 0) return [`${table} (${noLabels})`]
  const withParts = `SELECT ${['*', ...parts].join(', ')} FROM (${records})`
  const withValues = `SELECT ${['*', ...values].join(', ')} FROM (${withParts})`
  const anyFailed = labels.map(({ failed }) => failed).join(' OR ')
  const failures = labels.map(({ failed, label }) => `CASE WHEN ${failed} THEN ${label} END`)
  const labelList = `list_filter([${failures.join(', ')}], lambda l: l IS NOT NULL)`
  statements.push(
    `${table} AS SELECT ${lineageColumns}, ${labelList} AS labels FROM (${withValues}) ${joins.join(' ')} WHERE ${anyFailed}`,
  )
  return statements
}

const noLabels =
  'rec BIGINT, line BIGINT, off BIGINT, len BIGINT, labels STRUCT("check" VARCHAR, nth INTEGER, "value" VARCHAR, "first" BIGINT)[]'

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

/** The held-back records with their labels from all parts, and those of the files, in file order. */
export function selectHeld(parts: readonly Part[], files: readonly string[]): string {
  const columns = 'rec, line, off, len, labels'
  const failed = [
    ...parts.map(({ nth }) => `SELECT ${columns} FROM labelled_${nth}`),
    ...files.map((file) => `SELECT ${columns} FROM read_parquet(${quoteLiteral(file)})`),
  ]
  const [first = 'SELECT 0, 0, 0, 0, [] WHERE false', ...more] = failed
  return more.length === 0
    ? `${first} ORDER BY 1`
    : `SELECT rec, line, off, len, flatten(list(labels)) AS labels FROM (${failed.join(' UNION ALL ')}) GROUP BY ALL ORDER BY rec`
}
