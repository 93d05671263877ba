import type { Column } from '../../shared/domain/dataset.ts'

/** Digits after the mark when a contract does not say; see `Column.scale`. */
const assumedScale = 6

/**
 * What a column of the contract is in DuckDB, spelt as the catalogue spells it. Up to six
 * digits after the mark fit eight bytes (DECIMAL(18)); longer fractions take sixteen.
 */
export function duckdbType(column: Pick<Column, 'type' | 'scale'>): string {
  switch (column.type) {
    case 'text':
      return 'VARCHAR'
    case 'integer':
      return 'BIGINT'
    case 'decimal': {
      const scale = column.scale ?? assumedScale
      return `DECIMAL(${scale <= 6 ? 18 : 38},${scale})`
    }
    case 'boolean':
      return 'BOOLEAN'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return 'TIMESTAMP'
  }
}

/** Digits after the mark that a decimal column keeps. */
export function scaleOf(column: Pick<Column, 'scale'>): number {
  return column.scale ?? assumedScale
}
