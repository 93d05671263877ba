import type { Recipe, RecipeStep } from '../../shared/domain/dataset.ts'
import { isOneOf, quoteLiteral } from '../duckdb/sql.ts'
import type { Part } from './parts.ts'
import { cellNames, readRecords } from './records.ts'

/** White space that exports put around cells; the engine's own `trim` knows blanks only. */
const whiteSpace =
  ' \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

type DropStep = Extract<RecipeStep, { kind: `drop-${string}` }>
type CellStep = Exclude<RecipeStep, DropStep>

export interface RecipeInput {
  recipe: Recipe
  labels: readonly string[]
  /** Whether the labels stand in the file, so that they can be repeated inside it. */
  labelsInFile: boolean
}

/**
 * The statement that turns a part's canonical records into its table `records_1` …: lineage,
 * the cells after the recipe under their names in the whole record, and `d3` for the fourth step
 * if it drops records: what the part says about that, see `saysOf`. Steps see the cells as the
 * steps before them left them.
 */
export function emitRecords(part: Part, input: RecipeInput): string {
  const said = input.recipe.flatMap((step, index) => {
    const says = isDrop(step) ? saysOf(step, part, input) : null
    return says === null ? [] : [{ index, says }]
  })
  const from = emitSteps(part, input.recipe, readRecords(part), said)
  return `CREATE TABLE records_${part.nth} AS ${from}`
}

/** Cells as the steps leave them, with what is `said` of them after the steps before an index. */
function emitSteps(
  part: Part,
  recipe: Recipe,
  records: string,
  said: readonly { index: number; says: string }[],
): string {
  const cells = cellNames(part)
  let from = `SELECT * FROM ${records}`
  for (const [index, step] of recipe.entries()) {
    if (isDrop(step)) {
      const says = said.find((one) => one.index === index)?.says
      if (says !== undefined) from = `SELECT *, ${says} AS d${index} FROM (${from})`
      continue
    }
    const change = changeOf(step)
    if (change === null) continue
    const changed = cells.map((cell) => `${change(cell)} AS ${cell}`)
    from = `SELECT * REPLACE (${changed.join(', ')}) FROM (${from})`
  }
  return from
}

function isDrop(step: RecipeStep): step is DropStep {
  return step.kind.startsWith('drop-')
}

function changeOf(step: CellStep): ((cell: string) => string) | null {
  switch (step.kind) {
    case 'trim':
      return trimmed
    case 'empty-tokens':
      return step.tokens.length === 0 ? null : (cell) => emptyTokens(cell, step.tokens)
    case 'unwrap-formulas':
      return unwrapped
  }
}

// ---------------------------------------------------------------- records that are dropped

/**
 * What a part can say of a record for a step that drops records, or null for a step that drops
 * none: blank: 0, or 1 when a cell is filled; header: 0 and 1 alike when every cell says its
 * label, 2 when one does not; total: 0 when no cell is filled, else 1 when the first that is says
 * a word of the step, else 2; duplicates: a hash of the cells.
 */
function saysOf(step: DropStep, part: Part, input: RecipeInput): string | null {
  const cells = cellNames(part)
  switch (step.kind) {
    case 'drop-blank-rows':
      return `CASE WHEN ${cells.map(isEmpty).join(' AND ')} THEN 0 ELSE 1 END`
    case 'drop-total-rows':
      return step.words.length === 0 ? null : saysTotal(cells, step.words)
    case 'drop-repeated-headers':
      return input.labelsInFile ? saysHeader(part, input.labels) : null
    case 'drop-duplicates':
      return `hash(${cells.join(', ')})`
  }
}

/** `records_1` … side by side: the engine keeps the order of rows where nothing is joined by value. */
function sideBySide(parts: readonly Part[]): string {
  return parts.map(({ nth }) => `records_${nth} AS r${nth}`).join(' POSITIONAL JOIN ')
}

/** The table of the records that a step took out, each under the place of the first that did. */
export const emitNoneDropped = 'CREATE TABLE dropped (rec BIGINT, step INTEGER)'
export const notDropped = 'rec NOT IN (SELECT rec FROM dropped)'

/**
 * The statements by which a step adds to `dropped`, or null for a step that drops nothing:
 * first the table of its suspects, and only if it has any what settles which of them the step takes.
 */
export function emitDropped(
  index: number,
  parts: readonly Part[],
  input: RecipeInput,
): { table: string; suspects: string; settle: string[] } | null {
  const step = input.recipe[index]
  const [first] = parts
  if (step === undefined || first === undefined || !isDrop(step)) return null
  if (saysOf(step, first, input) === null) return null
  const says = parts.map(({ nth }) => `r${nth}.d${index}`)
  const kept = `r1.${notDropped}`
  const where = `FROM ${sideBySide(parts)} WHERE`
  const table = `suspects_${index}`
  const take = `INSERT INTO dropped SELECT rec, ${index} FROM`
  const create = (condition: string): string =>
    `CREATE TABLE ${table} AS SELECT r1.rec ${where} ${condition} AND ${kept}`
  const again = (part: Part): string => {
    const records = `${readRecords(part)} SEMI JOIN ${table} USING (rec)`
    return emitSteps(part, input.recipe.slice(0, index), records, [])
  }
  switch (step.kind) {
    case 'drop-blank-rows':
      return {
        table,
        suspects: create(`greatest(${says.join(', ')}) = 0`),
        settle: [`${take} ${table}`],
      }
    case 'drop-repeated-headers':
      return {
        table,
        suspects: create(`greatest(${says.join(', ')}) = 1`),
        settle: [`${take} ${table}`],
      }
    case 'drop-total-rows': {
      const word = `coalesce(${says.map((one) => `nullif(${one}, 0)`).join(', ')}, 0) = 1`
      const counts = parts.map(
        (part) => `SELECT rec, ${countNumbers(cellNames(part))} FROM (${again(part)})`,
      )
      const all = input.labels.length
      const isTotal = `sum(filled) < ${all} AND sum(numbers) = sum(filled) - 1`
      return {
        table,
        suspects: create(word),
        settle: [`${take} (${counts.join(' UNION ALL ')}) GROUP BY rec HAVING ${isTotal}`],
      }
    }
    case 'drop-duplicates': {
      // Hashes find the suspects, the cells decide: parts by parts, what was equal so far is told apart.
      const hash = `hash(${says.join(', ')})`
      const hashed = `SELECT r1.rec, ${hash} AS class ${where} ${kept}`
      const twice = `SELECT ${hash} ${where} ${kept} GROUP BY 1 HAVING count(*) > 1`
      const refine = parts.map(
        (part) =>
          `CREATE OR REPLACE TABLE ${table} AS SELECT rec, dense_rank() OVER (ORDER BY class, ${cellNames(part).join(', ')}) AS class FROM (${again(part)}) JOIN ${table} USING (rec)`,
      )
      const nth = `SELECT rec, row_number() OVER (PARTITION BY class ORDER BY rec) AS nth FROM ${table}`
      return {
        table,
        suspects: `CREATE TABLE ${table} AS SELECT * FROM (${hashed}) WHERE class IN (${twice})`,
        settle: [...refine, `${take} (${nth}) WHERE nth > 1`],
      }
    }
  }
}

/**
 * A total: its first filled cell is one of the words, at least one cell is empty, and what
 * else is filled are numbers. A product called "Total" has a key before it or text after it.
 * The words are looked for in every record, the numbers counted only where one was found.
 */
function saysTotal(cells: readonly string[], words: readonly string[]): string {
  const first = `coalesce(${cells.map((cell) => `nullif(${cell}, '')`).join(', ')})`
  const said = `lower(trim(${first}, ${quoteLiteral(`${whiteSpace}:`)}))`
  const lower = words.map((word) => word.toLowerCase())
  return `CASE WHEN ${isOneOf(said, lower)} THEN 1 WHEN ${first} IS NULL THEN 0 ELSE 2 END`
}

function countNumbers(cells: readonly string[]): string {
  const numberPattern = quoteLiteral('[^0-9A-Za-z]{0,3}[0-9][0-9., ]*[^0-9A-Za-z]{0,3}')
  const filled = cells.map((cell) => `(NOT ${isEmpty(cell)})::INTEGER`).join(' + ')
  const numbers = cells
    .map((cell) => `coalesce(regexp_full_match(${cell}, ${numberPattern}), false)::INTEGER`)
    .join(' + ')
  return `${filled} AS filled, ${numbers} AS numbers`
}

/** Every cell says its column's label, in any case; labels that were made unique also as they stood in the file. */
function saysHeader(part: Part, labels: readonly string[]): string {
  const all = new Set(labels.map(folded))
  const cells = cellNames(part)
  const [first = 'true', ...rest] = cells.map((cell, index) => {
    const nth = part.from + index
    const spellings = spellingsInFile(folded(labels[nth] ?? ''), nth, all)
    return isOneOf(`lower(${trimmed(`coalesce(${cell}, '')`)})`, spellings)
  })
  const filled = cells.map((cell) => `NOT ${isEmpty(cell)}`).join(' OR ')
  const others = rest.length === 0 ? 'true' : rest.join(' AND ')
  return `CASE WHEN NOT ${first} THEN 2 WHEN NOT (${others}) THEN 2 WHEN ${filled} THEN 1 ELSE 0 END`
}

function spellingsInFile(label: string, index: number, all: ReadonlySet<string>): string[] {
  if (label === `column${index + 1}`) return [label, '']
  const repeated = /^(.*)_[0-9]+$/su.exec(label)?.[1]
  return repeated !== undefined && all.has(repeated) ? [label, repeated] : [label]
}

function folded(label: string): string {
  return label.trim().toLowerCase()
}

// ---------------------------------------------------------------- cells

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
