import { quoteIdentifier } from '../../duckdb/sql.ts'
import type { ColumnValuesInput, ColumnValuesOutput } from '../../runs/ports/warehouse.ts'
import type { TableColumn } from '../columns.ts'
import { columnValues as throughFile } from '../remote/columnValues.ts'
import { type SnowflakeAccess, withSession } from './session.ts'
import { findTable } from './table.ts'

/** See `ColumnValuesInput`. */
export async function columnValues(
  access: SnowflakeAccess,
  input: Omit<ColumnValuesInput, 'warehouse'>,
  signal: AbortSignal,
): Promise<ColumnValuesOutput | null> {
  return await withSession(access, signal, `reading the table ${input.table}`, async (session) => {
    const there = (await findTable(session, input.table)) ?? []
    return await throughFile(session, input, there, { asText, cellOf }, signal)
  })
}

const withParts = ['TIMESTAMP_NTZ', 'TIME']

function asText({ name, type }: TableColumn): string {
  const cell = quoteIdentifier(name)
  if (!withParts.includes(type)) return `CAST(${cell} AS VARCHAR)`
  const day = type === 'TIME' ? '' : 'YYYY-MM-DD '
  return `TO_VARCHAR(${cell}, '${day}HH24:MI:SS.FF6')`
}

/** DuckDB writes of a second only as much as there is. */
const cellOf = ({ type }: TableColumn, text: string | null): string | null =>
  withParts.includes(type) ? (text?.replace(/\.0+$|(\.\d*?)0+$/, '$1') ?? null) : text
