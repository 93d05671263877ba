/** Parquet, by the engine that is here anyway: every value as text that says all of it. */
import type { DuckDBValue } from '@duckdb/node-api'
import { uniqueLabels } from '../../../shared/domain/columns/columnNames.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { TableFacts } from '../../../shared/domain/files/reading.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { type Engine, openEngine } from '../../duckdb/engine.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import { headOf } from '../../files/head.ts'
import type { Arrived, Reader } from '../reader.ts'
import { RecordWriter } from '../recordWriter.ts'

const sampleRows = 1000
/** Of the engine; groups of rows that need more are refused with a sentence. */
const memoryBytes = 512 * 1024 * 1024

export const parquet: Reader<'parquet'> = {
  detect: async (file) =>
    (await isParquet(file)) ? { reading: { kind: 'parquet' }, doubts: [] } : null,

  sample: (file, _reading, signal) =>
    withTable(file, signal, async ({ engine, labels, rows, cells, source }) => {
      const texts = cells.map(({ text }) => text)
      const found = await engine.rows(
        `SELECT ${texts.join(', ')} FROM ${source} LIMIT ${sampleRows}`,
      )
      return {
        ...factsOf(labels),
        doubts: [],
        records: found.map((row, nth) => ({ line: nth + 1, cells: row.map(textOf) })),
        held: [],
        parts: null,
        estimatedRecords: rows,
      }
    }),

  read: (file, _reading, sink, { signal, report }) =>
    withTable(file, signal, async ({ engine, labels, rows, cells, source }) => {
      const writer = new RecordWriter(sink, labels.length)
      // The engine writes the lines: cell by cell it takes twice as long.
      const lines = cells.map(canonicalCell).join(` || ',' || `)
      const result = await engine.stream(`SELECT ${lines} FROM ${source}`)
      for (let line = 1; ;) {
        signal.throwIfAborted()
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) break
        for (const text of chunk.getColumnValues(0)) {
          writer.write(line, textOf(text))
          line += 1
          if (writer.isFull) await writer.flush()
        }
        const { records: rowsDone, quarantined } = writer
        report({ bytesDone: Math.floor((rowsDone / rows) * file.size), rowsDone, quarantined })
      }
      await writer.flush()
      const { records, quarantined } = writer
      return { ...factsOf(labels), doubts: [], parts: null, records, quarantined }
    }),
}

/** By the mark that stands at both of its ends. Throws `source-binary` and `source-arriving`. */
async function isParquet({ path, size, bytes }: Arrived): Promise<boolean> {
  const text = (await headOf(path, 4)).toString('latin1')
  if (text === 'PARE')
    throw new Problem({
      code: 'source-binary',
      what: 'This Parquet file is encrypted.',
      did: 'Nothing was read.',
      advice: 'Export it without encryption.',
    })
  if (text === 'PAR1' && size < bytes)
    throw new Problem({
      code: 'source-arriving',
      what: 'The Parquet file is not here as a whole yet, and what is in it stands at its end.',
      advice: 'Wait until all of it has arrived.',
    })
  return text === 'PAR1'
}

interface Table {
  engine: Engine
  labels: string[]
  rows: number
  /** As statements read it, with its rows in their order. */
  source: string
  cells: Cell[]
}

/** A cell as an expression that makes text of it, or NULL; plain: which needs no quotes. */
interface Cell {
  text: string
  isPlain: boolean
}

async function withTable<Result>(
  file: Arrived,
  signal: AbortSignal,
  work: (table: Table) => Promise<Result>,
): Promise<Result> {
  if (!(await isParquet(file)))
    throw new Problem({
      code: 'source-binary',
      what: 'This is no Parquet file, but it is to be read as one.',
      did: 'Nothing was read.',
      advice: 'Have it detected anew, or send it as a dataset of its own if it is of another kind.',
    })
  const engine = await openEngine(
    {
      file: ':memory:',
      // What is read row by row needs none.
      tempFolder: '',
      access: 'read-write',
      otherFiles: 'allowed',
      memoryBytes,
      threads: 1,
    },
    signal,
  )
  try {
    const name = quoteLiteral(file.path)
    const source = `read_parquet(${name}, hive_partitioning = false)`
    const columns = (await engine.rows(`DESCRIBE SELECT * FROM ${source}`)).map(
      ([label, type]) => ({
        label: String(label),
        type: String(type),
      }),
    )
    if (columns.length > recordsLayout.maxColumns) throw tooWide()
    const [counted] = await engine.rows(`SELECT num_rows FROM parquet_file_metadata(${name})`)
    return await work({
      engine,
      labels: columns.map(({ label }) => label),
      rows: Number(counted?.[0]),
      source,
      cells: columns.map(({ label, type }) => cellOf(quoteIdentifier(label), type)),
    })
  } catch (thrown) {
    signal.throwIfAborted()
    throw parquetProblem(thrown)
  } finally {
    engine.close()
  }
}

/** A value as text from which it could be made again. */
function cellOf(column: string, type: string): Cell {
  const isPlain =
    /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*|BOOLEAN|DATE|TIME.*|UUID)$/.test(
      type,
    )
  return { text: textFor(column, type), isPlain }
}

function textFor(column: string, type: string): string {
  // Many programs write text without saying that it is one.
  if (type === 'BLOB') return `coalesce(try(decode(${column})), ${column}::VARCHAR)`
  if (type === 'TIMESTAMP WITH TIME ZONE') return `(${column} AT TIME ZONE 'UTC')::VARCHAR || 'Z'`
  if (/^(STRUCT|MAP)\(|\]$/.test(type)) return `to_json(${column})::VARCHAR`
  return `${column}::VARCHAR`
}

/** Of a value that the query has made text of. */
const textOf = (value: DuckDBValue): string => (typeof value === 'string' ? value : '')

/** As canonical records have it: NULL is nothing, a text without characters stands in quotes. */
const canonicalCell = ({ text, isPlain }: Cell): string =>
  isPlain
    ? `coalesce(${text}, '')`
    : `CASE WHEN ${text} IS NULL THEN '' WHEN ${text} = '' OR regexp_matches(${text}, '[",\\r\\n]') THEN '"' || replace(${text}, '"', '""') || '"' ELSE ${text} END`

function factsOf(header: string[]): TableFacts & { labels: string[]; header: string[] } {
  return {
    labels: uniqueLabels(header),
    header,
    labelled: true,
    conventions: { decimalMark: '.' },
    raw: { in: 'records' },
  }
}

function tooWide(): Problem {
  return new Problem({
    code: 'source-too-wide',
    what: `The file has more than ${formatCount(recordsLayout.maxColumns)} columns, which is more than Pallet takes.`,
    did: 'Nothing was read.',
    advice: 'Export fewer columns.',
  })
}

function parquetProblem(thrown: unknown): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error)) return thrown
  const [detail = ''] = thrown.message.split('\n')
  const isMemory = /out of memory|failed to pin|could not allocate/i.test(detail)
  return new Problem(
    {
      code: isMemory ? 'limit-exceeded' : 'source-truncated',
      what: isMemory
        ? 'The Parquet file holds more in one piece than Pallet gives itself memory for.'
        : 'The Parquet file is damaged, or of a kind that Pallet does not read.',
      did: 'Nothing of it was taken.',
      advice: isMemory
        ? 'Export it in smaller groups of rows.'
        : 'Export it again; if it is always so, export it as CSV.',
      detail,
    },
    { cause: thrown },
  )
}
