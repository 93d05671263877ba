import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { decidingColumns } from '../../../shared/domain/datasets/meaning.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { Engine } from '../../duckdb/engine.ts'
import { firstLine } from '../../duckdb/problem.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import { castOf, duckdbType, isWide } from '../../duckdb/types.ts'
import type { LoadInput } from '../../runs/ports/warehouse.ts'

export const stagingTable = '_pallet_staging'

/**
 * Longest line of a clean file, in bytes. A cell is never longer here than in the canonical
 * records it was made from.
 */
const maxLineBytes = 4 * 1024 * 1024

/**
 * Reads those columns of the output file that decide which rows go out into a temporary table; all of them, of rows
 * that complete a delivery. Answers how many rows it has.
 */
export async function stage(engine: Engine, input: LoadInput): Promise<number> {
  const { meaning, completes, columns } = input
  const staged = completes === null ? decidingColumns(meaning) : columns.map(({ name }) => name)
  const names = staged.map(quoteIdentifier).join(', ')
  await asWritten(input.file, () =>
    engine.run(`CREATE TEMP TABLE ${stagingTable} AS SELECT ${names} FROM ${outputReader(input)}`),
  )
  const [row] = await engine.rows(`SELECT count(*) FROM ${stagingTable}`)
  return Number(row?.[0])
}

/** Work that reads an output file. Throws `source-missing`, and `integrity` where it is not what cleaning wrote. */
export async function asWritten<Result>(
  file: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await access(file).catch(() => {
    throw new Problem({
      code: 'source-missing',
      what: `The cleaned file ${basename(file)} is gone.`,
      did: 'Pallet changed nothing in the warehouse.',
      advice: 'Start the run again.',
    })
  })
  try {
    return await work()
  } catch (error) {
    const detail = firstLine(error)
    if (!/^(conversion|invalid input|binder) error/i.test(detail)) throw error
    throw new Problem(
      {
        code: 'integrity',
        what: `The cleaned file ${basename(file)} is not what Pallet wrote: it was changed or is damaged.`,
        did: 'Pallet changed nothing in the warehouse.',
        advice: 'Start the run again.',
        detail,
      },
      { cause: error },
    )
  }
}

/** The rows of an output file; only the dialect that cleaning writes, nothing detected. */
export function outputReader({
  file,
  format,
  columns,
}: Pick<LoadInput, 'file' | 'format' | 'columns'>): string {
  switch (format) {
    case 'csv':
      return csvReader(file, 'none', columns)
    case 'csv.gz':
      return csvReader(file, 'gzip', columns)
    case 'parquet':
      return `read_parquet(${quoteLiteral(file)})`
  }
}

function csvReader(file: string, compression: string, columns: readonly Column[]): string {
  const types = columns
    .map(
      (column) =>
        `${quoteLiteral(column.name)}: '${isWide(column) ? 'VARCHAR' : duckdbType(column)}'`,
    )
    .join(', ')
  const wide = columns.filter(isWide).map((column) => {
    const name = quoteIdentifier(column.name)
    return `${castOf(name, column)} AS ${name}`
  })
  const rows = `read_csv(${quoteLiteral(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, strict_mode = true, null_padding = false, ignore_errors = false, encoding = 'utf-8', compression = '${compression}', max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes}, columns = {${types}})`
  return wide.length === 0 ? rows : `(SELECT * REPLACE (${wide.join(', ')}) FROM ${rows})`
}
