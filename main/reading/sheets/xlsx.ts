/** Workbooks of Excel: ECMA-376, part 1, 18 (SpreadsheetML). */
import { dirname, join } from 'node:path/posix'
import type { Container } from './container.ts'
import { type RawRow, SharedTexts, type Texts } from './texts.ts'
import type { Numbers } from '../../../shared/domain/files/reading.ts'
import { type CellFormat, cellFormat, shownNumber, unformatted } from './formats.ts'
import { columnName, columnOf, isoText, numberText, withoutEscapes } from './values.ts'
import { type Met, type Workbook, maxColumns, maxRows, mostMerged } from './workbook.ts'
import { type XmlHandlers, parseXml } from './xml.ts'

/** The part that holds everything together, or null: the container is none of Office. */
export async function officePart(
  container: Container,
  signal: AbortSignal,
): Promise<string | null> {
  if (!container.has('[Content_Types].xml')) return null
  const [main] = await relationsOf(container, '', signal).then((all) =>
    all.filter(({ type }) => type === 'officeDocument'),
  )
  return main?.part ?? 'xl/workbook.xml'
}

export async function openXlsx(
  container: Container,
  part: string,
  signal: AbortSignal,
): Promise<Workbook> {
  const relations = await relationsOf(container, part, signal)
  const partOf = (wanted: string): string =>
    relations.find(({ type }) => type === wanted)?.part ?? ''
  const sheets: { name: string; isHidden: boolean; part: string }[] = []
  let epoch: 1900 | 1904 = 1900
  await parseWhole(container, part, signal, {
    open(name, attribute) {
      if (name === 'workbookPr' && isTrue(attribute('date1904'))) epoch = 1904
      if (name !== 'sheet') return
      const id = attribute('*:id')
      const relation = relations.find((known) => known.id === id && known.type === 'worksheet')
      const isHidden = (attribute('state') ?? 'visible') !== 'visible'
      if (relation !== undefined && container.has(relation.part))
        sheets.push({ name: attribute('name') ?? '', isHidden, part: relation.part })
    },
  })
  const formats = await formatsOf(container, partOf('styles'), signal)
  const shared = new SharedTexts((texts) =>
    textsIn(container, partOf('sharedStrings'), texts, signal),
  )
  return {
    sheets,
    close: () => shared.close(),
    async *rows(sheet, met, stop, numbers) {
      const { part: sheetPart = '' } = sheets.find(({ name }) => name === sheet) ?? {}
      const handlers = new SheetHandlers(met, { formats, epoch, numbers })
      const whole = Math.max(1, container.bytesOf(sheetPart))
      let taken = 0
      const pieces = container.text(sheetPart, stop, (bytes) => (taken += bytes))
      for await (const _ of parseXml(pieces, handlers)) {
        met.share = Math.min(1, taken / whole)
        yield* shared.rows(handlers.take())
      }
    },
  }
}

const isTrue = (value: string | undefined): boolean => value === '1' || value === 'true'

async function parseWhole(
  container: Container,
  part: string,
  signal: AbortSignal,
  handlers: Partial<XmlHandlers>,
): Promise<void> {
  const all = { open: () => {}, close: () => {}, text: () => {}, ...handlers }
  for await (const _ of parseXml(container.text(part, signal), all));
}

/** What a part refers to, by the last word of the type: `worksheet`, `styles`. */
async function relationsOf(
  container: Container,
  part: string,
  signal: AbortSignal,
): Promise<{ id: string; type: string; part: string }[]> {
  const folder = part === '' ? '' : dirname(part)
  const found: { id: string; type: string; part: string }[] = []
  await parseWhole(
    container,
    join(folder, '_rels', `${part.slice(folder.length).replace('/', '')}.rels`),
    signal,
    {
      open(name, attribute) {
        if (name !== 'Relationship') return
        const target = attribute('Target') ?? ''
        const type = attribute('Type')?.split('/').at(-1) ?? ''
        const to = target.startsWith('/') ? target.slice(1) : join(folder, target)
        found.push({ id: attribute('Id') ?? '', type, part: to })
      },
    },
  )
  return found
}

/** The number formats, by the style of a cell. */
async function formatsOf(
  container: Container,
  part: string,
  signal: AbortSignal,
): Promise<CellFormat[]> {
  const codes = new Map<number, string>()
  const formats: CellFormat[] = []
  let isOfCells = false
  await parseWhole(container, part, signal, {
    open(name, attribute) {
      if (name === 'numFmt') codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '')
      else if (name === 'cellXfs') isOfCells = true
      else if (name === 'xf' && isOfCells && formats.length < 100_000) {
        const id = Number(attribute('numFmtId') ?? 0)
        formats.push(cellFormat(id, codes.get(id) ?? null))
      }
    },
    close(name) {
      if (name === 'cellXfs') isOfCells = false
    },
  })
  return formats
}

/** What each `si` says ([ECMA-376] 18.4.8), without its phonetic guides. */
async function* textsIn(
  container: Container,
  part: string,
  texts: Texts,
  signal: AbortSignal,
): AsyncGenerator<void> {
  let text = ''
  let isText = false
  let phonetic = 0
  yield* parseXml(container.text(part, signal), {
    open(name) {
      if (name === 't') isText = phonetic === 0
      else if (name === 'rPh') phonetic += 1
      else if (name === 'si') text = ''
    },
    close(name) {
      if (name === 't') isText = false
      else if (name === 'rPh') phonetic -= 1
      else if (name === 'si') texts.add(withoutEscapes(text))
    },
    text(piece) {
      if (isText) text += piece
    },
  })
}

interface Facts {
  formats: readonly CellFormat[]
  epoch: 1900 | 1904
  numbers: Numbers
}

class SheetHandlers implements XmlHandlers {
  readonly #met: Met
  readonly #facts: Facts
  #rows: RawRow[] = []
  #row: RawRow = { row: 0, columns: [], cells: [] }
  #column = -1
  #type = ''
  #format = unformatted
  #value = ''
  #isValue = false
  #hasValue = false
  #hasFormula = false
  #phonetic = 0

  constructor(met: Met, facts: Facts) {
    this.#met = met
    this.#facts = facts
  }

  take(): RawRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  open(name: string, attribute: (name: string) => string | undefined): void {
    switch (name) {
      case 'c': {
        const reference = attribute('r')
        this.#column = reference === undefined ? this.#column + 1 : columnOf(reference)
        if (this.#column < 0 || this.#column >= maxColumns) throw new Error('no such column')
        this.#type = attribute('t') ?? 'n'
        this.#format = this.#facts.formats[Number(attribute('s') ?? 0)] ?? unformatted
        this.#value = ''
        this.#hasValue = false
        this.#hasFormula = false
        return
      }
      case 'v':
      case 't':
        this.#isValue = this.#phonetic === 0
        this.#hasValue = true
        return
      case 'f':
        this.#hasFormula = true
        return
      case 'rPh':
        this.#phonetic += 1
        return
      case 'row': {
        const row = Number(attribute('r') ?? this.#row.row + 1)
        if (!(row >= 1 && row <= maxRows)) throw new Error('no such row')
        this.#row = { row, columns: [], cells: [] }
        this.#column = -1
        if (isTrue(attribute('hidden'))) this.#met.hiddenRows += 1
        return
      }
      case 'col':
        if (isTrue(attribute('hidden'))) this.#met.hiddenColumns += 1
        return
      case 'mergeCell':
        this.#merge(attribute('ref') ?? '')
    }
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#isValue = false
    else if (name === 'c') this.#cell()
    else if (name === 'row') this.#rows.push(this.#row)
    else if (name === 'rPh') this.#phonetic -= 1
  }

  text(text: string): void {
    if (this.#isValue) this.#value += text
  }

  #cell(): void {
    if (!this.#hasValue && this.#hasFormula && this.#type !== 'str') {
      this.#met.uncalculated += 1
      this.#met.firstUncalculated ||= columnName(this.#column) + this.#row.row
    }
    if (this.#value === '') return
    const { columns, cells } = this.#row
    if ((columns.at(-1) ?? -1) >= this.#column) throw new Error('cells of a row out of order')
    columns.push(this.#column)
    cells.push(this.#cellValue())
  }

  #cellValue(): string | number {
    const value = this.#value
    switch (this.#type) {
      case 's':
        return Number(value)
      case 'b':
        return isTrue(value.trim()) ? 'true' : 'false'
      case 'd':
        return isoText(value, this.#format.kind)
      case 'n':
        return this.#number(value)
      case 'str':
      case 'inlineStr':
        return withoutEscapes(value)
      // Errors, and what may come: as it is written.
      default:
        return value
    }
  }

  #number(stored: string): string {
    const { epoch, numbers } = this.#facts
    return numbers === 'shown'
      ? shownNumber(stored, this.#format, epoch, this.#met)
      : numberText(stored, this.#format.kind, epoch)
  }

  #merge(range: string): void {
    const [from = 0, to = 0] = range.split(':').map((end) => Number(end.replace(/^\D+/, '')))
    const { merged } = this.#met
    if (to > from && merged.length < mostMerged) merged.push({ row: from, range })
  }
}
