/**
 * What a column holds, asked of the table of its different cells: `cells` has each once, with the records that
 * have it (`n`), the first line (`line`), and its value in the type of the column, NULL where it is none.
 */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import type { MatchedColumn } from '../match.ts'
import type { Part } from './parts.ts'
import { emitRegular } from './output.ts'
import type { PlannedRecipe } from '../plan.ts'
import { emitSteps, notDropped } from './recipe.ts'
import { cellName } from './records.ts'
import { emitValue } from './values.ts'

/** All records of a part as the recipe's steps leave their cells; those that it drops are not taken. */
export function emitProfiled(part: Part, plan: PlannedRecipe): string {
  return `CREATE OR REPLACE TEMP TABLE profiled AS SELECT * FROM (${emitSteps(part, plan)}) WHERE ${notDropped}`
}

/** `isRegular`: every filled cell of the column is at fixed places. */
export function emitCells({ column, cell }: MatchedColumn, isRegular: boolean): string {
  const name = cellName(cell)
  const counted = `SELECT nullif(${name}, '') AS ${name}, count(*) AS n, min(line) AS line FROM profiled GROUP BY 1`
  const regular = isRegular ? emitRegular(column, name) : null
  const { parts, value } =
    regular === null ? emitValue(column, name) : { parts: [], value: regular }
  const from = parts.length === 0 ? counted : `SELECT *, ${parts.join(', ')} FROM (${counted})`
  return `CREATE OR REPLACE TEMP TABLE cells AS SELECT ${name} AS cell, n, line, ${value} AS value FROM (${from})`
}

/** filled, empty, fits, distinct; shortest, longest and mean length. */
export const countsOfCells =
  'SELECT (coalesce(sum(n) FILTER (cell IS NOT NULL), 0))::BIGINT, (coalesce(sum(n) FILTER (cell IS NULL), 0))::BIGINT, (coalesce(sum(n) FILTER (value IS NOT NULL), 0))::BIGINT, count(cell), min(length(cell)), max(length(cell)), sum(length(cell) * n) / sum(n) FILTER (cell IS NOT NULL) FROM cells'

const listed = 'SELECT cell, n, line FROM cells WHERE cell IS NOT NULL'

export const topCells = (limit: number): string =>
  `${listed} ORDER BY n DESC, line, cell LIMIT ${limit}`
export const misfittingCells = (limit: number): string =>
  `${listed} AND value IS NULL ORDER BY n DESC, line, cell LIMIT ${limit}`
/** The same ones each time, whatever their order in the file. */
export const someCells = (limit: number): string =>
  `SELECT cell FROM cells WHERE cell IS NOT NULL ORDER BY hash(cell), cell LIMIT ${limit}`

/** Every different cell, its records and the first line: as many as there are. */
export const everyCell = listed

/** Whether the values of a type have an order that says something; then `x` is where they lie. */
export function placeOf({ type }: Column): string | null {
  switch (type) {
    case 'integer':
    case 'decimal':
    case 'duration':
      return 'value::DOUBLE'
    case 'date':
    case 'timestamp':
    case 'time':
      return 'epoch(value)'
    case 'text':
    case 'boolean':
      return null
  }
}

const shares = [0.05, 0.25, 0.5, 0.75, 0.95]

/** The first value, the last, the five of the shares; the places of the second and fourth share; the mean place. */
export function spreadOfCells(place: string): string {
  const at = (share: number, what: string): string =>
    `min(${what}) FILTER (upto >= total * ${share})`
  return `SELECT min(value)::VARCHAR, max(value)::VARCHAR, ${shares.map((share) => `(${at(share, 'value')})::VARCHAR`).join(', ')}, ${at(0.25, 'x')}, ${at(0.75, 'x')}, sum(x * n) / sum(n) FROM (SELECT value, ${place} AS x, n, sum(n) OVER (ORDER BY value, line ROWS UNBOUNDED PRECEDING) AS upto, sum(n) OVER () AS total FROM cells WHERE value IS NOT NULL)`
}

export interface Range {
  from: number
  to: number
}

/** Records outside of the range; the least and the largest place within it. */
export function rangeOfCells(place: string, { from, to }: Range): string {
  const inside = `x BETWEEN ${literal(from)} AND ${literal(to)}`
  return `SELECT coalesce(sum(n) FILTER (NOT ${inside}), 0)::BIGINT, min(x) FILTER (${inside}), max(x) FILTER (${inside}) FROM (SELECT ${place} AS x, n FROM cells WHERE value IS NOT NULL)`
}

/** The furthest first. */
export function cellsOutside(place: string, { from, to }: Range, limit: number): string {
  return `SELECT cell, n, line FROM (SELECT *, ${place} AS x FROM cells WHERE value IS NOT NULL) WHERE x NOT BETWEEN ${literal(from)} AND ${literal(to)} ORDER BY greatest(${literal(from)} - x, x - ${literal(to)}) DESC, line LIMIT ${limit}`
}

/** Bin from 0, and its records: bins of this width from `from` on, `count` of them. */
export function binsOfCells(
  place: string,
  { from, to }: Range,
  width: number,
  count: number,
): string {
  const bin = `least(${count - 1}, floor((x - ${literal(from)}) / ${literal(width)}))`
  return `SELECT ${bin}::INTEGER, sum(n)::BIGINT FROM (SELECT ${place} AS x, n FROM cells WHERE value IS NOT NULL) WHERE x BETWEEN ${literal(from)} AND ${literal(to)} GROUP BY 1 ORDER BY 1`
}

/** A number as the engine reads it back unchanged. */
function literal(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} cannot stand in a statement.`)
  return `${quoteLiteral(String(value))}::DOUBLE`
}
