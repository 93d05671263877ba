/** Where the table begins and whether its first row carries labels. Pure. */
import { decimalPattern, timestampPattern } from '../../../shared/domain/cells/cellPatterns.ts'
import { maxHeaderRows } from '../../../shared/domain/files/dialect.ts'
import type { CanonicalRecord } from '../canonical.ts'

/** Titles before a table are few. */
const maxPreamble = 30

type Kind = 'empty' | 'number' | 'date' | 'text'
const numbers = [new RegExp(decimalPattern('.')), new RegExp(decimalPattern(','))]
const dates = (['dmy', 'mdy', 'ymd'] as const).map((order) => new RegExp(timestampPattern(order)))

export function kindOf(cell: string): Kind {
  const value = cell.trim()
  if (value === '') return 'empty'
  if (!/[0-9]/.test(value)) return 'text'
  const bare = value.replace(/^[€$£]\s?|\s?[€%]$/g, '')
  if (numbers.some((pattern) => pattern.test(bare))) return 'number'
  if (dates.some((pattern) => pattern.test(value))) return 'date'
  return 'text'
}

/**
 * How many of the first records are titles and notes: much narrower than the table, or, as
 * Excel pads them, nearly empty and followed by a full row of labels. 0 when the table starts at once.
 */
export function findPreamble(records: readonly CanonicalRecord[], width: number): number {
  if (width < 2) return 0
  let padded = false
  for (let index = 0; index < Math.min(records.length, maxPreamble + 1); index += 1) {
    const cells = records[index]?.cells ?? []
    const filled = cells.filter((cell) => cell.trim() !== '').length
    if (cells.length <= width / 2) continue
    if (cells.length !== width && isComment(cells) && isAboveHeader(records.slice(index))) continue
    if (width >= 3 && cells.length === width && filled <= width / 3) {
      padded = true
      continue
    }
    const looksLikeLabels =
      filled >= width * 0.8 &&
      cells.every((cell) => kindOf(cell) === 'text' || kindOf(cell) === 'empty')
    return padded && !looksLikeLabels ? 0 : index
  }
  return 0
}

/** No label says only that there is none. */
const noValue = /^(n\/?a|null|none|nan|nil|unknown|[-–—?.]+)$/i
const year = /^(19|20)\d\d$/

/**
 * How many of the first records carry the labels together: 2 or 3 on clear evidence, else 1. The first of them names groups
 * (it has blanks, or says a label again) or is printed twice, all of them stand over columns of numbers and dates, and
 * joined they name every column differently.
 */
export function countHeaderRows(records: readonly CanonicalRecord[], width: number): number {
  const isLabel = (cell: string) =>
    kindOf(cell) === 'empty' ||
    year.test(cell.trim()) ||
    (kindOf(cell) === 'text' && !noValue.test(cell.trim()))
  // More rows of text than that carry no labels, wherever they end.
  const top = records.slice(0, maxHeaderRows + 2)
  const below = top.findIndex(({ cells }) => !cells.every(isLabel))
  const rows = top.slice(0, below).map(({ cells }) => cells)
  const [first, second] = rows
  if (first === undefined || second === undefined || rows.length > maxHeaderRows) return 1
  if (rows.some((row) => row.length > width) || rows.at(-1)?.length !== width) return 1
  const body = records.slice(below, below + 500)
  const typed = Array.from({ length: width }, (_, column) => column).filter((column) => {
    const kind = kindBelow(body, column)
    return kind === 'number' || kind === 'date'
  })
  const namesGroups = isSparse(first) || new Set(first).size < first.length
  const isGroups = namesGroups && first.filter((cell) => cell.trim() !== '').length > 1
  const isTwice = rows.every((row) => row.join('\n') === first.join('\n'))
  const isOverTyped = rows.every((row) => typed.some((column) => row[column]?.trim() !== ''))
  if (typed.length < 2 || !isOverTyped || !(isGroups || isTwice)) return 1
  const labels = joinLabels(rows)
  const isNamed = typed.every((column) => labels[column] !== '')
  return isNamed && new Set(labels).size === labels.length ? rows.length : 1
}

/**
 * How many of the last titles before a table are rows of its labels after all: hardly filled, but they name groups of labels
 * that would be the same without them.
 */
export function countGroupRows(
  titles: readonly CanonicalRecord[],
  table: readonly CanonicalRecord[],
  width: number,
): number {
  const labels = table[0]?.cells ?? []
  if (new Set(labels).size === labels.length) return 0
  const most = Math.min(titles.length, maxHeaderRows - 1)
  for (let count = most; count > 0; count -= 1)
    if (countHeaderRows([...titles.slice(-count), ...table], width) === count + 1) return count
  return 0
}

/** Whether a label is missing that the one before it may stand for. */
function isSparse(row: readonly string[]): boolean {
  const from = row.findIndex((cell) => cell.trim() !== '')
  return from >= 0 && row.slice(from).some((cell) => cell.trim() === '')
}

/**
 * One label for each column, of rows of labels above one another: `2026 Q1` over `Revenue` is `2026 Q1 Revenue`. But for the
 * last row, a label counts for the blanks after it as well, as Excel writes merged cells.
 */
export function joinLabels(rows: readonly (readonly string[])[]): string[] {
  const [last = []] = rows.slice(-1)
  if (rows.length < 2) return [...last]
  const width = Math.max(...rows.map((row) => row.length))
  const filled = rows.slice(0, -1).map((row) => {
    let group = ''
    return Array.from({ length: width }, (_, column) => {
      const label = row[column]?.trim() ?? ''
      const isBelow = rows.some((other) => other !== row && other[column]?.trim())
      if (label !== '') group = label
      return label === '' && isBelow ? group : label
    })
  })
  return Array.from({ length: width }, (_, column) =>
    [...filled.map((row) => row[column] ?? ''), last[column]?.trim() ?? '']
      .filter((label) => label !== '')
      .join(' '),
  )
}

/** What at least nine of ten filled cells of a column are; null: none is filled. */
function kindBelow(body: readonly CanonicalRecord[], column: number): Kind | null {
  const kinds = body
    .map((record) => kindOf(record.cells[column] ?? ''))
    .filter((kind) => kind !== 'empty')
  if (kinds.length === 0) return null
  const share = (kind: Kind) => kinds.filter((one) => one === kind).length / kinds.length
  return share('number') >= 0.9 ? 'number' : share('date') >= 0.9 ? 'date' : 'text'
}

/** `#1` and `--5` are values. */
function isComment(cells: readonly string[]): boolean {
  return /^\s*(#+|\/\/|--)(\s|[a-z]|$)/i.test(cells[0] ?? '')
}

/** Whether labels that are sure follow the comment lines: some programs write the labels themselves behind such a sign. */
function isAboveHeader(records: readonly CanonicalRecord[]): boolean {
  const { header, doubt } = findHeader(
    records.slice(records.findIndex(({ cells }) => !isComment(cells))),
  )
  return header && doubt === ''
}

/** Decides by what stands below each label. `doubt` is '' when sure. */
export function findHeader(records: readonly CanonicalRecord[]): {
  header: boolean
  doubt: string
} {
  const [first, ...rest] = records
  if (first === undefined) return { header: true, doubt: '' }
  const labels = first.cells
  const kinds = labels.map(kindOf)
  const body = rest.slice(0, 500)
  if (body.length === 0) {
    const header = kinds.every((kind) => kind === 'text' || kind === 'empty')
    return {
      header,
      doubt: `The file has only one row. Pallet takes it for ${header ? 'the column labels' : 'data'}; please check it.`,
    }
  }
  let yes = 0
  let no = 0
  let repeated = false
  for (const [column, label] of labels.entries()) {
    const kind = kindBelow(body, column)
    if (kinds[column] === 'text' && body.some(({ cells }) => cells[column] === label))
      repeated = true
    if (kind === null || kind === 'text') continue
    if (kinds[column] === 'text') yes += 1
    // Years as labels (2023, 2024) say nothing either way.
    else if (kinds[column] === kind && !year.test(label.trim())) no += 1
  }
  if (yes > 0 && no === 0) return { header: true, doubt: '' }
  if (no > 0 && yes === 0)
    return {
      header: false,
      doubt:
        'The first row looks like data, so Pallet names the columns column1, column2 … If it carries the labels, say so.',
    }
  const unsure = (header: boolean) =>
    `Pallet is not sure whether the first row carries the column labels; it takes it for ${header ? 'labels' : 'data'}. Please check it.`
  if (yes > 0 || no > 0) return { header: yes >= no, doubt: unsure(yes >= no) }
  const filled = labels.filter((label) => label.trim() !== '')
  const distinct = new Set(filled.map((label) => label.trim().toLowerCase())).size === filled.length
  const header =
    filled.length > 0 &&
    distinct &&
    !repeated &&
    kinds.every((kind) => kind === 'text' || kind === 'empty')
  return { header, doubt: unsure(header) }
}
