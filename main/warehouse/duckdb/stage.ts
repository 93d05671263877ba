import type { Column, OutputFormat } from '../../../shared/domain/dataset.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import { duckdbType } from '../../duckdb/types.ts'

export const stagingTable = '_pallet_staging'

/**
 * Longest line of a clean file, in bytes. A cell is never longer here than in the canonical
 * records it was made from.
 */
const maxLineBytes = 4 * 1024 * 1024

/** Reads the output file that cleaning wrote into a temporary table; only that file's dialect, nothing detected. */
export function emitStage(file: string, format: OutputFormat, columns: readonly Column[]): string {
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ')
  return `CREATE TEMP TABLE ${stagingTable} AS SELECT ${names} FROM ${reader(file, format, columns)}`
}

function reader(file: string, format: OutputFormat, columns: readonly Column[]): string {
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
    .map((column) => `${quoteLiteral(column.name)}: '${duckdbType(column)}'`)
    .join(', ')
  return `read_csv(${quoteLiteral(file)}, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, strict_mode = true, null_padding = false, ignore_errors = false, encoding = 'utf-8', compression = '${compression}', max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes}, columns = {${types}})`
}
