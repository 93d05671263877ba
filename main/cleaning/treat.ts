/** The clean rows as they leave this computer, where personal columns of them may not leave as they are. */
import { rm, stat } from 'node:fs/promises'
import type { Treatment } from '../../shared/domain/privacy/personalRules.ts'
import { openEngine } from '../duckdb/engine.ts'
import { engineProblem } from '../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../duckdb/sql.ts'
import { heavyWork, inTurn } from '../duckdb/turns.ts'
import type { TreatInput } from '../runs/ports/cleaning.ts'
import type { Control } from '../runs/ports/control.ts'
import { publish } from './clean.ts'
import { formatOptions } from './duckdb/output.ts'
import { maskedBut } from './duckdb/stepCells.ts'
import { tokenOf, useTokenKey } from '../duckdb/tokens.ts'
import { memoryBytesPerColumn } from './rows.ts'

/** Of a masked value so many characters stay, so that whoever knows it can tell it from others. */
const shownCharacters = 2

/**
 * Writes the rows of a Parquet file in their order to the output file, and answers its bytes. Empty cells stay empty. Cut off
 * anywhere, the output file is as it was.
 */
export async function treat(
  { file, columns, treatments, tokenKey, format, outputFile }: TreatInput,
  { signal }: Control<never>,
): Promise<number> {
  const partial = `${outputFile}.part`
  const cells = columns.map(({ name }) => {
    const cell = quoteIdentifier(name)
    const { rule } = treatments.find(({ column }) => column === name) ?? {}
    if (rule === undefined) return cell
    // Empty, and of its type.
    const made = rule === 'drop' ? `CASE WHEN false THEN ${cell} END` : treatedCell(rule, cell)
    return `${made} AS ${cell}`
  })
  return await inTurn(heavyWork, signal, async () => {
    const engine = await openEngine(
      {
        file: ':memory:',
        tempFolder: `${partial}.temp`,
        access: 'read-write',
        otherFiles: 'allowed',
        memoryBytes: 256 * 1024 * 1024 + columns.length * memoryBytesPerColumn[format],
        threads: columns.length > 64 ? 1 : 2,
      },
      signal,
    )
    try {
      await useTokenKey(engine, tokenKey)
      await engine.run(
        `COPY (SELECT ${cells.join(', ')} FROM read_parquet(${quoteLiteral(file)})) TO ${quoteLiteral(partial)} (${formatOptions(format, cells.length)}, USE_TMP_FILE false)`,
      )
      await publish(partial, outputFile)
      return (await stat(outputFile)).size
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, 'treating the personal columns', file)
    } finally {
      engine.close()
      for (const left of [partial, `${partial}.temp`])
        await rm(left, { recursive: true, force: true })
    }
  })
}

function treatedCell(rule: Exclude<Treatment['rule'], 'drop'>, value: string): string {
  const cell = `CAST(${value} AS VARCHAR)`
  switch (rule) {
    case 'hash':
      return `sha256(${cell})`
    case 'tokenise':
      return `CASE WHEN ${cell} IS NULL THEN NULL ELSE ${tokenOf(cell)} END`
    case 'mask':
      return maskedBut(shownCharacters, cell)
  }
}
