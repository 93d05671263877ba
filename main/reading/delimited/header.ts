/** Where the table begins and whether its first row carries labels. Pure. */
import { decimalPattern, timestampPattern } from '../../../shared/domain/columns.ts'
import type { CanonicalRecord } from '../canonical.ts'

/** Titles before a table are few. */
const maxPreamble = 30

type Kind = 'empty' | 'number' | 'date' | 'text'
const numbers = [new RegExp(decimalPattern('.')), new RegExp(decimalPattern(','))]
const dates = (['dmy', 'mdy', 'ymd'] as const).map((order) => new RegExp(timestampPattern(order)))

function kindOf(cell: string): Kind {
  const value = cell.trim()
  if (value === '') return 'empty'
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
    const cells = body
      .map((record) => record.cells[column] ?? '')
      .filter((cell) => cell.trim() !== '')
    if (cells.length === 0) continue
    if (kinds[column] === 'text' && cells.includes(label)) repeated = true
    const typed = cells.filter((cell) => kindOf(cell) === 'number').length
    const dated = cells.filter((cell) => kindOf(cell) === 'date').length
    const kind: Kind =
      typed >= cells.length * 0.9 ? 'number' : dated >= cells.length * 0.9 ? 'date' : 'text'
    if (kind === 'text') continue
    if (kinds[column] === 'text') yes += 1
    // Years as labels (2023, 2024) say nothing either way.
    else if (kinds[column] === kind && !/^(19|20)\d\d$/.test(label.trim())) no += 1
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
