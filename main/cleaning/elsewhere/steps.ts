/** The steps of a recipe as one statement for an engine elsewhere. What the steps mean is said in `duckdb/stepCells.ts` and `duckdb/recipe.ts`. */
import type { FittedStep, ShapedColumn } from '../../../shared/domain/recipe/recipeFit.ts'
import { nameOf } from '../duckdb/stepCells.ts'
import { markedAsText, numberInTotal } from '../duckdb/recipe.ts'
import { foldedLabels, spellingsInFile } from '../plan.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import { type Words, isEmpty, saysOneOf } from './words.ts'

export interface StepsElsewhere {
  words: Words
  steps: readonly FittedStep[]
  /** Of the file. */
  columns: readonly ShapedColumn[]
  /** The labels that stand in the file; null: none do. */
  header: readonly string[] | null
  /** How labels stand there that are called otherwise here. */
  writtenAs?: Readonly<Record<string, string>> | undefined
}

/**
 * A statement over records (`rec`, `line`, `c1` …): lineage, `gone`, the place of the step that dropped the record, and the cells
 * that are left, by the names of their columns.
 */
export function stepsSql(
  { words, steps, columns, header, writtenAs = {} }: StepsElsewhere,
  from: string,
): string {
  const first = columns.map((column, nth) => `c${nth + 1} AS ${nameOf(column)}`)
  let records = `SELECT rec, line, CAST(NULL AS INT) AS gone, ${first.join(', ')} FROM ${from}`
  for (const fitted of steps) {
    const condition = dropped(words, fitted, header, writtenAs)
    const cells = changedBy(words, fitted)
    if (condition === null && cells.size === 0) continue
    const gone =
      condition === null
        ? 'gone'
        : `CASE WHEN gone IS NULL AND ${condition} THEN ${fitted.index} ELSE gone END AS gone`
    const after = fitted.after.map((column) => {
      const value = cells.get(column.id)
      return value === undefined ? nameOf(column) : `${value} AS ${nameOf(column)}`
    })
    records = `SELECT rec, line, ${gone}, ${after.join(', ')}\nFROM (${records}) AS s`
  }
  return records
}

const isThere = 'gone IS NULL'

/** For which records a step that drops is true; null: it drops none. */
function dropped(
  words: Words,
  { step, before, on }: FittedStep,
  header: readonly string[] | null,
  writtenAs: Readonly<Record<string, string>>,
): string | null {
  const cells = before.map(nameOf)
  switch (step.kind) {
    case 'drop-blank-rows':
      return cells.map(isEmpty).join(' AND ')
    case 'drop-total-rows':
      return step.words.length === 0 ? null : isTotal(words, cells, step.words)
    case 'drop-repeated-headers':
      return header === null ? null : isHeader(words, cells, header, writtenAs)
    case 'drop-duplicates': {
      const isWhole = step.keys === undefined
      const keys = on.map((column) =>
        isWhole ? nameOf(column) : `coalesce(${nameOf(column)}, '')`,
      )
      const hasKey = isWhole
        ? isThere
        : `${isThere} AND NOT (${keys.map((key) => `${key} = ''`).join(' AND ')})`
      // Records that are not asked are a part of their own.
      const part = `CASE WHEN ${hasKey} THEN 1 ELSE 0 END`
      const order = step.keep === 'last' ? 'rec DESC' : 'rec'
      return `(${hasKey}) AND row_number() OVER (PARTITION BY ${[part, ...keys].join(', ')} ORDER BY ${order}) > 1`
    }
    case 'trim':
    case 'collapse-spaces':
    case 'case':
    case 'replace':
    case 'map-values':
    case 'empty-tokens':
    case 'unwrap-formulas':
    case 'fill':
    case 'round':
    case 'round-dates':
    case 'parse-date':
    case 'parse-number':
    case 'parse-boolean':
    case 'hash':
    case 'tokenise':
    case 'mask':
    case 'redact':
    case 'split':
    case 'merge':
    case 'look-up':
    case 'derive':
    case 'rename':
    case 'remove':
    case 'reorder':
    case 'pivot-longer':
    case 'pivot-wider':
    case 'drop-rows':
    case 'keep-rows':
      return null
  }
}

function isTotal(words: Words, cells: readonly string[], totals: readonly string[]): string {
  // Snowflake's needs two.
  const first = `coalesce(${cells.map((cell) => `nullif(${cell}, '')`).join(', ')}, NULL)`
  const lower = totals.map((word) => word.toLowerCase())
  const says = saysOneOf(words, words.trimmed(first, `${whiteSpace}:`), lower)
  const sum = (isCounted: (cell: string) => string): string =>
    cells.map((cell) => `CASE WHEN ${isCounted(cell)} THEN 1 ELSE 0 END`).join(' + ')
  const filled = sum((cell) => `NOT ${isEmpty(cell)}`)
  const numbers = sum((cell) => `coalesce(${words.fits(cell, numberInTotal)}, false)`)
  return `(${says} AND (${filled}) < ${cells.length} AND (${numbers}) = (${filled}) - 1)`
}

function isHeader(
  words: Words,
  cells: readonly string[],
  header: readonly string[],
  writtenAs: Readonly<Record<string, string>>,
): string {
  const all = foldedLabels(header)
  const says = cells.map((cell, nth) => {
    const said = words.trimmed(`coalesce(${cell}, '')`, whiteSpace)
    return saysOneOf(words, said, spellingsInFile(header, nth, writtenAs, all))
  })
  return `(${says.join(' AND ')} AND (${cells.map((cell) => `NOT ${isEmpty(cell)}`).join(' OR ')}))`
}

/** By the id of a column: what a step makes of its cell. */
function changedBy(words: Words, { step, on, makes }: FittedStep): Map<number, string> {
  const each = (value: (cell: string) => string, columns = on): Map<number, string> =>
    new Map(columns.map((column) => [column.id, value(nameOf(column))]))
  /** Cells that are filled become a text; nothing left of them makes them empty. */
  const eachFilled = (value: (cell: string) => string): Map<number, string> =>
    each((cell) => `CASE WHEN ${isEmpty(cell)} THEN ${cell} ELSE nullif(${value(cell)}, '') END`)
  const { text } = words
  switch (step.kind) {
    case 'trim':
      return each((cell) => words.trimmed(cell, whiteSpace))
    case 'unwrap-formulas':
      return each((cell) => unwrapped(words, cell))
    case 'empty-tokens': {
      const tokens = step.tokens.map((token) => token.toLowerCase())
      return each(
        (cell) => `CASE WHEN ${saysOneOf(words, cell, tokens)} THEN NULL ELSE ${cell} END`,
      )
    }
    case 'collapse-spaces':
      return eachFilled((cell) => words.replaced(cell, `[${whiteSpace}]+`, ' '))
    case 'replace':
      return eachFilled((cell) =>
        step.whole === true
          ? `CASE WHEN ${cell} = ${text(step.find)} THEN ${text(step.with)} ELSE ${cell} END`
          : `replace(${cell}, ${text(step.find)}, ${text(step.with)})`,
      )
    case 'map-values': {
      const cases = step.values.map(({ from, to }) => `WHEN ${text(from)} THEN ${text(to)}`)
      return eachFilled((cell) => `CASE ${cell} ${cases.join(' ')} ELSE ${cell} END`)
    }
    case 'fill': {
      const filling = step.with
      if (filling.kind === 'above')
        return each((cell) => {
          const filled = `CASE WHEN ${isThere} THEN nullif(${cell}, '') END`
          return `coalesce(nullif(${cell}, ''), CASE WHEN ${isThere} THEN ${words.above(filled)} END)`
        })
      const other = on.at(-1)
      const [by, filled] =
        filling.kind === 'value' || other === undefined
          ? [text(filling.kind === 'value' ? filling.value : ''), on]
          : [nameOf(other), on.slice(0, -1)]
      return each((cell) => `CASE WHEN ${isEmpty(cell)} THEN ${by} ELSE ${cell} END`, filled)
    }
    case 'hash':
      return eachFilled((cell) => `sha2(${cell}, 256)`)
    case 'mask':
      return eachFilled((cell) => {
        const { keep } = step
        return `CASE WHEN length(${cell}) <= ${keep} THEN repeat('*', length(${cell})) ELSE repeat('*', length(${cell}) - ${keep}) || right(${cell}, ${keep}) END`
      })
    case 'redact':
      return eachFilled(() => text(step.with))
    case 'split': {
      const cell = nameOf(on[0] ?? { id: 0, label: '' })
      const piece = (nth: number): string => `split_part(${cell}, ${text(step.at)}, ${nth})`
      return new Map(
        makes.map(({ id }, nth) => {
          if (nth < makes.length - 1) return [id, `nullif(${piece(nth + 1)}, '')`]
          // What the pieces before it and what stands behind each of them leave.
          const before = Array.from({ length: nth }, (_, index) => `length(${piece(index + 1)})`)
          const from = [`1 + ${nth} * length(${text(step.at)})`, ...before].join(' + ')
          return [id, `nullif(substr(${cell}, ${from}), '')`]
        }),
      )
    }
    case 'merge': {
      // Each with what stands between before it; of the first it is cut off.
      const cells = on.map(
        (column) => `coalesce(${text(step.between)} || nullif(${nameOf(column)}, ''), '')`,
      )
      const merged = `substr(${cells.join(' || ')}, 1 + length(${text(step.between)}))`
      return new Map(makes.map(({ id }) => [id, `nullif(${merged}, '')`]))
    }
    case 'case':
    case 'round':
    case 'round-dates':
    case 'parse-date':
    case 'parse-number':
    case 'parse-boolean':
    case 'tokenise':
    case 'look-up':
    case 'derive':
    case 'rename':
    case 'remove':
    case 'reorder':
    case 'pivot-longer':
    case 'pivot-wider':
    case 'drop-blank-rows':
    case 'drop-total-rows':
    case 'drop-repeated-headers':
    case 'drop-duplicates':
    case 'drop-rows':
    case 'keep-rows':
      return new Map()
  }
}

/** See `unwrapped` in `duckdb/recipe.ts`. */
function unwrapped(words: Words, cell: string): string {
  const inside = `replace(substr(${cell}, 3, length(${cell}) - 3), '""', '"')`
  const isWrapped = `left(${cell}, 2) = '="' AND right(${cell}, 1) = '"' AND length(${cell}) > 2`
  return `CASE WHEN ${isWrapped} THEN ${inside} WHEN ${words.fits(cell, markedAsText)} THEN substr(${cell}, 2) ELSE ${cell} END`
}
