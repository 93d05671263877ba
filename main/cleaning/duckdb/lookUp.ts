/** Cells from the table of another dataset, of which a file is at hand (`LookedUp`). */
import type { FittedStep } from '../../../shared/domain/recipe/recipeFit.ts'
import type { StepOf } from '../../../shared/domain/recipe/recipe.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import { asksAlike, soughtBy } from '../../../shared/domain/recipe/lookUp.ts'
import type { LookedUp } from '../../runs/ports/outside.ts'
import { isEmpty } from './recipe.ts'
import { foundValue, isThere, nameOf } from './stepCells.ts'

/** Why a record is held back: its keys are not there, or rows with them say different things. */
export const lookUpFaults = ['unmatched', 'several'] as const

/** The records with what is found for each, as `foundValue` names it. A join loses the order of the records, so it is made again. */
export function lookedUp(
  step: StepOf<'look-up'>,
  { index, on }: Pick<FittedStep, 'index' | 'on'>,
  records: string,
  tables: readonly LookedUp[],
): string {
  const sought = soughtBy(step)
  const table = tables.find((one) => asksAlike(one, sought))
  if (table === undefined)
    throw new Error(`nothing of the dataset ${step.dataset} is at hand for the step ${index + 1}`)
  const keys = on.map((column, nth) => `t.k${nth + 1} = r.${nameOf(column)}`)
  const isFound = `t.k1 IS NOT NULL`
  const values = step.take.map((_, nth) => {
    const { unmatched } = step
    const found = `nullif(t.v${nth + 1}, '')`
    const value =
      unmatched.kind === 'value'
        ? `CASE WHEN ${isFound} THEN ${found} ELSE ${quoteLiteral(unmatched.value)} END`
        : found
    return `${value} AS ${foundValue(index, nth)}`
  })
  const check = [
    `WHEN coalesce(t.several, false) THEN 'several'`,
    ...(step.unmatched.kind === 'hold' ? [`WHEN NOT (${isFound}) THEN 'unmatched'`] : []),
  ]
  const fault = `CASE ${check.join(' ')} END AS fault${index}`
  const joined = `SELECT r.*, ${[...values, fault].join(', ')} FROM (${records}) AS r LEFT JOIN read_parquet(${quoteLiteral(table.file)}) AS t ON ${keys.join(' AND ')} ORDER BY r.rec`
  const written = on
    .map((column) => `CASE WHEN ${isEmpty(nameOf(column))} THEN '' ELSE ${nameOf(column)} END`)
    .join(', ')
  const label = `{'check': fault${index}, 'nth': ${index}, 'value': left(concat_ws(' / ', ${written}), 1000), 'first': NULL::BIGINT}`
  return `SELECT * REPLACE (CASE WHEN ${isThere} AND fault${index} IS NOT NULL THEN ${label} ELSE failed END AS failed) FROM (${joined})`
}
