import type { Column } from '../../../shared/domain/dataset.ts'
import { scaleOf } from '../../duckdb/types.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'

/**
 * A name as Snowflake has it when nobody quotes it: `sku` is SKU, and can be asked for as sku. Of two names of a file,
 * which differ in more than their case, none becomes another.
 */
export function folded(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/i.test(name) ? name.toUpperCase() : name
}

/** The folded name, as part of a statement. */
export const named = (name: string): string => quoteIdentifier(folded(name))

/** Has the deciding cells of the file. */
export const decidingTable = '_pallet_deciding'
/** Where the rows wait that a run took out, each with the run that had brought it. */
export const keptName = (runId: string): string => `_PALLET_KEPT_${runId}`

/** What a column of the contract is in Snowflake, spelt as its catalogue spells it (`catalogueType`). */
export function snowflakeType(column: Pick<Column, 'type' | 'scale'>): string {
  switch (column.type) {
    case 'text':
      return 'TEXT'
    case 'integer':
      return 'NUMBER(38,0)'
    case 'decimal':
      return `NUMBER(38,${scaleOf(column)})`
    case 'boolean':
      return 'BOOLEAN'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return 'TIMESTAMP_NTZ'
    case 'time':
      return 'TIME'
    // Seconds, as in DuckDB: Snowflake has no type for durations that can be summed.
    case 'duration':
      return 'NUMBER(38,6)'
  }
}
