/** Header and width: which records stand is decided once, from the first records of the file. */
import { uniqueLabels } from '../../../shared/domain/columns/columnNames.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import type { Table } from '../reader.ts'
import type { Head } from './head.ts'
import { joinLabels } from './header.ts'

/** Share of the rows that must have the same number of cells to be believed against the header. */
const agreeing = 0.9

export interface Layout extends Pick<Table, 'labels' | 'header' | 'doubts'> {
  /** Cells that every record must have. */
  width: number
  /** Every line of the file ends in one delimiter more than it needs. */
  trailingDelimiter: boolean
}

/** Decides from a head that was read with any width and with the rows of labels as its first records. */
export function decideLayout(head: Pick<Head, 'records' | 'held'>, headerRows: number): Layout {
  const { records, held } = head
  if (records.length === 0 && held.length === 0)
    throw new Problem({
      code: 'source-empty',
      what: 'The file has no rows.',
      advice: 'Export it again; if lines are skipped at its beginning, skip fewer.',
    })
  const isLabels = ({ record }: { record: number }) => record <= headerRows
  const rows = records.filter(isLabels)
  const broken = held.find(isLabels)
  const body = records.filter((record) => !isLabels(record))
  const common = commonWidth(body.map((record) => record.cells.length))
  if (rows.length === 0 || broken !== undefined) {
    const width = common || 1
    if (width > recordsLayout.maxColumns) throw tooWide()
    const doubts =
      broken !== undefined
        ? [
            `The line with the column labels cannot be read, so the columns are called column1, column2 … ${broken.reasons.map((reason) => reason.message).join(' ')}`,
          ]
        : []
    return { ...layoutOf(Array<string>(width).fill(''), { doubts }), header: null }
  }

  const labels = joinLabels(rows.map(({ cells }) => cells))
  const lastLabelBlank = labels.length > 1 && labels.at(-1)?.trim() === ''
  const emptyBeyond = (width: number) =>
    body.every(({ cells }) => cells.length !== width + 1 || cells[width] === '')
  const mayTrail = labels.length <= recordsLayout.maxColumns + 1
  if (mayTrail && lastLabelBlank && body.length > 0 && emptyBeyond(labels.length - 1))
    return layoutOf(labels.slice(0, -1), { trailingDelimiter: true })
  if (labels.length > recordsLayout.maxColumns) throw tooWide()
  if (common === labels.length + 1 && emptyBeyond(labels.length))
    return layoutOf(labels, { trailingDelimiter: true })
  const fitting = body.filter((record) => record.cells.length === common).length
  // A header is not worth the file: where the rows agree with each other and not with it, the rows count.
  if (common === labels.length || common < 2 || fitting < body.length * agreeing)
    return layoutOf(labels)
  return layoutOf(labelsFor(common, labels, body), {
    doubts: [
      `The header has ${labels.length} ${labels.length === 1 ? 'label' : 'labels'}, but the rows have ${common} cells. Check that each label stands over its column.`,
    ],
  })
}

function layoutOf(header: string[], more: Partial<Layout> = {}): Layout {
  const labels = uniqueLabels(header)
  return { header, labels, width: header.length, trailingDelimiter: false, doubts: [], ...more }
}

/** Labels for rows of another width: one is missing where the rows are numbered, otherwise it is the last ones. */
function labelsFor(width: number, labels: string[], body: Head['records']): string[] {
  const isNumbered = body.every(
    (record, index) => Number(record.cells[0]) === Number(body[0]?.cells[0]) + index,
  )
  const all = labels.length === width - 1 && isNumbered ? ['', ...labels] : labels
  return Array.from({ length: width }, (_, index) => all[index] ?? '')
}

/** More columns than a table may have, or a delimiter that cuts words into pieces. */
export function tooWide(): Problem {
  return new Problem({
    code: 'source-too-wide',
    what: `The file has more than ${formatCount(recordsLayout.maxColumns)} columns, which is more than Pallet takes.`,
    did: 'Nothing was read.',
    advice:
      'Export fewer columns, or turn the table so that what stands side by side stands in rows. If the file is not that wide, choose another delimiter.',
  })
}

/** The width that most records have, 0 of none; of two equally frequent ones the larger. */
export function commonWidth(widths: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1)
  let best = 0
  let most = 0
  for (const [width, count] of counts) {
    if (count < most || (count === most && width < best)) continue
    best = width
    most = count
  }
  return best
}
