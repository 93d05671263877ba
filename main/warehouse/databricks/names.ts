import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { scaleOf } from '../../duckdb/types.ts'

/** The one way a name becomes part of a statement; https://docs.databricks.com/sql/language-manual/sql-ref-identifiers. */
export function named(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** Unity Catalog keeps the names of tables in lower case. */
export const folded = (table: string): string => table.toLowerCase()

/** A text as part of a statement, for what cannot be bound; a backslash is special there. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Where the rows wait that a run took out, each with the run that had brought it. */
export const keptName = (runId: string): string => `_pallet_kept_${runId}`

/** What a run has staged begins so; how it goes on differs with every try, so that what a lost request does late meets nobody. */
export const stagedName = (runId: string): string => folded(`_pallet_staged_${runId}_`)

/** What a column of the contract is in Databricks, spelt as its catalogue spells it (`full_data_type`), in capitals. */
export function databricksType(column: Pick<Column, 'type' | 'scale'>): string {
  switch (column.type) {
    case 'text':
      return 'STRING'
    case 'integer':
      return 'BIGINT'
    case 'decimal':
      return `DECIMAL(38,${scaleOf(column)})`
    case 'boolean':
      return 'BOOLEAN'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return 'TIMESTAMP_NTZ'
    // It has no type for times of day that Parquet knows, too: as text they sort and compare as they should.
    case 'time':
      return 'STRING'
    // Seconds, as in DuckDB.
    case 'duration':
      return 'DECIMAL(38,6)'
  }
}
