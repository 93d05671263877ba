import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import { folded } from '../../../shared/systems/snowflake.ts'
import { scaleOf } from '../../duckdb/types.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'

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
