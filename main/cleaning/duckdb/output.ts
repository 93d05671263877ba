import type { Column, OutputFormat } from '../../../shared/domain/dataset.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import { duckdbType } from '../../duckdb/types.ts'
import type { MatchedColumn } from '../match.ts'
import type { PlannedRecipe } from '../plan.ts'
import type { Part } from './parts.ts'
import { emitSteps } from './recipe.ts'
import { cellName } from './records.ts'
import { emitValue, plainNumber } from './values.ts'

/** The records that do not stand, dropped or held back; whoever looks for one needs no join, which would lose the order of the rows. */
export function emitOut(parts: readonly Part[]): string {
  const tables = ['dropped', ...parts.map(({ nth }) => `labelled_${nth}`)]
  return `CREATE TABLE out AS ${tables.map((table) => `SELECT rec FROM ${table}`).join(' UNION ')}`
}
export function emitOutBits(lastRecord: number): string {
  return `SET VARIABLE out = (SELECT bitstring_agg(rec, 0, ${lastRecord}) FROM out)`
}
const stands = `get_bit(getvariable('out'), rec::INTEGER) = 0`

/** Cells of a row group of a Parquet file at most: the writer holds them until the group is full. */
const rowGroupCells = 8 * 1024 * 1024
const rowGroupRows = { least: 2048, most: 122_880 }

export interface Output {
  plan: PlannedRecipe
  columns: readonly MatchedColumn[]
  /** Cells in which every value that stands is at fixed places. */
  isRegular: (cell: number) => boolean
  format: OutputFormat
  file: string
  /** Whether any record does not stand. */
  someOut: boolean
}

/**
 * Writes the records that stand to a file, in the order of the source. They have been judged, so nothing is asked of
 * a cell again; one that was judged wrongly fails the statement instead of becoming no value.
 */
export function emitOutput(records: Part, output: Output): string {
  const { plan, columns, isRegular, format, file, someOut } = output
  const values = columns.map(({ column, cell }) => ({
    column,
    cell,
    sql: isRegular(cell) ? emitRegular(column, cellName(cell)) : null,
  }))
  const parts = values.flatMap(({ column, cell, sql }) =>
    sql === null ? emitJudged(column, cellName(cell)).parts : [],
  )
  const selected = values.map(
    ({ column, cell, sql }) =>
      `${sql ?? emitJudged(column, cellName(cell)).value} AS ${quoteIdentifier(column.name)}`,
  )
  const from = `SELECT * FROM (${emitSteps(records, plan)})${someOut ? ` WHERE ${stands}` : ''}`
  const withParts = parts.length === 0 ? from : `SELECT *, ${parts.join(', ')} FROM (${from})`
  return `COPY (SELECT ${selected.join(', ')} FROM (${withParts})) TO ${quoteLiteral(file)} (${formatOptions(format, columns.length)}, USE_TMP_FILE false)`
}

/** The value of a cell that was judged and stands. */
function emitJudged(column: Column, cell: string): { parts: string[]; value: string } {
  switch (column.type) {
    case 'text':
    case 'boolean':
    case 'date':
    case 'timestamp':
      return emitValue(column, cell)
    case 'integer':
    case 'decimal': {
      const digits = column.type === 'integer' && column.decimalMark === undefined
      const text = `nullif(${digits ? cell : plainNumber(cell, column.decimalMark)}, '')`
      return { parts: [], value: `CAST(${text} AS ${duckdbType(column)})` }
    }
  }
}

/** The value of a cell that is as `CellKind` calls regular; null: there is no shorter way. */
export function emitRegular(column: Column, cell: string): string | null {
  if (column.type !== 'date' && column.type !== 'timestamp') return null
  const [year, month, day] = { ymd: [1, 6, 9], dmy: [7, 4, 1], mdy: [7, 1, 4] }[
    column.order ?? 'ymd'
  ]
  const text = `nullif(${cell}, '')`
  const date = `substr(${text}, ${year}, 4) || '-' || substr(${text}, ${month}, 2) || '-' || substr(${text}, ${day}, 2)`
  return column.type === 'date'
    ? `CAST(${date} AS DATE)`
    : `CAST(${date} || substr(${text}, 11) AS TIMESTAMP)`
}

function formatOptions(format: OutputFormat, width: number): string {
  const csv = `FORMAT csv, HEADER true, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR ''`
  switch (format) {
    case 'csv':
      return `${csv}, COMPRESSION none`
    case 'csv.gz':
      return `${csv}, COMPRESSION gzip`
    case 'parquet':
      return `FORMAT parquet, ROW_GROUP_SIZE ${Math.min(rowGroupRows.most, Math.max(rowGroupRows.least, Math.floor(rowGroupCells / width)))}`
  }
}
