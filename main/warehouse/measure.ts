import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier } from '../duckdb/sql.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { Measures } from '../../shared/domain/wholeRules.ts'
import type { Control } from '../runs/ports/control.ts'
import type { MeasureInput } from '../runs/ports/warehouse.ts'
import { forWriting } from './duckdb/open.ts'
import { outputReader } from './duckdb/stage.ts'

/** Counts what the rows of an output file are, in some of its columns; all counts are exact. */
export async function measure(
  { file, format, columns, measured }: MeasureInput,
  { signal }: Control<never>,
): Promise<Measures> {
  const wanted = columns.filter(({ name }) => measured.includes(name))
  const counts = wanted.flatMap(({ name, type }) => {
    const cell = quoteIdentifier(name)
    const isNumber = type === 'integer' || type === 'decimal' || type === 'duration'
    const isDay = type === 'date' || type === 'timestamp'
    return [
      `count(*) - count(${type === 'text' ? `nullif(${cell}, '')` : cell})`,
      `count(DISTINCT ${cell})`,
      isNumber ? `avg(${cell})` : 'NULL',
      isDay ? `CAST(CAST(max(${cell}) AS DATE) AS VARCHAR)` : 'NULL',
    ]
  })
  return await inTurn(heavyWork, signal, async () => {
    const tempFolder = `${file}.measure.tmp`
    const room = forWriting(columns.length)
    const engine = await openEngine({ file: ':memory:', tempFolder, ...room }, signal)
    try {
      const [row = []] = await engine.rows(
        `SELECT ${['count(*)', ...counts].join(', ')} FROM ${outputReader({ file, format, columns })}`,
      )
      return {
        rows: Number(row[0]),
        columns: wanted.map(({ name }, index) => {
          const [empty, distinct, mean, newest] = row.slice(1 + 4 * index, 5 + 4 * index)
          return {
            name,
            empty: Number(empty),
            distinct: Number(distinct),
            mean: mean === null || mean === undefined ? null : Number(mean),
            newest: newest === null || newest === undefined ? null : String(newest),
          }
        }),
      }
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, 'measuring its rows', file)
    } finally {
      engine.close()
    }
  })
}
