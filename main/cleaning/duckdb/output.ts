import type { Column, OutputFormat } from '../../../shared/domain/datasets/dataset.ts'
import { severityOf } from '../../../shared/domain/rules/rules.ts'
import { quoteIdentifier, quoteLiteral } from '../../duckdb/sql.ts'
import { castOf, duckdbType, isWide } from '../../duckdb/types.ts'
import type { MatchedColumn } from '../match.ts'
import type { PlannedRecipe } from '../plan.ts'
import type { Part } from './parts.ts'
import { type Pivot, sourceOf } from './pivot.ts'
import { emitSteps } from './recipe.ts'
import { cellName, readRecords } from './records.ts'
import { bareNumber, emitValue, plainNumber } from './values.ts'
import type { ValueSql } from './values.ts'

/** The records that do not stand, dropped or held back. */
export function emitOut(held: readonly string[]): string {
  const tables = ['dropped', ...held]
  return `CREATE TABLE out AS ${tables.map((table) => `SELECT rec FROM ${table}`).join(' UNION ')}`
}

/** Cells of a row group of a Parquet file at most: the writer holds them until the group is full. */
const rowGroupCells = 8 * 1024 * 1024
/**
 * The writer ends a group with the piece it has just been given, so it is asked for fewer than the 122,880 rows of a
 * group of the engine's own tables: groups of nine tenths of that and more become groups of a table as they are. Longer
 * ones are cut in two, and the table is written a second time when its file is closed.
 */
const rowGroupRows = { least: 2048, most: 112_640 }

/**
 * What is known of a cell in all records: judged: every one that stands has a value; regular: those that stand are at fixed
 * places; castable: those that stand are as the engine writes them; typed: all are, and no step changes one.
 */
export type CellForm = 'judged' | 'regular' | 'castable' | 'typed'

export interface Output {
  plan: PlannedRecipe
  columns: readonly MatchedColumn[]
  formOf: (cell: number) => CellForm
  format: OutputFormat
  file: string
  /** The condition under which a record stands; null: all do. */
  stands: string | null
  /** Whether each row begins with the record of the file and the line that it comes from. */
  withLineage?: boolean
  pivot: Pick<Pivot, 'parts'> | null
  /** No more than so many of the first rows. */
  limit?: number
}

/** No column of a table is called so. */
export const lineageNames = { record: '"pallet record"', line: '"pallet line"' }

/**
 * Writes the records that stand to a file, in the order of the source. They have been judged, so nothing is asked of
 * a cell again; one that was judged wrongly fails the statement instead of becoming no value.
 */
export function emitOutput(records: Part, output: Output): string {
  const { plan, columns, formOf, format, file, stands, withLineage = false, pivot, limit } = output
  const values = columns.map(({ column, cell }) => ({
    column,
    sql: emitKnown(column, cellName(cell), formOf(cell)),
  }))
  const parts = values.flatMap(({ sql }) => sql.parts)
  const lineage = withLineage
    ? [`${sourceOf(pivot)} AS ${lineageNames.record}`, `line AS ${lineageNames.line}`]
    : []
  const named = values.map(({ column, sql }) => `${sql.value} AS ${quoteIdentifier(column.name)}`)
  const selected = [...lineage, ...named]
  const types = new Map(
    columns.map(({ column, cell }) => [
      cell,
      formOf(cell) === 'typed' && !isWide(column) ? duckdbType(column) : 'VARCHAR',
    ]),
  )
  const read = readRecords(records, (cell) => types.get(cell) ?? 'VARCHAR')
  const steps = emitSteps(records, plan, plan.recipe.length, read)
  const from = `SELECT * FROM (${steps})${stands === null ? '' : ` WHERE ${stands}`}`
  const withParts = parts.length === 0 ? from : `SELECT *, ${parts.join(', ')} FROM (${from})`
  const first = limit === undefined ? '' : ` LIMIT ${limit}`
  return `COPY (SELECT ${selected.join(', ')} FROM (${withParts})${first}) TO ${quoteLiteral(file)} (${formatOptions(format, columns.length)}, USE_TMP_FILE false)`
}

function emitKnown(column: Column, cell: string, form: CellForm): ValueSql {
  switch (form) {
    case 'typed':
      return { parts: [], value: isWide(column) ? castOf(cell, column) : cell }
    case 'castable':
      return { parts: [], value: castOf(cell, column) }
    case 'regular': {
      const value = emitRegular(column, cell)
      return value === null ? emitJudged(column, cell) : { parts: [], value }
    }
    case 'judged':
      return emitJudged(column, cell)
  }
}

/** The value of a cell that was judged and stands, though its type may have been warned of: then it is none. */
function emitJudged(column: Column, cell: string): ValueSql {
  if (severityOf(column, 'type') === 'warn') return emitValue(column, cell)
  switch (column.type) {
    case 'text':
    case 'boolean':
    case 'date':
    case 'timestamp':
    case 'time':
    case 'duration':
      return emitValue(column, cell)
    case 'integer':
    case 'decimal': {
      const { unit, decimalMark: mark } = column
      const number = unit === undefined ? cell : `(${bareNumber(unit, cell)})`
      const digits = column.type === 'integer' && mark === undefined
      const text = `nullif(${digits ? number : plainNumber(number, mark)}, '')`
      return { parts: [], value: castOf(text, column) }
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

export function formatOptions(format: OutputFormat, width: number): string {
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
