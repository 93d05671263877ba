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

/** What a part of each record says: a hash of its cells, the first that is filled, how many are, and how many of these are numbers. */
function saidBy(cells: readonly string[]): string {
  const first = `coalesce(${cells.map((cell) => `nullif(${cell}, '')`).join(', ')})`
  const said = `lower(trim(${first}, ${quoteLiteral(`${whiteSpace}:`)}))`
  const { filled, numbers } = countNumbers(cells)
  return `SELECT line, hash(${cells.join(', ')}) AS h, ${said} AS said, ${filled} AS filled, ${numbers} AS numbers FROM profiled`
}

/** Of a file in parts: what the part in `profiled` says, in the order of the records. */
export function keepPart(nth: number, cells: readonly string[]): string {
  return `CREATE TEMP TABLE said_${nth} AS ${saidBy(cells)}`
}

/** The parts side by side: what the whole records say. */
function saidByParts(count: number): string {
  const parts = Array.from({ length: count }, (_, index) => `p${index + 1}`)
  const of = (column: string): string[] => parts.map((part) => `${part}.${column}`)
  return `SELECT p1.line AS line, coalesce(${of('said').join(', ')}) AS said, ${of('filled').join(' + ')} AS filled, ${of('numbers').join(' + ')} AS numbers, ${of(
    'h',
  )
    .map((h, nth) => `${h} AS h${nth + 1}`)
    .join(
      ', ',
    )} FROM ${parts.map((part, nth) => `said_${nth + 1} AS ${part}`).join(' POSITIONAL JOIN ')}`
}

/** As `equalRecords`, by the hashes of at least two parts, which together are too long to be equal by chance. */
export function equalInParts(count: number): string {
  const hashes = Array.from({ length: count }, (_, index) => `h${index + 1}`).join(', ')
  return `SELECT (SELECT count(*) FROM said_1) - (SELECT count(*) FROM (SELECT ${hashes} FROM (${saidByParts(count)}) GROUP BY ${hashes}))`
}

/** How the first filled cell of totals reads, in how many records, and in which line first: as `drop-total-rows` judges them. */
export function totalRecords(cells: readonly string[], limit: number): string {
  return totalsOf(saidBy(cells), cells.length, limit)
}

/** The same of a file in parts. */
export function totalsInParts(count: number, width: number, limit: number): string {
  return totalsOf(saidByParts(count), width, limit)
}

function totalsOf(said: string, width: number, limit: number): string {
  return `SELECT said, count(*), min(line) FROM (${said}) WHERE regexp_full_match(said, ${quoteLiteral(totalWords)}) AND filled > 1 AND filled < ${width} AND numbers = filled - 1 GROUP BY said ORDER BY min(line) LIMIT ${limit}`
}

/** Whether the first record is filled, and how many filled cells say the same as the last filled one above them. */
export function gapsOf(cell: string): string {
  const filled = `nullif(${cell}, '')`
  const above = `last_value(${filled} IGNORE NULLS) OVER (ORDER BY rec ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`
  return `SELECT bool_or(is_first AND here IS NOT NULL), count(*) FILTER (here = above) FROM (SELECT ${filled} AS here, ${above} AS above, rec = min(rec) OVER () AS is_first FROM profiled)`
}
