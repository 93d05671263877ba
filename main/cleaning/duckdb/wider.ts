/** Records that are equal in their keys become one, in the place of the first of them. */
import type { StepOf } from '../../../shared/domain/recipe/recipe.ts'
import type { FittedStep } from '../../../shared/domain/recipe/recipeFit.ts'
import { isOneOf, quoteLiteral } from '../../duckdb/sql.ts'
import { lineageColumns } from './records.ts'
import { isThere, nameOf, wideCell } from './stepCells.ts'

/** Why a record is held back: of itself, or (`put-with`) for another one with the same keys. */
export const widerFaults = ['no-key', 'no-name', 'second-value', 'put-with'] as const

export interface Together {
  index: number
  /**
   * What the statements make: of each record that was given `lead`, the first with its keys, and its line; `fault`, a label
   * as `labels.ts` makes them, where all with these keys are held back; and for the first of the others the cells.
   */
  table: string
  statements: string[]
}

const isWider = (step: { kind: string }): step is StepOf<'pivot-wider'> =>
  step.kind === 'pivot-wider'

/** How the records of a table are put together; null: not by this step. */
export function putTogether({ step, index, on }: FittedStep, table: string): Together | null {
  if (!isWider(step)) return null
  const columns = on.map(nameOf)
  const keys = columns.slice(0, step.keys.length).map((key) => `coalesce(${key}, '')`)
  const [name = '', value = ''] = columns.slice(step.keys.length)
  const said = `coalesce(${name}, '')`
  const label = (check: (typeof widerFaults)[number], of: string, first = 'NULL::BIGINT'): string =>
    `{'check': '${check}', 'nth': ${index}, 'value': left(${of}, 1000), 'first': ${first}}`
  const isKnown = isOneOf(said, step.columns)
  const given = [
    'gone IS NULL',
    ...(step.unknown === 'drop' ? [`(failed IS NOT NULL OR ${isKnown})`] : []),
  ].join(' AND ')
  const own = [
    'WHEN failed IS NOT NULL THEN failed',
    `WHEN ${keys.map((key) => `${key} = ''`).join(' AND ')} THEN ${label('no-key', `''`)}`,
    `WHEN NOT ${isKnown} THEN ${label('no-name', said)}`,
  ]
  const asked = `SELECT ${[lineageColumns, ...columns].join(', ')}, CASE ${own.join(' ')} END AS own FROM ${table} WHERE ${given}`
  const counted = `SELECT *, count(*) OVER n AS same, min(line) OVER n AS first_line, max(line) OVER n AS last_line FROM (${asked}) WINDOW n AS (PARTITION BY ${[...keys, said].join(', ')})`
  const other = 'CASE WHEN line = first_line THEN last_line ELSE first_line END'
  const judged = `SELECT * REPLACE (CASE WHEN own IS NULL AND same > 1 THEN ${label('second-value', said, other)} ELSE own END AS own) FROM (${counted})`
  const led = `SELECT *, min(rec) OVER k AS lead, min(line) OVER k AS lead_line, count(own) OVER k AS faults FROM (${judged}) WINDOW k AS (PARTITION BY ${keys.join(', ')})`
  const fault = `CASE WHEN faults > 0 THEN coalesce(own, ${label('put-with', `''`)}) END AS fault`
  const cells = step.columns.map(
    (column, nth) =>
      `max(CASE WHEN ${said} = ${quoteLiteral(column)} THEN ${value} END) AS ${wideCell(nth)}`,
  )
  const [led_, wide, grouped] = [`led_${index}`, `wide_${index}`, `together_${index}`]
  return {
    index,
    table: grouped,
    statements: [
      `CREATE TABLE ${led_} AS SELECT ${[lineageColumns, ...columns].join(', ')}, lead, lead_line, ${fault} FROM (${led})`,
      `CREATE TABLE ${wide} AS SELECT lead AS rec, ${cells.join(', ')} FROM ${led_} WHERE fault IS NULL GROUP BY lead`,
      `CREATE VIEW ${grouped} AS SELECT * FROM ${led_} LEFT JOIN ${wide} USING (rec)`,
    ],
  }
}

/** The records that became part of another one, with its `rec` as `lead`. */
export const selectJoined = ({ table }: Together): string =>
  `SELECT ${lineageColumns}, lead FROM ${table} WHERE fault IS NULL AND lead <> rec`

/**
 * The records of a table as they are left: those that were put together, once, and each of those that are held back or gone, so that it
 * is counted.
 */
export function wider(
  { step, index, on }: FittedStep,
  table: string,
  { table: grouped }: Together,
): string {
  if (!isWider(step)) return table
  const keys = on.slice(0, step.keys.length).map(nameOf)
  const cells = step.columns.map((_, nth) => wideCell(nth))
  const lineage = lineageColumns
  const empty = cells.map((cell) => `NULL::VARCHAR AS ${cell}`)
  // Who was given and is not among those that were put together had a name that nobody asks for.
  const gone = `SELECT ${[lineage, `CASE WHEN ${isThere} THEN ${index} ELSE gone END AS gone`, 'failed', ...keys, ...empty].join(', ')} FROM ${table} ANTI JOIN ${grouped} USING (rec)`
  const there = `SELECT ${[lineage, 'NULL::INTEGER AS gone', 'fault AS failed', ...keys, ...cells].join(', ')} FROM ${grouped} WHERE fault IS NOT NULL OR lead = rec`
  return `SELECT * FROM (${gone} UNION ALL ${there}) ORDER BY rec`
}

/** Rows of a page, each as itself; `joined`: the line of the row that it became part of. `file`: `Together.table` of the whole file. */
export function widerTorn({ step, index }: FittedStep, records: string, file: string): string {
  if (!isWider(step)) return records
  const cells = step.columns.map((_, nth) => `g.${wideCell(nth)}`)
  const isJoined = 'g.fault IS NULL AND g.lead <> t.rec'
  const gone = `CASE WHEN t.gone IS NULL AND t.failed IS NULL AND (g.rec IS NULL OR ${isJoined}) THEN ${index} ELSE t.gone END AS gone`
  return `SELECT t.* REPLACE (${gone}, coalesce(t.failed, g.fault) AS failed), CASE WHEN ${isJoined} THEN g.lead_line END AS joined, ${cells.join(', ')} FROM (${records}) AS t LEFT JOIN read_parquet(${quoteLiteral(file)}) AS g ON g.rec = t.rec`
}
