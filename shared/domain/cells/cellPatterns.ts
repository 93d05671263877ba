/**
 * What the cells of each type look like. The patterns keep to the syntax that JavaScript, RE2 (DuckDB), Java (Spark)
 * and POSIX (Snowflake) share: no look-around, no back-references, no lazy quantifiers. They
 * match the whole, already trimmed cell.
 */
export type DateOrder = 'dmy' | 'mdy' | 'ymd'
export type DecimalMark = '.' | ','

/** Compared without regard to case. Digits and single letters other than y and n mean too many things. */
export const trueWords: readonly string[] = ['true', 'yes', 'ja', 'y']
export const falseWords: readonly string[] = ['false', 'no', 'nein', 'n']
export const booleanPattern =
  '^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[Jj][Aa]|[Nn][Ee][Ii][Nn]|[Yy]|[Nn])$'

const groups: Record<DecimalMark, string> = { '.': ',', ',': '[.]' }
const marks: Record<DecimalMark, string> = { '.': '[.]', ',': ',' }

/** Whole numbers, plain or in groups of three; without a mark only plain ones. */
export function integerPattern(mark?: DecimalMark): string {
  if (mark === undefined) return '^[+-]?[0-9]+$'
  return `^[+-]?([0-9]+|[0-9]{1,3}(${groups[mark]}[0-9]{3})+)$`
}

/** Numbers with or without a fraction, thousands in groups of three or not grouped. */
export function decimalPattern(mark: DecimalMark): string {
  const whole = `([0-9]+|[0-9]{1,3}(${groups[mark]}[0-9]{3})+)`
  return `^[+-]?(${whole}(${marks[mark]}[0-9]*)?|${marks[mark]}[0-9]+)$`
}

const day = '(0?[1-9]|[12][0-9]|3[01])'
const month = '(0?[1-9]|1[0-2])'
const year = '([0-9]{4}|[0-9]{2})'
const between = '[-/.]'
const dates: Record<DateOrder, string> = {
  dmy: `${day}${between}${month}${between}${year}`,
  mdy: `${month}${between}${day}${between}${year}`,
  ymd: `([0-9]{4})${between}${month}${between}${day}`,
}
const time =
  '([01]?[0-9]|2[0-3]):([0-5][0-9])(:([0-5][0-9])([.,][0-9]{1,9})?)?( ?([AaPp])[.]?[Mm][.]?)?( ?(Z|z|UTC|[+-][0-9]{2}|[+-][0-9]{2}:?[0-9]{2}))?'

/** Groups 1, 2, 3: the parts in the named order. A year of two digits is for the reader to complete. */
export function datePattern(order: DateOrder): string {
  return `^${dates[order]}$`
}

/**
 * A date, and after `T` or spaces a time, which may be left out (midnight). Groups 1–3 as in
 * `datePattern`; group 6 begins the time, but DuckDB's `regexp_extract` counts only to 9:
 * cut the time out with `timePattern`.
 */
export function timestampPattern(order: DateOrder): string {
  return `^${dates[order]}(([Tt]| +)${time})?$`
}

/** The time at the end of a timestamp. Groups: 1 hour, 2 minute, 4 second, 5 fraction with its mark, 7 `A` or `P`, 9 zone. */
export const timePattern = `${time}$`
