import type { Recipe, RecipeStep } from '../../shared/domain/dataset.ts'
import { isOneOf, quoteLiteral } from '../duckdb/sql.ts'
import { cellNames, lineageColumns, readRecords } from './records.ts'

/** White space that exports put around cells; the engine's own `trim` knows blanks only. */
const whiteSpace =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

type DropStep = Extract<RecipeStep, { kind: `drop-${string}` }>

export interface RecipeInput {
  recordsFile: string
  recipe: Recipe
  labels: readonly string[]
  /** Whether the labels stand in the file, so that they can be repeated inside it. */
  labelsInFile: boolean
}

/**
 * The statements that turn the canonical records into the table `records`: lineage, the
 * cells `c1` … after the recipe, and `dropped`, the name of the first rule that takes the
 * record out, or NULL. Steps see the cells as the steps before them left them.
 */
export function emitRecords(input: RecipeInput): string[] {
  const width = input.labels.length
  const cells = cellNames(width)
  const statements: string[] = []
  let from = `SELECT ${lineageColumns}, ${cells.join(', ')}, NULL::VARCHAR AS dropped FROM ${readRecords(input.recordsFile, width)}`
  const onCells = (change: (cell: string) => string): void => {
    const changed = cells.map((cell) => `${change(cell)} AS ${cell}`)
    from = `SELECT ${lineageColumns}, ${changed.join(', ')}, dropped FROM (${from})`
  }
  const drop = (step: DropStep, condition: string): void => {
    from = `SELECT * REPLACE (CASE WHEN dropped IS NOT NULL THEN dropped WHEN ${condition} THEN ${quoteLiteral(step.kind)} END AS dropped) FROM (${from})`
  }
  for (const [index, step] of input.recipe.entries()) {
    switch (step.kind) {
      case 'trim':
        onCells(trimmed)
        break
      case 'empty-tokens':
        if (step.tokens.length > 0) onCells((cell) => emptyTokens(cell, step.tokens))
        break
      case 'unwrap-formulas':
        onCells(unwrapped)
        break
      case 'drop-blank-rows':
        drop(step, cells.map((cell) => isEmpty(cell)).join(' AND '))
        break
      case 'drop-total-rows':
        if (step.words.length > 0) drop(step, isTotal(cells, step.words))
        break
      case 'drop-repeated-headers':
        if (input.labelsInFile) drop(step, isHeader(cells, input.labels))
        break
      case 'drop-duplicates': {
        const stage = `stage${index}`
        statements.push(
          `CREATE TABLE ${stage} AS ${from}`,
          `CREATE TABLE ${stage}_again AS ${duplicates(stage, cells)}`,
        )
        from = `SELECT s.* REPLACE (CASE WHEN s.dropped IS NOT NULL THEN s.dropped WHEN a.rec IS NOT NULL THEN ${quoteLiteral(step.kind)} END AS dropped) FROM ${stage} s LEFT JOIN ${stage}_again a ON a.rec = s.rec ORDER BY s.rec`
        break
      }
    }
  }
  statements.push(`CREATE TABLE records AS ${from}`)
  return statements
}

/** A cell without content: empty, or quoted and empty. */
export function isEmpty(cell: string): string {
  return `coalesce(${cell}, '') = ''`
}

/** Most cells begin and end with a visible ASCII character: seeing that is much cheaper than the search for 24 kinds of space. */
function trimmed(cell: string): string {
  return `CASE WHEN regexp_full_match(${cell}, '[!-~](.*[!-~])?') THEN ${cell} ELSE trim(${cell}, ${quoteLiteral(whiteSpace)}) END`
}

function emptyTokens(cell: string, tokens: readonly string[]): string {
  const lower = tokens.map((token) => token.toLowerCase())
  // A cell of many bytes cannot be a token; a token's bytes grow at most threefold in lower case.
  const longest = 3 * Math.max(...lower.map((token) => new TextEncoder().encode(token).length))
  return `CASE WHEN strlen(${cell}) > ${longest} THEN ${cell} WHEN ${isOneOf(`lower(${cell})`, lower)} THEN NULL ELSE ${cell} END`
}

/**
 * `="00123"` is how Excel is told to keep zeros. An apostrophe comes off only where it marks
 * a number or a would-be formula as text: 's-Hertogenbosch begins with one, too.
 */
function unwrapped(cell: string): string {
  const marked = quoteLiteral(`'([0-9+-][0-9 .,/:-]*|[=+@-].*)`)
  return `CASE WHEN NOT starts_with(${cell}, '=') AND NOT starts_with(${cell}, '''') THEN ${cell} WHEN ${cell} LIKE '="%"' THEN replace(substr(${cell}, 3, length(${cell}) - 3), '""', '"') WHEN regexp_full_match(${cell}, ${marked}) THEN substr(${cell}, 2) ELSE ${cell} END`
}

/**
 * A total: its first filled cell is one of the words, at least one cell is empty, and what
 * else is filled are numbers. A product called "Total" has a key before it or text after it.
 */
function isTotal(cells: readonly string[], words: readonly string[]): string {
  const first = `coalesce(${cells.map((cell) => `nullif(${cell}, '')`).join(', ')})`
  const said = `lower(trim(${first}, ${quoteLiteral(`${whiteSpace}:`)}))`
  const lower = words.map((word) => word.toLowerCase())
  const numberPattern = quoteLiteral('[^0-9A-Za-z]{0,3}[0-9][0-9., ]*[^0-9A-Za-z]{0,3}')
  const filled = cells.map((cell) => `(NOT ${isEmpty(cell)})::INTEGER`).join(' + ')
  const numbers = cells
    .map((cell) => `coalesce(regexp_full_match(${cell}, ${numberPattern}), false)::INTEGER`)
    .join(' + ')
  // The cheap question first: only a WHEN that holds has its THEN worked out.
  return `CASE WHEN ${isOneOf(said, lower)} THEN (${filled}) < ${cells.length} AND (${numbers}) = (${filled}) - 1 ELSE false END`
}

/** Every cell says its column's label, in any case; labels that were made unique also as they stood in the file. */
function isHeader(cells: readonly string[], labels: readonly string[]): string {
  const all = new Set(labels.map(folded))
  const conditions = cells.map((cell, index) => {
    const spellings = spellingsInFile(folded(labels[index] ?? ''), index, all)
    return isOneOf(`lower(${trimmed(`coalesce(${cell}, '')`)})`, spellings)
  })
  const [first = 'false', ...rest] = conditions
  const filled = cells.map((cell) => `NOT ${isEmpty(cell)}`).join(' OR ')
  return `CASE WHEN ${first} THEN ${[`(${filled})`, ...rest].join(' AND ')} ELSE false END`
}

function spellingsInFile(label: string, index: number, all: ReadonlySet<string>): string[] {
  if (label === `column${index + 1}`) return [label, '']
  const repeated = /^(.*)_[0-9]+$/su.exec(label)?.[1]
  return repeated !== undefined && all.has(repeated) ? [label, repeated] : [label]
}

function folded(label: string): string {
  return label.trim().toLowerCase()
}

/** Records equal in every cell to an earlier one. Hashes find the suspects, the cells decide. */
function duplicates(stage: string, cells: readonly string[]): string {
  const hash = `hash(${cells.join(', ')})`
  const suspects = `SELECT ${hash} FROM ${stage} WHERE dropped IS NULL GROUP BY 1 HAVING count(*) > 1`
  return `SELECT rec FROM (SELECT rec, row_number() OVER (PARTITION BY ${cells.join(', ')} ORDER BY rec) AS nth FROM ${stage} WHERE dropped IS NULL AND ${hash} IN (${suspects})) WHERE nth > 1`
}
