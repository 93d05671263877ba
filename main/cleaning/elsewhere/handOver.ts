import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { refuseUnlike } from '../../../shared/domain/recipe/cleanElsewhere.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type FittedStep, fitRecipe } from '../../../shared/domain/recipe/recipeFit.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import { heavyWork, inTurn } from '../../duckdb/turns.ts'
import type {
  HandOverInput,
  PrepareInput,
  PrepareOutput,
  RecordsPart,
} from '../../runs/ports/cleaning.ts'
import type { Control } from '../../runs/ports/control.ts'
import { cellNames, readRecords } from '../duckdb/records.ts'
import { formatOptions } from '../duckdb/output.ts'
import { memoryBytesPerColumn, withEngine } from '../rows.ts'
import { runStatements, scriptOf } from './script.ts'

/**
 * Writes the records as they were read, and what cleans them elsewhere as it would be cleaned here. Both files appear
 * whole. Throws `usage` for what the engine would do differently, `contract-mismatch` where recipe or contract do not fit, and the
 * signal's reason.
 */
export async function handOver(input: HandOverInput, { signal }: Control<never>): Promise<number> {
  const { rowsFile, scriptFile, recordsFile, workFolder } = input
  const script = scriptOf({ ...input, steps: stepsElsewhere(input) })
  const partial = join(workFolder, 'records.parquet')
  try {
    await mkdir(workFolder, { recursive: true })
    const records = input.records - input.heldByReading
    await writeRecords({ ...input, records }, { file: partial }, signal)
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

/**
 * Writes the records as they were read into files that a warehouse takes, with the statements that clean them there as they would be
 * cleaned here. Throws as `handOver` does.
 */
export async function prepareThere(
  input: PrepareInput,
  { signal }: Control<never>,
): Promise<PrepareOutput> {
  const { labels, recordsFile, workFolder, partsFolder } = input
  const statements = runStatements({ ...input, steps: stepsElsewhere(input) })
  try {
    // What a Pallet that was killed has left there is not of this try.
    for (const folder of [workFolder, partsFolder]) {
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true })
    }
    const parts = await writeRecords(input, { folder: join(partsFolder, 'records') }, signal)
    return { ...statements, parts, width: labels.length }
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'writing the records', recordsFile)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

/** The steps of a recipe, where it fits the file and the engine does all of it as it is done here. */
function stepsElsewhere({
  recipe,
  labels,
  engine,
  contract,
}: Pick<HandOverInput, 'recipe' | 'labels' | 'engine' | 'contract'>): FittedStep[] {
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
  return steps
}

/** Warehouses work files of this size best, several of them side by side. */
const partBytes = 128 * 1024 * 1024

/** Into one file, or into a folder of several. */
async function writeRecords(
  {
    labels,
    recordsFile,
    records,
    workFolder,
  }: Pick<PrepareInput, 'labels' | 'recordsFile' | 'records' | 'workFolder'>,
  target: { file: string } | { folder: string },
  signal: AbortSignal,
): Promise<RecordsPart[]> {
  const part = { nth: 1, file: recordsFile, from: 0, width: labels.length }
  const options = {
    memoryBytes: 256 * 1024 * 1024 + labels.length * memoryBytesPerColumn.parquet,
    threads: labels.length > 64 ? 1 : 2,
    signal,
  } as const
  const cells = ['rec', 'line', ...cellNames(part)]
  const isOne = 'file' in target
  const where = isOne ? target.file : target.folder
  const many = `, COMPRESSION zstd, FILE_SIZE_BYTES ${partBytes}, FILENAME_PATTERN 'part_{i}'`
  const written = await inTurn(heavyWork, signal, () =>
    withEngine(join(workFolder, 'hand-over.duckdb'), options, (duckdb) =>
      duckdb.rows(
        `COPY (SELECT ${cells.join(', ')} FROM ${readRecords(part)}) TO ${quoteLiteral(where)} (${formatOptions('parquet', labels.length)}${isOne ? '' : many}, RETURN_STATS true)`,
      ),
    ),
  )
  const parts = written.map(([path, rows]) => ({
    path: isOne ? where : join(where, basename(String(path))),
    rows: Number(rows),
  }))
  const all = parts.reduce((sum, { rows }) => sum + rows, 0)
  if (all !== records) throw new Error(`${all} records were written, but another number was read`)
  return parts
}
