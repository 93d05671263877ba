/**
 * The account of records that a pivot has made of those of the file. Whatever of a record is held back holds back the record:
 * it is fixed and sent again as it stands in the file, so nothing of it may have been delivered. It counts once, as
 * held back, and nothing that was made of it counts.
 */
import type { Dropped } from '../../shared/domain/recipe/recipe.ts'
import type { Engine } from '../duckdb/engine.ts'
import { count } from './dropping.ts'
import { quoteLiteral, quoteLiterals } from '../duckdb/sql.ts'
import { type Pivoted, partsOf, sourceOf } from './duckdb/pivot.ts'
import type { Facts } from './scan/facts.ts'
import type { ScannedStep } from './scan/watch.ts'

/** The records that are left, and how many more they are than those of the file that they were made of. */
export interface PivotedAccount {
  clean: number
  made: number
  dropped: Dropped[]
}

/** Where nothing is dropped at the end, or held back. */
export function accountWhole(
  { entered, parts, joined }: Pivoted,
  { records }: Facts,
): PivotedAccount {
  return { clean: records, made: entered * (parts - 1) - (joined?.records ?? 0), dropped: [] }
}

/** Makes the table `held_parts`: every record that was made of one which is held back, in the tables or the files. */
export async function takeHeldParts(
  engine: Engine,
  pivoted: Pivoted,
  { tables, files }: { tables: readonly string[]; files: readonly string[] },
  { lastRecord }: Facts,
): Promise<void> {
  const held = [...tables, ...files.map((file) => `read_parquet(${quoteLiteral(file)})`)]
  const sources = held.map((from) => `SELECT ${sourceOf(pivoted)} AS source FROM ${from}`)
  await engine.run(
    `CREATE TABLE held_sources AS SELECT DISTINCT source FROM (${sources.join(' UNION ALL ')})`,
  )
  await engine.run(
    `CREATE TABLE held_parts AS SELECT rec FROM (${partsOf(pivoted, 'SELECT source FROM held_sources')}) WHERE rec <= ${lastRecord}`,
  )
}

/** After `takeHeldParts`. `dropped`: by all steps; `end`: those that the engine has worked by itself, into the table `dropped`. */
export async function accountOf(
  engine: Engine,
  pivoted: Pivoted,
  dropped: readonly Dropped[],
  end: readonly ScannedStep[],
  { records }: Facts,
): Promise<PivotedAccount> {
  const { entered, failedBefore, parts, takenFiles, joined } = pivoted
  const ids = quoteLiterals(end.map(({ id }) => id))
  const taken = [
    `SELECT rec, list_extract([${ids}]::VARCHAR[], step + 1) AS step FROM dropped`,
    ...takenFiles.map((file) => `SELECT rec, step FROM read_parquet(${quoteLiteral(file)})`),
  ].join(' UNION ALL ')
  const ofHeld = await engine.rows(
    `SELECT step, count(*) FROM (${taken}) WHERE ${sourceOf(pivoted)} IN (SELECT source FROM held_sources) GROUP BY step`,
  )
  const [[sources, atEnd] = []] = await engine.rows(
    `SELECT (SELECT count(*) FROM held_sources), (SELECT count(*) FROM dropped)`,
  )
  const held = Number(sources) - failedBefore
  const joinedToOthers =
    joined === null
      ? 0
      : await count(
          engine,
          `read_parquet(${quoteLiteral(joined.file)}) WHERE lead NOT IN (SELECT source FROM held_sources)`,
        )
  const before = new Map(ofHeld.map(([step, rows]) => [step, Number(rows)]))
  const takenOfHeld = [...before.values()].reduce((sum, rows) => sum + rows, 0)
  return {
    clean: records - Number(atEnd) - (held * parts - takenOfHeld),
    made: (entered - held) * (parts - 1) - joinedToOthers,
    dropped: dropped
      .map((one) => ({ ...one, rows: one.rows - (before.get(one.step ?? '') ?? 0) }))
      .filter(({ rows }) => rows > 0),
  }
}
