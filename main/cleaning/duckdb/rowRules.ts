/** What records are judged by besides their single cells; the cells may be in several parts. */
import type { Checked } from '../../../shared/domain/recipe/formulaCheck.ts'
import { severityOf } from '../../../shared/domain/rules/rules.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import type { MatchedColumn } from '../match.ts'
import { emitFormula } from './formula.ts'
import { type Labelled, type RowCheck, labelSql } from './labels.ts'
import { type Part, partOf } from './parts.ts'
import { isEmpty, notDropped, sideBySide } from './recipe.ts'
import { cellName, lineageColumns } from './records.ts'
import { emitValue } from './values.ts'

/** A rule with the cells that it is about. `nth`: its place in the contract. */
export type PlannedRule = { nth: number; isWarning: boolean } & (
  | { kind: 'key'; on: readonly MatchedColumn[] }
  | { kind: 'formula'; formula: Checked<{ cell: string }>; cells: readonly number[] }
  | { kind: 'foreign'; on: MatchedColumn; file: string }
)

/** From `records_1` …, which have to be there; see `emitLabelled`. */
export function emitRowRule(rule: PlannedRule, parts: readonly Part[]): Labelled {
  const table = `${rule.isWarning ? 'warned' : 'labelled'}_rule_${rule.nth + 1}`
  return {
    statements: statementsOf(rule, parts, table),
    held: rule.isWarning ? [] : [table],
    warned: rule.isWarning ? [table] : [],
  }
}

function statementsOf(rule: PlannedRule, parts: readonly Part[], table: string): string[] {
  const { nth } = rule
  const make = (check: string, label: string, from: string): string =>
    `CREATE TABLE ${table} AS SELECT ${lineageColumns}, [${label}] AS labels FROM ${from} WHERE ${check}`
  switch (rule.kind) {
    case 'key': {
      const cells = rule.on.map(({ cell }) => cellName(cell))
      const values = rule.on.map((_, index) => `v${index + 1}`)
      const known = `key_${nth + 1}`
      // A cell that is none of its type is held back for that, or is left empty.
      const sound = rule.on.flatMap(({ column, cell }, index) =>
        column.type === 'text' || severityOf(column, 'type') === 'warn'
          ? []
          : [`(${isEmpty(cellName(cell))} OR ${values[index]} IS NOT NULL)`],
      )
      const typed = typedRecords(rule.on, parts)
      const from = `(SELECT * FROM (${typed})${sound.length === 0 ? '' : ` WHERE ${sound.join(' AND ')}`})`
      const allEmpty = values.map((value) => `f.${value} IS NULL`).join(' AND ')
      const written = `concat_ws(' / ', ${cells.map((cell) => `coalesce(${cell}, '')`).join(', ')})`
      const same = values.map((value) => `${known}.${value} IS NOT DISTINCT FROM f.${value}`)
      const check: RowCheck = 'key'
      const empty: RowCheck = 'key-empty'
      return [
        `CREATE TABLE ${known} AS SELECT ${values.join(', ')}, min(rec) AS first_rec, min(line) AS first_line FROM ${from} AS f WHERE NOT (${allEmpty}) GROUP BY ${values.join(', ')} HAVING count(*) > 1`,
        make(
          `(${allEmpty}) OR coalesce(first_rec < rec, false)`,
          `CASE WHEN ${allEmpty} THEN ${labelSql(empty, nth, "''")} ELSE ${labelSql(check, nth, written, 'first_line')} END`,
          `${from} AS f LEFT JOIN ${known} ON NOT (${allEmpty}) AND ${same.join(' AND ')}`,
        ),
      ]
    }
    case 'formula': {
      const { value, fault } = emitFormula(rule.formula)
      const cells = rule.cells.map(cellName)
      const written =
        cells.length === 0
          ? "''"
          : `concat_ws(' / ', ${cells.map((cell) => `coalesce(${cell}, '')`).join(', ')})`
      return [
        make(
          `(${fault}) IS NOT NULL OR NOT coalesce(${value}, false)`,
          labelSql('formula', nth, written),
          `(${cellsOf(rule.cells, parts)})`,
        ),
      ]
    }
    case 'foreign': {
      const cell = cellName(rule.on.cell)
      return [
        make(
          `NOT ${isEmpty(cell)} AND v1 IS NOT NULL`,
          labelSql('foreign', nth, cell),
          `(${typedRecords([rule.on], parts)}) AS f ANTI JOIN read_parquet(${quoteLiteral(rule.file)}) AS known ON known.k1 = CAST(f.v1 AS VARCHAR)`,
        ),
      ]
    }
  }
}

/** The records that no step dropped, with cells that may stand in several parts. */
function cellsOf(cells: readonly number[], parts: readonly Part[]): string {
  const needed = new Set(cells.map((cell) => partOf(parts, cell)))
  const [first] = parts
  const from = parts.filter((part) => needed.has(part) || (needed.size === 0 && part === first))
  const nth = from[0]?.nth ?? 1
  const columns = [
    ...lineageColumns.split(', ').map((name) => `r${nth}.${name}`),
    ...new Set(cells.map(cellName)),
  ]
  return `SELECT ${columns.join(', ')} FROM ${sideBySide(from)} WHERE r${nth}.${notDropped}`
}

/** The same, with the values of the columns as `v1` …. */
function typedRecords(on: readonly MatchedColumn[], parts: readonly Part[]): string {
  const sql = on.map(({ column, cell }) => emitValue(column, cellName(cell)))
  const withParts = ['*', ...new Set(sql.flatMap((one) => one.parts))]
  // An empty text and none at all are alike here.
  const values = sql.map(({ value }, index) => {
    const isText = on[index]?.column.type === 'text'
    return `${isText ? `nullif(${value}, '')` : value} AS v${index + 1}`
  })
  const cells = cellsOf(
    on.map(({ cell }) => cell),
    parts,
  )
  return `SELECT *, ${values.join(', ')} FROM (SELECT ${withParts.join(', ')} FROM (${cells}))`
}
