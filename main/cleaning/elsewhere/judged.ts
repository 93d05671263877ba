/** What is wrong with the records, as columns of one table: each rule is looked at once, and both the clean and the held-back rows follow from it. */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Reason } from '../../../shared/domain/files/quarantine.ts'
import type { Bound, RowRule } from '../../../shared/domain/rules/rules.ts'
import { nameOf } from '../duckdb/stepCells.ts'
import type { CellCheck } from '../duckdb/labels.ts'
import { reasonFor, reasonOfRule } from '../held.ts'
import type { MatchedColumn } from '../match.ts'
import { type ValueElsewhere, valueOf } from './values.ts'
import { type Words, isEmpty, isOneOf } from './words.ts'

/** A check that a record can fail: a column of the table says whether, by the name of `flag`. */
interface Failure {
  flag: string
  failed: string
  /** The text that its sentence repeats. */
  value: string
  /** A column with the line on which the value stood before. */
  first: string | null
  reason: (value: string, first: number | null) => Reason
}

export interface Judged {
  /** Lineage, `gone`, the values `v1` … of the columns, and a flag for each failure. */
  sql: string
  /** In the order in which reasons are told. */
  failures: Failure[]
}

/** A matched column, and what its cell is called in the statement. */
type Named = MatchedColumn & { name: string }

const isThere = 'gone IS NULL'

export function judgedSql(
  words: Words,
  matched: readonly MatchedColumn[],
  rules: readonly RowRule[],
  after: readonly { id: number; label: string }[],
  records: string,
): Judged {
  const columns = matched.map((one): Named => {
    const column = after[one.cell]
    return { ...one, name: nameOf(column ?? { id: 0, label: '' }) }
  })
  const values = columns.map(({ column, name }) => valueOf(words, column, name))
  const parts = values.flatMap((value) => value.parts)
  const seen: { name: string; is: string }[] = []
  const failures: Failure[] = []
  const add = (failure: Omit<Failure, 'flag'>): void => {
    failures.push({ ...failure, flag: `f${failures.length + 1}` })
  }
  for (const [index, one] of columns.entries()) {
    const value = values[index]
    if (value === undefined) continue
    for (const { check, failed } of cellFailures(words, one, value))
      add({ ...ofCell(one, check), failed, first: null })
    if (one.column.unique === true) {
      const { first, isRepeated } = seenBefore(
        seen,
        `u${one.nth + 1}`,
        [valueName(one)],
        [`NOT ${isEmpty(one.name)}`, `${valueName(one)} IS NOT NULL`],
      )
      add({ ...ofCell(one, 'unique'), failed: isRepeated, first })
    }
  }
  for (const [nth, rule] of rules.entries()) {
    if (rule.kind !== 'key') continue
    const on = rule.columns.flatMap((name) => columns.filter(({ column }) => column.name === name))
    const keys = on.map((one) =>
      one.column.type === 'text' ? `nullif(${valueName(one)}, '')` : valueName(one),
    )
    const allEmpty = `(${keys.map((key) => `${key} IS NULL`).join(' AND ')})`
    // A cell that is none of its type is held back for that.
    const sound = on.flatMap((one) =>
      one.column.type === 'text' ? [] : [`(${isEmpty(one.name)} OR ${valueName(one)} IS NOT NULL)`],
    )
    const { first, isRepeated } = seenBefore(seen, `w${nth + 1}`, keys, [
      ...sound,
      `NOT ${allEmpty}`,
    ])
    const written = on.map(({ name }) => `coalesce(${name}, '')`).join(` || ' / ' || `)
    const reason =
      (check: 'key' | 'key-empty'): Failure['reason'] =>
      (text, line) =>
        reasonOfRule(check, rule, columns, text, line)
    add({ failed: isRepeated, first, value: written, reason: reason('key') })
    add({
      failed: [...sound, allEmpty].join(' AND '),
      first: null,
      value: `''`,
      reason: reason('key-empty'),
    })
  }
  const listed = (columnsOf: readonly { name: string; is: string }[]): string =>
    columnsOf.map(({ name, is }) => `${is} AS ${name}`).join(',\n  ')
  const level = (more: readonly { name: string; is: string }[], from: string): string =>
    more.length === 0 ? from : `SELECT *,\n  ${listed(more)}\nFROM (${from}) AS s`
  const typed = columns.map((one, index) => ({
    name: valueName(one),
    is: values[index]?.value ?? 'NULL',
  }))
  const flags = failures.map(({ flag, failed }) => ({
    name: flag,
    is: `coalesce(${isThere} AND ${failed}, false)`,
  }))
  const kept = ['rec', 'line', 'gone', ...columns.flatMap((one) => [one.name, valueName(one)])]
  const firsts = seen.flatMap(({ name }) => (name.endsWith('line') ? [name] : []))
  const all = [...kept, ...firsts, ...flags.map(({ name }) => name)].join(', ')
  return {
    sql: `SELECT ${all}\nFROM (${level(flags, level(seen, level(typed, level(parts, records))))}) AS s`,
    failures,
  }
}

export const valueName = ({ nth }: Pick<MatchedColumn, 'nth'>): string => `v${nth + 1}`

const ofCell = ({ column, name }: Named, check: CellCheck): Pick<Failure, 'value' | 'reason'> => ({
  value: `coalesce(${name}, '')`,
  reason: (value, first) => reasonFor(check, column, value, first),
})

/** Where equal values stood first, of the records that are there and for which all of `asked` is true. */
function seenBefore(
  seen: { name: string; is: string }[],
  name: string,
  values: readonly string[],
  asked: readonly string[],
): { first: string; isRepeated: string } {
  const isAsked = [isThere, ...asked].join(' AND ')
  const least = (of: string): string =>
    `min(CASE WHEN ${isAsked} THEN ${of} END) OVER (PARTITION BY ${values.join(', ')})`
  seen.push({ name: `${name}_rec`, is: least('rec') }, { name: `${name}_line`, is: least('line') })
  return { first: `${name}_line`, isRepeated: `(${isAsked} AND ${name}_rec < rec)` }
}

/** As `emitLabelled` in `duckdb/labels.ts` has them, but for those that other records decide. */
function cellFailures(
  words: Words,
  one: Named,
  { isTooFine }: ValueElsewhere,
): { check: CellCheck; failed: string }[] {
  const { column, name } = one
  const { min, max, minLength, maxLength, pattern, oneOf } = column
  const value = valueName(one)
  const failures: { check: CellCheck; failed: string }[] = []
  const filled = (check: CellCheck, failed: string): void => {
    failures.push({ check, failed: `(NOT ${isEmpty(name)} AND ${failed})` })
  }
  if (column.required === true) failures.push({ check: 'required', failed: isEmpty(name) })
  if (isTooFine !== undefined) {
    filled('scale', `${value} IS NULL AND ${isTooFine}`)
    filled('type', `${value} IS NULL AND NOT ${isTooFine}`)
  } else if (column.type !== 'text') filled('type', `${value} IS NULL`)
  if (min !== undefined) failures.push({ check: 'min', failed: beyond(words, value, '<', min) })
  if (max !== undefined) failures.push({ check: 'max', failed: beyond(words, value, '>', max) })
  if (minLength !== undefined) filled('min-length', `length(${name}) < ${minLength}`)
  if (maxLength !== undefined) filled('max-length', `length(${name}) > ${maxLength}`)
  if (pattern !== undefined) filled('pattern', `NOT ${words.fits(name, pattern)}`)
  if (oneOf !== undefined && oneOf.length > 0)
    filled('one-of', `NOT ${isOneOf(words, name, oneOf)}`)
  return failures
}

/** Whether a value is beyond a bound. A day as the bound of an instant is the whole of that day. */
function beyond(words: Words, value: string, sign: '<' | '>', bound: Bound): string {
  if (typeof bound === 'number') return `coalesce(${value} ${sign} (${String(bound)}), false)`
  const type = words.typeOf({ type: bound.includes(' ') ? 'timestamp' : 'date' } satisfies Pick<
    Column,
    'type'
  >)
  return `coalesce(CAST(${value} AS ${type}) ${sign} CAST(${words.text(bound)} AS ${type}), false)`
}
