import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { quoteLiteral } from '../../duckdb/sql.ts'
import type { Part } from './parts.ts'

const { lineage, delimiter, quote, maxLineBytes } = recordsLayout
export const lineageColumns = lineage.join(', ')

/** Names of the cells inside the engine: `c1` … in file order, in every part alike. Labels never become SQL here. */
export function cellName(index: number): string {
  return `c${index + 1}`
}

export function cellNames({ from, width }: Pick<Part, 'from' | 'width'>): string[] {
  return Array.from({ length: width }, (_, index) => cellName(from + index))
}

/**
 * Reads a part's canonical records: nothing is detected, every cell is text unless `typeOf` says otherwise, an empty cell is
 * NULL and a quoted empty one is ''.
 */
export function readRecords(
  part: Part,
  typeOf: (cell: number) => string = () => 'VARCHAR',
): string {
  const columns = [
    ...lineage.map((name) => `${quoteLiteral(name)}: 'BIGINT'`),
    ...cellNames(part).map(
      (name, nth) => `${quoteLiteral(name)}: ${quoteLiteral(typeOf(part.from + nth))}`,
    ),
  ]
  return `read_csv(${quoteLiteral(part.file)}, auto_detect = false, header = false, delim = ${quoteLiteral(delimiter)}, quote = ${quoteLiteral(quote)}, escape = ${quoteLiteral(quote)}, new_line = '\\n', nullstr = '', allow_quoted_nulls = false, strict_mode = true, null_padding = false, ignore_errors = false, encoding = 'utf-8', compression = 'none', max_line_size = ${maxLineBytes}, buffer_size = ${2 * maxLineBytes}, columns = {${columns.join(', ')}})`
}
