import { rename, rm } from 'node:fs/promises'
import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { Control } from '../runs/ports/control.ts'
import type { CompareInput, CompareOutput } from '../runs/ports/warehouse.ts'
import { forWriting } from './duckdb/open.ts'
import { outputReader } from './duckdb/stage.ts'

/**
 * Keeps a hash of every row of an output file (128 bits over all its cells), and counts how many rows each of the earlier
 * files has in common with it: as multisets, whatever their order. Equal rows are found where files are compared, for to find
 * them costs more than the hashes, and most files have none to be compared with.
 */
export async function compareRows(
  input: CompareInput,
  { signal }: Control<never>,
): Promise<CompareOutput> {
  const { file, columns, hashes, earlier } = input
  const part = `${hashes}.part`
  const cells = columns.map(({ name }) => quoteIdentifier(name))
  // Two of 64 bits, each over all cells in another order: the engine's own, because MD5 costs as much as cleaning.
  const hash = `hash(${cells.join(', ')}) AS one, hash('other', ${cells.toReversed().join(', ')}) AS other`
  return await inTurn(heavyWork, signal, async () => {
    const engine = await openEngine(
      {
        file: ':memory:',
        tempFolder: `${hashes}.tmp`,
        ...forWriting(columns.length),
      },
      signal,
    )
    try {
      // Hardly two are equal, and nothing makes them smaller.
      await engine.run(
        `COPY (SELECT ${hash}, 1 AS n FROM ${outputReader(input)})
         TO ${quoteLiteral(part)} (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1)`,
      )
      await rename(part, hashes)
      const same: CompareOutput['same'] = []
      for (const one of earlier) {
        const [row] = await engine.rows(
          `SELECT coalesce(sum(least(mine.n, theirs.n)), 0)
           FROM ${counted(hashes)} AS mine JOIN ${counted(one.hashes)} AS theirs USING (one, other)`,
        )
        same.push({ runId: one.runId, rows: Number(row?.[0]) })
      }
      return { same }
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, 'comparing its rows with those of earlier runs', file)
    } finally {
      engine.close()
      await rm(part, { force: true })
      await rm(`${hashes}.tmp`, { recursive: true, force: true })
    }
  })
}

/** `n`: how often a row is there; earlier versions had counted some of it already. */
function counted(hashes: string): string {
  return `(SELECT one, other, sum(n) AS n FROM read_parquet(${quoteLiteral(hashes)}) GROUP BY ALL)`
}
