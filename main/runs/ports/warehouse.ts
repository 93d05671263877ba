import type { Column, LoadMode, OutputFormat } from '../../../shared/domain/dataset.ts'

/** How to reach a warehouse: secrets included, so it lives in memory only. */
export type WarehouseAccess = {
  kind: 'duckdb'
  /** Its file. */
  file: string
}

export interface LoadInput {
  warehouse: WarehouseAccess
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
  warehouse: WarehouseAccess
  sql: string
  limit: number
}

export interface QueryOutput {
  columns: string[]
  rows: (string | null)[][]
  truncated: boolean
}
