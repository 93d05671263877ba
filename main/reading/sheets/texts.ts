/** The texts that the cells of a workbook share: by far the most of what has to be at hand while a sheet is read. */
import { Problem } from '../../../shared/domain/problem.ts'
import { formatBytes } from '../../../shared/domain/sizes.ts'
import type { Row } from './workbook.ts'

const pageBytes = 4 * 1024 * 1024
/** Of UTF-8, with four bytes for the length of each text. More than that is no list of what stands in shops. */
const maxBytes = 256 * 1024 * 1024

/**
 * Texts by number, as UTF-8 in pages: as strings they would take a multiple of the memory. Throws `source-too-wide` where there
 * are more than fit.
 */
export class Texts {
  count = 0
  readonly #pages: Buffer[] = []
  #end = pageBytes
  /** Where each begins, in bytes over all pages. */
  #starts = new Uint32Array(1024)

  add(text: string): void {
    const bytes = Buffer.byteLength(text)
    if (bytes + 4 > pageBytes) throw new Error('a text is longer than any cell')
    if (this.#end + 4 + bytes > pageBytes) {
      if (this.#pages.length * pageBytes >= maxBytes) throw tooManyTexts()
      this.#pages.push(Buffer.allocUnsafe(pageBytes))
      this.#end = 0
    }
    if (this.count === this.#starts.length) {
      const more = new Uint32Array(this.count * 2)
      more.set(this.#starts)
      this.#starts = more
    }
    const last = this.#pages.length - 1
    const page = this.#pages[last]
    if (page === undefined) throw new Error('There is a page for every text.')
    this.#starts[this.count++] = last * pageBytes + this.#end
    this.#end = page.writeUInt32LE(bytes, this.#end)
    this.#end += page.write(text, this.#end)
  }

  /** null: there are not so many. */
  at(index: number): string | null {
    const start = index < this.count ? this.#starts[index] : undefined
    const page = start === undefined ? undefined : this.#pages[Math.floor(start / pageBytes)]
    if (start === undefined || page === undefined) return null
    const from = (start % pageBytes) + 4
    return page.toString('utf8', from, from + page.readUInt32LE(from - 4))
  }
}

/** A row whose shared texts are still numbers. */
export interface RawRow {
  row: number
  columns: number[]
  cells: (string | number)[]
}

interface RowText extends Row {
  columns: number[]
  cells: string[]
}

/** So many characters of rows go on together: each cell may name the longest text again. */
const togetherCharacters = 1024 * 1024

/** The shared texts, read as far as they are asked for: the head of a sheet mostly needs the first of them only. */
export class SharedTexts {
  readonly #texts = new Texts()
  readonly #reading: AsyncGenerator<void>

  /** `read` adds some of them at each of its steps. */
  constructor(read: (texts: Texts) => AsyncGenerator<void>) {
    this.#reading = read(this.#texts)
  }

  /** Those that are not blank, with their texts. Throws an `Error` where there is no such text. */
  async *rows(raw: readonly RawRow[]): AsyncGenerator<Row[]> {
    let rows: Row[] = []
    let characters = 0
    for (const { row, columns, cells } of raw) {
      const full: RowText = { row, columns: [], cells: [] }
      for (const [index, cell] of cells.entries()) {
        const text =
          typeof cell === 'string' ? cell : (this.#texts.at(cell) ?? (await this.#at(cell)))
        if (text === '') continue
        full.columns.push(columns[index] ?? 0)
        full.cells.push(text)
        characters += text.length
      }
      if (full.cells.length > 0) rows.push(full)
      if (characters < togetherCharacters) continue
      yield rows
      rows = []
      characters = 0
    }
    if (rows.length > 0) yield rows
  }

  async #at(index: number): Promise<string> {
    for (;;) {
      const { done } = await this.#reading.next()
      const text = this.#texts.at(index)
      if (text !== null) return text
      if (done === true) throw new Error('a cell names a text that is not there')
    }
  }

  async close(): Promise<void> {
    await this.#reading.return(undefined)
  }
}

function tooManyTexts(): Problem {
  return new Problem({
    code: 'source-too-wide',
    what: `The workbook holds more than ${formatBytes(maxBytes)} of different texts, which is more than Pallet takes.`,
    did: 'Nothing was sent.',
    advice:
      'Save the sheet as CSV (UTF-8) and choose that file, or split it into several workbooks.',
  })
}
