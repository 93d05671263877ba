import type { Column, LoadMode, OutputFormat } from '../../../shared/domain/dataset.ts'

export interface LoadInput {
  /** The DuckDB file. */
  warehouse: string
  runId: string
  dataset: string
  table: string
  mode: LoadMode
  file: string
  format: OutputFormat
  columns: Column[]
  /** Rows the output file has; anything else stops the load. */
  rows: number
  sourceSha256: string
}

export interface LoadOutput {
  /** Rows of this run that the warehouse reports after the commit. */
  rows: number
  /** Rows in the table after the commit. */
  tableRows: number
  /** Whether the ledger said that this run had been loaded before. */
  already: boolean
}

export interface LoadReport {
  rowsDone: number
  doing: string
}

export interface QueryInput {
  warehouse: string
  sql: string
  limit: number
}

export interface QueryOutput {
  columns: string[]
  rows: (string | null)[][]
  truncated: boolean
}
