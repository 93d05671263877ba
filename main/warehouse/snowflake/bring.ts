import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ControlTotals } from '../../../shared/domain/runs/controlTotals.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { folded } from '../../../shared/systems/snowflake.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { cleanedTable } from '../remote/cleaning.ts'
import { type Part, checkTotals, isSentWhole, sumsOf, writeParts } from '../remote/parts.ts'
import { inDuckdb, totalsOf } from '../totals.ts'
import { afterItsEnd, blobSource } from './blobs.ts'
import { named } from './names.ts'
import type { Session } from './session.ts'
import { catalogue, typesOf } from './table.ts'
import { inSnowflake } from './totals.ts'

/** Names that one COPY takes. */
const mostNames = 1000

/** Files as one COPY finds them, and what has to come out. */
interface Arrived {
  /** What stands behind FROM: a stage, or a place in Azure with the right to read it. */
  from: string
  files: readonly { name: string; rows: number }[]
  rows: number
  sent: ControlTotals
  /** Names of columns in the files are those of the table; else they are found in any case. */
  match: 'CASE_SENSITIVE' | 'CASE_INSENSITIVE'
}

/**
 * Brings columns of an output file into a temporary table of the session, which nobody else sees and which goes with
 * it: as Parquet, so that no dialect stands between a cell and its value. A Parquet file is read where it lies in Azure, or
 * sent as cleaning wrote it; any other, and one that is too large for that, is written as parts. What Snowflake says of every file is held
 * to what was written, and the table to the sums of the file. Rows that Snowflake has cleaned are there already. Answers of
 * the table, and of how many rows it has.
 */
export async function bring(
  session: Session,
  input: LoadInput,
  table: string,
  columns: readonly Column[],
  signal: AbortSignal,
  told: (share: number) => void = () => undefined,
): Promise<{ table: string; rows: number }> {
  const { cleaned } = input
  if (cleaned !== undefined)
    return await cleanedTable(session, catalogue, { ...input, cleaned }, inSnowflake, 'Snowflake')
  await session.rows(
    `CREATE OR REPLACE TEMPORARY TABLE ${named(table)} (${typesOf(columns).join(', ')})`,
  )
  const there = await arrived(session, input, table, columns, signal, told)
  const { rows, sent } = there
  if (rows === 0) return { table, rows }
  await copyAll(session, input, table, there)
  const [totals] = await session.rows(
    `SELECT ${totalsOf(columns, [], inSnowflake)} FROM ${named(table)}`,
  )
  checkTotals(input, sent, totals, 'Snowflake')
  return { table, rows }
}

/** Brings records into a table of the session; every one of them is counted. */
export async function bringRecords(
  session: Session,
  parts: readonly Part[],
  table: string,
  about: Pick<LoadInput, 'file' | 'table'>,
  told: (share: number) => void,
): Promise<void> {
  const files = await putAll(session, parts, table, told)
  await copyAll(session, about, table, { from: stageOf(table), files, match: 'CASE_INSENSITIVE' })
}

const stageOf = (table: string): string => `@%${folded(table)}`

async function putAll(
  session: Session,
  parts: readonly Part[],
  table: string,
  told: (share: number) => void,
): Promise<Arrived['files']> {
  for (const [index, { path }] of parts.entries()) {
    await put(session, path, table)
    told((index + 1) / (parts.length + 1))
  }
  return parts.map(({ path, rows }) => ({ name: basename(path), rows }))
}

async function copyAll(
  session: Session,
  about: Parameters<typeof copy>[1],
  table: string,
  { files, ...how }: Pick<Arrived, 'from' | 'files' | 'match'>,
): Promise<void> {
  for (let from = 0; from < files.length; from += mostNames)
    await copy(session, about, table, { ...how, files: files.slice(from, from + mostNames) })
}

async function arrived(
  session: Session,
  input: LoadInput,
  table: string,
  columns: readonly Column[],
  signal: AbortSignal,
  told: (share: number) => void,
): Promise<Arrived> {
  const { file, blob } = input
  const stage = stageOf(table)
  if ((input.format === 'parquet' && blob !== undefined) || (await isSentWhole(input, columns))) {
    const sent = await sumsOf(input, columns, signal)
    if (blob === undefined && sent.rows > 0) await put(session, file, table)
    told(0.5)
    return {
      from: blob === undefined ? stage : await blobSource(session, blob),
      files: [{ name: basename(blob?.name ?? file), rows: sent.rows }],
      rows: sent.rows,
      sent,
      match: 'CASE_INSENSITIVE',
    }
  }
  const folder = `${file}.${table.toLowerCase()}.parts`
  try {
    const { parts, rows, sent } = await writeParts(
      input,
      columns,
      folder,
      {
        cellOf: ({ name }) => `${quoteIdentifier(name)} AS ${named(name)}`,
        words: { ...inDuckdb, cell: named },
      },
      signal,
    )
    const files = await putAll(session, rows === 0 ? [] : parts, table, told)
    return { from: stage, files, rows, sent, match: 'CASE_SENSITIVE' }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function put(session: Session, file: string, table: string): Promise<void> {
  // Without SOURCE_COMPRESSION: of NONE, which Snowflake answers as it was asked, the driver for Node knows nothing and fails.
  const path = file.replaceAll('\\', '/').replaceAll("'", "\\'")
  const [answer] = await session.rows(
    `PUT 'file://${path}' @%${folded(table)} AUTO_COMPRESS=FALSE OVERWRITE=TRUE`,
  )
  const status = answer?.[6]
  if (status !== 'UPLOADED')
    throw new Problem({
      code: 'network',
      what: `A part of ${basename(file)} did not arrive in Snowflake’s stage.`,
      did: 'Pallet changed nothing in the tables there.',
      advice: 'Check the line; a run goes on by itself.',
      detail: `${status ?? ''} ${answer?.[7] ?? ''}`.trim(),
    })
}

/**
 * A statement that succeeds is not rows loaded: every file is asked for by name, and its rows are counted. The table is new, so a file is
 * loaded whatever Snowflake remembers of one of its name.
 */
async function copy(
  session: Session,
  input: Pick<LoadInput, 'file' | 'table' | 'blob'>,
  table: string,
  { from, files, match }: Pick<Arrived, 'from' | 'files' | 'match'>,
): Promise<void> {
  const names = files.map(({ name }) => `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
  const loading = session.rows(
    `COPY INTO ${named(table)} FROM ${from} FILES=(${names.join(', ')}) FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE) MATCH_BY_COLUMN_NAME=${match} FORCE=TRUE ON_ERROR=ABORT_STATEMENT`,
  )
  const answers = await loading.catch((error: unknown) => {
    throw input.blob === undefined ? error : afterItsEnd(error, input.blob, Date.now())
  })
  for (const { name, rows } of files) {
    const said = answers.find(([where]) => where === name || where?.endsWith(`/${name}`) === true)
    if (said?.[1] === 'LOADED' && Number(said[3]) === rows) continue
    throw new Problem({
      code: 'account-unbalanced',
      what: `Snowflake did not load a part of ${basename(input.file)} as it was written: of ${rows} rows it says ${said?.[1] ?? 'nothing'}, ${said?.[3] ?? '0'} rows.`,
      did: `Pallet loaded nothing; the table "${input.table}" is as it was.`,
      advice:
        'Start the run again. If it happens again, send the log file to whoever looks after Pallet.',
      detail: said?.[6] ?? '',
    })
  }
}
