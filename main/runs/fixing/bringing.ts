/** Held-back rows that come back from another program, which may have written their cells in another form. Pure. */
import {
  datesIn,
  inOrder,
  sameNumber,
  type DateOrder,
} from '../../../shared/domain/cells/otherForms.ts'
import type { Column } from '../../../shared/domain/datasets/dataset.ts'
import {
  type FixableRow,
  type UnclearDay,
  asItWas,
  ownColumns,
} from '../../../shared/domain/fixing/fixing.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'
import { type NewFix, goneAlready, isOpen, problemsOf } from './fixRows.ts'

interface Table {
  labels: readonly string[]
  columns: readonly Column[]
}

/** A row as it came back. `line`: in the file that brought it. */
interface BroughtRow {
  line: number
  cells: string[]
  reason: string
}

/** By record. Throws `usage` where the columns are not those that were given out, or a row was added or is there twice. */
export async function readBrought(
  found: readonly string[],
  { labels }: Table,
  records: AsyncIterable<{ line: number; cells: string[] }>,
): Promise<Map<number, BroughtRow>> {
  const folded = (label: string): string => label.replace(/\s+/gu, '').toLowerCase()
  const placeOf = (label: string): number => {
    const exact = found.indexOf(label)
    return exact >= 0 ? exact : found.findIndex((other) => folded(other) === folded(label))
  }
  const own = Object.values(ownColumns)
  const lacking = [...labels, ownColumns.record].filter((label) => placeOf(label) < 0)
  const known = [...labels, ...own].map(folded)
  const strange = found.filter((label) => !known.includes(folded(label)))
  if (lacking.length > 0 || strange.length > 0)
    throw refused(
      `The columns of this file are not those of the held-back rows: ${[
        ...(lacking.length > 0 ? [`it lacks ${list(lacking)}`] : []),
        ...(strange.length > 0 ? [`it has ${list(strange)}, which they have not`] : []),
      ].join(', and ')}.`,
      'Write the rows out again with “pallet rejects RUN --out F.xlsx”, and keep the first line as it is.',
    )
  const places = [...labels, ownColumns.beyond].map(placeOf)
  const recordAt = placeOf(ownColumns.record)
  const dropAt = placeOf(ownColumns.drop)
  const brought = new Map<number, BroughtRow>()
  for await (const { line, cells } of records) {
    if (cells.every((cell) => cell.trim() === '')) continue
    const record = Number((cells[recordAt] ?? '').replace(/[,.\s]/g, '') || Number.NaN)
    if (!Number.isInteger(record) || brought.has(record))
      throw refused(
        Number.isInteger(record)
          ? `Line ${line} of this file is the record ${record} a second time.`
          : `Line ${line} of this file says in ${ownColumns.record} of no held-back row which one it is.`,
        'A fixed row takes the place of one that was held back. Send new rows as a file of their own.',
      )
    const taken = places.map((place) => asItWas(cells[place] ?? ''))
    if (taken.at(-1) === '') taken.pop()
    brought.set(record, { line, cells: taken, reason: (cells[dropAt] ?? '').trim() })
  }
  return brought
}

/**
 * What has changed. A cell that says the same in another form is as it was. `written`: in which order the other program writes
 * days; else it is learnt from the rows that nobody edited, and where these do not say it, the days are `unclear`: as the file
 * writes them.
 */
export async function compareBrought(
  { labels, columns }: Table,
  rows: AsyncIterable<FixableRow>,
  brought: Map<number, BroughtRow>,
  written?: DateOrder,
): Promise<{ fixes: NewFix[]; same: number; missing: number; unclear: UnclearDay[] }> {
  const kinds = labels.map((label) => columns.find((column) => column.label === label))
  const orders = new Map<number, Set<DateOrder>>()
  const changed: { row: FixableRow; cells: string[] }[] = []
  const fixes: NewFix[] = []
  let same = 0
  let missing = 0
  for await (const row of rows) {
    const back = brought.get(row.record)
    brought.delete(row.record)
    if (back === undefined) {
      if (isOpen(row)) missing += 1
      continue
    }
    const cells = back.cells.map((found, index) => {
      const before = row.cells[index] ?? ''
      const kind = kinds[index]
      const cell =
        written === undefined || !isDay(kind)
          ? found
          : (inOrder(found, written, kind.order ?? 'ymd') ?? found)
      // What was wrong as it stood is another cell however little of it was changed: 7,50 and 7.50.
      const wasWrong = problemsOf(row).some(({ column }) => column !== '' && column === kind?.name)
      if (wasWrong ? cell === before : isSame(before, cell)) return before
      const forms = kind === undefined ? [] : sameDate(kind, before, cell)
      if (forms.length === 0) return cell
      const known = orders.get(index) ?? new Set(forms)
      orders.set(index, new Set(forms.filter((form) => known.has(form))))
      return before
    })
    if (!isOpen(row)) {
      if (back.reason !== '' || cells.join('\0') !== row.cells.join('\0')) throw goneAlready(row)
    } else if (back.reason !== '')
      fixes.push({ record: row.record, cells: null, reason: back.reason, problems: null })
    else if (cells.join('\0') === row.cells.join('\0')) same += 1
    else changed.push({ row, cells })
  }
  const [added] = brought.values()
  if (added !== undefined)
    throw refused(
      `Line ${added.line} of this file is none of the rows that were held back.`,
      'A fixed row takes the place of one that was held back. Send new rows as a file of their own.',
    )
  const unclear: UnclearDay[] = []
  for (const { row, cells } of changed) {
    const inOwnForm = cells.map((cell, index) => {
      const kind = kinds[index]
      if (cell === row.cells[index] || written !== undefined || !isDay(kind)) return cell
      const [form, ...others] = orders.get(index) ?? []
      const own = kind.order ?? 'ymd'
      if (form !== undefined && others.length === 0)
        return form === own ? cell : (inOrder(cell, form, own) ?? cell)
      const days = datesIn(cell)
      if (days.has(own) && new Set(days.values()).size > 1)
        unclear.push({ line: row.line, column: labels[index] ?? '', cell, order: own })
      return cell
    })
    fixes.push({ record: row.record, cells: inOwnForm, reason: null, problems: null })
  }
  return { fixes, same, missing, unclear }
}

/** Spreadsheets drop zeros before and behind a number, and write line ends of their own. */
function isSame(before: string, after: string): boolean {
  const plain = (text: string): string => text.replace(/\r\n?/g, '\n').trim()
  return plain(before) === plain(after) || sameNumber(before, after)
}

function isDay(kind: Column | undefined): kind is Column {
  return kind?.type === 'date' || kind?.type === 'timestamp'
}

/** In which orders the cell says the day that was there; none: another one, or no day. */
function sameDate(kind: Column, before: string, after: string): DateOrder[] {
  if (!isDay(kind)) return []
  const { order = 'ymd' } = kind
  const day = datesIn(before).get(order)
  if (day === undefined) return []
  return [...datesIn(after)].flatMap(([form, other]) => (other === day ? [form] : []))
}

export function brokenRow({ line, reasons }: HeldRow): Problem {
  return refused(
    `Line ${line} of this file cannot be read: ${reasons[0]?.message ?? ''}`,
    'Save it again from the program in which it was edited.',
  )
}

function refused(what: string, advice: string): Problem {
  return new Problem({ code: 'usage', what, did: 'Nothing was changed.', advice })
}

function list(labels: readonly string[]): string {
  return labels.map((label) => `“${label}”`).join(', ')
}
