import { rm } from 'node:fs/promises'
import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import { tokenOf, useTokenKey } from '../duckdb/tokens.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { Control } from '../runs/ports/control.ts'
import type { EraseInFileInput } from '../runs/ports/warehouse.ts'
import { forWriting } from './duckdb/open.ts'
import { outputReader } from './duckdb/stage.ts'

/** Counts the rows of an output file that have one of the values; the others are written to a file of the same format. */
export async function eraseInFile(
  { file, format, columns, column, values, tokenKey, target }: EraseInFileInput,
  { signal }: Control<never>,
): Promise<number> {
  return await inTurn(heavyWork, signal, async () => {
    const tempFolder = `${file}.erase.tmp`
    const room = forWriting(columns.length)
    const engine = await openEngine({ file: ':memory:', tempFolder, ...room }, signal)
    try {
      await useTokenKey(engine, tokenKey)
      await engine.run('CREATE TABLE wanted (value VARCHAR)')
      for (const value of values) await engine.run('INSERT INTO wanted VALUES ($1)', [value])
      const cell = comparable(quoteIdentifier(column))
      const said = tokenKey === undefined ? cell : tokenOf(cell)
      const isWanted = `coalesce(${said} IN (SELECT value FROM wanted), false)`
      const rows = outputReader({ file, format, columns })
      const [row] = await engine.rows(`SELECT count(*) FROM ${rows} WHERE ${isWanted}`)
      if (target !== null)
        await engine.run(
          `COPY (SELECT * FROM ${rows} WHERE NOT ${isWanted}) TO ${quoteLiteral(target)} (${formats[format]}, USE_TMP_FILE false)`,
        )
      return Number(row?.[0])
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, 'looking for a person', file)
    } finally {
      engine.close()
      await rm(tempFolder, { recursive: true, force: true })
    }
  })
}

/** A cell as it is compared with values of a person. */
export const comparable = (cell: string): string => `lower(trim(CAST(${cell} AS VARCHAR)))`

const csv = `FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR ''`
const formats = {
  csv: `${csv}, COMPRESSION none`,
  'csv.gz': `${csv}, COMPRESSION gzip`,
  parquet: 'FORMAT parquet',
}
