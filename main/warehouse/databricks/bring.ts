import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { cleanedTable } from '../remote/cleaning.ts'
import { checkTotals, isSentWhole, sumsOf, writeParts } from '../remote/parts.ts'
import { type TotalWords, inDuckdb, totalsOf } from '../totals.ts'
import { databricksType, named, quoted, stagedName } from './names.ts'
import type { Session } from './session.ts'
import { catalogue, definition } from './table.ts'
import { folderOf, makeFolder, put, removeFolder } from './volume.ts'

/** Names that one COPY takes; https://docs.databricks.com/sql/language-manual/delta-copy-into. */
const mostNames = 1000
/** What is staged is taken away within this time, or with the next try; whoever was told to stop is not kept waiting for it. */
const sweepMs = { most: 120_000, stopped: 10_000 }

/**
 * Brings columns of an output file into a table of the run: as Parquet through the volume, so that no dialect stands between a cell
 * and its value; a Parquet file that Databricks reads as it is goes as cleaning wrote it, any other is written as parts. A COPY that succeeds is not rows loaded: the table is held to the sums of the file. Answers of its name, and of how
 * many rows it has.
 */
export async function bring(
  session: Session,
  input: LoadInput,
  columns: readonly Column[],
  signal: AbortSignal,
  told: (share: number) => void = () => undefined,
): Promise<{ table: string; rows: number }> {
  const { cleaned } = input
  if (cleaned !== undefined)
    return await cleanedTable(session, catalogue, { ...input, cleaned }, inDatabricks, 'Databricks')
  const table = freshName(input.runId)
  const local = `${input.file}.${table}.parts`
  const isWhole = columns.every(isReadByAll) && (await isSentWhole(input, columns))
  // Whatever a column is called, its name in a file of parts is one that every reader takes.
  const inFile = (name: string): string =>
    isWhole ? named(name) : `c${columns.findIndex((column) => column.name === name) + 1}`
  try {
    const { parts, rows, sent } = isWhole
      ? await asCleaned(input, columns, signal)
      : await writeParts(
          input,
          columns,
          local,
          {
            cellOf: ({ name, type }) => {
              const cell = quoteIdentifier(name)
              return `${type === 'time' ? `CAST(${cell} AS VARCHAR)` : cell} AS ${inFile(name)}`
            },
            words: { ...inDuckdb, time: (value) => value, cell: inFile },
          },
          signal,
        )
    await session.rows(definition(table, columns))
    if (rows === 0) return { table, rows }
    const cells = columns.map(
      (column) =>
        `CAST(${inFile(column.name)} AS ${databricksType(column)}) AS ${named(column.name)}`,
    )
    const paths = parts.map(({ path }) => path)
    await bringParts(session, { runId: input.runId, paths, cells, table, told }, signal)
    const [there] = await session.rows(
      `SELECT ${totalsOf(columns, [], inDatabricks)} FROM ${named(table)}`,
    )
    checkTotals(input, sent, there, 'Databricks')
    return { table, rows }
  } finally {
    await rm(local, { recursive: true, force: true })
  }
}

/** Whether Databricks reads a column of the output file under its name, and as the type that it has there: it knows no times of day in Parquet. */
const isReadByAll = ({ name, type }: Column): boolean => /^\w+$/.test(name) && type !== 'time'

async function asCleaned(
  input: LoadInput,
  columns: readonly Column[],
  signal: AbortSignal,
): ReturnType<typeof writeParts> {
  const sent = await sumsOf(input, columns, signal)
  return { parts: [{ path: input.file, rows: sent.rows }], rows: sent.rows, sent }
}

/** A table of this try alone. */
export const freshName = (runId: string): string =>
  `${stagedName(runId)}${randomUUID().slice(0, 8)}`

/** Brings Parquet files through the volume into a table. `cells`: what becomes of their columns. */
export async function bringParts(
  session: Session,
  {
    runId,
    paths,
    cells,
    table,
    told,
  }: {
    runId: string
    paths: readonly string[]
    cells: readonly string[]
    table: string
    told: (share: number) => void
  },
  signal: AbortSignal,
): Promise<void> {
  const folder = folderOf(session, runId)
  await makeFolder(session, folder, signal)
  const names: string[] = []
  for (const path of paths) {
    names.push(await put(session, path, folder, signal))
    told(names.length / (paths.length + 1))
  }
  for (let from = 0; from < names.length; from += mostNames) {
    const files = names.slice(from, from + mostNames).map(quoted)
    await session.rows(
      `COPY INTO ${named(table)} FROM (SELECT ${cells.join(', ')} FROM ${quoted(`${folder}/`)}) FILEFORMAT = PARQUET FILES = (${files.join(', ')})`,
    )
  }
}

/** The same when a try has ended, well or not: what cannot be taken away now is taken away by the next. */
export async function sweepLeft(
  session: Session,
  runId: string,
  { aborted }: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(aborted ? sweepMs.stopped : sweepMs.most)
  await sweep(session, runId, limit).catch(() => undefined)
}

/** Takes away what a run has staged, in this try or in one that was killed; answers how many tables it was. */
export async function sweep(session: Session, runId: string, signal: AbortSignal): Promise<number> {
  const ends = AbortSignal.any([signal, AbortSignal.timeout(sweepMs.most)])
  const there = session.until(ends)
  const left = await there.rows(
    'SELECT table_name FROM information_schema.tables WHERE table_schema = CURRENT_SCHEMA() AND STARTSWITH(table_name, ?)',
    [stagedName(runId)],
  )
  for (const [table] of left) await there.rows(`DROP TABLE IF EXISTS ${named(String(table))}`)
  await removeFolder(session, folderOf(session, runId), ends)
  return left.length
}

/** Days and times as text: its functions for them depend on the zone of a session. */
export const inDatabricks: TotalWords = {
  cell: named,
  number: (value, scale) => `CAST(${value} AS DECIMAL(38,${scale}))`,
  yes: (cell) => `COUNT_IF(${cell})`,
  day: (value) => `CAST(${value} AS STRING)`,
  instant: (value) => `CAST(${value} AS STRING)`,
  time: (value) => value,
  hash: null,
}
