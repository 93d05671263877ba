import type { Engine } from '../../duckdb/engine.ts'
import { openEngine } from '../../duckdb/engine.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { inTurn } from '../../duckdb/turns.ts'

const megabyte = 1024 * 1024
const memoryBytes = { 'read-write': 256 * megabyte, 'read-only': 128 * megabyte }

/**
 * Works with the warehouse file and closes it again. Within this thread the operations on one
 * file take turns; another process that has it open is met with `warehouse-in-use`. Reading
 * refuses every other file.
 */
export async function withWarehouse<Result>(
  file: string,
  access: 'read-write' | 'read-only',
  signal: AbortSignal,
  doing: string,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  return inTurn(file, signal, async () => {
    let engine: Engine | null = null
    try {
      engine = await openEngine(
        {
          file,
          tempFolder: `${file}.tmp`,
          access,
          otherFiles: access === 'read-write' ? 'allowed' : 'refused',
          memoryBytes: memoryBytes[access],
        },
        signal,
      )
      return await work(engine)
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, doing, file)
    } finally {
      engine?.close()
    }
  })
}
