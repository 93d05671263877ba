/** The one way a name becomes part of a statement, whatever it contains. */
export function quoteIdentifier(name: string): string {
  return `"${withoutNul(name).replaceAll('"', '""')}"`
}

/**
 * Text as a literal, for what cannot be bound: file names in COPY and read_csv, and the
 * constants of emitted cleaning statements. Standard strings know no escape but the doubled
 * quote; a NUL would end the statement early in the C interface.
 */
export function quoteLiteral(text: string): string {
  return `'${withoutNul(text).replaceAll("'", "''")}'`
}

export function quoteLiterals(texts: readonly string[]): string {
  return texts.map(quoteLiteral).join(', ')
}

/**
 * Whether an expression is one of the texts; NULL is none. `IN` would say the same, but DuckDB
 * turns a longer list into a join, and a join loses the order of the rows.
 */
export function isOneOf(expression: string, texts: readonly string[]): string {
  return `coalesce(list_contains([${quoteLiterals(texts)}]::VARCHAR[], ${expression}), false)`
}

function withoutNul(text: string): string {
  if (text.includes('\0')) throw new RangeError('A NUL character cannot stand in a statement.')
  return text
}
