import { mkdir, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Column } from '../../../shared/domain/dataset.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { type Engine, openEngine } from '../../duckdb/engine.ts'
import { engineProblem } from '../../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import { scaleOf } from '../../duckdb/types.ts'
import { heavyWork, inTurn } from '../../duckdb/turns.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'
import { forWriting } from '../duckdb/open.ts'
import { asWritten, outputReader } from '../duckdb/stage.ts'
import { folded, named, snowflakeType } from './names.ts'
import type { Row, Session } from './session.ts'

/** Snowflake works a file of this size best, several of them side by side. */
const partBytes = 128 * 1024 * 1024
/** Names that one COPY takes. */
const mostNames = 1000

interface Part {
  name: string
  rows: number
}

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
    const { parts, sums } = await write(input, columns, folder, signal)
    const rows = parts.reduce((sum, part) => sum + part.rows, 0)
    const types = columns.map((column) => `${named(column.name)} ${snowflakeType(column)}`)
    await session.rows(`CREATE OR REPLACE TEMPORARY TABLE ${named(table)} (${types.join(', ')})`)
    if (rows === 0) return 0
    for (const [index, part] of parts.entries()) {
      await put(session, `${folder}/${part.name}`, table)
      told((index + 1) / (parts.length + 1))
    }
    for (let from = 0; from < parts.length; from += mostNames)
      await copy(session, input, table, parts.slice(from, from + mostNames))
    const [there] = await session.rows(
      `SELECT ${checks(columns, inSnowflake)} FROM ${named(table)}`,
    )
    if (!isSame(there, sums)) throw changed(input, sums, there)
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The parts of the file on this computer, and what its columns sum up to. */
async function write(
  input: LoadInput,
  columns: readonly Column[],
  folder: string,
  signal: AbortSignal,
): Promise<{ parts: Part[]; sums: Row }> {
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
      const cells = columns.map(
        ({ name }) => `${quoteIdentifier(name)} AS ${quoteIdentifier(folded(name))}`,
      )
      const written = await asWritten(input.file, () =>
        opened.rows(
          `COPY (SELECT ${cells.join(', ')} FROM ${outputReader(input)}) TO ${quoteLiteral(`${folder}/parts`)} (FORMAT parquet, COMPRESSION zstd, FILE_SIZE_BYTES ${partBytes}, FILENAME_PATTERN 'part_{i}', RETURN_STATS true)`,
        ),
      )
      const parts = written.map(([file, rows]) => ({
        name: `parts/${basename(String(file))}`,
        rows: Number(rows),
      }))
      const [sums = []] = await engine.rows(
        `SELECT ${checks(columns, inDuckdb)} FROM read_parquet(${quoteLiteral(`${folder}/parts/*.parquet`)})`,
      )
      return { parts, sums: sums.map((cell) => (cell === null ? null : String(cell))) }
    } catch (error) {
      signal.throwIfAborted()
      throw engineProblem(error, `writing the parts of ${basename(input.file)}`, input.file)
    } finally {
      engine?.close()
    }
  })
}

async function put(session: Session, file: string, table: string): Promise<void> {
  const path = file.replaceAll('\\', '/').replaceAll("'", "\\'")
  const [answer] = await session.rows(
    `PUT 'file://${path}' @%${folded(table)} AUTO_COMPRESS=FALSE SOURCE_COMPRESSION=NONE OVERWRITE=TRUE`,
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
  const names = parts.map(({ name }) => basename(name))
  const answers = await session.rows(
    `COPY INTO ${named(table)} FROM @%${folded(table)} FILES=(${names.map((name) => `'${name}'`).join(', ')}) FILE_FORMAT=(TYPE=PARQUET USE_LOGICAL_TYPE=TRUE) MATCH_BY_COLUMN_NAME=CASE_SENSITIVE ON_ERROR=ABORT_STATEMENT`,
  )
  for (const { name, rows } of parts) {
    const file = basename(name)
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

interface Words {
  text: (cell: string) => string
  number: (cell: string, scale: number) => string
  yes: (cell: string) => string
  day: (value: string) => string
  instant: (value: string) => string
  time: (value: string) => string
}

const inDuckdb: Words = {
  text: (cell) => `CAST(sum(length(${cell})) AS VARCHAR)`,
  number: (cell, scale) => `CAST(CAST(sum(${cell}) AS DECIMAL(38,${scale})) AS VARCHAR)`,
  yes: (cell) => `count_if(${cell})`,
  day: (value) => `date_diff('day', DATE '1970-01-01', ${value})`,
  instant: (value) => `epoch_us(${value})`,
  time: (value) => `date_diff('microsecond', TIME '00:00:00', ${value})`,
}

const inSnowflake: Words = {
  text: (cell) => `CAST(SUM(LENGTH(${cell})) AS NUMBER(38,0))`,
  number: (cell, scale) => `CAST(SUM(${cell}) AS NUMBER(38,${scale}))`,
  yes: (cell) => `COUNT_IF(${cell})`,
  day: (value) => `DATEDIFF(DAY, CAST('1970-01-01' AS DATE), ${value})`,
  instant: (value) =>
    `DATEDIFF(MICROSECOND, CAST('1970-01-01 00:00:00' AS TIMESTAMP_NTZ), ${value})`,
  time: (value) => `DATEDIFF(MICROSECOND, CAST('00:00:00' AS TIME), ${value})`,
}

/** What tells whether cells have arrived as they are, in the words of an engine: the same numbers in both. */
function checks(columns: readonly Column[], words: Words): string {
  const ofColumn = (column: Column): string[] => {
    const cell = quoteIdentifier(folded(column.name))
    const filled = `COUNT(${cell})`
    switch (column.type) {
      case 'text':
        return [filled, words.text(cell)]
      case 'integer':
        return [filled, words.number(cell, 0)]
      case 'decimal':
        return [filled, words.number(cell, scaleOf(column))]
      case 'boolean':
        return [filled, words.yes(cell)]
      case 'date':
        return [filled, words.day(`MIN(${cell})`), words.day(`MAX(${cell})`)]
      case 'timestamp':
        return [filled, words.instant(`MIN(${cell})`), words.instant(`MAX(${cell})`)]
      case 'time':
        return [filled, words.time(`MIN(${cell})`), words.time(`MAX(${cell})`)]
      case 'duration':
        return [filled, words.number(cell, 6)]
    }
  }
  return ['COUNT(*)', ...columns.flatMap(ofColumn)].join(', ')
}

function isSame(there: Row | undefined, sums: Row): boolean {
  return there?.length === sums.length && sums.every((sum, index) => sum === there[index])
}

function changed(input: LoadInput, sums: Row, there: Row | undefined): Problem {
  const at = sums.findIndex((sum, index) => sum !== there?.[index])
  return new Problem({
    code: 'account-unbalanced',
    what: `Not all cells of ${basename(input.file)} arrived in Snowflake as they were written: a sum over a column is another one there.`,
    did: `Pallet loaded nothing; the table "${input.table}" is as it was.`,
    advice:
      'Start the run again. If it happens again, send the log file to whoever looks after Pallet.',
    detail: `check ${at}: ${sums[at] ?? 'nothing'} here, ${there?.[at] ?? 'nothing'} there`,
  })
}
