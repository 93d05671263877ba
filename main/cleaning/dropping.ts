/** The records as the recipe leaves them, in tables of the engine, and which of them it drops. */
import { rm } from 'node:fs/promises'
import type { Dropped, RecipeStep } from '../../shared/domain/recipe/recipe.ts'
import type { Statements } from '../duckdb/engine.ts'
import { type Part, cutIntoParts } from './duckdb/parts.ts'
import { emitDropped, emitNoneDropped, emitRecords } from './duckdb/recipe.ts'
import type { PlannedRecipe } from './plan.ts'

/**
 * Makes `records_1` … and `dropped`; answers what each step of the recipe dropped, of those that dropped any. The files
 * of the parts are removed, the records file is not.
 */
export async function takeRecords(
  engine: Statements,
  parts: readonly Part[],
  recordsFile: string,
  plan: PlannedRecipe,
  signal: AbortSignal,
): Promise<Dropped[]> {
  const { recipe } = plan
  if (parts.length > 1) await cutIntoParts(recordsFile, parts, signal)
  for (const part of parts) await engine.run(emitRecords(part, plan))
  await engine.run(emitNoneDropped)
  for (const index of recipe.keys()) {
    const statements = emitDropped(index, parts, plan)
    if (statements === null) continue
    await engine.run(statements.suspects)
    if ((await count(engine, statements.table)) === 0) continue
    for (const statement of statements.settle) await engine.run(statement)
  }
  for (const { file } of parts) if (file !== recordsFile) await rm(file)
  const taken = await engine.rows('SELECT step, count(*) FROM dropped GROUP BY step ORDER BY step')
  return taken.flatMap(([index, rows]) => {
    const step = recipe[Number(index)]
    return step === undefined ? [] : [droppedBy(step, Number(rows))]
  })
}

export function droppedBy({ kind, id, name }: RecipeStep & { id: string }, rows: number): Dropped {
  return { rule: kind, step: id, ...(name === undefined ? {} : { name }), rows }
}

export async function count(engine: Statements, table: string): Promise<number> {
  const [row] = await engine.rows(`SELECT count(*) FROM ${table}`)
  return Number(row?.[0])
}
