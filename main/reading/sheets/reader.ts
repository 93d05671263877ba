/** Sheets of workbooks: `.xlsx`, `.xls`, `.ods`. */
import { Problem } from '../../../shared/domain/problem.ts'
import type { HeldRow } from '../../../shared/domain/files/quarantine.ts'
import type { Numbers, ReadingOf, TableFacts } from '../../../shared/domain/files/reading.ts'
import { formatCount, plural } from '../../../shared/domain/sizes.ts'
import { cellText } from '../canonical.ts'
import { type Arrived, partsOf, type Reader } from '../reader.ts'
import { RecordWriter } from '../recordWriter.ts'
import { type Layout, decideLayout, dense, noRows, outside } from './layout.ts'
import { withWorkbook } from './open.ts'
import { Range } from './range.ts'
import { columnName } from './values.ts'
import { Met, type Row, type Workbook } from './workbook.ts'

/** From so many rows that are not blank, or so much of their text, it is decided where the table is. */
const head = { rows: 1000, characters: 1024 * 1024 }
/** Sheets that are looked into for a table. */
const sheetsTried = 20

export const sheet: Reader<'sheet'> = {
  detect: (file, signal) =>
    withWorkbook(file, signal, async (book) => {
      const name = await firstTable(book, signal)
      return {
        reading: { kind: 'sheet', sheet: name, skipLines: null, headerRows: null },
        doubts: aboutSheets(book, name),
      }
    }),

  sample: (file, reading, signal) =>
    workbook(file, signal, async (book) => {
      const { name, doubts } = sheetOf(book, reading)
      const met = new Met()
      const range = new Range(reading.range)
      const part = { name, range, numbers: reading.numbers }
      const { rows, isWhole } = await headOf(book, part, met, signal)
      const layout = decideLayout(rows, reading)
      const records: { line: number; cells: string[] }[] = []
      const held: HeldRow[] = []
      for (const row of rows) {
        if (row.row < layout.firstRow) continue
        const fault = faultOf(row, layout)
        if (fault === null)
          records.push({ line: row.row, cells: dense(row, layout.left, layout.width) })
        else
          held.push({
            record: records.length + held.length + 1,
            line: row.row,
            raw: rawOf(row),
            reasons: [{ code: 'extra-cell', column: '', value: '', message: fault }],
          })
      }
      const count = records.length + held.length
      // Where the table stands is another matter in another sheet.
      const { range: _range, ...elsewhere } = reading
      return {
        ...factsOf(layout, met),
        doubts: [...doubts, ...range.told(), ...layout.doubts, ...toldOf(met, layout)],
        parts: partsOf(
          'sheet',
          book.sheets.map((known) => ({
            name: known.name,
            reading:
              known.name === name
                ? reading
                : { ...elsewhere, sheet: known.name, skipLines: null, headerRows: null },
          })),
          name,
        ),
        records,
        held,
        estimatedRecords: isWhole ? count : Math.round(count / Math.max(met.share, 1e-6)),
      }
    }),

  read: (file, reading, sink, { signal, report }, ragged = 'hold') =>
    workbook(file, signal, async (book) => {
      const { name, doubts } = sheetOf(book, reading)
      const { numbers = 'stored' } = reading
      const part = { name, range: new Range(reading.range), numbers }
      const { rows } = await headOf(book, part, new Met(), signal)
      const layout = decideLayout(rows, reading)
      const range = new Range(reading.range)
      const writer = new RecordWriter(sink, layout.width)
      const met = new Met()
      for await (const some of book.rows(name, met, signal, numbers)) {
        signal.throwIfAborted()
        for (const row of range.take(some)) {
          if (row.row < layout.firstRow) continue
          const fault = faultOf(row, layout)
          const isRightOnly = row.columns[0] !== undefined && row.columns[0] >= layout.left
          const width =
            ragged === 'keep' && isRightOnly
              ? Math.max(layout.width, (row.columns.at(-1) ?? 0) - layout.left + 1)
              : layout.width
          if (fault === null || width > layout.width)
            writer.add(row.row, dense(row, layout.left, width))
          else writer.hold(row.row, rawOf(row), fault, 'extra-cell')
          if (writer.isFull) await writer.flush()
        }
        const { records, quarantined } = writer
        report({ bytesDone: Math.floor(met.share * file.size), rowsDone: records, quarantined })
      }
      await writer.flush()
      const { records, quarantined } = writer
      const told = [...doubts, ...range.told(), ...layout.doubts, ...toldOf(met, layout)]
      return { ...factsOf(layout, met), doubts: told, parts: null, records, quarantined }
    }),

  beginnings: (_file, reading) =>
    Promise.resolve(
      reading.headerRows === 0
        ? null
        : [{ reading: { ...reading, skipLines: null }, linesBefore: null }],
    ),
}

const workbook = async <Result>(
  file: Arrived,
  signal: AbortSignal,
  work: (book: Workbook) => Promise<Result>,
): Promise<Result> => {
  const result = await withWorkbook(file, signal, work)
  if (result !== null) return result
  throw new Problem({
    code: 'source-binary',
    what: 'This file is no workbook, but it is to be read as one.',
    did: 'Nothing was read.',
    advice:
      'Have it detected anew, or send it as a dataset of its own if its kind of file is another one.',
  })
}

function factsOf(
  { labels, header }: Layout,
  { decimalMark }: Met,
): TableFacts & { labels: string[]; header: string[] | null } {
  const labelled = header !== null
  return { labels, header, labelled, conventions: { decimalMark }, raw: { in: 'records' } }
}

/** The first visible sheet with more than one row, or else with any. */
async function firstTable(book: Workbook, signal: AbortSignal): Promise<string> {
  const visible = book.sheets.filter(({ isHidden }) => !isHidden)
  const hidden = book.sheets.filter(({ isHidden }) => isHidden)
  let single: string | null = null
  for (const { name } of [...visible, ...hidden].slice(0, sheetsTried)) {
    const { rows } = await headOf(book, { name, range: new Range(undefined) }, new Met(), signal, 2)
    if (rows.length > 1) return name
    if (rows.length > 0) single ??= name
  }
  if (single !== null) return single
  throw noRows()
}

function aboutSheets({ sheets }: Workbook, taken: string): string[] {
  if (sheets.length < 2) return []
  const others = sheets.filter(({ name }) => name !== taken)
  const names = others
    .slice(0, 5)
    .map(({ name, isHidden }) => `“${name}”${isHidden ? ' (hidden)' : ''}`)
  const more =
    others.length > names.length ? ` and ${formatCount(others.length - names.length)} more` : ''
  return [
    `The workbook has ${formatCount(sheets.length)} sheets; “${taken}” was taken. The ${others.length === 1 ? 'other one is' : 'others are'} ${names.join(', ')}${more}. Check that it is the right one.`,
  ]
}

/** The sheet of the reading; where it is not there, the only one that can be meant. */
function sheetOf(
  { sheets }: Workbook,
  { sheet: wanted }: ReadingOf<'sheet'>,
): { name: string; doubts: string[] } {
  if (sheets.some(({ name }) => name === wanted)) return { name: wanted, doubts: [] }
  // `March 2026` is what `February 2026` was, if it is the only one that is visible.
  const visible = sheets.filter(({ isHidden }) => !isHidden)
  const [only] = visible
  if (only !== undefined && visible.length === 1)
    return {
      name: only.name,
      doubts: [
        `The workbook has no sheet “${wanted}”; its only one, “${only.name}”, was taken. Check that it is the right one.`,
      ],
    }
  throw new Problem({
    code: 'dialect-unclear',
    what: `The workbook has no sheet “${wanted}”.`,
    did: 'Nothing was read.',
    advice: `Choose one of its sheets: ${sheets
      .slice(0, 10)
      .map(({ name }) => `“${name}”`)
      .join(', ')}.`,
  })
}

async function headOf(
  book: Workbook,
  {
    name,
    range,
    numbers = 'stored',
  }: { name: string; range: Range; numbers?: Numbers | undefined },
  met: Met,
  signal: AbortSignal,
  most = head.rows,
): Promise<{ rows: Row[]; isWhole: boolean }> {
  const rows: Row[] = []
  let characters = 0
  for await (const some of book.rows(name, met, signal, numbers))
    for (const row of range.take(some)) {
      if (rows.length >= most || characters >= head.characters) return { rows, isWhole: false }
      rows.push(row)
      for (const cell of row.cells) characters += cell.length
    }
  return { rows, isWhole: true }
}

/** Why a row does not stand, or null. */
function faultOf(row: Row, layout: Layout): string | null {
  const column = outside(row, layout)
  if (column === null) return null
  const { left, width } = layout
  return `This row has something in column ${column}, but the table is in ${width === 1 ? `column ${columnName(left)}` : `columns ${columnName(left)} to ${columnName(left + width - 1)}`}.`
}

const rawOf = (row: Row): string =>
  dense(row, 0, (row.columns.at(-1) ?? 0) + 1)
    .map(cellText)
    .join(',')

function toldOf(met: Met, { firstRow }: Layout): string[] {
  const doubts: string[] = []
  if (met.hiddenRows > 0)
    doubts.push(
      `${plural(met.hiddenRows, 'row')} of the sheet ${met.hiddenRows === 1 ? 'is' : 'are'} hidden, by a filter or by hand; ${met.hiddenRows === 1 ? 'it is' : 'they are'} read like the others.`,
    )
  if (met.hiddenColumns > 0)
    doubts.push('Some columns of the sheet are hidden; they are read like the others.')
  if (met.uncalculated > 0)
    doubts.push(
      `The results of ${plural(met.uncalculated, 'formula')} are not in the file (the first is in ${met.firstUncalculated}), so that these cells are empty. Open the file in Excel or LibreOffice and save it.`,
    )
  if (met.unshown > 0)
    doubts.push(
      `${plural(met.unshown, 'number')} of the sheet ${met.unshown === 1 ? 'has' : 'have'} a format that Pallet cannot show; ${met.unshown === 1 ? 'it is' : 'they are'} written as stored.`,
    )
  const merged = met.merged.filter(({ row }) => row >= firstRow)
  if (merged.length > 0)
    doubts.push(
      `Cells of several rows are merged (${merged
        .slice(0, 3)
        .map(({ range }) => range)
        .join(
          ', ',
        )}${merged.length > 3 ? ' …' : ''}): their value stands in the first row, the other rows have none there. If each row needs it, unmerge and fill them in.`,
    )
  return doubts
}
