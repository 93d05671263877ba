import { isOneOf, quoteLiteral, quoteLiterals } from '../../duckdb/sql.ts'
import type { CellStep, DropStep, PlannedRecipe } from '../plan.ts'
import { foldedLabels, isDrop, spellingsInFile } from '../plan.ts'
import { whiteSpace } from '../scan/whiteSpace.ts'
import type { Part } from './parts.ts'
import { type Pivot, sourceOf } from './pivot.ts'
import { cellName, cellNames, readRecords } from './records.ts'

/**
 * The statement that turns a part's canonical records into its table `records_1` …: lineage,
 * the cells after the recipe under their names in the whole record, and `d3` for the fourth step
 * if it drops records: what the part says about that, see `saysOf`. Steps see the cells as the
 * steps before them left them.
 */
export function emitRecords(part: Part, plan: PlannedRecipe): string {
  const said = plan.recipe.flatMap((step, index) => {
    const says = isDrop(step) ? saysOf(step, part, plan) : null
    return says === null ? [] : [{ index, says }]
  })
  const from = emitSteps(part, plan, plan.recipe.length, readRecords(part), said)
  return `CREATE TABLE records_${part.nth} AS ${from}`
}

/** Cells as the steps before `end` leave them, with what is `said` of them after the steps before an index. */
export function emitSteps(
  part: Part,
  { recipe, cells }: PlannedRecipe,
  end = recipe.length,
  records = readRecords(part),
  said: readonly { index: number; says: string }[] = [],
): string {
  let from = `SELECT * FROM ${records}`
  for (const [index, recipeStep] of recipe.slice(0, end).entries()) {
    if (isDrop(recipeStep)) {
      const says = said.find((one) => one.index === index)?.says
      if (says !== undefined) from = `SELECT *, ${says} AS d${index} FROM (${from})`
      continue
    }
    const changes = cells.slice(part.from, part.from + part.width).flatMap((steps, nth) => {
      const cell = cellName(part.from + nth)
      return steps.flatMap(({ index: place, step }) =>
        place === index ? [`${changed(step, cell)} AS ${cell}`] : [],
      )
    })
    if (changes.length > 0) from = `SELECT * REPLACE (${changes.join(', ')}) FROM (${from})`
  }
  return from
}

function changed(step: CellStep, cell: string): string {
  switch (step.kind) {
    case 'trim':
      return trimmed(cell)
    case 'empty-tokens':
      return emptyTokens(cell, step.tokens)
    case 'unwrap-formulas':
      return unwrapped(cell)
  }
}

// ---------------------------------------------------------------- records that are dropped

/**
 * What a part can say of a record for a step that drops records, or null for a step that drops
 * none: blank: 0, or 1 when a cell is filled; header: 0 and 1 alike when every cell says its
 * label, 2 when one does not; total: 0 when no cell is filled, else 1 when the first that is says
 * a word of the step, else 2.
 */
function saysOf(step: DropStep, part: Part, plan: PlannedRecipe): string | null {
  const cells = cellNames(part)
  switch (step.kind) {
    case 'drop-blank-rows':
      return `CASE WHEN ${isBlank(cells)} THEN 0 ELSE 1 END`
    case 'drop-total-rows':
      return step.words.length === 0 ? null : saysTotal(cells, step.words)
    case 'drop-repeated-headers':
      return plan.labelsInFile ? saysHeader(cells, plan, part.from) : null
  }
}

/** `records_1` … side by side: the engine keeps the order of rows where nothing is joined by value. */
export function sideBySide(parts: readonly Part[]): string {
  return parts.map(({ nth }) => `records_${nth} AS r${nth}`).join(' POSITIONAL JOIN ')
}

/** The table of the records that a step took out, each under the place of the first that did. */
export const emitNoneDropped = 'CREATE TABLE dropped (rec BIGINT, step INTEGER)'
export const notDropped = 'rec NOT IN (SELECT rec FROM dropped)'

/** Writes which records of the file are dropped, with all that was made of them, each with the kind of the step that does. */
export function emitDroppedFile(
  { recipe }: PlannedRecipe,
  pivot: Pick<Pivot, 'parts'> | null,
  file: string,
): string {
  const kinds = quoteLiterals(recipe.map(({ kind }) => kind))
  const whole = `GROUP BY 1 HAVING count(*) = ${pivot?.parts ?? 1}`
  return `COPY (SELECT ${sourceOf(pivot)}, [${kinds}][min(step) + 1] FROM dropped ${whole} ORDER BY 1) TO ${quoteLiteral(file)} (FORMAT csv, HEADER false, USE_TMP_FILE false)`
}

/**
 * The statements by which a step adds to `dropped`, or null for a step that drops nothing:
 * first the table of its suspects, and only if it has any what settles which of them the step takes.
 */
export function emitDropped(
  index: number,
  parts: readonly Part[],
  plan: PlannedRecipe,
): { table: string; suspects: string; settle: string[] } | null {
  const step = plan.recipe[index]
  const [first] = parts
  if (step === undefined || first === undefined || !isDrop(step)) return null
  if (saysOf(step, first, plan) === null) return null
  const says = parts.map(({ nth }) => `r${nth}.d${index}`)
  const table = `suspects_${index}`
  const take = `INSERT INTO dropped SELECT rec, ${index} FROM`
  const create = (condition: string): string =>
    `CREATE TABLE ${table} AS SELECT r1.rec FROM ${sideBySide(parts)} WHERE ${condition} AND r1.${notDropped}`
  const again = (part: Part): string => {
    const records = `${readRecords(part)} SEMI JOIN ${table} USING (rec)`
    return emitSteps(part, plan, index, records)
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
      const counts = parts.map((part) => {
        const { filled, numbers } = countNumbers(cellNames(part))
        return `SELECT rec, ${filled} AS filled, ${numbers} AS numbers FROM (${again(part)})`
      })
      const all = plan.labels.length
      const isTotal = `sum(filled) < ${all} AND sum(numbers) = sum(filled) - 1`
      return {
        table,
        suspects: create(word),
        settle: [`${take} (${counts.join(' UNION ALL ')}) GROUP BY rec HAVING ${isTotal}`],
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

export const numberInTotal = '[^0-9A-Za-z]{0,3}[0-9][0-9., ]*[^0-9A-Za-z]{0,3}'

/** How many of the cells are filled, and how many of those are numbers. */
export function countNumbers(cells: readonly string[]): { filled: string; numbers: string } {
  const numberPattern = quoteLiteral(numberInTotal)
  const filled = cells.map((cell) => `(NOT ${isEmpty(cell)})::INTEGER`).join(' + ')
  const numbers = cells
    .map((cell) => `coalesce(regexp_full_match(${cell}, ${numberPattern}), false)::INTEGER`)
    .join(' + ')
  return { filled, numbers }
}

/** Every cell says its column's label, in any case; labels that were made unique also as they stood in the file. */
function saysHeader(
  cells: readonly string[],
  { labels, writtenAs }: Pick<PlannedRecipe, 'labels' | 'writtenAs'>,
  from: number,
): string {
  const all = foldedLabels(labels)
  const [first = 'true', ...rest] = cells.map((cell, index) => {
    const spellings = spellingsInFile(labels, from + index, writtenAs, all)
    return isOneOf(`lower(${trimmed(`coalesce(${cell}, '')`)})`, spellings)
  })
  const filled = cells.map((cell) => `NOT ${isEmpty(cell)}`).join(' OR ')
  const others = rest.length === 0 ? 'true' : rest.join(' AND ')
  return `CASE WHEN NOT ${first} THEN 2 WHEN NOT (${others}) THEN 2 WHEN ${filled} THEN 1 ELSE 0 END`
}

/** The same of the cells of a whole record, without suspects. */
export const isBlank = (cells: readonly string[]): string => cells.map(isEmpty).join(' AND ')

export function isTotal(cells: readonly string[], words: readonly string[]): string {
  const { filled, numbers } = countNumbers(cells)
  const isSum = `(${filled}) < ${cells.length} AND (${numbers}) = (${filled}) - 1`
  return `CASE WHEN ${saysTotal(cells, words)} = 1 THEN ${isSum} ELSE false END`
}

export const isHeader = (cells: readonly string[], labels: readonly string[]): string =>
  `${saysHeader(cells, { labels }, 0)} = 1`

// ---------------------------------------------------------------- cells

/** A cell without content: empty, or quoted and empty. */
export function isEmpty(cell: string): string {
  return `coalesce(${cell}, '') = ''`
}

/** Most cells begin and end with a visible ASCII character: seeing that is much cheaper than the search for 24 kinds of space. */
export function trimmed(cell: string): string {
  return `CASE WHEN regexp_full_match(${cell}, '[!-~](.*[!-~])?') THEN ${cell} ELSE trim(${cell}, ${quoteLiteral(whiteSpace)}) END`
}

export function emptyTokens(cell: string, tokens: readonly string[]): string {
  if (tokens.length === 0) return cell
  if (tokens.every((token) => token === '')) return `nullif(${cell}, '')`
  const lower = tokens.map((token) => token.toLowerCase())
  // A cell of many bytes cannot be a token; a token's bytes grow at most threefold in lower case.
  const longest = 3 * Math.max(...lower.map((token) => new TextEncoder().encode(token).length))
  return `CASE WHEN strlen(${cell}) > ${longest} THEN ${cell} WHEN ${isOneOf(`lower(${cell})`, lower)} THEN NULL ELSE ${cell} END`
}

export const markedAsText = `'([0-9+-][0-9 .,/:-]*|[=+@＝＋－＠-].*)`

/**
 * `="00123"` is how Excel is told to keep zeros. An apostrophe comes off only where it marks
 * a number or a would-be formula as text: 's-Hertogenbosch begins with one, too.
 */
export function unwrapped(cell: string): string {
  return `CASE WHEN NOT starts_with(${cell}, '=') AND NOT starts_with(${cell}, '''') THEN ${cell} WHEN ${cell} LIKE '="%"' THEN replace(substr(${cell}, 3, length(${cell}) - 3), '""', '"') WHEN regexp_full_match(${cell}, ${quoteLiteral(markedAsText)}) THEN substr(${cell}, 2) ELSE ${cell} END`
}
