/** Spreadsheets of LibreOffice and others: OpenDocument 1.3, part 3, 9 (tables). */
import type { Numbers } from '../../../shared/domain/files/reading.ts'
import type { Container } from './container.ts'
import { columnName, plainNumber } from './values.ts'
import { type Met, type Row, type Workbook, maxColumns, maxRows, mostMerged } from './workbook.ts'
import { type XmlHandlers, decodeXml, parseXml } from './xml.ts'

const content = 'content.xml'

export async function openOds(container: Container, signal: AbortSignal): Promise<Workbook> {
  const sheets = await sheetsIn(container.text(content, signal))
  return {
    sheets,
    close: async () => {},
    async *rows(sheet, met, stop, numbers) {
      const whole = Math.max(1, container.bytesOf(content))
      let taken = 0
      const rows = new SheetHandlers(
        sheets.findIndex(({ name }) => name === sheet),
        met,
        numbers,
      )
      const pieces = container.text(content, stop, (bytes) => (taken += bytes))
      for await (const _ of parseXml(pieces, rows)) {
        met.share = Math.min(1, taken / whole)
        const some = rows.take()
        for (let from = 0; from < some.length; from += rowsAtOnce)
          yield some.slice(from, from + rowsAtOnce)
        if (rows.isOver) return
      }
    },
  }
}

/** The tag that a sheet begins with, and the style that hides one: styles stand above the sheets. */
const sheetTag = /<table:table\s[^>]*>/g
const hidingStyle =
  /<style:style\s[^>]*style:name="([^"]*)"[^>]*>\s*<style:table-properties\s[^>]*table:display="false"/g
/** No tag is longer; so much of the end of a piece may belong to the next one. */
const tagCharacters = 16 * 1024

/**
 * The names of the sheets are all over the file, and parsing all of it takes fifty times as long as looking for their tags. In
 * text a `<` is written otherwise, so no text is taken for one.
 */
async function sheetsIn(
  pieces: AsyncIterable<string>,
): Promise<{ name: string; isHidden: boolean }[]> {
  const sheets: { name: string; isHidden: boolean }[] = []
  const hiddenStyles = new Set<string>()
  let rest = ''
  for await (const piece of pieces) {
    const text = rest + piece
    for (const [, style = ''] of text.matchAll(hidingStyle)) hiddenStyles.add(decodeXml(style))
    let end = 0
    for (const { 0: tag, index } of text.matchAll(sheetTag)) {
      end = index + tag.length
      const attribute = (name: string): string =>
        decodeXml(
          new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag)?.slice(1).join('') ??
            '',
        )
      // Tables inside of cells are none of the sheets.
      if (attribute('table:is-sub-table') === 'true') continue
      const isHidden = hiddenStyles.has(attribute('table:style-name'))
      sheets.push({ name: attribute('table:name'), isHidden })
    }
    rest = text.slice(Math.max(end, text.length - tagCharacters))
  }
  return sheets
}

const rowsAtOnce = 1000
/** A row with something in it is repeated so often by nobody. */
const mostRepeated = 10_000

class SheetHandlers implements XmlHandlers {
  isOver = false
  readonly #met: Met
  readonly #sheet: number
  readonly #numbers: Numbers
  /** Of the table that is passed through, and how deep tables are nested. */
  #table = -1
  #depth = 0
  #rows: Row[] = []
  #row = 0
  #rowTimes = 1
  #isRowHidden = false
  #columns: number[] = []
  #cells: string[] = []
  #column = 0
  #cellTimes = 1
  /** What the cell says besides its text; null where its text counts. */
  #value: string | null = null
  #paragraphs: string[] = []
  #isText = 0
  #beside = 0
  #isMissing = false
  #isNumber = false
  #hasError = false

  constructor(sheet: number, met: Met, numbers: Numbers) {
    this.#sheet = sheet
    this.#met = met
    this.#numbers = numbers
  }

  take(): Row[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  get #isHere(): boolean {
    return this.#depth === 1 && this.#table === this.#sheet
  }

  open(name: string, attribute: (name: string) => string | undefined): void {
    if (name === 'table') {
      this.#depth += 1
      if (this.#depth === 1) this.#table += 1
      return
    }
    if (!this.#isHere) return
    switch (name) {
      case 'table-column':
        if (isHidden(attribute('table:visibility'))) this.#met.hiddenColumns += 1
        return
      case 'table-row':
        this.#rowTimes = times(attribute('table:number-rows-repeated'))
        this.#isRowHidden = isHidden(attribute('table:visibility'))
        this.#columns = []
        this.#cells = []
        this.#column = 0
        return
      case 'table-cell':
      case 'covered-table-cell':
        return this.#openCell(attribute)
      case 'annotation':
        this.#beside += 1
        return
      case 'p':
        if (this.#beside > 0) return
        this.#paragraphs.push('')
        this.#isText += 1
        return
      case 's':
        return this.#add(' '.repeat(Math.min(1000, times(attribute('text:c')))))
      case 'tab':
        return this.#add('\t')
      case 'line-break':
        return this.#add('\n')
    }
  }

  close(name: string): void {
    if (name === 'table') {
      if (this.#isHere) this.isOver = true
      this.#depth -= 1
      return
    }
    if (!this.#isHere) return
    if (name === 'table-cell' || name === 'covered-table-cell') this.#closeCell()
    else if (name === 'annotation') this.#beside -= 1
    else if (name === 'p' && this.#beside === 0) this.#isText -= 1
    else if (name === 'table-row') this.#closeRow()
  }

  text(text: string): void {
    this.#add(text)
  }

  #add(text: string): void {
    if (this.#isText === 0 || this.#beside > 0) return
    const last = this.#paragraphs.length - 1
    this.#paragraphs[last] += text
  }

  #openCell(attribute: (name: string) => string | undefined): void {
    this.#cellTimes = times(attribute('table:number-columns-repeated'))
    this.#paragraphs = []
    const type = attribute('office:value-type')
    this.#value = valueOf(type ?? '', attribute)
    this.#isNumber = numberTypes.has(type ?? '')
    this.#isMissing = type === undefined && attribute('table:formula') !== undefined
    this.#hasError = attribute('calcext:value-type') === 'error'
    const rows = Number(attribute('table:number-rows-spanned') ?? 1)
    const columns = Number(attribute('table:number-columns-spanned') ?? 1)
    const { merged } = this.#met
    const from = this.#row + 1
    if (rows > 1 && merged.length < mostMerged)
      merged.push({
        row: from,
        range: `${columnName(this.#column)}${from}:${columnName(this.#column + columns - 1)}${from + rows - 1}`,
      })
  }

  #closeCell(): void {
    const text = this.#paragraphs.join('\n')
    // An error's stored value is a 0 or nothing; what is seen says it. What repeats in a cell without a text, is seen nowhere.
    const isSeen = this.#hasError || (this.#numbers === 'shown' && this.#isNumber)
    const cell = isSeen && this.#paragraphs.length > 0 ? text.trim() : (this.#value ?? text)
    if (isSeen && writesComma(this.#value, text)) this.#met.decimalMark = ','
    if (this.#isMissing && cell === '') {
      this.#met.uncalculated += 1
      this.#met.firstUncalculated ||= columnName(this.#column) + (this.#row + 1)
    }
    const end = this.#column + this.#cellTimes
    if (cell !== '') {
      if (end > maxColumns) throw new Error('no such column')
      for (let column = this.#column; column < end; column += 1) {
        this.#columns.push(column)
        this.#cells.push(cell)
      }
    }
    this.#column = Math.min(end, maxColumns)
  }

  #closeRow(): void {
    const times = this.#rowTimes
    const first = this.#row + 1
    this.#row += times
    if (this.#columns.length === 0) return
    if (this.#row > maxRows || times > mostRepeated) throw new Error('no such row')
    if (this.#isRowHidden) this.#met.hiddenRows += times
    for (let row = first; row < first + times; row += 1)
      this.#rows.push({ row, columns: this.#columns, cells: this.#cells })
  }
}

/** Whose text is made by a format. */
const numberTypes: ReadonlySet<string> = new Set([
  'float',
  'currency',
  'percentage',
  'date',
  'time',
])

/** Whether a number with a fraction is shown with a comma before it: the only one of its text, or behind points. */
function writesComma(value: string | null, text: string): boolean {
  return value !== null && /^-?\d+\.\d+$/.test(value) && /^[^,]*\d,\d+[^\d,.]*$/.test(text)
}

const isHidden = (visibility: string | undefined): boolean =>
  visibility === 'collapse' || visibility === 'filter'

function times(count: string | undefined): number {
  const number = Number(count ?? 1)
  if (number >= 1 && number <= 2 ** 31) return Math.floor(number)
  throw new Error('a part is repeated strangely often')
}

/** What a cell stores besides the text that is seen. null: nothing. */
function valueOf(type: string, attribute: (name: string) => string | undefined): string | null {
  switch (type) {
    case 'float':
    case 'currency':
    case 'percentage': {
      const value = attribute('office:value')
      return value === undefined ? null : plainNumber(value)
    }
    case 'date': {
      const value = attribute('office:date-value')
      return value === undefined ? null : value.replace('T', ' ').replace(/\.0+$/, '')
    }
    case 'time': {
      // ISO 8601: PT08H30M00S
      const value = attribute('office:time-value') ?? ''
      const [, hours, minutes, seconds] =
        /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.,]+)S)?$/.exec(value) ?? []
      if (hours === undefined && minutes === undefined && seconds === undefined) return null
      const two = (part = '0'): string => part.padStart(2, '0')
      const [whole, fraction = ''] = (seconds ?? '0').split(/[.,]/)
      const rest = fraction.replace(/0+$/, '')
      return `${two(hours)}:${two(minutes)}:${two(whole)}${rest === '' ? '' : `.${rest}`}`
    }
    case 'boolean':
      return attribute('office:boolean-value') ?? null
    case 'string':
      return attribute('office:string-value') ?? null
    default:
      return null
  }
}
