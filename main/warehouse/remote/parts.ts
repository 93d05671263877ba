import { mkdir, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type ControlTotals, differenceOf } from '../../../shared/domain/runs/controlTotals.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Engine, openEngine } from '../../duckdb/engine.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import { heavyWork, inTurn } from '../../duckdb/turns.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { forWriting } from '../duckdb/open.ts'
import { asWritten, outputReader } from '../duckdb/stage.ts'
import { type TotalWords, fileTotals, totalsFrom, totalsOf } from '../totals.ts'
import type { Row } from './statements.ts'

/** What these columns of the file add up to, where somebody has added it up already. */
function totalsBefore(
  { totals }: Pick<LoadInput, 'totals'>,
  columns: readonly Column[],
): ControlTotals | null {
  if (totals === undefined) return null
  const found = columns.flatMap(({ name }) => totals.columns.filter((one) => one.name === name))
  return found.length === columns.length ? { rows: totals.rows, columns: found, keys: null } : null
}

/** Warehouses work files of this size best, several of them side by side. */
const partBytes = 128 * 1024 * 1024

/** Above this several files are read side by side sooner than one. */
const mostBytesWhole = 250 * 1024 * 1024

/** A Parquet file with some of the rows of an output file. */
export interface Part {
  /** Of the file, in the folder that was given. */
  path: string
  rows: number
}

/** Whether a file is sent as cleaning wrote it: one of which only some columns are wanted is sent without the others. */
export async function isSentWhole(
  { file, format, columns: all }: LoadInput,
  columns: readonly Column[],
): Promise<boolean> {
  if (format !== 'parquet' || columns.length !== all.length) return false
  return (await asWritten(file, () => stat(file))).size <= mostBytesWhole
}

/** What these columns of a file that is not written once more add up to. */
export async function sumsOf(
  input: LoadInput,
  columns: readonly Column[],
  signal: AbortSignal,
): Promise<ControlTotals> {
  return (
    totalsBefore(input, columns) ??
    (await fileTotals({ ...input, columns: [...columns], keys: [] }, quietly(signal)))
  )
}

const quietly = (signal: AbortSignal) => ({
  signal,
  report: () => undefined,
  ask: () => Promise.reject(new Error('Nothing is asked of this.')),
})

/**
 * Writes columns of an output file as Parquet into a folder that is made anew, so that no dialect stands between a cell and its value,
 * with the cells as `cellOf` says in DuckDB's words, and says what that adds up to, asked by `words` where it is not known already.
 */
export async function writeParts(
  input: LoadInput,
  columns: readonly Column[],
  folder: string,
  { cellOf, words }: { cellOf: (column: Column) => string; words: TotalWords },
  signal: AbortSignal,
): Promise<{ parts: Part[]; rows: number; sent: ControlTotals }> {
  return await inTurn(heavyWork, signal, async () => {
    let engine: Engine | null = null
    try {
      // What a Pallet that was killed has left there is not of this file.
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true })
      const opened = await openEngine(
        { file: ':memory:', tempFolder: `${folder}/tmp`, ...forWriting(columns.length) },
        signal,
      )
      engine = opened
      const written = await asWritten(input.file, () =>
        opened.rows(
          `COPY (SELECT ${columns.map(cellOf).join(', ')} FROM ${outputReader(input)}) TO ${quoteLiteral(`${folder}/parts`)} (FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES ${partBytes}, FILENAME_PATTERN 'part_{i}', RETURN_STATS true)`,
        ),
      )
      const parts = written.map(([file, rows]) => ({
        path: `${folder}/parts/${basename(String(file))}`,
        rows: Number(rows),
      }))
      const rows = parts.reduce((sum, part) => sum + part.rows, 0)
      const known = totalsBefore(input, columns)
      if (known !== null) return { parts, rows, sent: known }
      const [row = []] = await engine.rows(
        `SELECT ${totalsOf(columns, [], words)} FROM read_parquet(${quoteLiteral(`${folder}/parts/*.parquet`)})`,
      )
      return { parts, rows, sent: totalsFrom(row, columns, []) }
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, `writing the parts of ${basename(input.file)}`, input.file)
    } finally {
      engine?.close()
    }
  })
}

/** Throws `account-unbalanced` where the cells in the warehouse, called `system`, add up to something else than was written. */
export function checkTotals(
  input: LoadInput,
  sent: ControlTotals,
  there: Row | undefined,
  system: string,
): void {
  const difference = differenceOf({ sent, there: totalsFrom(there ?? [], sent.columns, []) })
  if (difference === null) return
  throw new Problem({
    code: 'account-unbalanced',
    what: `Not all cells of ${basename(input.file)} arrived in ${system} as they were written: a sum over a column is another one there.`,
    did: `Pallet loaded nothing; the table "${input.table}" is as it was.`,
    advice:
      'Start the run again. If it happens again, send the log file to whoever looks after Pallet.',
    detail: difference,
  })
}
