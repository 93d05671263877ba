/** What the records say as a whole, asked of the table `profiled`, in which each of them has all its cells. */
import { quoteLiteral } from '../../duckdb/sql.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import { countNumbers } from './recipe.ts'

/** Records that are equal in every cell to one before them. */
export function equalRecords(cells: readonly string[]): string {
  const all = cells.join(', ')
  return `SELECT (SELECT count(*) FROM profiled) - (SELECT count(*) FROM (SELECT ${all} FROM profiled GROUP BY ${all}))`
}

/** With what word the first filled cell begins of a record that sums up others. */
const totalWords =
  '^(sub|grand|net|zwischen|gesamt|end|tages|monats|wochen)?[ -]?(totals?|totale|totaal|summe|summen|sums?|suma|somme|gesamt|saldo)\\b.*$'

/** How the first filled cell of totals reads, in how many records, and in which line first: as `drop-total-rows` judges them. */
export function totalRecords(cells: readonly string[], limit: number): string {
  const first = `coalesce(${cells.map((cell) => `nullif(${cell}, '')`).join(', ')})`
  const said = `lower(trim(${first}, ${quoteLiteral(`${whiteSpace}:`)}))`
  const suspects = `SELECT *, ${said} AS said FROM profiled WHERE regexp_full_match(${said}, ${quoteLiteral(totalWords)})`
  const { filled, numbers } = countNumbers(cells)
  const counted = `SELECT said, line, ${filled} AS filled, ${numbers} AS numbers FROM (${suspects})`
  return `SELECT said, count(*), min(line) FROM (${counted}) WHERE filled > 1 AND filled < ${cells.length} AND numbers = filled - 1 GROUP BY said ORDER BY min(line) LIMIT ${limit}`
}

/** Whether the first record is filled, and how many filled cells say the same as the last filled one above them. */
export function gapsOf(cell: string): string {
  const filled = `nullif(${cell}, '')`
  const above = `last_value(${filled} IGNORE NULLS) OVER (ORDER BY rec ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`
  return `SELECT bool_or(is_first AND here IS NOT NULL), count(*) FILTER (here = above) FROM (SELECT ${filled} AS here, ${above} AS above, rec = min(rec) OVER () AS is_first FROM profiled)`
}
