/** Where the columns of a text of fixed width stand: by a ruler below the labels, or by blanks that stand in every line. Pure. */
import type { FixedColumn } from '../../../shared/domain/files/reading.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { countHeaderRows, findHeader, joinLabels, kindOf } from '../delimited/header.ts'

/** A line of the file, its line end left out. Its number counts from 1. */
export interface Line {
  number: number
  text: string
}

export interface Proposal {
  columns: FixedColumn[]
  skipLines: number
  headerRows: number
  doubts: string[]
}

/** Titles before a table are few. */
const maxTitles = 10
/** Rows that columns are believed of. */
const fewestRows = 3
/** Share of the rows that may have text between the columns: they are held back. */
const mayCross = 0.02
/** Share of the cells of a column that must stand at one side of it. */
const aligned = 0.9
const isBlank = (character: string | undefined): boolean =>
  character === undefined || character === ' '

/** `----- ---- --`, as database tools write it below the labels. */
export const isRuler = (text: string): boolean =>
  /^ *([-=_]+ *)+$/.test(text) && /([-=_])\1/.test(text)

/** The characters of a line, as columns count them. */
export function charactersOf(text: string): readonly string[] | string {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text) : text
}

/** The text between two places, from 1 and both included, without the blanks around it. */
function cellAt(line: readonly string[] | string, { from, to }: FixedColumn): string {
  let [start, end] = [from - 1, Math.min(to ?? line.length, line.length)]
  while (start < end && isBlank(line[start])) start += 1
  while (end > start && isBlank(line[end - 1])) end -= 1
  const cell = line.slice(start, end)
  return typeof cell === 'string' ? cell : cell.join('')
}

export function cut(text: string, columns: readonly FixedColumn[]): string[] {
  const line = charactersOf(text)
  return columns.map((column) => cellAt(line, column))
}

/** The first place, from 1, at which a line has something that is in no column; null: there is none. */
export function outside(text: string, columns: readonly FixedColumn[]): number | null {
  const line = charactersOf(text)
  let next = 1
  for (const { from, to } of columns) {
    for (; next < from; next += 1) if (!isBlank(line[next - 1])) return next
    if (to === null) return null
    next = to + 1
  }
  for (; next <= line.length; next += 1) if (!isBlank(line[next - 1])) return next
  return null
}

/** null: nothing says clearly that the lines are cut at fixed places. */
export function proposeColumns(lines: readonly Line[]): Proposal | null {
  const filled = lines.filter(({ text }) => text.trim() !== '')
  if (filled.length < fewestRows || filled.some(({ text }) => text.includes('\t'))) return null
  const ruled = byRuler(filled)
  if (ruled !== null) return ruled
  const withMarks = (marks: RegExp) => filled.filter(({ text }) => marks.test(text)).length
  // What other programs set cells apart with; a comma may stand in numbers, below labels.
  if (withMarks(/[;|"]/) * 2 > filled.length) return null
  const found = byBlanks(filled)
  return found?.headerRows === 0 && withMarks(/[;|",]/) * 10 > filled.length ? null : found
}

function byRuler(lines: readonly Line[]): Proposal | null {
  const at = lines.slice(0, maxTitles + 2).findIndex(({ text }) => isRuler(text))
  const ruler = lines[at]
  const labels = lines[at - 1]
  if (ruler === undefined || labels === undefined) return null
  const runs = [...ruler.text.matchAll(/[-=_]+/g)]
  const columns = runs.map(({ index, 0: run }, nth) => ({
    from: index + 1,
    to: nth === runs.length - 1 ? null : index + run.length,
  }))
  if (columns.length < 2 || columns.length > recordsLayout.maxColumns) return null
  const below = lines.slice(at + 1)
  const crossing = below.filter(({ text }) => outside(text, columns) !== null).length
  if (below.length === 0 || crossing > Math.max(2, below.length * 0.1)) return null
  const skipLines = labels.number - 1
  return { columns, skipLines, headerRows: 1, doubts: [...toldOfTitles(lines[0], skipLines)] }
}

function byBlanks(lines: readonly Line[]): Proposal | null {
  for (let titles = 0; titles <= Math.min(maxTitles, lines.length - fewestRows); titles += 1) {
    const found = columnsOf(lines.slice(titles))
    if (found === null) continue
    const skipLines = titles === 0 ? 0 : (lines[titles]?.number ?? 1) - 1
    return { ...found, skipLines, doubts: [...toldOfTitles(lines[0], skipLines)] }
  }
  return null
}

function toldOfTitles(first: Line | undefined, skipLines: number): string[] {
  if (skipLines === 0 || first === undefined || first.number > skipLines) return []
  const text = first.text.trim()
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return [
    `${skipLines === 1 ? 'The first line does' : `The first ${skipLines} lines do`} not belong to the table and ${skipLines === 1 ? 'is' : 'are'} skipped (“${shown}”). Check that no row is among them.`,
  ]
}

function columnsOf(lines: readonly Line[]): Pick<Proposal, 'columns' | 'headerRows'> | null {
  const texts = lines.map(({ text }) => charactersOf(text))
  const tight = runsOf(texts)
  if (tight.length < 2 || tight.length > recordsLayout.maxColumns) return null
  const whole = tight.map(({ from, to }) => ({ from, to }))
  const rows = lines.map(({ text }) => cut(text, whole))
  const merged = withoutBreaks(whole, rows)
  if (merged.length < 2) return null
  const records = lines.map(({ number, text }) => ({
    record: number,
    line: number,
    cells: cut(text, merged),
  }))
  const { header, doubt } = findHeader(records)
  const rowsOfLabels = countHeaderRows(records, merged.length)
  const isLabelled = header && doubt === ''
  const body = records.slice(isLabelled ? Math.max(1, rowsOfLabels) : 0)
  const typed = merged.filter((_, column) =>
    isTyped(body.map(({ cells }) => cells[column] ?? '')),
  ).length
  // Words that stand below one another by chance are no table.
  if (!isLabelled && (typed < 2 || body.length < fewestRows)) return null
  if (typed === 0 || body.length === 0) return null
  if (
    isLabelled &&
    joinLabels(records.slice(0, Math.max(1, rowsOfLabels)).map(({ cells }) => cells)).includes('')
  )
    return null
  const sides = merged.map((column) => sideOf(texts.slice(records.length - body.length), column))
  if (sides.some((side) => side === null)) return null
  return {
    columns: withRoom(merged, sides),
    headerRows: isLabelled ? Math.max(1, rowsOfLabels) : 0,
  }
}

interface Run {
  from: number
  to: number
}

/** Where something stands in the lines, between places at which (nearly) all of them are blank. */
function runsOf(texts: readonly (readonly string[] | string)[]): Run[] {
  const width = texts.reduce((most, text) => Math.max(most, text.length), 0)
  const filled = new Uint32Array(width + 1)
  for (const text of texts)
    for (let at = 0; at < text.length; at += 1)
      if (!isBlank(text[at])) filled[at] = (filled[at] ?? 0) + 1
  // Of few lines, none may; past the end of most, the last column goes on.
  const most = Math.floor(texts.length * mayCross)
  const runs: Run[] = []
  for (let at = 0; at < width; at += 1) {
    if ((filled[at] ?? 0) <= most) continue
    const last = runs.at(-1)
    if (last !== undefined && last.to === at) last.to = at + 1
    else runs.push({ from: at + 1, to: at + 1 })
  }
  return runs
}

/** Two runs with one blank between, of which the second has no label over it, are words of one text. */
function withoutBreaks(runs: readonly Run[], rows: readonly (readonly string[])[]): Run[] {
  const [labels = [], ...body] = rows
  const isText = (column: number): boolean =>
    body.some((cells) => kindOf(cells[column] ?? '') === 'text')
  const merged: Run[] = []
  for (const [column, run] of runs.entries()) {
    const before = merged.at(-1)
    const isWord =
      labels[column] === '' &&
      isText(column) &&
      isText(column - 1) &&
      run.from === (before?.to ?? 0) + 2
    if (before !== undefined && isWord) before.to = run.to
    else merged.push({ ...run })
  }
  return merged
}

function isTyped(cells: readonly string[]): boolean {
  let [filled, texts] = [0, 0]
  for (const cell of cells) {
    const kind = kindOf(cell)
    if (kind !== 'empty') filled += 1
    if (kind === 'text') texts += 1
    if (texts * 10 > cells.length) return false
  }
  return filled > 0 && texts * 10 <= filled
}

/** At which side of a column its cells stand; null: at none, so that it is none. */
function sideOf(
  texts: readonly (readonly string[] | string)[],
  { from, to }: Run,
): 'left' | 'right' | null {
  let [cells, left, right] = [0, 0, 0]
  for (const text of texts) {
    if (cellAt(text, { from, to }) === '') continue
    cells += 1
    if (!isBlank(text[from - 1])) left += 1
    if (!isBlank(text[to - 1])) right += 1
  }
  if (cells === 0 || left >= cells * aligned) return 'left'
  return right >= cells * aligned ? 'right' : null
}

/**
 * Between two columns one blank stays: right before a column whose cells begin there, else right behind one whose cells end
 * there, else in the middle. What is longer in another line has the rest.
 */
function withRoom(
  runs: readonly Run[],
  sides: readonly ('left' | 'right' | null)[],
): FixedColumn[] {
  const columns: FixedColumn[] = []
  let from = 1
  for (const [index, { to }] of runs.entries()) {
    const next = runs[index + 1]
    if (next === undefined) {
      columns.push({ from, to: null })
      break
    }
    const blanks = next.from - to - 1
    const blank =
      sides[index + 1] === 'left'
        ? next.from - 1
        : sides[index] === 'right'
          ? to + 1
          : to + Math.ceil(blanks / 2)
    columns.push({ from, to: blank - 1 })
    from = blank + 1
  }
  return columns
}
