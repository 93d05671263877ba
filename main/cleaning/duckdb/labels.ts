import { type Bound, type Demand, severityOf } from '../../../shared/domain/rules/rules.ts'
import { isOneOf, quoteLiteral } from '../../duckdb/sql.ts'
import type { MatchedColumn } from '../match.ts'
import type { Part } from './parts.ts'
import { type Pivoted, sourceOf } from './pivot.ts'
import { isEmpty, notDropped } from './recipe.ts'
import { cellName, lineageColumns } from './records.ts'
import { emitValue, isTooFine, numberName } from './values.ts'

/** What a record can fail: by its cells, and by more than one. `first` in a label is the line on which a value stood before. */
export const cellChecks = [
  'type',
  'scale',
  'required',
  'min',
  'max',
  'min-length',
  'max-length',
  'pattern',
  'one-of',
  'unique',
] as const
export type CellCheck = (typeof cellChecks)[number]
export const rowChecks = ['key', 'key-empty', 'formula', 'foreign'] as const
export type RowCheck = (typeof rowChecks)[number]
export const checks = [...cellChecks, ...rowChecks] as const
export type Check = CellCheck | RowCheck

/** What a check is about. */
export function demandOf(check: CellCheck): Demand {
  switch (check) {
    case 'scale':
      return 'type'
    case 'type':
    case 'required':
    case 'unique':
    case 'min':
    case 'max':
    case 'pattern':
      return check
    case 'min-length':
      return 'minLength'
    case 'max-length':
      return 'maxLength'
    case 'one-of':
      return 'oneOf'
  }
}

/** Characters of an offending cell that a label keeps. */
const labelledCharacters = 1000

export function labelSql(check: Check, nth: number, value: string, first = 'NULL::BIGINT'): string {
  return `{'check': '${check}', 'nth': ${nth}, 'value': coalesce(left(${value}, ${labelledCharacters}), ''), 'first': ${first}}`
}

/** Tables of records in which something failed: of those that are held back, and of those that are only warned of. */
export interface Labelled {
  statements: string[]
  held: string[]
  warned: string[]
}

/**
 * The statements that make a part's table `labelled_1` … from `records_1` …: the records that no rule
 * dropped and in which something failed, with their lineage and `labels`, a list of {check, nth, value, first}. This
 * is the only place where the cells of a record are judged; what is clean and what is held back both follow from it.
 */
export function emitLabelled(part: Part, columns: readonly MatchedColumn[]): Labelled {
  const statements: string[] = []
  const parts: string[] = []
  const values: string[] = []
  const labels: { failed: string; label: string; isWarning: boolean }[] = []
  const joins: string[] = []
  const records = `SELECT * FROM records_${part.nth} WHERE ${notDropped}`
  for (const { column, nth, cell: cellIndex } of columns) {
    const cell = cellName(cellIndex)
    const value = valueName(nth)
    const sql = emitValue(column, cell)
    parts.push(...sql.parts)
    values.push(`${sql.value} AS ${value}`)
    const label = (check: CellCheck, failed: string, first?: string): void => {
      const isWarning = severityOf(column, demandOf(check)) === 'warn'
      labels.push({ failed, label: labelSql(check, nth, cell, first), isWarning })
    }
    const filled = (failed: string): string => `(NOT ${isEmpty(cell)} AND ${failed})`
    const { min, max, minLength, maxLength, pattern, oneOf } = column
    if (column.required === true) label('required', isEmpty(cell))
    if (column.type !== 'text') {
      const noValue = filled(`${value} IS NULL`)
      if (column.type === 'decimal') {
        const isFine = `coalesce(${isTooFine(column, numberName(column, cell))}, false)`
        label('scale', `(${noValue} AND ${isFine})`)
        label('type', `(${noValue} AND NOT ${isFine})`)
      } else label('type', noValue)
    }
    if (min !== undefined) label('min', beyond(value, '<', min))
    if (max !== undefined) label('max', beyond(value, '>', max))
    if (minLength !== undefined) label('min-length', filled(`length(${cell}) < ${minLength}`))
    if (maxLength !== undefined) label('max-length', filled(`length(${cell}) > ${maxLength}`))
    if (pattern !== undefined)
      label('pattern', filled(`NOT regexp_full_match(${cell}, ${quoteLiteral(pattern)})`))
    if (oneOf !== undefined && oneOf.length > 0)
      label('one-of', filled(`NOT ${isOneOf(cell, oneOf)}`))
    if (column.unique === true) {
      const seen = `seen${nth + 1}`
      statements.push(seenValues(seen, records, sql, cell))
      joins.push(`LEFT JOIN ${seen} ON ${seen}.value = ${value}`)
      label('unique', `coalesce(${seen}.first_rec < rec, false)`, `${seen}.first_line`)
    }
  }
  const name = `labelled_${part.nth}`
  if (labels.length === 0)
    return { statements: [`CREATE TABLE ${name} (${noLabels})`], held: [name], warned: [] }
  const withParts = `SELECT ${['*', ...parts].join(', ')} FROM (${records})`
  const withValues = `SELECT ${['*', ...values].join(', ')} FROM (${withParts})`
  const anyFailed = labels.map(({ failed }) => failed).join(' OR ')
  const listOf = (isWarning: boolean): string => {
    const failures = labels.flatMap((one) =>
      one.isWarning === isWarning ? [`CASE WHEN ${one.failed} THEN ${one.label} END`] : [],
    )
    return failures.length === 0
      ? '[]'
      : `list_filter([${failures.join(', ')}], lambda l: l IS NOT NULL)`
  }
  const judged = (table: string, lists: string): string =>
    `CREATE TABLE ${table} AS SELECT ${lineageColumns}, ${lists} FROM (${withValues}) ${joins.join(' ')} WHERE ${anyFailed}`
  if (labels.every(({ isWarning }) => !isWarning)) {
    statements.push(judged(name, `${listOf(false)} AS labels`))
    return { statements, held: [name], warned: [] }
  }
  // One look at the record for both.
  const [both, warned] = [`judged_${part.nth}`, `warned_${part.nth}`]
  const split = (list: string): string =>
    `SELECT ${lineageColumns}, ${list} AS labels FROM ${both} WHERE len(${list}) > 0`
  statements.push(
    judged(both, `${listOf(false)} AS holding, ${listOf(true)} AS warning`),
    labels.every(({ isWarning }) => isWarning)
      ? `CREATE TABLE ${name} (${noLabels})`
      : `CREATE VIEW ${name} AS ${split('holding')}`,
    `CREATE VIEW ${warned} AS ${split('warning')}`,
  )
  return { statements, held: [name], warned: [warned] }
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

/** Whether a value is beyond a bound. A day as the bound of an instant is the whole of that day. */
function beyond(value: string, sign: '<' | '>', bound: Bound): string {
  if (typeof bound === 'number') return `coalesce(${value} ${sign} (${String(bound)}), false)`
  const isTime = !bound.includes('-')
  const type = isTime ? 'TIME' : bound.includes(' ') ? 'TIMESTAMP' : 'DATE'
  return `coalesce(CAST(${value} AS ${type}) ${sign} CAST(${quoteLiteral(bound)} AS ${type}), false)`
}

function valueName(nth: number): string {
  return `v${nth + 1}`
}

/** The held-back records of the file with their labels from all tables, and those of the files, in file order. */
export function selectHeld(
  tables: readonly string[],
  files: readonly string[],
  pivot: Pick<Pivoted, 'parts' | 'joined'> | null,
): string {
  const columns = `${sourceOf(pivot)} AS rec, line, off, len, labels`
  const failed = [
    ...tables.map((table) => `SELECT ${columns} FROM ${table}`),
    ...files.map((file) => `SELECT ${columns} FROM read_parquet(${quoteLiteral(file)})`),
  ]
  if (pivot?.joined != null) {
    // Those that became part of one that is held back are held back with it.
    const joined = `read_parquet(${quoteLiteral(pivot.joined.file)})`
    const leads = `SELECT rec AS lead, labels FROM (${failed.join(' UNION ALL ')})`
    failed.push(`SELECT rec, line, off, len, labels FROM ${joined} JOIN (${leads}) USING (lead)`)
  }
  const [first = 'SELECT 0, 0, 0, 0, [] WHERE false', ...more] = failed
  if (pivot !== null)
    return `SELECT rec, line, off, len, list_distinct(flatten(list(labels))) AS labels FROM (${failed.join(' UNION ALL ')}) GROUP BY rec, line, off, len ORDER BY rec`
  return more.length === 0
    ? `${first} ORDER BY 1`
    : `SELECT rec, line, off, len, flatten(list(labels)) AS labels FROM (${failed.join(' UNION ALL ')}) GROUP BY ALL ORDER BY rec`
}

/** So many of the lines are named in which a rule is broken. */
const namedLines = 5

/** By check and place: how many records have such a label, and the first of their lines. */
export function selectBroken(tables: readonly string[], where: string): string {
  const all = tables.map((table) => `SELECT rec, line, unnest(labels) AS l FROM ${table}`)
  return `SELECT l."check", l.nth, count(DISTINCT rec), min(line, ${namedLines}) FROM (${all.join(' UNION ALL ')}) WHERE ${where} GROUP BY ALL ORDER BY 1, 2`
}
