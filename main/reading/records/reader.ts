/** Records written as JSON: one a line, in a list, or in a list in a document. */
import { uniqueLabels } from '../../../shared/domain/columns/columnNames.ts'
import { Problem } from '../../../shared/domain/problem.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'
import type { TableFacts } from '../../../shared/domain/files/reading.ts'
import { recordsLayout } from '../../../shared/domain/files/records.ts'
import { formatCount } from '../../../shared/domain/sizes.ts'
import { cellText } from '../canonical.ts'
import { partsOf, type Reader } from '../reader.ts'
import { RecordWriter } from '../recordWriter.ts'
import { type Layout, findLayout, layoutFor } from './layout.ts'
import { type Cells, Columns, RecordParser, Unreadable } from './parser.ts'
import type { Extent } from './splitter.ts'
import { walk } from './walk.ts'

/** So much of a file is shown, and gives the columns that are expected of the rest. */
const sampleBytes = 1024 * 1024
/** Columns and lists that are named in a sentence. */
const named = 5

export const records: Reader<'records'> = {
  detect: async (file, signal) => {
    const found = await findLayout(file, signal)
    if (found === null) return null
    const { path, layout } = found
    return { reading: { kind: 'records', path }, doubts: aboutLists(path, layout) }
  },

  sample: async (file, reading, signal) => {
    const { path } = reading
    const layout = await layoutFor(file, path, signal)
    const columns = new Columns()
    const rows: { line: number; cells: Cells }[] = []
    const held: HeldRow[] = []
    let position = layout.offset
    let isWhole = true
    await walk(file, layout, new RecordParser(columns), {
      record: (extent, cells) => {
        if (cells instanceof Unreadable)
          held.push(heldRow(extent, cells, rows.length + held.length))
        else rows.push({ line: extent.line, cells })
        position = extent.offset + extent.length
        return position - layout.offset >= sampleBytes
      },
      pause: async () => {
        signal.throwIfAborted()
        isWhole = position - layout.offset < sampleBytes
        return isWhole
      },
    })
    const { labels } = columns
    const count = rows.length + held.length
    const share = (position - layout.offset) / Math.max(1, file.bytes - layout.offset)
    return {
      ...factsOf(labels),
      doubts: [],
      parts: partsOf(
        'list',
        layout.paths.map((one) => ({ name: one.join('.'), reading: { ...reading, path: one } })),
        path.join('.'),
      ),
      records: rows.map(({ line, cells }) => ({
        line,
        cells: labels.map((_, column) => cells[column] ?? ''),
      })),
      held,
      estimatedRecords:
        isWhole && file.size >= file.bytes ? count : Math.round(count / Math.max(share, 1e-9)),
    }
  },

  read: async (file, { path, names: given }, sink, { signal, report }) => {
    const layout = given === undefined ? await layoutFor(file, path, signal) : oneALine
    const columns = new Columns()
    const parser = new RecordParser(columns)
    const empty = Object.fromEntries((given ?? []).map((name) => [name, null]))
    parser.read({ bytes: Buffer.from(JSON.stringify(empty)), isTooLong: false })
    const done = (position: number, pass: 0 | 1): number =>
      Math.floor((pass * file.size + position) / 2)

    // Names may first be met in the last record, and every line has all columns: so they are learnt before.
    const later: { label: string; line: number }[] = []
    let known = 0
    await walk(file, layout, parser, {
      record: ({ offset, line }) => {
        const { length } = columns.labels
        if (length > recordsLayout.maxColumns) throw tooManyNames()
        if (offset - layout.offset >= sampleBytes)
          for (const label of columns.labels.slice(known)) later.push({ label, line })
        known = length
        return false
      },
      pause: async (position) => {
        signal.throwIfAborted()
        report({ bytesDone: done(position, 0), rowsDone: 0, quarantined: 0 })
        return true
      },
    })

    const { labels } = columns
    if (labels.length === 0) throw noRecords()
    const writer = new RecordWriter(sink, labels.length)
    const { isClosed } = await walk(file, layout, parser, {
      record: (extent, cells) => {
        if (cells instanceof Unreadable)
          writer.hold(extent.line, rawOf(extent), cells.message, cells.code)
        else writer.write(extent.line, cells.map(canonicalText).join(','), extent)
        return writer.isFull
      },
      pause: async (position) => {
        signal.throwIfAborted()
        await writer.flush()
        const { records: rowsDone, quarantined } = writer
        report({ bytesDone: done(position, 1), rowsDone, quarantined })
        return true
      },
    })
    await writer.flush()
    const { records: count, quarantined } = writer
    const doubts = [...aboutLater(later), ...(isClosed ? [] : [notClosed])]
    return { ...factsOf(labels), doubts, parts: null, records: count, quarantined }
  },

  cellsOf: (raw, _reading, labels) => {
    const columns = new Columns()
    const cells = new RecordParser(columns).read({ bytes: Buffer.from(raw), isTooLong: false })
    if (cells instanceof Unreadable) return null
    const byLabel = new Map(columns.labels.map((label, index) => [label, cells[index] ?? '']))
    const isKnown = columns.labels.every((label) => labels.includes(label))
    return isKnown ? labels.map((label) => byLabel.get(label) ?? '') : null
  },
}

const oneALine: Layout = { form: 'lines', offset: 0, line: 1, paths: [], beside: [] }

function factsOf(names: string[]): TableFacts & { labels: string[]; header: string[] } {
  return {
    labels: uniqueLabels(names),
    header: names,
    labelled: true,
    conventions: { decimalMark: '.' },
    raw: { in: 'source', encoding: 'utf-8' },
  }
}

/** No value is nothing; a text without characters stands in quotes. */
const canonicalText = (cell: string | null | undefined): string =>
  cell === undefined || cell === null ? '' : cell === '' ? '""' : cellText(cell)

const rawOf = ({ bytes }: Extent): string => bytes.toString('utf8', 0, 64 * 1024)

function heldRow(extent: Extent, { code, message }: Unreadable, before: number): HeldRow {
  const reasons = [{ code, column: '', value: '', message }]
  return { record: before + 1, line: extent.line, raw: rawOf(extent), reasons }
}

const notClosed =
  'The list of records is not closed at the end of the file, which may have been cut off. Check that the last rows are there.'

function aboutLists(path: readonly string[], { paths, beside }: Layout): string[] {
  const name = path.join('.')
  const others = paths.map((one) => one.join('.')).filter((other) => other !== name)
  if (others.length > 0)
    return [
      `The list “${name}” is read, and not ${inQuotes(others)}. Check that it is the right one.`,
    ]
  if (beside.length === 0) return []
  return [
    `The rows are those of the list “${name}”. What stands beside it is left out: ${inQuotes(beside)}.`,
  ]
}

function aboutLater(later: readonly { label: string; line: number }[]): string[] {
  const [first] = later
  if (first === undefined) return []
  const labels = inQuotes(later.map(({ label }) => label))
  return [
    later.length === 1
      ? `The column ${labels} is met first in line ${formatCount(first.line)}. The rows before are empty in it.`
      : `${later.length} columns are met first in line ${formatCount(first.line)} or later. The rows before are empty in them: ${labels}.`,
  ]
}

function inQuotes(names: readonly string[]): string {
  const shown = names.slice(0, named).map((name) => `“${name}”`)
  return shown.join(', ') + (names.length > named ? ' …' : '')
}

function tooManyNames(): Problem {
  return new Problem({
    code: 'source-too-wide',
    what: `The records of the file have more than ${formatCount(recordsLayout.maxColumns)} names of values, which is more columns than Pallet takes.`,
    did: 'Nothing was read.',
    advice: 'Export it so that what changes from record to record is a value and not a name.',
  })
}

function noRecords(): Problem {
  return new Problem({
    code: 'source-empty',
    what: 'The file has no record with a value.',
    did: 'Nothing was read.',
    advice: 'Export it again.',
  })
}
