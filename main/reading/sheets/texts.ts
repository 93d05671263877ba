/** The texts that the cells of a workbook share: by far the most of what has to be at hand while a sheet is read. */
import { Problem } from '../../../shared/domain/problem.ts'
import { formatBytes } from '../../../shared/domain/sizes.ts'

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

function tooManyTexts(): Problem {
  return new Problem({
    code: 'source-too-wide',
    what: `The workbook holds more than ${formatBytes(maxBytes)} of different texts, which is more than Pallet takes.`,
    did: 'Nothing was sent.',
    advice:
      'Save the sheet as CSV (UTF-8) and choose that file, or split it into several workbooks.',
  })
}
