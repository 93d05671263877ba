import type { Column } from '../../shared/domain/datasets/dataset.ts'

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
    case 'decimal':
      return `DECIMAL(${isWide(column) ? 38 : 18},${scaleOf(column)})`
    case 'boolean':
      return 'BOOLEAN'
    case 'date':
      return 'DATE'
    case 'timestamp':
      return 'TIMESTAMP'
    case 'time':
      return 'TIME'
    // Seconds: Parquet and most warehouses have no type for durations that can be summed.
    case 'duration':
      return 'DECIMAL(18,6)'
  }
}

/** Digits after the mark that a decimal column keeps. */
export function scaleOf(column: Pick<Column, 'scale'>): number {
  return column.scale ?? assumedScale
}

/** Whether its values take sixteen bytes, which the engine casts text to a hundred times slower (1.5.6: 40 µs a cell). */
export function isWide(column: Pick<Column, 'type' | 'scale'>): boolean {
  return column.type === 'decimal' && scaleOf(column) > 6
}

/** Digits after the mark of the eight bytes that are tried first: half of the eighteen they hold. */
const narrowScale = 9

/**
 * The value of text that is as the engine writes values of the column's type. Of a wide one eight bytes are tried first, which
 * hold nearly all: `coalesce` works the slow cast for those alone that they do not hold, or would round.
 */
export function castOf(
  text: string,
  column: Pick<Column, 'type' | 'scale'>,
  cast: 'CAST' | 'TRY_CAST' = 'CAST',
): string {
  const type = duckdbType(column)
  const whole = `${cast}(${text} AS ${type})`
  if (!isWide(column)) return whole
  const digits = `length(rtrim(${text}, '0')) - strpos(${text}, '.')`
  const narrow = `CASE WHEN ${digits} <= ${narrowScale} THEN CAST(TRY_CAST(${text} AS DECIMAL(18,${narrowScale})) AS ${type}) END`
  return `coalesce(${narrow}, ${whole})`
}
