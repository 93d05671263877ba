/**
 * What Spark and Snowflake call the things that cleaning is made of. Only what means the same as in DuckDB is here: patterns stand
 * for a whole cell, a group that matched nothing is '', a cast that fails is NULL, and text is compared character by character.
 */
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import type { Elsewhere } from '../../../shared/domain/recipe/cleanOn.ts'
import { quoteIdentifier } from '../../duckdb/sql.ts'
import { duckdbType } from '../../duckdb/types.ts'
import { lowered } from '../scan/watch.ts'

export interface Words {
  text: (value: string) => string
  named: (name: string) => string
  /** Of a column, what its values are; spelt as a cast takes it. */
  typeOf: (column: Pick<Column, 'type' | 'scale'>) => string
  /** Whether the pattern is all of the cell. */
  fits: (cell: string, pattern: string) => string
  /** Whether it stands anywhere in the cell. */
  found: (cell: string, pattern: string) => string
  /** What a group of it, from 1, is in the cell. */
  group: (cell: string, pattern: string, nth: number) => string
  /** The cell with `by`, a text without groups, wherever the pattern stands. */
  replaced: (cell: string, pattern: string, by: string) => string
  trimmed: (cell: string, characters: string) => string
  /** The last of the cells that are not NULL, of the records up to this one. */
  above: (cell: string) => string
  integer: (text: string) => string
  /** From `2026-01-31`, and from `2026-01-31 08:00:00.000000`. */
  date: (text: string) => string
  instant: (text: string) => string
  earlier: (instant: string, minutes: string) => string
}

/**
 * A text as a literal: a backslash is special in both engines. What is a line end is `escaped`, so that no editor and no client that
 * reads a script line by line can make another one of it.
 */
function literal(value: string, special: RegExp, escaped: (piece: string) => string): string {
  if (value.includes('\0')) throw new RangeError('A NUL character cannot stand in a statement.')
  const quoted = (piece: string): string =>
    piece === "'" || piece === '\\' ? `\\${piece}` : escaped(piece)
  return `'${value.replaceAll(special, quoted)}'`
}

/** What looks like a variable is one in Spark; that, and whatever cannot be seen, is written by its number. */
const sparkText = (value: string): string =>
  literal(value, /['\\]|\$(?=\{)|(?! )[\p{Z}\p{Cc}\p{Cf}]/gu, (piece) =>
    piece.length > 1 ? piece : `\\u${piece.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const lineEnds: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
}
const snowflakeText = (value: string): string =>
  literal(value, /['\\\n\r\t\f]/g, (piece) => lineEnds[piece] ?? piece)

const upToHere = 'OVER (ORDER BY rec ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)'

/** Java's `.` and `$` know more line ends than DuckDB's, and its `$` stands before the last one, too. */
const inJava = (pattern: string): string => sparkText(`(?d)${pattern}`)

/** https://spark.apache.org/docs/4.1.3/api/sql; Databricks SQL has the same functions. */
const spark: Words = {
  text: sparkText,
  named: (name) => `\`${name.replaceAll('`', '``')}\``,
  typeOf: (column) =>
    duckdbType(column).replace('VARCHAR', 'STRING').replace('TIMESTAMP', 'TIMESTAMP_NTZ'),
  fits: (cell, pattern) => `regexp_like(${cell}, ${sparkText(`(?d)\\A(?:${pattern})\\z`)})`,
  found: (cell, pattern) => `regexp_like(${cell}, ${inJava(pattern)})`,
  group: (cell, pattern, nth) => `regexp_extract(${cell}, ${inJava(pattern)}, ${nth})`,
  replaced: (cell, pattern, by) => `regexp_replace(${cell}, ${inJava(pattern)}, ${sparkText(by)})`,
  trimmed: (cell, characters) => `trim(BOTH ${sparkText(characters)} FROM ${cell})`,
  above: (cell) => `last_value(${cell}) IGNORE NULLS ${upToHere}`,
  integer: (number) => `try_cast(${number} AS BIGINT)`,
  date: (day) => `try_cast(${day} AS DATE)`,
  instant: (moment) => `try_cast(${moment} AS TIMESTAMP_NTZ)`,
  earlier: (instant, minutes) => `timestampadd(MINUTE, -(${minutes}), ${instant})`,
}

/** https://docs.snowflake.com/en/sql-reference; its patterns are RE2's, as DuckDB's are. */
const snowflake: Words = {
  text: snowflakeText,
  /** As Snowflake has a name that nobody quotes. */
  named: (name) => quoteIdentifier(/^[a-z_][a-z0-9_$]*$/i.test(name) ? name.toUpperCase() : name),
  typeOf: (column) => duckdbType(column).replace('TIMESTAMP', 'TIMESTAMP_NTZ'),
  fits: (cell, pattern) => `REGEXP_LIKE(${cell}, ${snowflakeText(pattern)})`,
  found: (cell, pattern) => `REGEXP_INSTR(${cell}, ${snowflakeText(pattern)}) > 0`,
  group: (cell, pattern, nth) =>
    `COALESCE(REGEXP_SUBSTR(${cell}, ${snowflakeText(pattern)}, 1, 1, 'e', ${nth}), '')`,
  replaced: (cell, pattern, by) =>
    `REGEXP_REPLACE(${cell}, ${snowflakeText(pattern)}, ${snowflakeText(by)})`,
  trimmed: (cell, characters) =>
    `LTRIM(RTRIM(${cell}, ${snowflakeText(characters)}), ${snowflakeText(characters)})`,
  above: (cell) => `LAST_VALUE(${cell}) IGNORE NULLS ${upToHere}`,
  // Its whole numbers have 38 digits.
  integer: (number) =>
    `CASE WHEN TRY_CAST(${number} AS NUMBER(38,0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN TRY_CAST(${number} AS NUMBER(38,0)) END`,
  date: (day) => `TRY_TO_DATE(${day}, 'YYYY-MM-DD')`,
  instant: (moment) => `TRY_TO_TIMESTAMP_NTZ(${moment}, 'YYYY-MM-DD HH24:MI:SS.FF6')`,
  earlier: (instant, minutes) => `DATEADD(MINUTE, -(${minutes}), ${instant})`,
}

export const wordsOf: Readonly<Record<Elsewhere, Words>> = { spark, databricks: spark, snowflake }

/** A cell without content: empty, or quoted and empty. */
export const isEmpty = (cell: string): string => `coalesce(${cell}, '') = ''`

/**
 * Whether the cell is one of the words, which are in lower case, without regard to case. `lower` of the engines differ in a few letters
 * (İ becomes one letter or two); so only those become small that make a letter of the words, one by one, as DuckDB does it.
 */
export function saysOneOf(words: Words, cell: string, oneOf: readonly string[]): string {
  const wanted = new Set(oneOf.join(''))
  const capitals = smallLetters().filter(([, small]) => wanted.has(small))
  const [from, to] = [0, 1].map((nth) => capitals.map((pair) => pair[nth]).join(''))
  const small =
    capitals.length === 0
      ? cell
      : `translate(${cell}, ${words.text(from ?? '')}, ${words.text(to ?? '')})`
  return isOneOf(words, small, oneOf)
}

/** NULL is none of them. */
export function isOneOf(words: Words, expression: string, oneOf: readonly string[]): string {
  if (oneOf.length === 0) return 'false'
  return `coalesce(${expression} IN (${oneOf.map(words.text).join(', ')}), false)`
}

let letters: [capital: string, small: string][] | null = null

/** The letters that DuckDB makes small, with what it makes of them; held by a test over all of Unicode that are written today. */
export function smallLetters(): [capital: string, small: string][] {
  letters ??= Array.from({ length: 0x1_10_00 }, (_, code) => String.fromCodePoint(code)).flatMap(
    (capital): [string, string][] => {
      const small = lowered(capital)
      return small === capital ? [] : [[capital, small]]
    },
  )
  return letters
}
