/** Records of a workbook's stream ([MS-XLS] 2.1.4), and the texts in them. */
import type { Bytes } from './compound.ts'

/** Of those that Pallet looks at ([MS-XLS] 2.3). */
export const types = {
  formula: 0x0006,
  end: 0x000a,
  dateMode: 0x0022,
  locked: 0x002f,
  continued: 0x003c,
  codePage: 0x0042,
  columns: 0x007d,
  boundSheet: 0x0085,
  manyNumbers: 0x00bd,
  richLabel: 0x00d6,
  style: 0x00e0,
  merged: 0x00e5,
  sharedTexts: 0x00fc,
  sharedLabel: 0x00fd,
  number: 0x0203,
  label: 0x0204,
  yesOrError: 0x0205,
  result: 0x0207,
  row: 0x0208,
  shortNumber: 0x027e,
  format: 0x041e,
  begin: 0x0809,
} as const

const windowBytes = 64 * 1024
const headBytes = 4

/**
 * Pieces of the stream that each hold whole records, from the one at `from` on. Throws an `Error` where the stream ends in the
 * middle of one; whoever reads knows which record is the last.
 */
export async function* windows(
  stream: Bytes,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const window = Buffer.alloc(2 * windowBytes + headBytes)
  let held = 0
  for (let at = from; ;) {
    signal.throwIfAborted()
    const read = await stream.read(at, window.subarray(held, held + windowBytes))
    if (read === 0) throw new Error('the sheet has no end')
    at += read
    held += read
    let whole = 0
    while (whole + headBytes <= held) {
      const end = whole + headBytes + window.readUInt16LE(whole + 2)
      if (end > held) break
      whole = end
    }
    if (whole > 0) yield window.subarray(0, whole)
    window.copyWithin(0, whole, held)
    held -= whole
  }
}

/** Tells of each record of a window, until it is told `true`. */
export function eachRecord(window: Buffer, tell: (type: number, data: Buffer) => boolean): boolean {
  for (let at = 0; at < window.length;) {
    const start = at + headBytes
    const end = start + window.readUInt16LE(at + 2)
    if (tell(window.readUInt16LE(at), window.subarray(start, end))) return true
    at = end
  }
  return false
}

/** What a text carries besides its characters ([MS-XLS] 2.5.293). */
const flags = { wide: 1, extended: 4, rich: 8 } as const

/**
 * Texts that follow one another and are cut wherever a record was full ([MS-XLS] 2.5.293, 2.5.294): a piece that goes on within
 * the characters says anew how wide they are.
 */
export class TextParts {
  readonly #told: (text: string) => boolean
  #isOver = false
  #before: Buffer = Buffer.alloc(0)
  #characters = 0
  #isWide = false
  #behind = 0
  #text = ''

  /** `told`: whether another text follows. */
  constructor(told: (text: string) => boolean) {
    this.#told = told
  }

  /** Whether a text is under way. */
  get isOpen(): boolean {
    const isBegun = this.#characters > 0 || this.#behind > 0 || this.#before.length > 0
    return isBegun && !this.#isOver
  }

  push(piece: Buffer): void {
    let data = piece
    let at = 0
    if (this.#characters > 0) {
      this.#isWide = (data.readUInt8(0) & flags.wide) !== 0
      at = 1
    } else if (this.#before.length > 0) {
      data = Buffer.concat([this.#before, piece])
      this.#before = Buffer.alloc(0)
    }
    while (at < data.length && !this.#isOver) {
      if (this.#characters === 0 && this.#behind === 0) {
        const begun = this.#begin(data, at)
        if (begun < 0) {
          this.#before = Buffer.from(data.subarray(at))
          return
        }
        at = begun
      }
      at = this.#take(data, at)
    }
  }

  #tell(text: string): void {
    this.#isOver = !this.#told(text.toWellFormed())
  }

  /** Where the characters begin; −1: what is before them is cut. */
  #begin(data: Buffer, at: number): number {
    if (at + 3 > data.length) return -1
    const flag = data.readUInt8(at + 2)
    const isRich = (flag & flags.rich) !== 0
    const isExtended = (flag & flags.extended) !== 0
    const start = at + 3 + (isRich ? 2 : 0) + (isExtended ? 4 : 0)
    if (start > data.length) return -1
    this.#characters = data.readUInt16LE(at)
    this.#isWide = (flag & flags.wide) !== 0
    this.#behind =
      (isRich ? data.readUInt16LE(at + 3) * 4 : 0) + (isExtended ? data.readUInt32LE(start - 4) : 0)
    this.#text = ''
    if (this.#characters === 0 && this.#behind === 0) this.#tell('')
    return start
  }

  #take(data: Buffer, from: number): number {
    let at = from
    if (this.#characters > 0) {
      const width = this.#isWide ? 2 : 1
      const count = Math.min(this.#characters, Math.floor((data.length - at) / width))
      if (count === 0 && at < data.length) throw new Error('half a character')
      const end = at + count * width
      this.#text += data.toString(this.#isWide ? 'utf16le' : 'latin1', at, end)
      this.#characters -= count
      at = end
      if (this.#characters > 0) return at
      if (this.#behind === 0) this.#tell(this.#text)
    }
    if (this.#behind > 0) {
      const count = Math.min(this.#behind, data.length - at)
      this.#behind -= count
      at += count
      if (this.#behind === 0) this.#tell(this.#text)
    }
    return at
  }
}
