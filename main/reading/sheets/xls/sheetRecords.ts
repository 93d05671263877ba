/** The records of one sheet, made rows. */
import type { Decoder } from '../../../files/decoding.ts'
import { locked } from '../refused.ts'
import type { RawRow } from '../texts.ts'
import type { Numbers } from '../../../../shared/domain/files/reading.ts'
import { type CellFormat, shownNumber, unformatted } from '../formats.ts'
import { columnName, numberText } from '../values.ts'
import { type Met, maxColumns, mostMerged } from '../workbook.ts'
import { TextParts, types } from './records.ts'

export interface SheetFacts {
  formats: readonly CellFormat[]
  epoch: 1900 | 1904
  numbers: Numbers
  isBiff8: boolean
  decoder: Decoder
}

/** Codes of errors ([MS-XLS] 2.5.10). */
const errors: Readonly<Record<number, string>> = {
  0x00: '#NULL!',
  0x07: '#DIV/0!',
  0x0f: '#VALUE!',
  0x17: '#REF!',
  0x1d: '#NAME?',
  0x24: '#NUM!',
  0x2a: '#N/A',
}

/** Of a formula: the workbook wants it calculated when it is opened ([MS-XLS] 2.4.127, “reserved1” there). */
const calculatedOnOpening = 0x0002
/** Where the first two bytes of a number are this, it is none ([MS-XLS] 2.5.133). */
const noNumber = 0xffff

interface Place {
  row: number
  column: number
}

export class SheetRecords {
  readonly #met: Met
  readonly #facts: SheetFacts
  /** Parts within parts: charts stand inside of the sheet. */
  #depth = 0
  #rows: RawRow[] = []
  #row: RawRow = { row: 0, columns: [], cells: [] }
  readonly #hidden = new Set<number>()
  /** Whose result is a text that follows. */
  #formula: Place | null = null
  #text: TextParts | null = null
  #withoutResult = 0
  #firstWithout = ''
  /** A blank result is one, or none: programs that do not calculate leave all of them blank. */
  #blank = 0
  #firstBlank = ''
  #hasResults = false

  constructor(met: Met, facts: SheetFacts) {
    this.#met = met
    this.#facts = facts
  }

  /** Those that are whole. */
  rows(): RawRow[] {
    this.#met.uncalculated = this.#withoutResult + (this.#hasResults ? 0 : this.#blank)
    this.#met.firstUncalculated =
      this.#withoutResult > 0 ? this.#firstWithout : this.#hasResults ? '' : this.#firstBlank
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** `true`: the sheet is over. */
  take(type: number, data: Buffer): boolean {
    if (type === types.begin) this.#depth += 1
    else if (this.#depth === 0) throw new Error('the sheet does not begin')
    else if (type === types.end) {
      this.#depth -= 1
      if (this.#depth > 0) return false
      this.#closeRow()
      return true
    } else if (this.#depth === 1) this.#take(type, data)
    return false
  }

  #take(type: number, data: Buffer): void {
    switch (type) {
      case types.shortNumber:
        return this.#number(data, data.readUInt16LE(4), shortNumber(data.readUInt32LE(6)))
      case types.number:
        return this.#number(data, data.readUInt16LE(4), data.readDoubleLE(6))
      case types.manyNumbers:
        return this.#numbers(data)
      case types.sharedLabel:
        return this.#cell(data.readUInt16LE(0), data.readUInt16LE(2), data.readUInt32LE(6))
      case types.label:
      case types.richLabel:
        this.#await({ row: data.readUInt16LE(0), column: data.readUInt16LE(2) })
        return this.#result(data.subarray(6))
      case types.yesOrError: {
        const [value, isError] = [data.readUInt8(6), data.readUInt8(7) === 1]
        const text = isError ? errorText(value) : yesText(value)
        return this.#cell(data.readUInt16LE(0), data.readUInt16LE(2), text)
      }
      case types.formula:
        return this.#calculated(data)
      case types.result:
        return this.#result(data)
      case types.continued:
        return this.#text?.isOpen === true ? this.#text.push(data) : undefined
      case types.row:
        if ((data.readUInt16LE(12) & 0x20) !== 0) this.#hidden.add(data.readUInt16LE(0))
        return
      case types.columns:
        if ((data.readUInt16LE(8) & 1) !== 0) this.#met.hiddenColumns += 1
        return
      case types.merged:
        return this.#merge(data)
      case types.locked:
        throw locked()
    }
  }

  #cell(row: number, column: number, cell: string | number): void {
    const number = row + 1
    if (number !== this.#row.row) {
      this.#closeRow()
      if (number < this.#row.row) throw new Error('rows out of order')
      this.#row = { row: number, columns: [], cells: [] }
    }
    if (cell === '') return
    const { columns, cells } = this.#row
    if (column >= maxColumns) throw new Error('no such column')
    if ((columns.at(-1) ?? -1) >= column) throw new Error('cells of a row out of order')
    columns.push(column)
    cells.push(cell)
  }

  #closeRow(): void {
    this.#await(null)
    const { row, columns } = this.#row
    if (columns.length === 0) return
    if (this.#hidden.delete(row - 1)) this.#met.hiddenRows += 1
    this.#rows.push(this.#row)
  }

  #numberText(style: number, value: number): string {
    const { formats, epoch, numbers } = this.#facts
    const format = formats[style] ?? unformatted
    return numbers === 'shown'
      ? shownNumber(String(value), format, epoch, this.#met)
      : numberText(String(value), format.kind, epoch)
  }

  #number(data: Buffer, style: number, value: number): void {
    this.#cell(data.readUInt16LE(0), data.readUInt16LE(2), this.#numberText(style, value))
  }

  #numbers(data: Buffer): void {
    const row = data.readUInt16LE(0)
    let column = data.readUInt16LE(2)
    for (let at = 4; at + 6 <= data.length - 2; at += 6) {
      const value = shortNumber(data.readUInt32LE(at + 2))
      this.#cell(row, column, this.#numberText(data.readUInt16LE(at), value))
      column += 1
    }
  }

  #calculated(data: Buffer): void {
    const [row, column] = [data.readUInt16LE(0), data.readUInt16LE(2)]
    if (data.readUInt16LE(12) !== noNumber) {
      const value = data.readDoubleLE(6)
      const isLeftOut = value === 0 && (data.readUInt16LE(14) & calculatedOnOpening) !== 0
      if (isLeftOut) return this.#leftOut({ row, column })
      this.#hasResults = true
      return this.#number(data, data.readUInt16LE(4), value)
    }
    const value = data.readUInt8(8)
    const kind = data.readUInt8(6)
    if (kind < 3) this.#hasResults = true
    switch (kind) {
      case 0:
        return this.#await({ row, column })
      case 1:
        return this.#cell(row, column, yesText(value))
      case 2:
        return this.#cell(row, column, errorText(value))
      case 3:
        this.#blank += 1
        this.#firstBlank ||= columnName(column) + (row + 1)
    }
  }

  #leftOut({ row, column }: Place): void {
    this.#withoutResult += 1
    this.#firstWithout ||= columnName(column) + (row + 1)
  }

  /** The text that comes next is of this cell; the one before may have got none. */
  #await(cell: Place | null): void {
    if (this.#formula !== null) this.#leftOut(this.#formula)
    this.#formula = cell
  }

  /** A text of its own: of a cell that shares none, or what a formula has for a result. */
  #result(data: Buffer): void {
    const cell = this.#formula
    if (cell === null) return
    this.#formula = null
    const { isBiff8, decoder } = this.#facts
    const tell = (text: string): void => this.#cell(cell.row, cell.column, text)
    if (!isBiff8) return tell(decoder.decode(data.subarray(2, 2 + data.readUInt16LE(0))))
    this.#text = new TextParts((text) => {
      tell(text)
      return false
    })
    this.#text.push(data)
  }

  #merge(data: Buffer): void {
    const { merged } = this.#met
    for (let at = 2; at + 8 <= data.length; at += 8) {
      const [from, to] = [data.readUInt16LE(at) + 1, data.readUInt16LE(at + 2) + 1]
      const [left, right] = [data.readUInt16LE(at + 4), data.readUInt16LE(at + 6)]
      const range = `${columnName(left)}${from}:${columnName(right)}${to}`
      if (to > from && merged.length < mostMerged) merged.push({ row: from, range })
    }
  }
}

const yesText = (value: number): string => (value === 0 ? 'false' : 'true')
const errorText = (code: number): string => errors[code] ?? '#ERROR!'

const double = new DataView(new ArrayBuffer(8))

/** A number in four bytes: of 30 bits whole, or the upper 30 of a double; either of them times 100 ([MS-XLS] 2.5.217). */
function shortNumber(bits: number): number {
  double.setUint32(0, bits & 0xffff_fffc)
  const value = (bits & 2) === 0 ? double.getFloat64(0) : bits >> 2
  return (bits & 1) === 0 ? value : value / 100
}
