import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Column } from '../../../shared/domain/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { folded } from '../../../shared/systems/snowflake.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { type Part, checkTotals, writeParts } from '../remote/parts.ts'
import { inDuckdb, totalsOf } from '../totals.ts'
import { named, snowflakeType } from './names.ts'
import type { Session } from './session.ts'
import { inSnowflake } from './totals.ts'

/** Names that one COPY takes. */
const mostNames = 1000

/**
 * Brings columns of an output file into a temporary table of the session, which nobody else sees and which goes with
 * it: as Parquet, so that no dialect stands between a cell and its value. What Snowflake says of every part is held
 * to what was written, and the table to the sums of the file. Answers of how many rows it has.
 */
export async function bring(
  session: Session,
  input: LoadInput,
  table: string,
  columns: readonly Column[],
  signal: AbortSignal,
  told: (share: number) => void = () => undefined,
): Promise<number> {
  const folder = `${input.file}.${table.toLowerCase()}.parts`
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
    const types = columns.map((column) => `${named(column.name)} ${snowflakeType(column)}`)
    await session.rows(`CREATE OR REPLACE TEMPORARY TABLE ${named(table)} (${types.join(', ')})`)
    if (rows === 0) return 0
    for (const [index, part] of parts.entries()) {
      await put(session, part.path, table)
      told((index + 1) / (parts.length + 1))
    }
    for (let from = 0; from < parts.length; from += mostNames)
      await copy(session, input, table, parts.slice(from, from + mostNames))
    const [there] = await session.rows(
      `SELECT ${totalsOf(columns, [], inSnowflake)} FROM ${named(table)}`,
    )
    checkTotals(input, sent, there, 'Snowflake')
    return rows
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

/** A statement that succeeds is not rows loaded: every part is asked for by name, and its rows are counted. */
async function copy(
  session: Session,
  input: LoadInput,
  table: string,
  parts: readonly Part[],
): Promise<void> {
  const names = parts.map(({ path }) => basename(path))
  const answers = await session.rows(
    `COPY INTO ${named(table)} FROM @%${folded(table)} FILES=(${names.map((name) => `'${name}'`).join(', ')}) FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE) MATCH_BY_COLUMN_NAME=CASE_SENSITIVE ON_ERROR=ABORT_STATEMENT`,
  )
  for (const { path, rows } of parts) {
    const file = basename(path)
    const said = answers.find(([where]) => where === file || where?.endsWith(`/${file}`) === true)
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
