import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Reason } from '../../../shared/domain/files/quarantine.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import { heavyWork, inTurn } from '../../duckdb/turns.ts'
import type { BringHomeInput } from '../../runs/ports/cleaning.ts'
import type { Control } from '../../runs/ports/control.ts'
import { readRecords } from '../duckdb/records.ts'
import { writeHeldRows } from '../held.ts'
import { withEngine } from '../rows.ts'

const Reasons = z.array(Reason).min(1)

/**
 * Writes the quarantine of records that were cleaned elsewhere, as cleaning here writes it: every record by its line, with its text as it
 * stands in the file. Answers of how many they are.
 */
export async function bringHome(
  { recordsFile, width, heldFile, workFolder, quarantineFile, ...file }: BringHomeInput,
  { signal }: Control<never>,
): Promise<number> {
  const part = { nth: 1, file: recordsFile, from: 0, width }
  const held = `read_csv(${quoteLiteral(heldFile)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', max_line_size = ${recordsLayout.maxLineBytes}, buffer_size = ${2 * recordsLayout.maxLineBytes}, columns = {'rec': 'BIGINT', 'reasons': 'VARCHAR'})`
  try {
    await rm(workFolder, { recursive: true, force: true })
    await mkdir(workFolder, { recursive: true })
    const options = { memoryBytes: 256 * 1024 * 1024, threads: 2, signal } as const
    const partial = `${quarantineFile}.part`
    const rows = await inTurn(heavyWork, signal, () =>
      withEngine(join(workFolder, 'home.duckdb'), options, (engine) =>
        writeHeldRows(
          engine,
          `SELECT rec, line, off, len, reasons FROM ${readRecords(part)} AS records JOIN ${held} AS held USING (rec) ORDER BY rec`,
          (reasons) => Reasons.parse(JSON.parse(String(reasons))),
          { ...file, recordsFile },
          partial,
          signal,
        ),
      ),
    )
    await rename(partial, quarantineFile)
    return rows
  } catch (error) {
    signal.throwIfAborted()
    throw engineProblem(error, 'writing the records that are held back', file.sourceFile)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}
