import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Problem } from '../../../shared/domain/problem.ts'
import { fitRecipe } from '../../../shared/domain/recipeFit.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import { heavyWork, inTurn } from '../../duckdb/turns.ts'
import type { HandOverInput } from '../../runs/ports/cleaning.ts'
import type { Control } from '../../runs/ports/control.ts'
import { cellNames, readRecords } from '../duckdb/records.ts'
import { formatOptions } from '../duckdb/output.ts'
import { memoryBytesPerColumn, withEngine } from '../rows.ts'
import { refuseUnlike } from './refusal.ts'
import { scriptOf } from './script.ts'

/**
 * Writes the records as they were read, and what cleans them elsewhere as it would be cleaned here. Both files appear
 * whole. Throws `usage` for what the engine would do differently, `contract-mismatch` where recipe or contract do not fit, and the
 * signal's reason.
 */
export async function handOver(input: HandOverInput, { signal }: Control<never>): Promise<number> {
  const { labels, recipe, contract, engine, rowsFile, scriptFile, recordsFile, workFolder } = input
  const { steps, fault } = fitRecipe(recipe, labels)
  if (fault !== null)
    throw new Problem({
      code: 'contract-mismatch',
      what: `The recipe does not fit this file: ${fault.sentence}`,
      did: 'Nothing was written.',
      advice: 'Correct the step, or switch it off.',
      detail: `columns of the file: ${labels.join(', ')}`,
    })
  refuseUnlike(engine, steps, contract)
  const script = scriptOf({ ...input, steps })
  const part = { nth: 1, file: recordsFile, from: 0, width: labels.length }
  const partial = join(workFolder, 'records.parquet')
  try {
    await mkdir(workFolder, { recursive: true })
    const options = {
      memoryBytes: 256 * 1024 * 1024 + labels.length * memoryBytesPerColumn.parquet,
      threads: labels.length > 64 ? 1 : 2,
      signal,
    } as const
    const written = await inTurn(heavyWork, signal, () =>
      withEngine(join(workFolder, 'hand-over.duckdb'), options, (duckdb) =>
        duckdb.runTold(
          `COPY (SELECT rec, line, ${cellNames(part).join(', ')} FROM ${readRecords(part)}) TO ${quoteLiteral(partial)} (${formatOptions('parquet', labels.length)})`,
          () => undefined,
        ),
      ),
    )
    if (written !== input.records - input.heldByReading)
      throw new Error(`${written} records were written, but another number was read`)
    const { size } = await stat(partial)
    await mkdir(dirname(rowsFile), { recursive: true })
    // The script of another file never stands beside these records.
    await rm(scriptFile, { force: true })
    await rename(partial, rowsFile)
    await writeFile(`${scriptFile}.part`, script)
    await rename(`${scriptFile}.part`, scriptFile)
    return size
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'writing the records', recordsFile)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}
