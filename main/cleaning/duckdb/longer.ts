import type { ShapedColumn } from '../../../shared/domain/recipe/recipeFit.ts'
import { quoteLiterals } from '../../duckdb/sql.ts'
import { isThere, nameOf, pivoted } from './stepCells.ts'

/** The records that are there become several, each `pivoted`, in the order of the columns; of the others one stays, so that it is counted. */
export function longer(on: readonly ShapedColumn[], records: string): string {
  const each = (all: string, one: string): string =>
    `unnest(CASE WHEN ${isThere} THEN [${all}] ELSE [${one}] END)`
  const [label, cell] = pivoted
  const numbers = each(on.map((_, nth) => nth + 1).join(', '), '1')
  const labels = each(quoteLiterals(on.map((column) => column.label)), 'NULL')
  const cells = each(on.map(nameOf).join(', '), 'NULL')
  const all = `SELECT *, ${numbers} AS part, ${labels} AS ${label}, ${cells} AS ${cell} FROM (${records})`
  return `SELECT * EXCLUDE (part) REPLACE ((rec - 1) * ${on.length} + part AS rec) FROM (${all})`
}
